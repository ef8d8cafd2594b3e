// The twenty words: each lights up when it is heard, and moves the game.

import type { FinalResult, PartialResult, WorkerStreamOptions } from "../../../src/worker/worker-recognizer.ts";
import type { Board } from "../game/board.ts";
import { CommittedWords } from "../transcript/committed-words.ts";
import type { Heard, Load, Mode } from "./mode.ts";
import type { Vocabulary } from "./vocabulary.ts";

export class TwentyWordsMode implements Mode {
  readonly name = "words";
  readonly example = "./digits.wav";
  private readonly model: () => Load;
  private readonly vocabulary: Vocabulary;
  private readonly board: Board;
  private committed = new CommittedWords();

  constructor(model: () => Load, vocabulary: Vocabulary, board: Board) {
    this.model = model;
    this.vocabulary = vocabulary;
    this.board = board;
  }

  load(): Load {
    return this.model();
  }

  streamOptions(): WorkerStreamOptions {
    return {};
  }

  clear(): void {
    this.committed = new CommittedWords();
  }

  partial(result: PartialResult): PartialResult {
    this.heard(this.committed.partial(result));
    return result;
  }

  final(final: FinalResult): Heard {
    this.heard(this.committed.final(final));
    return { final };
  }

  keyword(): void {}

  listening(): void {}

  private heard(words: readonly string[]): void {
    for (const word of words) {
      this.vocabulary.heard(word);
      this.board.obey(word);
    }
  }
}
