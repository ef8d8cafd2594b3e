// The spectrogram's memory.

import { expect, it } from "vitest";
import { ColumnStore } from "../../../web/page/look/column-store.ts";

it("keeps the last ten minutes", () => {
  const store = new ColumnStore(2, 1);
  for (let i = 0; i < 700; i++) store.push(Float32Array.of((i % 10) / 10, 1));
  expect(store.count).toBe(700);
  expect(store.value(699, 0)).toBe(Math.floor(255 * Math.fround(0.9)));
  expect(store.value(99, 1)).toBe(0);
  expect(store.value(100, 1)).toBe(255);
  expect(store.value(700, 1)).toBe(0);
  store.clear();
  expect(store.value(0, 1)).toBe(0);
});
