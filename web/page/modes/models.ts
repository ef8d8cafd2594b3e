// What each way of listening loads. models.json is made by the build from what lies in models/.

export type ModeName = "phrases" | "dictation" | "words";

export interface ModelEntry {
  readonly name: string;
  /** Relative to the page. */
  readonly url: string;
  /** Of the model file, and of the files beside it that phrases and dictation need as well. */
  readonly bytes: number;
  readonly phrasesBytes?: number;
  readonly dictationBytes?: number;
}

export async function listModels(): Promise<ModelEntry[]> {
  const response = await fetch("./models.json");
  if (!response.ok) throw new Error(`models.json: the server answered ${response.status}`);
  return response.json();
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
