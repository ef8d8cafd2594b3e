// What "the same in every runtime" means.

import { isDeepStrictEqual } from "node:util";

/** How the findings of a runtime differ from those of the first, and from the build it ought to have chosen; empty if in nothing. */
export function disagreements(runtime, findings, reference) {
  const wrong = [];
  if (findings.length !== runtime.models.length) wrong.push(`${findings.length} of ${runtime.models.length} models`);
  for (const found of findings) {
    const expected = reference.find(({ model }) => model === found.model);
    for (const what of ["words", "checksum", "memory"]) {
      if (isDeepStrictEqual(found[what], expected[what])) continue;
      wrong.push(`${what} of ${found.model}: ${JSON.stringify(found[what])}, not ${JSON.stringify(expected[what])}`);
    }
    const { build } = found.host;
    if (build !== runtime.build) wrong.push(`the ${build} build ran ${found.model}, not ${runtime.build}`);
  }
  return wrong;
}
