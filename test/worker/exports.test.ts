// What package.json exports for pages: every name is there, and can be imported where there is no page (server-side rendering).

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = new URL("../../", import.meta.url);
const { exports } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as {
  exports: Record<string, string | Record<"import" | "require", { types: string; default: string }>>;
};

it.each(Object.entries(exports))("%s names files that the build makes", (_, target) => {
  const conditions = typeof target === "string" ? [target] : Object.values<string | object>(target);
  const files = conditions.flatMap((one) =>
    typeof one === "string" ? [one] : Object.values(one as Record<string, string>),
  );
  for (const file of files) expect(existsSync(fileURLToPath(new URL(file, root)))).toBe(true);
});

it.each([
  ["./worker", "createWorkerRecognizer"],
  ["./microphone", "openMicrophone"],
  ["./speech-recognition", "SpeechRecognition"],
])("%s can be imported without a page", async (name, member) => {
  const target = exports[name] as Record<"import" | "require", { default: string }>;
  for (const { default: file } of [target.import, target.require]) {
    const module = await import(new URL(file, root).href);
    expect(module[member]).toBeTypeOf("function");
    expect(module.FoldvoxError).toBeTypeOf("function");
  }
});

it("the browser's entries share one FoldvoxError", async () => {
  const entries = ["worker-recognizer", "microphone", "speech-recognition"];
  const modules = await Promise.all(entries.map((entry) => import(new URL(`build/${entry}.js`, root).href)));
  expect(new Set(modules.map(({ FoldvoxError }) => FoldvoxError)).size).toBe(1);
});
