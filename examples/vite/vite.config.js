import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  build: { target: "es2022" },
  worker: { format: "es" },
  // foldvox finds its worker, engine and model by URLs beside its own script; Vite's dependency cache would move only the script.
  optimizeDeps: { exclude: ["foldvox"] },
  // Only in this repository, where foldvox is not in node_modules but two folders up.
  server: { fs: { allow: ["../.."] } },
});
