// The foldvox command. Results go to stdout, everything else to stderr; exit 0 done, 1 failed, 2 bad usage.

import { isMainThread } from "node:worker_threads";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { version } from "../../package.json";
import { SMALLER, WEIGHTS } from "../convert/weights.ts";
import { FoldvoxError } from "../errors.ts";
import type { ChannelChoice } from "./channels.ts";
import { convertFromTorchaudio } from "./convert.ts";
import { convertFromArpa } from "./convert-arpa.ts";
import { decode } from "./decode.ts";
import { addDecodingFlags, number } from "./decoding-flags.ts";
import { encode } from "./encode.ts";
import { evaluate } from "./evaluate.ts";
import { addExamples } from "./examples.ts";
import { wholeNumber } from "./flag-values.ts";
import { inspect } from "./inspect.ts";
import { ioError } from "./io-error.ts";
import { OUTPUT_FORMATS } from "./printers.ts";
import { pronounce } from "./pronounce.ts";
import { quantize } from "./quantize.ts";
import { addQueueCommands } from "./queue/commands.ts";
import { addServe } from "./serve/serve.ts";
import { runThread } from "./threads.ts";
import { transcribe } from "./transcribe.ts";

function sampleRate(text: string): number {
  const rate = Number(text);
  if (!Number.isInteger(rate) || rate < 4000 || rate > 384000) {
    throw new InvalidArgumentError("Give a whole number of Hz from 4000 to 384000.");
  }
  return rate;
}

function secondsOf(text: string): number {
  const value = number(text);
  if (value < 0 || !Number.isFinite(value)) throw new InvalidArgumentError("Give seconds, 0 or more.");
  return value;
}

function channel(text: string): ChannelChoice {
  if (text === "mix" || text === "each" || text === "left" || text === "right") return text;
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Give mix, left, right, each, or a channel's number from 1 on.");
}

const model = () =>
  new Option(
    "-m, --model <model>",
    "model file, URL, or name of --list-models (default: the bundled English commands model)",
  );

const program = new Command("foldvox")
  .description("On-device streaming speech recognition with folded attention.")
  .version(version)
  .configureOutput({
    // One line, the error last: commander's suggestions stand on a line of their own.
    outputError: (text, write) =>
      write(
        `foldvox: ${text
          .replace(/^error: /, "")
          .trim()
          .replaceAll("\n", " ")} See foldvox --help\n`,
      ),
  })
  .exitOverride();

const transcribeCommand = program
  .command("transcribe")
  .description(
    "Transcribe a recording, or audio from stdin, as a stream: text goes to stdout as it becomes final. Several files, folders or a list become one transcript each, written beside the audio. Ctrl-C ends the audio and writes what was said.",
  )
  .argument("[files...]", "WAV, FLAC, MP3, Ogg Opus or Ogg Vorbis files, http(s) addresses, folders, or - for stdin")
  .addOption(model())
  .option("-f, --file <file>", "the same as the argument")
  .addOption(
    new Option(
      "-o, --output <format>",
      "what to print, also written -otxt -osrt -ovtt -ocsv -olrc -oj; j is a JSON object a line",
    )
      .choices(Object.keys(OUTPUT_FORMATS))
      .default("txt"),
  )
  .option("--output-file <name>", "write to name.txt (or .srt and so on) in place of stdout; also -of")
  .option("--max-len <n>", "characters of a line, row or cue at most", wholeNumber(10_000))
  .option("-w, --words", "print every word with its times as soon as it is heard")
  .option("--memory", "print a memory report at the end")
  .option("--channel <which>", "of several channels: mix, left, right, a number, or each on its own", channel, "mix")
  .option("--offset <s>", "begin so many seconds into the recording; times count from its start", secondsOf, 0)
  .option("--duration <s>", "transcribe so many seconds", secondsOf)
  .option("--realtime", "feed the audio no faster than it was spoken")
  .addOption(
    new Option("--raw-format <format>", "samples on stdin, where no file comes from there")
      .choices(["s16le", "f32le"])
      .default("s16le"),
  )
  .option("--raw-rate <hz>", "sample rate on stdin", sampleRate, 16000)
  .option("--raw-channels <n>", "interleaved channels on stdin", wholeNumber(64), 1)
  .option("--list <file>", "a batch of the files named in this one, one a line; - for stdin")
  .option("--out <folder>", "where transcripts are written, in place of beside the audio")
  .option("-t, --threads <n>", "threads of a batch (default: as many as the machine has)", wholeNumber(256))
  .option("--overwrite", "transcribe also what an earlier run has transcribed")
  .option("--quiet", "nothing on stderr but errors and warnings")
  .option("--print-progress", "a line on stderr for every ten percent")
  .option("--list-models", "print the models that come with foldvox, and end");
addDecodingFlags(transcribeCommand).action(transcribe);

program
  .command("inspect")
  .description("Show a model file's layers, parameters, bytes, arena, multiply-adds and energy estimate.")
  .argument("<model>", "model file")
  .option("--json", "print JSON")
  .action(inspect);

program
  .command("pronounce")
  .description(
    "Show the phonemes that are listened for where words, numbers or phrases are to be heard: every way of saying them, the most usual first. For models of phonemes.",
  )
  .argument("<words...>", 'words as they are written, such as kitchen 42 7:30 "$5" TV Dr.')
  .option("-m, --model <model>", "model file whose lexicon is used (default: the bundled English lexicon)")
  .option("--lexicon <file>", "lexicon to use in place of it")
  .option("--pronunciations <file>", "your own words, a line each: foldvox = f oʊ l d v ɑ k s")
  .option("--json", "print JSON, an object a word")
  .action(pronounce);

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
  .command("decode")
  .description(
    "Run the search alone over encoder output, such as `encode` writes, as one utterance. Prints JSON: the readings, best first, each with its score (natural logarithm), words and, of a transducer, tokens with times.",
  )
  .argument("<model>", "model file")
  .argument("<input>", "safetensors file with output [T', D], F32")
  .option("--beam <n>", "hypotheses to keep (default: greedy)", wholeNumber(1024))
  .option("--alternatives <n>", "readings of a CTC model to tell", wholeNumber(100))
  .action(decode);

const convertCommand = program
  .command("convert")
  .description("Make a model file from another toolkit's checkpoint, or a language model's from ARPA text.");

convertCommand
  .command("arpa")
  .description(
    "From the ARPA text of an n-gram model, as SRILM, KenLM and others write it, of up to 65,533 words: n-grams of up to three words, for dictation.",
  )
  .argument("<arpa>", "ARPA text")
  .argument("<output>", "language model to write")
  .option("--lexicon <file>", "lexicon by whose words it is numbered; without one it holds its words itself")
  .option("--name <name>", "what it is called (default: the file's name)")
  .option("--language <code>", "language of its words", "")
  .option("--licence <text>", "its licence", "")
  .option("--attribution <text...>", "whose work it is made of")
  .action(convertFromArpa);

convertCommand
  .command("torchaudio")
  .description(
    "From torchaudio's Emformer RNN-T: a state dict that torch.save has written, or a safetensors file of one. Nothing in it is executed.",
  )
  .argument("<checkpoint>", "state dict: .pt or .safetensors")
  .option("--config <file>", "JSON: arguments of emformer_rnnt_model (default: those of the base model)")
  .option("--tokens <file>", "SentencePiece .model of the checkpoint's tokens")
  .option("--stats <file>", "global_stats.json: mean and invstddev of the features")
  .addOption(new Option("--weights <type>", "how to store matrices").choices(WEIGHTS).default("int8"))
  .requiredOption("-o, --output <file>", "model file to write")
  .action(convertFromTorchaudio);

program
  .command("quantize")
  .description(
    "Make a smaller model file: int8 weights (of seven bits; int8-full: of all eight) from fp32 ones, or int4 weights from either.",
  )
  .argument("<model>", "model file")
  .addOption(new Option("--weights <type>", "how to store matrices").choices(SMALLER).default("int8"))
  .requiredOption("-o, --output <file>", "model file to write")
  .option("--force", "write even over the model itself")
  .action(quantize);

addDecodingFlags(program.command("evaluate"))
  .description(
    "Measure word error rate, false words per hour, latency, errors of word times and speed over a manifest: tab-separated with a header row and the columns path, start, samples, text, and optionally speaker and words (word@begin-end or word@end, in seconds).",
  )
  .argument("<model>", "model file")
  .argument("<manifest>", "manifest.tsv; paths are relative to it")
  .option("--json", "print JSON")
  .option("--utterances <file>", "write each row's result to this file, a JSON object a line")
  .action(evaluate);

addServe(program.command("serve").addOption(model()));
addQueueCommands(program, model);
addExamples(program);

// Whoever reads our output may have enough of it, as `head` has: no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  process.stderr.write(`foldvox: ${messageOf(ioError("stdout", error))}\n`);
  process.exit(1);
});

function messageOf(error: unknown): string {
  if (error instanceof FoldvoxError) return `${error.message} (${error.code})`;
  // What the system refuses is nobody's mistake in here: it needs no stack.
  const { code, message, stack } = error as NodeJS.ErrnoException;
  return typeof code === "string" && /^E[A-Z]+$/.test(code) ? message : (stack ?? message);
}

/** whisper.cpp's users write -of, which would be -o of a form called f. */
const argv = process.argv.map((argument) => (argument === "-of" ? "--output-file" : argument));

try {
  // The command's threads run this same file.
  if (isMainThread) await program.parseAsync(argv);
  else await runThread();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else {
    process.stderr.write(`foldvox: ${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}
