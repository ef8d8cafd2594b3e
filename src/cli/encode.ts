// foldvox encode: the encoder alone, for parity tests and for decoders of one's own.

import { FoldvoxError } from "../errors.ts";
import { readSafetensors, type Tensor, writeSafetensors } from "../model/safetensors.ts";
import { openRecognizer, readWhole, writeWhole } from "./files.ts";

function floats(name: string, tensor: Tensor): Float32Array {
  if (tensor.dtype !== "F32") throw new FoldvoxError("bad-argument", `Tensor "${name}" is ${tensor.dtype}; give F32.`);
  return new Float32Array(tensor.bytes.slice().buffer);
}

/** The input tensor, checked against the model's number of mels. Errors: bad-argument. */
function encoderInput(
  tensors: Map<string, Tensor>,
  mels: number,
): { features: Float32Array } | { waveform: Float32Array } {
  const features = tensors.get("features");
  const waveform = tensors.get("waveform");
  if (features) {
    if (features.shape.length !== 2 || features.shape[1] !== mels) {
      throw new FoldvoxError(
        "bad-argument",
        `Tensor "features" is [${features.shape}]; the model takes [frames, ${mels}].`,
      );
    }
    return { features: floats("features", features) };
  }
  if (waveform?.shape.length === 1) return { waveform: floats("waveform", waveform) };
  throw new FoldvoxError("bad-argument", 'The input has neither "features" [T, mels] nor "waveform" [samples].');
}

export async function encode(model: string, inputPath: string, outputPath: string): Promise<void> {
  const recognizer = await openRecognizer(model);
  const input = encoderInput(readSafetensors(await readWhole(inputPath)), recognizer.header.config.features.mels);
  const { output, tokens, dim } = recognizer.encode(input);
  const bytes = new Uint8Array(output.buffer, output.byteOffset, output.byteLength);
  await writeWhole(outputPath, writeSafetensors(new Map([["output", { dtype: "F32", shape: [tokens, dim], bytes }]])));
  process.stderr.write(`${tokens} tokens of ${dim} values\n`);
  recognizer.free();
}
