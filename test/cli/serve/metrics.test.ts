// src/cli/serve/metrics.ts

import { expect, it } from "vitest";
import { Counter, Histogram, metric } from "../../../src/cli/serve/metrics.ts";

it("writes gauges and counters with labels, whatever these hold", () => {
  expect(metric("a", "gauge", "Help.", [[{}, 1.5]])).toBe("# HELP a Help.\n# TYPE a gauge\na 1.5\n");
  const counter = new Counter();
  counter.add({ kind: "one" });
  counter.add({ kind: 'a"b\\c\nd' }, 2);
  counter.add({ kind: "one" });
  expect(counter.lines("b", "Help.")).toBe(
    '# HELP b Help.\n# TYPE b counter\nb{kind="one"} 2\nb{kind="a\\"b\\\\c\\nd"} 2\n',
  );
});

it("counts a histogram's buckets upwards", () => {
  const histogram = new Histogram([0.1, 1]);
  for (const value of [0.05, 0.1, 0.5, 7]) histogram.observe(value);
  const lines = histogram.lines("c", "Help.").trimEnd().split("\n");
  expect(lines.slice(2)).toEqual([
    'c_bucket{le="0.1"} 2',
    'c_bucket{le="1"} 3',
    'c_bucket{le="+Inf"} 4',
    "c_sum 7.65",
    "c_count 4",
  ]);
});
