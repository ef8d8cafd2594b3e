// The choice of a microphone. Browsers tell their names once the visitor has allowed one.

import { element } from "../elements.ts";
import type { Language } from "../languages/language.ts";

export class Devices {
  private readonly row = element("device-row");
  private readonly select = element<HTMLSelectElement>("device");
  private readonly language: Language;

  /** `changed` is told when another one was chosen. */
  constructor(language: Language, changed: () => void) {
    this.language = language;
    this.select.addEventListener("change", changed);
  }

  /** Of the one that was chosen; empty for the browser's choice. */
  get id(): string {
    return this.select.value;
  }

  /** Looks which there are; the choice is offered where there is one. */
  async look(): Promise<void> {
    const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    // "default" and "communications" are names of others.
    const inputs = all.filter(
      ({ kind, deviceId }) => kind === "audioinput" && !["", "default", "communications"].includes(deviceId),
    );
    const chosen = this.select.value;
    this.select.replaceChildren(
      new Option(this.language.say("default-device"), ""),
      ...inputs.map(({ label, deviceId }) => new Option(label || deviceId.slice(0, 8), deviceId)),
    );
    this.select.value = inputs.some(({ deviceId }) => deviceId === chosen) ? chosen : "";
    this.row.hidden = inputs.length < 2;
  }
}
