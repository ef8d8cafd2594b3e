// What streams have to do, run side by side: steps of the encoder that are ready together are one step.

/** A step's output for one stream: rows [tokens][outputDim], a view that the next step overwrites. */
export interface StepOutput {
  readonly output: Float32Array;
  readonly tokens: number;
}

/** A stream as a step sees it. */
export interface SteppedStream {
  /** Address of the stream's state block. */
  readonly address: number;
  /** This stream's rows of the step that has just been run; they begin at row `firstRow` of the output window. */
  outputFrom(firstRow: number): StepOutput;
}

/** A stream's work: pauses where a step of the encoder is to be run, and goes on with the step's output. */
export type Work = Generator<SteppedStream, void, StepOutput>;

/**
 * Runs all works to their ends. `step` runs one step of up to `batch` streams and returns their outputs. Throws what the
 * first failing work has thrown, when the others are done.
 */
export function runTogether(
  works: readonly Work[],
  batch: number,
  step: (streams: readonly SteppedStream[]) => readonly StepOutput[],
): void {
  const paused: { readonly work: Work; readonly stream: SteppedStream }[] = [];
  const failures: unknown[] = [];
  const resume = (work: Work, output?: StepOutput) => {
    try {
      // The first call's value goes nowhere.
      const { done, value } = work.next(output as StepOutput);
      if (!done) paused.push({ work, stream: value });
    } catch (failure) {
      failures.push(failure);
    }
  };
  for (const work of works) resume(work);
  while (paused.length > 0) {
    const turn = paused.splice(0, batch);
    const outputs = step(turn.map(({ stream }) => stream));
    turn.forEach(({ work }, i) => {
      resume(work, outputs[i]);
    });
  }
  if (failures.length > 0) throw failures[0];
}
