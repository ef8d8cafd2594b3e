// The records that every network is made of: linear layers and norms, over the tensors of the model file.

import { groupsName, scaleName } from "../../model/tensors.ts";
import type { ArenaPlan } from "../arena-plan.ts";
import * as layout from "../layout.ts";
import type { RecordSink } from "../records.ts";

/** The engine's activations by their names in lower case, as model files have them. */
export type ActivationName = Lowercase<keyof typeof layout.Activation>;

/** The engine's number for an activation. */
export function activationNumber(name: ActivationName): number {
  return layout.Activation[name.toUpperCase() as keyof typeof layout.Activation];
}

/** torch.nn.LayerNorm's default. */
const EPSILON = 1e-5;

/** Puts the records of parts into a descriptor. */
export class Parts {
  readonly records: RecordSink;
  /** Addresses of all Linear records so far. */
  readonly linears: number[] = [];
  private readonly tensors: ArenaPlan["tensors"];

  constructor(records: RecordSink, tensors: ArenaPlan["tensors"]) {
    this.records = records;
    this.tensors = tensors;
  }

  /** Address of a tensor, or 0 if the model file has none of that name. */
  tensor(name: string): number {
    return this.tensors.get(name) ?? 0;
  }

  linear(name: string, outputs: number, inputs: number, activation: ActivationName = "none"): number {
    const weight = `${name}.weight`;
    const record = this.records.record(layout.Linear, {
      weight: this.tensor(weight),
      groups: this.tensor(groupsName(weight)),
      scales: this.tensor(scaleName(weight)),
      bias: this.tensor(`${name}.bias`),
      outputs,
      inputs,
      activation: activationNumber(activation),
    });
    this.linears.push(record);
    return record;
  }

  norm(name: string, width: number, epsilon = EPSILON): number {
    const [gamma, beta] = [this.tensor(`${name}.weight`), this.tensor(`${name}.bias`)];
    return this.records.record(layout.Norm, { gamma, beta, width, epsilon });
  }

  embedding(name: string, width: number): number {
    const weight = `${name}.weight`;
    const [address, scales] = [this.tensor(weight), this.tensor(scaleName(weight))];
    return this.records.record(layout.Embedding, { weight: address, scales, width });
  }
}
