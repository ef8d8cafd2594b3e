// One LSTM layer, plain or layer-normalised: torchaudio's _CustomLSTM, a step at a time for several independent sequences.

import { lstmCell, lstmHidden } from "../kernels/lstm";
import { addVectors } from "../kernels/vector";
import { Linear, linear } from "./linear";
import { Norm, normalise } from "./norm";
import { Scratch } from "./scratch";

@unmanaged
export class Lstm {
  hidden: i32;
  /** [4 hidden, inputs], gates in the order i, f, g, o; a bias where there are no norms */
  fromInput: Linear;
  /** [4 hidden, hidden] */
  fromState: Linear;
  /** Of the gates [4 hidden] and of the cell state [hidden], or both null */
  gateNorm: Norm | null;
  cellNorm: Norm | null;
}

/** x[M][inputs] in; h[M][hidden] and c[M][hidden] become the next state. gates and recurrent [M][4 hidden] are scratch. */
export function lstm(l: Lstm, s: Scratch, x: usize, h: usize, c: usize, gates: usize, recurrent: usize, M: i32): void {
  linear(l.fromInput, s, gates, x, M);
  linear(l.fromState, s, recurrent, h, M);
  addVectors(gates, gates, recurrent, 4 * M * l.hidden);
  const gateNorm = l.gateNorm;
  if (gateNorm) normalise(gateNorm, gates, gates, M);

  const bytes = <usize>l.hidden << 2;
  for (let m: usize = 0; m < <usize>M; m++) lstmCell(c + m * bytes, gates + 4 * m * bytes, l.hidden);
  const cellNorm = l.cellNorm;
  if (cellNorm) normalise(cellNorm, c, c, M);
  for (let m: usize = 0; m < <usize>M; m++) lstmHidden(h + m * bytes, gates + 4 * m * bytes, c + m * bytes, l.hidden);
}
