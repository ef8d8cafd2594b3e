// Tells in words what is wrong with the sound, and answers sound in which nothing was heard.

import { element } from "../elements.ts";
import type { Language } from "../languages/language.ts";
import { CLIP_RATE } from "./clip.ts";
import { SoundWatch } from "./sound-watch.ts";

export class SoundAdvice {
  private readonly language: Language;
  private readonly level = element<HTMLMeterElement>("level");
  private readonly host = element("advice");
  private watch = new SoundWatch(CLIP_RATE);
  /** Whether the recognizer has told anything since sound was last noticed. */
  private answered = true;

  constructor(language: Language) {
    this.language = language;
  }

  start(): void {
    this.watch = new SoundWatch(CLIP_RATE);
    this.answered = true;
    this.say("");
  }

  accept(samples: Float32Array): void {
    const spoke = this.watch.accept(samples);
    this.level.value = this.watch.level;
    const { trouble } = this.watch;
    if (trouble) this.say(this.language.say(trouble));
    else if (this.answered) this.say("");
    if (!spoke) return;
    if (!this.answered) this.say(this.language.say("nothing"));
    this.answered = false;
  }

  /** The recognizer has told something. */
  heard(): void {
    this.answered = true;
  }

  say(text: string): void {
    if (this.host.textContent !== text) this.host.textContent = text;
    this.host.hidden = text === "";
  }
}
