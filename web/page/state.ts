// What the page is doing: which controls may be used, and what is told of it.

import { element } from "./elements.ts";
import type { Language } from "./languages/language.ts";

export type StateName = "ready" | "opening" | "listening" | "stopping";

export class PageState {
  private readonly language: Language;
  private readonly microphone = element<HTMLButtonElement>("microphone");
  private readonly label = element("microphone-label");
  private readonly status = element("status");
  private readonly error = element("error");
  /** What may be used while nothing else goes on. */
  private readonly starting = ["example", "open", "model"].map((id) =>
    element<HTMLButtonElement | HTMLSelectElement>(id),
  );
  private current: StateName = "ready";

  constructor(language: Language) {
    this.language = language;
  }

  is(state: StateName): boolean {
    return this.current === state;
  }

  set(state: StateName, status: string): void {
    this.current = state;
    document.documentElement.dataset.state = state;
    this.tell(status);
    const isActive = state === "listening";
    const key = isActive ? "stop" : "listen";
    this.label.dataset.text = key;
    this.label.textContent = this.language.say(key);
    this.microphone.disabled = state === "opening" || state === "stopping";
    for (const control of this.starting) control.disabled = state !== "ready";
    element("level").hidden = !isActive;
  }

  tell(status: string): void {
    this.status.textContent = status;
  }

  /** Says what went wrong; an empty text takes it back. */
  fail(cause: unknown): void {
    const text = cause instanceof Error ? cause.message : String(cause);
    this.error.textContent = text;
    this.error.hidden = text === "";
  }
}
