import { expect, it } from "vitest";
import { heldBytes } from "../src/held-bytes.ts";

it("counts every buffer once, however it is reached", () => {
  const shared = new Float64Array(10);
  const held: Record<string, unknown> = {
    own: new Int32Array(5),
    part: shared.subarray(2, 3),
    list: [shared, null, "text", 7, { deep: new Uint8Array(3) }],
    map: new Map([["a", new Uint16Array(2)]]),
    later: () => new Uint8Array(100),
  };
  held["itself"] = held;
  expect(heldBytes(held, new Set())).toBe(20 + 80 + 3 + 4);
});

it("passes over what has been seen, and remembers what it meets", () => {
  const [first, second] = [new Uint8Array(3), new Uint8Array(4)];
  const seen = new Set<object>();
  expect(heldBytes({ first }, seen)).toBe(3);
  expect(heldBytes({ first, second }, seen)).toBe(4);
  expect(heldBytes({ first, second }, seen)).toBe(0);
});
