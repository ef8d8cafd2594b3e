// Tabs, as the ARIA practices describe them: one is in the order of keys, arrow keys go to the others.

import { element } from "./elements.ts";

export class Tabs<Name extends string> {
  private readonly tabs: readonly (readonly [Name, HTMLElement])[];

  /** Of buttons #tab-NAME; `choose` is told which one was pressed. */
  constructor(names: readonly Name[], choose: (name: Name) => void) {
    this.tabs = names.map((name) => [name, element(`tab-${name}`)]);
    this.tabs.forEach(([name, tab], index) => {
      tab.addEventListener("click", () => choose(name));
      tab.addEventListener("keydown", ({ key }) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
        if (step === undefined) return;
        const [other, next] = this.tabs[(index + step + this.tabs.length) % this.tabs.length]!;
        next.focus();
        choose(other);
      });
    });
  }

  select(name: Name): void {
    for (const [other, tab] of this.tabs) {
      tab.setAttribute("aria-selected", String(other === name));
      tab.tabIndex = other === name ? 0 : -1;
      element(`panel-${other}`).hidden = other !== name;
    }
    element("panel").setAttribute("aria-labelledby", `tab-${name}`);
  }
}
