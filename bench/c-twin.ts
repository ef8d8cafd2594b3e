// The C twin of the int8 product as a child process, compiled if the machine has a C compiler. A benchmark case asks it for
// enough products that the exchange over the pipe does not count.

import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("./c/matmul-int8.c", import.meta.url));

/** SSE4.1 instructions, or their VEX forms. */
export type Encoding = "sse4.1" | "avx";

export class CTwin {
  readonly encoding: Encoding;
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly answers: AsyncIterator<string>;
  private readonly lines: Interface;

  private constructor(encoding: Encoding, program: string) {
    this.encoding = encoding;
    this.child = spawn(program);
    this.lines = createInterface(this.child.stdout);
    this.answers = this.lines[Symbol.asyncIterator]();
  }

  /** None without a C compiler or on another processor than x86. */
  static startAll(): CTwin[] {
    const encodings: Encoding[] = ["sse4.1", "avx"];
    return encodings.flatMap((encoding) => {
      const program = fileURLToPath(new URL(`./matmul-int8.${encoding}`, import.meta.url));
      const { status } = spawnSync("cc", ["-O3", `-m${encoding}`, source, "-o", program]);
      return status === 0 ? [new CTwin(encoding, program)] : [];
    });
  }

  /** Seconds that the work took. */
  async ask(work: string): Promise<number> {
    this.child.stdin.write(`${work}\n`);
    return Number((await this.answers.next()).value);
  }

  stop(): void {
    this.lines.close();
    this.child.kill();
  }
}
