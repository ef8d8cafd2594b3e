// The engine's memory by region: a bar, and the same in words.

import type { MemoryReport } from "../../../src/index.ts";
import { element, make } from "../elements.ts";

const COLOURS = 8;

const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(bytes < 10_240 ? 1 : 0)} KiB`;

export class MemoryGauge {
  private readonly bar = element("gauge");
  private readonly list = element("regions");
  private readonly total = element("memory");

  show({ regions, memoryBytes }: MemoryReport): void {
    this.total.textContent = `${(memoryBytes / 1024 / 1024).toFixed(2)} MiB`;
    const parts = regions.filter(({ bytes }) => bytes > 0);
    const colour = (index: number) => `var(--region-${(index % COLOURS) + 1})`;
    this.bar.replaceChildren(
      ...parts.map(({ bytes }, index) => {
        const part = make("span");
        part.style.flex = `${bytes} 0 0`;
        part.style.background = colour(index);
        return part;
      }),
    );
    this.list.replaceChildren(
      ...parts.map(({ name, bytes }, index) => {
        const item = make("li");
        const swatch = make("span", "", "swatch");
        swatch.style.background = colour(index);
        item.append(swatch, make("span", name), make("b", kilobytes(bytes)));
        return item;
      }),
    );
  }
}
