// Which models there are to choose from: models.json, made by the build from what lies in models/.

export interface ModelEntry {
  readonly name: string;
  /** Relative to the page. */
  readonly url: string;
  readonly bytes: number;
}

export async function listModels(): Promise<ModelEntry[]> {
  const response = await fetch("./models.json");
  if (!response.ok) throw new Error(`models.json: the server answered ${response.status}`);
  return response.json();
}
