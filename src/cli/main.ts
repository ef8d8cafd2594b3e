// The foldvox command. Results go to stdout, everything else to stderr; exit 0 done, 1 failed, 2 bad usage.

import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { FoldvoxError } from "../errors.ts";
import { encode } from "./encode.ts";
import { evaluate } from "./evaluate.ts";
import { inspect } from "./inspect.ts";
import { OUTPUT_FORMATS, transcribe } from "./transcribe.ts";

function sampleRate(text: string): number {
  const rate = Number(text);
  if (!Number.isInteger(rate) || rate < 4000 || rate > 384000) {
    throw new InvalidArgumentError("Give a whole number of Hz from 4000 to 384000.");
  }
  return rate;
}

const model = () => new Option("-m, --model <file>", "model file (default: the bundled English commands model)");

const program = new Command("foldvox")
  .description("On-device streaming speech recognition with folded attention.")
  .showHelpAfterError()
  .exitOverride();

program
  .command("transcribe")
  .description("Transcribe a WAV file, or raw audio from stdin, as a stream. Text goes to stdout as it becomes final.")
  .argument("[file]", "WAV file, or - for raw PCM from stdin")
  .addOption(model())
  .option("-f, --file <file>", "the same as the argument")
  .addOption(
    new Option("-o, --output <format>", "what to print, also written -otxt -osrt -ovtt -oj")
      .choices(OUTPUT_FORMATS)
      .default("txt"),
  )
  .option("-w, --words", "print every word with its times as soon as it is heard")
  .option("--memory", "print a memory report at the end")
  .option("--realtime", "feed the audio no faster than it was spoken")
  .addOption(new Option("--raw-format <format>", "samples on stdin").choices(["s16le", "f32le"]).default("s16le"))
  .option("--raw-rate <hz>", "sample rate on stdin", sampleRate, 16000)
  .addHelpText(
    "after",
    `
Examples:
  foldvox transcribe speech.wav                        text, one utterance a line
  foldvox transcribe -w --memory speech.wav            words with times, and what it took
  foldvox transcribe -osrt speech.wav > speech.srt     subtitles
  arecord -q -f S16_LE -r 16000 | foldvox transcribe -  from the microphone`,
  )
  .action(transcribe);

program
  .command("inspect")
  .description("Show a model file's layers, parameters, bytes, arena, multiply-adds and energy estimate.")
  .argument("<model>", "model file")
  .option("--json", "print JSON")
  .action(inspect);

program
  .command("encode")
  .description(
    "Run the encoder alone. The input holds `features` [T, mels] (normalised) or `waveform` [samples]; the result holds `output` [T', D], the exact tensor that decoding sees: log-probs of a CTC model.",
  )
  .argument("<model>", "model file")
  .argument("<input>", "safetensors file with features or waveform, F32")
  .argument("<output>", "safetensors file to write")
  .action(encode);

program
  .command("evaluate")
  .description(
    "Measure word error rate, false words per hour, latency and speed over a manifest: tab-separated with a header row and the columns path, start, samples, text, and optionally speaker and words (word@end in seconds).",
  )
  .argument("<model>", "model file")
  .argument("<manifest>", "manifest.tsv; paths are relative to it")
  .option("--json", "print JSON")
  .option("--utterances <file>", "write each row's result to this file, a JSON object a line")
  .action(evaluate);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    process.stderr.write(
      `foldvox: ${error instanceof FoldvoxError ? `${error.message} (${error.code})` : (error as Error).stack}\n`,
    );
    process.exitCode = 1;
  }
}
