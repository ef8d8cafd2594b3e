// The commands that work through a queue.

import { Argument, type Command, InvalidArgumentError, type Option } from "commander";
import { addDecodingFlags } from "../decoding-flags.ts";
import { wholeNumber } from "../flag-values.ts";
import type { Form } from "./bullmq.ts";
import { inspectQueue, QUEUE_ACTIONS } from "./inspect-queue.ts";
import { submit } from "./submit.ts";
import { work } from "./work.ts";

const FORMS: readonly Form[] = ["txt", "srt", "vtt"];
const QUEUE = ["--queue <url>", "the queue's store: redis://HOST:PORT"] as const;

function form(text: string, before: readonly Form[]): Form[] {
  const known = FORMS.find((one) => one === text);
  if (!known) throw new InvalidArgumentError(`Give one of ${FORMS.join(", ")}.`);
  return [...new Set([...before, known])];
}

/** Adds work, submit and queue to the program. */
export function addQueueCommands(program: Command, model: () => Option): void {
  addDecodingFlags(
    program
      .command("work")
      .description("Transcribe what others submit to a queue (BullMQ over Valkey or Redis), until told to end.")
      .requiredOption(...QUEUE)
      .addOption(model())
      .option("-t, --threads <n>", "jobs at the same time (default: as many as the machine has)", wholeNumber(256))
      .option(
        "--lease <s>",
        "seconds after which the job of a worker that has vanished goes to another",
        wholeNumber(3600),
        30,
      ),
  ).action(work);

  program
    .command("submit")
    .description(
      "Submit recordings to a queue. Each becomes a JSON document, talk.mp3.json for talk.mp3, written once and whole: text, words with times, and the checksum of the model.",
    )
    .argument("[inputs...]", "files, folders, http(s) URLs, s3://BUCKET/KEY")
    .requiredOption(...QUEUE)
    .option("--list <file>", "inputs named in this file, one a line; - for stdin")
    .option("--out <place>", "folder or s3://BUCKET/PREFIX for results, in place of beside the audio")
    .option("-o, --output <form>", "also write txt, srt or vtt; may be given again", form, [] as Form[])
    .option("--attempts <n>", "tries before a job is dead", wholeNumber(100), 5)
    .option("--overwrite", "transcribe also what has a result")
    .option("--wait", "until the queue is empty; exit 1 if it holds dead jobs")
    .action(submit);

  program
    .command("queue")
    .description("Tell how many jobs wait (status), which are dead and why (dead), or try those again (retry).")
    .addArgument(new Argument("<action>", "what to do").choices(QUEUE_ACTIONS))
    .requiredOption(...QUEUE)
    .action(inspectQueue);
}
