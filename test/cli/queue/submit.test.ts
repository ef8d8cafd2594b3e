// src/cli/queue/submit.ts

import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { jobId, placesOf } from "../../../src/cli/queue/submit.ts";
import { rejectionOf } from "../../support/errors.ts";

function recordings(): string {
  const folder = mkdtempSync(join(tmpdir(), "foldvox-submit-"));
  mkdirSync(join(folder, "sub"));
  for (const name of ["a.wav", "sub/b.mp3", "notes.txt"]) writeFileSync(join(folder, name), "");
  return folder;
}

describe("placesOf", () => {
  it("puts results beside the audio, or under another folder or prefix", async () => {
    const folder = recordings();
    const inputs = [join(folder, "a.wav"), join(folder, "sub/b.mp3")];
    const outputs = async (out?: string) => (await placesOf([folder], undefined, out)).places;
    expect(await outputs()).toEqual(inputs.map((input) => ({ input, output: `${input}.json` })));
    expect((await outputs("/out")).map(({ output }) => output)).toEqual(["/out/a.wav.json", "/out/sub/b.mp3.json"]);
    expect((await outputs("s3://talks/text/")).map(({ output }) => output)).toEqual([
      "s3://talks/text/a.wav.json",
      "s3://talks/text/sub/b.mp3.json",
    ]);
  });

  it("takes addresses, from a list too, each once", async () => {
    const folder = recordings();
    const list = join(folder, "list");
    writeFileSync(list, "https://x.org/c.wav\ns3://talks/d.wav\na.wav\n\n");
    const { places } = await placesOf(["https://x.org/c.wav"], list, "/out");
    expect(places).toEqual([
      { input: join(folder, "a.wav"), output: "/out/a.wav.json" },
      { input: "https://x.org/c.wav", output: "/out/c.wav.json" },
      { input: "s3://talks/d.wav", output: "/out/d.wav.json" },
    ]);
    expect((await placesOf(["s3://talks/d.wav"], undefined, undefined)).places).toEqual([
      { input: "s3://talks/d.wav", output: "s3://talks/d.wav.json" },
    ]);
  });

  it("refuses what has no place, or a place that is taken", async () => {
    const refused = (inputs: string[], out?: string) => rejectionOf(placesOf(inputs, undefined, out));
    expect((await refused(["https://x.org/c.wav"])).message).toMatch(/--out/);
    expect((await refused(["https://x.org/c.wav", "https://y.org/c.wav"], "/out")).message).toMatch(/both be written/);
    expect((await refused(["a.wav"], "https://x.org/")).message).toMatch(/written to a URL/);
  });
});

describe("jobId", () => {
  it("is that of input and place alone, unless it is salted", () => {
    const place = { input: "/a", output: "/b" };
    expect(jobId(place)).toMatch(/^[0-9a-f]{32}$/);
    expect(jobId({ ...place })).toBe(jobId(place));
    const others = [jobId({ input: "/a", output: "/c" }), jobId({ input: "/b", output: "/b" }), jobId(place, "1")];
    expect(new Set([jobId(place), ...others]).size).toBe(4);
  });
});
