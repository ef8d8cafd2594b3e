// Where runtimes from package registries are kept: outside the tree, each in a folder of its own.

import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { outputOf } from "./processes.mjs";

const FOLDER = resolve(process.env.FOLDVOX_RUNTIMES ?? "node_modules/.cache/foldvox-runtimes");

/** A folder for what is made on the way, such as bundles. */
export async function workFolder(name) {
  const folder = join(FOLDER, "work", name);
  await mkdir(folder, { recursive: true });
  return folder;
}

/** A way to fetch `file` of packages; `install` puts them into a folder. */
function cached(name, file, install) {
  const folder = join(FOLDER, name);
  return {
    folder,
    path: join(folder, file),
    present: () => existsSync(join(folder, file)),
    async fetch() {
      const partial = `${folder}.partial`;
      await rm(partial, { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true });
      await mkdir(partial, { recursive: true });
      await install(partial);
      await rename(partial, folder);
    },
  };
}

/** Packages of npm, their install scripts not run. */
export function npmPackages(name, packages, file) {
  return cached(name, join("node_modules", file), async (folder) => {
    await writeFile(join(folder, "package.json"), '{ "private": true }');
    await outputOf("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", folder, ...packages]);
  });
}

/** A package of PyPI. */
export function pythonPackage(name, requirement, file) {
  return cached(name, file, (folder) =>
    outputOf("python3", ["-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, requirement]),
  );
}

/** Programs of Debian, the first of which is run. */
export function debianPackages(packages, ...paths) {
  const path = paths.find(existsSync) ?? paths[0];
  return {
    path,
    present: () => paths.some(existsSync),
    async fetch() {
      if (process.getuid?.() !== 0) throw new Error(`apt-get install ${packages.join(" ")} needs to be root`);
      const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
      await outputOf("apt-get", ["update", "-qq"], { env });
      await outputOf("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], { env });
    },
  };
}
