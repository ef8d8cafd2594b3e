// Counters, gauges and histograms in the text format of Prometheus (exposition format 0.0.4).

type Labels = Readonly<Record<string, string>>;

const escaped = (value: string) => value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");

function sample(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}\n`;
}

/** The lines of one metric. */
export function metric(
  name: string,
  type: "counter" | "gauge",
  help: string,
  samples: readonly (readonly [Labels, number])[],
): string {
  const head = `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
  return head + samples.map(([labels, value]) => sample(name, labels, value)).join("");
}

/** Counts by the values of their labels. */
export class Counter {
  private readonly counts = new Map<string, { readonly labels: Labels; count: number }>();

  add(labels: Labels, by = 1): void {
    const key = JSON.stringify(labels);
    const known = this.counts.get(key);
    if (known) known.count += by;
    else this.counts.set(key, { labels, count: by });
  }

  lines(name: string, help: string): string {
    const samples = [...this.counts.values()].map(({ labels, count }) => [labels, count] as const);
    return metric(name, "counter", help, samples);
  }
}

/** How many values lay at or below each bound. */
export class Histogram {
  private readonly bounds: readonly number[];
  private readonly counts: number[];
  private total = 0;
  private count = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = bounds.map(() => 0);
  }

  observe(value: number): void {
    this.total += value;
    this.count++;
    const bucket = this.bounds.findIndex((bound) => value <= bound);
    if (bucket >= 0) this.counts[bucket]!++;
  }

  lines(name: string, help: string): string {
    let below = 0;
    const buckets = this.bounds.map((bound, i) => {
      below += this.counts[i]!;
      return sample(`${name}_bucket`, { le: String(bound) }, below);
    });
    return [
      `# HELP ${name} ${help}\n# TYPE ${name} histogram\n`,
      ...buckets,
      sample(`${name}_bucket`, { le: "+Inf" }, this.count),
      sample(`${name}_sum`, {}, this.total),
      sample(`${name}_count`, {}, this.count),
    ].join("");
  }
}
