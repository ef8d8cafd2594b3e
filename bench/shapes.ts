// The int8 products of one step of a model, from its configuration.

import type { ModelConfig } from "../src/model/config.ts";

export interface Product {
  /** What it is for. */
  readonly name: string;
  /** Rows, outputs, inputs. */
  readonly M: number;
  readonly N: number;
  readonly K: number;
  /** How often a step has it. */
  readonly count: number;
}

type Entry = readonly [name: string, M: number, N: number, K: number];

export const shapeName = ({ M, N, K }: Product) => `${M} x ${N} x ${K}`;
export const operations = ({ M, N, K }: Product) => 2 * M * N * K;

function layerProducts({ encoder }: ModelConfig): Entry[] {
  const tokens = encoder.segment + encoder.rightContext;
  return encoder.layers.flatMap(
    ({ attentionFold, feedForwardFold, feedForward, firstFeedForward, kernel }): Entry[] => {
      const { width } = encoder;
      const feedForwards = [feedForward, ...(firstFeedForward ? [firstFeedForward] : [])];
      const convolution: Entry[] = [
        ["values and gates", tokens, 2 * width, width],
        ["behind the filters", tokens, width, width],
      ];
      const d = encoder.width / attentionFold;
      const narrow = encoder.width / feedForwardFold;
      return [
        ["key and value", tokens * attentionFold, 2 * d, d],
        ["query, output", tokens * attentionFold, d, d],
        ["query, output", tokens * attentionFold, d, d],
        ...feedForwards.flatMap((hidden): Entry[] => [
          ["expand", tokens * feedForwardFold, hidden / feedForwardFold, narrow],
          ["contract", tokens * feedForwardFold, narrow, hidden / feedForwardFold],
        ]),
        ...(kernel ? convolution : []),
      ];
    },
  );
}

/** Products of a full segment, without a memory bank; equal ones are counted together. */
export function stepProducts(config: ModelConfig): Product[] {
  const { encoder, head, tokens } = config;
  const { segment, stride, inputKernel, inputDim, projection, outputDim } = encoder;
  const all: Entry[] = [
    inputKernel
      ? ["input projection", segment, projection, inputKernel * inputDim]
      : ["input projection", segment * stride, projection, inputDim],
    ...layerProducts(config),
  ];
  if (encoder.output !== "direct") all.push(["output", segment, outputDim, encoder.width]);
  if (head.type === "ctc") all.push(["head", segment, tokens.length, outputDim]);
  const products = new Map<string, Product>();
  for (const entry of all) {
    const [name, M, N, K] = entry;
    const key = entry.join();
    products.set(key, { name, M, N, K, count: (products.get(key)?.count ?? 0) + 1 });
  }
  return [...products.values()];
}
