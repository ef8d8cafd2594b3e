// Who may write to an entry of a folder cache, with file systems that stop at the worst moment.

import { mkdtempSync, promises, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { FolderCache } from "../../src/loading/folder-cache.ts";

const MODEL = "https://example.com/model.safetensors";
/** No system has a process of that number. */
const GONE = "999999999";

let folder: string;
let lock: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "foldvox-cache-"));
  const entry = await new FolderCache(promises, folder).open(MODEL);
  lock = join(folder, readdirSync(folder).find((name) => name.endsWith(".lock"))!);
  await entry!.close();
});

/** Something to wait for until `open` is called. */
function gate(): { passed: Promise<void>; open: () => void } {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

/** Creates files at once, and writes to them when the gate opens: another process may come between the two. */
function slowToWrite(gate: Promise<void>, created: () => void): Partial<typeof promises> {
  const writeFile = async (path: string, text: string, { flag }: { flag: string }) => {
    const file = await promises.open(path, flag);
    created();
    await gate;
    await file.write(text);
    await file.close();
  };
  return { writeFile: writeFile as typeof promises.writeFile };
}

/** As on exFAT. */
const withoutLinks: Partial<typeof promises> = {
  link: () => Promise.reject(Object.assign(new Error("operation not permitted"), { code: "EPERM" })),
};

const openWith = (changes: Partial<typeof promises> = {}) =>
  new FolderCache({ ...promises, ...changes }, folder).open(MODEL);

/** An entry that holds nothing yet is there only for its owner. */
const owners = (entries: unknown[]) => entries.filter((entry) => entry !== null).length;

describe("an entry", () => {
  it.each([
    ["with", {}],
    ["without", withoutLinks],
  ])("has one owner, also where a lock is found as it is being made, %s hard links", async (_, links) => {
    const [created, write] = [gate(), gate()];
    const first = openWith({ ...links, ...slowToWrite(write.passed, created.open) });
    await created.passed;
    const second = await openWith(links);
    write.open();
    expect(owners([await first, second])).toBe(1);
    await (await first)?.close();
    await second?.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("has one owner of many who want it at once", async () => {
    for (const links of [{}, withoutLinks]) {
      for (const stale of [false, true]) {
        if (stale) writeFileSync(lock, GONE);
        const entries = await Promise.all(Array.from({ length: 8 }, () => openWith(links)));
        expect(owners(entries)).toBe(1);
        for (const entry of entries) await entry?.close();
        expect(readdirSync(folder)).toEqual([]);
      }
    }
  });

  it("is not taken from somebody who took it over in the meantime", async () => {
    writeFileSync(lock, GONE);
    const [read, goOn] = [gate(), gate()];
    const readFile = async (path: string) => {
      const text = await promises.readFile(path, "utf8");
      if (path === lock) {
        read.open();
        await goOn.passed;
      }
      return text;
    };
    const late = openWith({ readFile: readFile as typeof promises.readFile });
    await read.passed;
    const early = await openWith();
    goOn.open();
    expect(early).not.toBeNull();
    expect(await late).toBeNull();
    expect(Number.parseInt(readFileSync(lock, "utf8"), 10)).toBe(process.pid);
    await early!.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is taken over from a process of the same number that went before this one came, as in a container", async () => {
    writeFileSync(lock, String(process.pid));
    expect(await openWith()).toBeNull();
    utimesSync(lock, new Date(), new Date(Date.now() - 1000 * process.uptime() - 60_000));
    const entry = await openWith();
    expect(entry).not.toBeNull();
    await entry!.close();
  });

  it("is taken over from a process that went while it took it over", async () => {
    writeFileSync(lock, GONE);
    writeFileSync(`${lock}.stale`, GONE);
    const entry = await openWith();
    expect(entry).not.toBeNull();
    await entry!.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is taken over from a process that runs, once its lock has not been touched for long", async () => {
    writeFileSync(lock, String(process.ppid));
    expect(await openWith()).toBeNull();
    const tenMinutesAgo = Date.now() / 1000 - 600;
    utimesSync(lock, tenMinutesAgo, tenMinutesAgo);
    const entry = await openWith();
    expect(entry).not.toBeNull();
    await entry!.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is not finished by a process that has lost it, nor its lock removed", async () => {
    const slept = (await openWith())!;
    await slept.begin({ validator: null, totalBytes: 3 });
    await slept.append(new Uint8Array(3));
    const tenMinutesAgo = Date.now() / 1000 - 600;
    utimesSync(lock, tenMinutesAgo, tenMinutesAgo);
    const other = (await openWith())!;
    await other.begin({ validator: null, totalBytes: 9 });
    await other.append(new Uint8Array(1));
    await expect(slept.finish()).rejects.toThrow(/taken the entry over/);
    await other.append(new Uint8Array(8));
    await other.finish();
    await other.close();
    const found = (await openWith())!;
    expect(found.whole).toMatchObject({ bytes: 9, origin: { totalBytes: 9 } });
    await found.close();
  });

  it("is taken over from a lock that says nothing, but not before its maker had time to write", async () => {
    writeFileSync(lock, "");
    expect(await openWith()).toBeNull();
    const aMinuteAgo = Date.now() / 1000 - 60;
    utimesSync(lock, aMinuteAgo, aMinuteAgo);
    expect(await openWith()).not.toBeNull();
  });
});
