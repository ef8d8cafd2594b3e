// Which build runs where: relaxed where its SIMD validates, else simd, scalar where no SIMD does, and without WebAssembly an error that names foldvox/plain, which
// runs there. In Node with its flags, by require().

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { bytesOf, recognizer } from "../support/engines.ts";

const program = fileURLToPath(new URL("transcribe.cjs", import.meta.url));

const heard = (script: string, { flags = [] as string[], model = false } = {}): string =>
  execFileSync(process.execPath, [...flags, program, script, ...(model ? ["with-model"] : [])], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();

/** What the recognizer of this process hears in the same samples. */
function expected(): string {
  const engine = recognizer("simd", bytesOf("models/commands.safetensors"));
  const stream = engine.createStream();
  const bytes = bytesOf("examples/digits.wav");
  stream.acceptWaveform(16000, new Int16Array(bytes.buffer, 44, 4 * 16000));
  stream.inputFinished();
  const text = stream.results().map((result) => result.text);
  engine.free();
  return `${text}`;
}

const words = expected();

/** Node 20 has relaxed SIMD behind a flag, which this process has been given (vitest.config.ts), but not those it starts. */
const preferred = Number(process.versions.node.split(".")[0]) < 22 ? "simd" : "relaxed";

describe("foldvox by require()", () => {
  it("finds engine and model, and the fastest build that runs here", () => {
    expect(words.split(" ").length).toBeGreaterThan(2);
    expect(heard("build/cjs/index.js")).toBe(`${preferred}: ${words}`);
  });

  it("runs the scalar build where the simd one does not validate", () => {
    expect(heard("build/cjs/index.js", { flags: ["--no-enable-sse4-1"] })).toBe(`scalar: ${words}`);
    expect(heard("build/cjs/inline.js", { flags: ["--no-enable-sse4-1"], model: true })).toBe(`scalar: ${words}`);
  });

  it("says without WebAssembly what does without", () => {
    const answer = heard("build/cjs/index.js", { flags: ["--no-expose-wasm"] });
    expect(answer).toMatch(/^wasm-failed: .*no WebAssembly.*foldvox\/plain/);
  });
});

describe("foldvox/inline by require()", () => {
  it("has its engine inside, and asks for a model", () => {
    expect(heard("build/cjs/inline.js", { model: true })).toBe(`${preferred}: ${words}`);
    expect(heard("build/cjs/inline.js")).toMatch(/^bad-argument: .*model option/);
  });
});

describe("foldvox/plain by require()", () => {
  it("takes the place of foldvox without WebAssembly", () => {
    expect(heard("build/cjs/plain.js", { flags: ["--no-expose-wasm"] })).toBe(`plain: ${words}`);
  }, 300_000);
});

/** Evaluates an expression over `foldvox` and the bytes of a small model, in a realm of its own; an error's code and message if it fails. */
function evaluated(script: string, expression: string, wasm: boolean): string {
  const realm = createContext(
    { bytes: bytesOf("models/commands-tiny.safetensors"), URL },
    { codeGeneration: { wasm } },
  );
  const code = Buffer.from(bytesOf(`build/cjs/${script}.js`)).toString();
  runInContext(
    `const module = { exports: {} }; { const exports = module.exports; ${code} } var foldvox = module.exports;`,
    realm,
  );
  runInContext("const model = Uint8Array.from(bytes);", realm);
  return runInContext(`try { ${expression} } catch ({ code, message }) { \`\${code}: \${message}\` }`, realm);
}

describe("at once, in a place with nothing but the language", () => {
  const build = "foldvox.createRecognizerSync({ model }).build";

  it("foldvox/inline and foldvox/plain start", () => {
    expect(evaluated("inline", build, true)).toBe("relaxed");
    expect(evaluated("plain", build, true)).toBe("plain");
  });

  it("foldvox asks for the bytes of its engine", () => {
    expect(evaluated("index", build, true)).toMatch(/^bad-argument: .*wasm option.*foldvox\/inline/);
  });

  it("only foldvox/plain starts where WebAssembly may not be compiled", () => {
    expect(evaluated("inline", build, false)).toMatch(/^wasm-failed: .*disallowed.*foldvox\/plain/);
    expect(evaluated("plain", build, false)).toBe("plain");
  });
});
