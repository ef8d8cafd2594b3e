// npm run runtimes: runs the suite of runtimes/ in every JavaScript runtime of its list, compares, and writes docs/runtimes.md.

import { writeFile } from "node:fs/promises";
import { Command } from "commander";
import { disagreements } from "../runtimes/agreement.mjs";
import { RUNTIMES } from "../runtimes/list.mjs";
import { report } from "../runtimes/report.mjs";

const program = new Command("npm run runtimes --")
  .description("Runs one suite in many JavaScript runtimes, and writes docs/runtimes.md if it ran in all.")
  .argument("[names...]", `which: ${RUNTIMES.map(({ name }) => name).join(", ")}; without names all`)
  .option("--fetch", "fetch them only")
  .parse();
const names = program.args;
const unknown = names.find((name) => !RUNTIMES.some((runtime) => runtime.name === name));
if (unknown) program.error(`There is no runtime called ${unknown}.`);

const first = RUNTIMES[0];
const chosen = RUNTIMES.filter((runtime) => names.length === 0 || runtime === first || names.includes(runtime.name));
const outcomes = [];
let failed = false;
for (const runtime of chosen) {
  try {
    if (!runtime.source.present()) {
      console.error(`${runtime.name}: fetching`);
      await runtime.source.fetch();
    }
  } catch (error) {
    console.error(`${runtime.name}: ${error.message}`);
    outcomes.push({ runtime, reason: error.message.split("\n")[0] });
    if (program.opts().fetch) failed = true;
    continue;
  }
  if (program.opts().fetch) continue;
  try {
    const version = await runtime.version();
    const findings = await runtime.run(runtime.models);
    const wrong = disagreements(runtime, findings, outcomes[0]?.findings ?? findings);
    for (const difference of wrong) console.error(`${runtime.name}: ${difference}`);
    if (wrong.length > 0) failed = true;
    const speeds = findings.map(({ model, host }) => `${model} RTF ${host.rtf.toPrecision(2)}`);
    console.error(`${runtime.name} ${version}: ${findings[0].host.build}, ${speeds.join(", ")}`);
    outcomes.push({ runtime, version, findings });
  } catch (error) {
    console.error(`${runtime.name}: ${error.message}`);
    failed = true;
  }
}
if (failed) process.exitCode = 1;
else if (!program.opts().fetch) {
  const text = report(outcomes);
  if (names.length > 0) console.log(text);
  else await writeFile("docs/runtimes.md", text);
}
