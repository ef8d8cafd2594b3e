// Made by scripts/build-js.mjs.

declare module "*/foldvox.plain.js" {
  export function instantiate(imports: { env: { memory: { buffer: ArrayBuffer } } }): object;
}
