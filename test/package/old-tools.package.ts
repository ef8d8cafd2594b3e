// The installed package with tools that read no `exports` of package.json, or know no page: TypeScript from 4.7 on, and bundlers.

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProject, type Project } from "./support/project.ts";

const ENTRIES = [
  "",
  "/inline",
  "/plain",
  "/worker",
  "/microphone",
  "/speech-recognition",
  "/english",
  "/commands-tiny",
];
const VERSIONS = ["4.7", "5.0", "5.9"];
let project: Project;

beforeAll(() => {
  project = createProject(
    "@types/node@20",
    "enhanced-resolve@4",
    ...VERSIONS.map((v) => `typescript-${v}@npm:typescript@${v}`),
  );
  project.write({
    "use.ts": `${ENTRIES.map((entry, i) => `import * as all${i} from "foldvox${entry}";`).join("\n")}
import { createRecognizer, type PartialResult } from "foldvox";
import { createWorkerRecognizer } from "foldvox/worker";
import { openMicrophone, type MicrophoneState } from "foldvox/microphone";
import { SpeechRecognition } from "foldvox/speech-recognition";
export const all = [${ENTRIES.map((_, i) => `all${i}`).join(", ")}];
export async function use(): Promise<PartialResult> {
  const recognizer = await createRecognizer({ model: new Uint8Array(8), wasm: new Uint8Array(8), signal: AbortSignal.timeout(1) });
  const worker = await createWorkerRecognizer({ model: "m" });
  const state: MicrophoneState = (await openMicrophone({ onSamples: (samples: Float32Array) => void samples })).state;
  const recognition = new SpeechRecognition();
  recognition.onresult = (event) => void [event.results[0]![0]!.transcript, worker, state];
  return recognizer.createStream().partial();
}
`,
    "page.ts": `import { createRecognizer } from "foldvox";
import { openMicrophone } from "foldvox/microphone";
import { SpeechRecognition } from "foldvox/speech-recognition";
export async function use(track: MediaStreamTrack, constraints: MediaTrackConstraints, module: WebAssembly.Module) {
  await openMicrophone({ onSamples: () => {}, track, constraints });
  const recognition: SpeechRecognition = new SpeechRecognition();
  recognition.start(track);
  recognition.addEventListener("result", { handleEvent: () => {} }, { once: true });
  const recognizer = await createRecognizer({ model: await fetch("m"), wasm: module });
  const source: ReadableStream<Float32Array> = new ReadableStream();
  return source.pipeThrough(recognizer.transformStream()).getReader();
}
`,
  });
});

afterAll(() => project?.remove());

/** What the compiler complains of in a file and in all declarations behind it. */
function complaints(version: string, file: string, ...options: string[]): string {
  const tsc = join(project.folder, `node_modules/typescript-${version}/lib/tsc.js`);
  const settings = ["--noEmit", "--strict", "--target", "es2022", ...options];
  try {
    return execFileSync(process.execPath, [tsc, ...settings, file], { cwd: project.folder, encoding: "utf8" });
  } catch (cause) {
    return (cause as { stdout: string }).stdout;
  }
}

const WITHOUT_PAGE = ["--lib", "es2022", "--types", "node"];
const NODE = ["--module", "commonjs", "--moduleResolution", "node"];
const NODE16 = ["--module", "node16", "--moduleResolution", "node16"];

describe.each(VERSIONS)("TypeScript %s", (version) => {
  it("finds every entry by moduleResolution node, and needs no lib dom", () => {
    expect(complaints(version, "use.ts", ...WITHOUT_PAGE, ...NODE)).toBe("");
  });

  it("finds every entry by exports, and needs no lib dom", () => {
    expect(complaints(version, "use.ts", ...WITHOUT_PAGE, ...NODE16)).toBe("");
  });

  it("takes a page's own objects, and needs no types of Node", () => {
    expect(complaints(version, "page.ts", "--lib", "es2022,dom", "--typeRoots", "none", ...NODE)).toBe("");
  });
});

it("is found by a resolver that knows main and module only, as those of webpack 4 and Parcel 1", () => {
  project.write({
    "resolve.cjs": `const { ResolverFactory, CachedInputFileSystem, NodeJsInputFileSystem } = require("enhanced-resolve");
const fileSystem = new CachedInputFileSystem(new NodeJsInputFileSystem(), 4000);
for (const mainFields of [["module", "main"], ["main"]]) {
  const resolver = ResolverFactory.createResolver({ fileSystem, useSyncFileSystemCalls: true, mainFields });
  for (const entry of ${JSON.stringify(ENTRIES)}) console.log(resolver.resolveSync({}, __dirname, "foldvox" + entry));
}`,
  });
  const output = execFileSync(process.execPath, ["resolve.cjs"], { cwd: project.folder, encoding: "utf8" });
  const names = ["index", "inline", "plain", "worker-recognizer", "microphone", "speech-recognition"];
  const found = output.trim().split("\n");
  const build = join(project.folder, "node_modules/foldvox/build");
  expect(found).toEqual([
    ...names.map((name) => join(build, `${name}.js`)),
    ...names.map((name) => join(build, "cjs", `${name}.js`)),
  ]);
  for (const path of found) expect(existsSync(path)).toBe(true);
});
