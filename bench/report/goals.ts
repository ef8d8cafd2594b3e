// What foldvox has set itself to reach, looked up in the latest results: one table.

import type { Table } from "../table.ts";
import type { Report } from "./report.ts";

interface Goal {
  readonly what: string;
  readonly value: (figures: Figures) => number | null;
  readonly least?: number;
  readonly most?: number;
}

/** Cells of a report's tables by what their titles, first cells and columns begin with. */
class Figures {
  private readonly tables: readonly Table[];

  constructor(report: Report) {
    this.tables = Object.values(report).flatMap(({ tables }) => tables);
  }

  /** All numbers of that column in rows that are called so, or else begin so. */
  all(title: string, row: string, column: string): number[] {
    const table = this.tables.find((each) => each.title.startsWith(title));
    const at = table?.columns.indexOf(column) ?? -1;
    const named = table?.rows.filter(([first]) => first === row) ?? [];
    const rows = named.length > 0 ? named : (table?.rows.filter(([first]) => String(first).startsWith(row)) ?? []);
    return rows.map((cells) => cells[at]).filter((value) => typeof value === "number");
  }

  /** The first of the rows. */
  one(title: string, row: string, column: string): number | null {
    return this.all(title, row, column)[0] ?? null;
  }
}

const STEP = {
  commands: "encoder step: commands,",
  english: "encoder step: english,",
  base: "encoder step: 20 layers of 512",
};
/** What a step of `english` takes in. */
const ENGLISH_STEP_MS = 240;
const DICTATION = "dictation, words wrong: readers";
const MEMORY_OF_BASE = "memory: 20 layers of 512";

/** Of the best of one thread, in both precisions. */
function bestPeer(figures: Figures, title: string, runtime: string): number | null {
  const ratios = ["int8", "fp32"].map((precision) => figures.one(title, `${runtime} ${precision}`, "times ours"));
  return ratios.includes(null) ? null : Math.min(...(ratios as number[]));
}

/** The same where both run in Chromium. */
function bestInChromium(figures: Figures, title: string): number | null {
  const own = figures.one(title, "foldvox in Chromium int8", "ms");
  const peers = ["int8", "fp32"].map((precision) => figures.one(title, `onnxruntime in Chromium ${precision}`, "ms"));
  return own === null || peers.includes(null) ? null : Math.min(...(peers as number[])) / own;
}

function shareOf(value: number | null, whole: number | null): number | null {
  return value === null || whole === null ? null : value / whole;
}

/** What the process of onnxruntime-web takes at base size, in multiples of ours with weights as int8. */
function processOfPeer(figures: Figures, precision: string): number | null {
  const [theirs, own] = [`onnxruntime-web ${precision}`, "foldvox int8"].map((row) => {
    return figures.one(MEMORY_OF_BASE, row, "process, peak MB");
  });
  return shareOf(theirs ?? null, own ?? null);
}

/** The relaxed build's rates are told as multiples of the simd build's, which the C loop is the twin of. */
function slowestProduct(figures: Figures, model: string, relaxed: boolean): number | null {
  const title = `int8 products of a step: ${model}`;
  const ofSimd = figures.all(title, "", "of simd");
  const rates = figures.all(title, "", "of C, SSE4.1").map((ofC, i) => (relaxed ? ofC * (ofSimd[i] ?? NaN) : ofC));
  const least = Math.min(...rates);
  return Number.isFinite(least) ? least : null;
}

const GOALS: readonly Goal[] = [
  {
    what: "commands, step: onnxruntime-web's better / ours",
    value: (figures) => bestPeer(figures, STEP.commands, "onnxruntime-web"),
    least: 10,
  },
  {
    what: "commands, step, both in Chromium: onnxruntime-web's better / ours",
    value: (figures) => bestInChromium(figures, STEP.commands),
    least: 10,
  },
  {
    what: "commands, step: onnxruntime-node's better / ours",
    value: (figures) => bestPeer(figures, STEP.commands, "onnxruntime-node"),
    least: 2,
  },
  {
    what: "english, step: onnxruntime-web's better / ours",
    value: (figures) => bestPeer(figures, STEP.english, "onnxruntime-web"),
    least: 6,
  },
  {
    what: "english, step: onnxruntime-node int8 / ours",
    value: (figures) => figures.one(STEP.english, "onnxruntime-node int8", "times ours"),
    least: 1.5,
  },
  {
    what: "english, encoder, of real time",
    value: (figures) => shareOf(figures.one(STEP.english, "foldvox int8", "ms"), ENGLISH_STEP_MS),
    most: 0.01,
  },
  {
    what: "english, int8: from bytes in memory to the first step's end, ms",
    value: (figures) => figures.one("from bytes in memory to the first step's end: english", "foldvox int8", "ms"),
    most: 150,
  },
  {
    what: "dictation, words of unseen readers that are wrong, %",
    value: (figures) => figures.one(DICTATION, "foldvox english", "words wrong, %"),
    most: 20,
  },
  {
    what: "dictation, words wrong: PocketSphinx's / ours",
    value: (figures) => {
      const [theirs, own] = ["PocketSphinx", "foldvox english"].map((row) =>
        figures.one(DICTATION, row, "words wrong, %"),
      );
      return shareOf(theirs ?? null, own ?? null);
    },
    least: 2,
  },
  {
    what: "base size, step: onnxruntime-web's better / ours",
    value: (figures) => bestPeer(figures, STEP.base, "onnxruntime-web"),
    least: 2.5,
  },
  {
    what: "base size, step: onnxruntime-node fp32 / ours",
    value: (figures) => figures.one(STEP.base, "onnxruntime-node fp32", "times ours"),
    least: 1,
  },
  {
    what: "base size, step: onnxruntime-node int8 / ours",
    value: (figures) => figures.one(STEP.base, "onnxruntime-node int8", "times ours"),
    least: 0.6,
  },
  ...["commands", "commands-tiny", "base size"].flatMap((model) =>
    ["simd", "relaxed"].map((build) => ({
      what: `${model}, ${build} build: slowest int8 product, of the C loop in SSE4.1`,
      value: (figures: Figures) => slowestProduct(figures, model, build === "relaxed"),
      least: 0.9,
    })),
  ),
  {
    what: "base size, step: of its weights read once + its products in the C loop",
    value: (figures) => figures.one("base size (", "step of the sum", "value"),
    most: 1.5,
  },
  {
    what: "folded by 2, step at base size, of standard",
    value: (figures) => figures.one("folded beside standard", "base (512 wide), step", "by 2, of standard"),
    most: 1.1,
  },
  {
    what: "folded by 2, step at commands size, of standard",
    value: (figures) => figures.one("folded beside standard", "commands (128 wide), step", "by 2, of standard"),
    most: 1.35,
  },
  {
    what: "base size, two threads: speed, of one",
    value: (figures) => figures.one("one and two threads", "base", "speed of two to one"),
    least: 1.7,
  },
  {
    what: "log-mel, µs a frame",
    value: (figures) => figures.one("front end", "µs a frame", "value"),
    most: 4,
  },
  ...["fp32", "int8"].map((precision) => ({
    what: `base size: onnxruntime-web's process, ${precision} / ours, int8, peak memory`,
    value: (figures: Figures) => processOfPeer(figures, precision),
    least: 6,
  })),
  {
    what: "base size: our process, MB above an idle one and the model file",
    value: (figures) => figures.one(MEMORY_OF_BASE, "foldvox int8", "above idle and file"),
    most: 20,
  },
  {
    what: "download, KB",
    value: (figures) => figures.one("download", "foldvox, as published", "KB"),
    most: 60,
  },
  {
    what: "commands, int8: from bytes in memory to the first step's end, ms",
    value: (figures) => figures.one("from bytes in memory to the first step's end: commands", "foldvox int8", "ms"),
    most: 50,
  },
];

export function goals(report: Report): Table {
  const figures = new Figures(report);
  return {
    title: "Goals",
    columns: ["what", "measured", "goal", "reached"],
    rows: GOALS.map(({ what, value, least, most }) => {
      const measured = value(figures);
      const goal = least === undefined ? `at most ${most}` : `at least ${least}`;
      if (measured === null) return [what, null, goal, null];
      return [what, measured, goal, measured >= (least ?? 0) && measured <= (most ?? Infinity) ? "yes" : "no"];
    }),
  };
}
