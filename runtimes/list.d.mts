export interface Finding {
  readonly model: string;
  readonly checksum: string;
  readonly host: { readonly rtf: number };
}

export interface Runtime {
  readonly name: string;
  readonly models: readonly string[];
  readonly source: { present(): boolean };
  run(models: readonly string[]): Promise<Finding[]>;
}

export const RUNTIMES: readonly [Runtime, ...Runtime[]];
