// Examples at the end of every command's help.

import type { Command } from "commander";

const EXAMPLES: Record<string, string> = {
  transcribe: `
  foldvox transcribe speech.wav                        text, one utterance a line
  foldvox transcribe -w --memory speech.wav            words with times, and what it took
  foldvox transcribe -osrt speech.mp3 > speech.srt     subtitles
  foldvox transcribe -ovtt --out subtitles recordings  a folder, by all cores; run it again to go on
  foldvox transcribe --grammar phrases.txt speech.wav  nothing but these phrases
  foldvox transcribe --channel each call.wav           who said what, of a call with one party on each side
  foldvox transcribe -osrt -of talk --max-len 32 a.mp3 talk.srt, lines of 32 characters at most
  foldvox transcribe --offset 60 --duration 30 https://example.org/talk.ogg
  arecord -q -f S16_LE -r 16000 | foldvox transcribe - from the microphone, until Ctrl-C`,
  inspect: `
  foldvox inspect model.safetensors                    layers, memory, energy
  foldvox inspect model.safetensors --json             the same for programs`,
  pronounce: `
  foldvox pronounce kitchen 42 7:30 Dr.                every way of saying them`,
  encode: `
  foldvox encode model.safetensors waveform.safetensors output.safetensors`,
  decode: `
  foldvox decode model.safetensors output.safetensors --beam 8 --alternatives 3`,
  convert: `
  foldvox convert torchaudio rnnt.pt --tokens spm.model --stats global_stats.json -o rnnt.safetensors`,
  quantize: `
  foldvox quantize fp32.safetensors -o int8.safetensors
  foldvox quantize int8.safetensors --weights int4 -o int4.safetensors`,
  evaluate: `
  foldvox evaluate model.safetensors test/manifest.tsv
  foldvox evaluate model.safetensors test/manifest.tsv --grammar commands.jsgf --utterances results.jsonl`,
  serve: `
  foldvox serve                                        ws://127.0.0.1:2700, Wyoming on 10300
  foldvox serve -m model.safetensors --host 0.0.0.0 --port 8080 --no-wyoming`,
  work: `
  foldvox work --queue redis://localhost:6379 -t 4`,
  submit: `
  foldvox submit recordings --queue redis://localhost:6379 --wait
  foldvox submit s3://talks/monday.mp3 --queue redis://localhost:6379 --out s3://talks/text -o srt`,
  queue: `
  foldvox queue status --queue redis://localhost:6379`,
};

/** Adds them to the commands that the program has. */
export function addExamples(program: Command): void {
  for (const command of program.commands) {
    const examples = EXAMPLES[command.name()];
    if (examples !== undefined) command.addHelpText("after", `\nExamples:${examples}`);
  }
}
