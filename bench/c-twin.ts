// The C twin of the int8 product as a child process, compiled if the machine has a C compiler. A benchmark case asks it for
// enough products that the exchange over the pipe does not count.

import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("../bench/c/matmul-int8.c", import.meta.url));

export class CTwin {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly answers: AsyncIterator<string>;
  private readonly lines: Interface;

  private constructor(program: string) {
    this.child = spawn(program);
    this.lines = createInterface(this.child.stdout);
    this.answers = this.lines[Symbol.asyncIterator]();
  }

  /** Null without a C compiler or on another processor than x86. `encoding`: SSE4.1 instructions, or their VEX forms. */
  static start(encoding: "sse4.1" | "avx"): CTwin | null {
    const program = fileURLToPath(new URL(`./matmul-int8.${encoding}`, import.meta.url));
    const { status } = spawnSync("cc", ["-O3", `-m${encoding}`, source, "-o", program]);
    return status === 0 ? new CTwin(program) : null;
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
