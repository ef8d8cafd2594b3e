// examples/node-stdin.mjs

import { expect, it } from "vitest";
import { expectedResults, outputOf, rawDigits, run } from "./support.ts";

it("prints what is said in raw audio, however the pipe cuts it", async () => {
  const child = run("examples/node-stdin.mjs");
  const output = outputOf(child);
  // Odd lengths: samples are cut in half.
  for (let at = 0; at < rawDigits.length; at += 6401) child.stdin!.write(rawDigits.subarray(at, at + 6401));
  child.stdin!.end();
  expect((await output).trim().split("\n")).toEqual(expectedResults().map(({ text }) => text));
});
