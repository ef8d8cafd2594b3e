// A small plot of the last values as bars, in the page's colours.

const SVG = "http://www.w3.org/2000/svg";
const MOST = 60;
const WIDTH = 300;
const HEIGHT = 64;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The least of 1, 2 and 5 times a power of ten that is no less than a value. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((factor) => factor * power).find((bound) => bound >= value)!;
}

export class Plot {
  private readonly svg = document.createElementNS(SVG, "svg");
  private readonly scale = document.createElement("span");
  private values: number[] = [];

  constructor(host: HTMLElement) {
    this.svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    this.svg.setAttribute("preserveAspectRatio", "none");
    this.svg.setAttribute("aria-hidden", "true");
    this.scale.className = "scale";
    host.append(this.svg, this.scale);
  }

  clear(): void {
    this.values = [];
    this.draw("");
  }

  /** Adds a value, and returns the median of those that are shown. `write` says a value with its unit. */
  add(value: number, write: (value: number) => string): number {
    this.values = [...this.values.slice(1 - MOST), Math.max(0, value)];
    this.draw(write(this.top));
    return median(this.values);
  }

  private get top(): number {
    return roundUp(Math.max(...this.values, 1e-3));
  }

  private draw(scale: string): void {
    const step = WIDTH / MOST;
    this.scale.textContent = scale;
    this.svg.replaceChildren(
      ...this.values.map((value, i) => {
        const bar = document.createElementNS(SVG, "rect");
        const height = Math.max(1, (value / this.top) * HEIGHT);
        const place = { x: i * step, y: HEIGHT - height, width: step - 1, height };
        for (const [name, number] of Object.entries(place)) bar.setAttribute(name, number.toFixed(2));
        return bar;
      }),
    );
  }
}
