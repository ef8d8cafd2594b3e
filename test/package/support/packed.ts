// The package as users get it: what npm pack makes of this folder, which has been built.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../../", import.meta.url));

export interface Packed {
  /** The tarball. */
  readonly tarball: string;
  /** A folder that holds it, and nothing else that is needed. */
  readonly folder: string;
  /** Paths and bytes of what is inside. */
  readonly files: readonly { readonly path: string; readonly size: number }[];
  /** Bytes of the tarball. */
  readonly size: number;
  remove(): void;
}

/** The system's npm: a package in node_modules brings an old one, which scripts find first. Returns what it printed. */
export function npm(cwd: string, ...options: string[]): string {
  const path = process.env.PATH!.split(delimiter).filter((folder) => !folder.includes("node_modules"));
  const env = { ...process.env, PATH: path.join(delimiter) };
  return execFileSync("npm", options, { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Without the scripts that npm would run: building again would change files that other tests are using. */
export function pack(): Packed {
  const folder = mkdtempSync(join(tmpdir(), "foldvox-package-"));
  const options = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const answer = JSON.parse(npm(root, ...options));
  const [{ filename, files, size }] = Array.isArray(answer) ? answer : Object.values<typeof answer>(answer);
  return {
    tarball: join(folder, filename),
    folder,
    files,
    size,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Unpacks it into its folder, and returns where it lies then. */
export function unpack({ tarball, folder }: Packed): string {
  execFileSync("tar", ["-xzf", tarball, "-C", folder]);
  return join(folder, "package");
}
