// node run-scripts.mjs FILE...: runs each in turn, and says for each on a line of its own what it threw.

for (const file of process.argv.slice(2)) {
  const failed = await import(file).then(
    () => null,
    (error) => String(error?.stack ?? error),
  );
  process.stdout.write(`\n@@ ${JSON.stringify({ file, failed })}\n`);
}
process.exit(0);
