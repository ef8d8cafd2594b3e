// A project of a user's: a folder of its own, with foldvox from the tarball and what else the user has installed.

import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { npm, pack, root, unpack } from "./packed.ts";

export interface Project {
  readonly folder: string;
  /** Writes files by their paths in the project. */
  write(files: Record<string, string>): void;
  /** Copies a file of this repository into the project. */
  copy(from: string, to: string): void;
  read(path: string): string;
  /** Runs a program that the project has installed, in one of its folders. Returns what it printed. */
  run(folder: string, program: string, ...options: string[]): string;
  remove(): void;
}

export function createProject(...dependencies: string[]): Project {
  const packed = pack();
  const { folder, remove } = packed;
  const at = (path: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    return join(folder, path);
  };
  const write = (files: Record<string, string>) => {
    for (const [path, text] of Object.entries(files)) writeFileSync(at(path), text);
  };
  write({ "package.json": '{ "private": true }' });
  if (dependencies.length > 0) {
    npm(folder, "install", "--no-audit", "--no-fund", "--prefer-offline", packed.tarball, ...dependencies);
  } else {
    // foldvox depends on nothing, so npm would do no more than this.
    mkdirSync(join(folder, "node_modules"));
    renameSync(unpack(packed), join(folder, "node_modules/foldvox"));
  }
  return {
    folder,
    write,
    copy: (from, to) => cpSync(join(root, from), at(to)),
    read: (path) => readFileSync(join(folder, path), "utf8"),
    run: (inside, program, ...options) => npm(join(folder, inside), "exec", "--", program, ...options),
    remove,
  };
}
