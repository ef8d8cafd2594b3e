// Names of the models that come with foldvox. Every build knows them, also those that bring no model.

export const BUNDLED_NAMES = ["commands", "commands-tiny", "english"] as const;

export type BundledName = (typeof BUNDLED_NAMES)[number];

/** Whether a model is given by its name, as "english". A file of that name beside the program is "./english". */
export function isBundledName(model: unknown): model is BundledName {
  return BUNDLED_NAMES.includes(model as BundledName);
}
