// Names of the models that come with foldvox. Every build knows them, also those that bring no model.

import { FoldvoxError } from "../errors.ts";

export const BUNDLED_NAMES = ["commands", "commands-tiny", "english"] as const;

export type BundledName = (typeof BUNDLED_NAMES)[number];

/** Whether a model is given by its name, as "english". A file of that name beside the program is "./english". */
export function isBundledName(model: unknown): model is BundledName {
  return BUNDLED_NAMES.includes(model as BundledName);
}

/** What went wrong with a model by its name, with what to do where a page has been bundled. */
export function bundledProblem(name: BundledName, problem: unknown): unknown {
  if (name === "commands" || !(problem instanceof FoldvoxError) || !/^(io|bad-model)$/.test(problem.code))
    return problem;
  const advice = `A bundle carries no models that it does not import: import * as model from "foldvox/${name}", and give { ...model }.`;
  return new FoldvoxError(problem.code, `${problem.message} ${advice}`, { cause: problem });
}
