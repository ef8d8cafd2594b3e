// The page without a network, and as an app.

import { element } from "./elements.ts";
import type { Language } from "./languages/language.ts";

interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

/** Keeps a copy of the page; what listening needs with it as soon as that is asked for. Models are kept by foldvox itself. */
export class Offline {
  private readonly language: Language;
  private registration: Promise<ServiceWorkerRegistration> | null = null;
  private text: "offline-ready" | "offline-none" | null = null;

  constructor(language: Language) {
    this.language = language;
    language.onChange(() => this.tell(this.text));
  }

  async keepPage(): Promise<void> {
    try {
      await navigator.serviceWorker.register("./service-worker.js");
      this.registration = navigator.serviceWorker.ready;
      await this.registration;
    } catch {
      // Refused, or not there, as in some private windows: the page works without.
      this.tell("offline-none");
    }
  }

  /** Says so when the page can be used without a network. */
  async keepListening(): Promise<void> {
    const registration = await this.registration;
    if (!registration?.active) return;
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise<boolean>((told) => {
      port1.onmessage = ({ data }) => told(data === true);
    });
    registration.active.postMessage("keep", [port2]);
    this.tell((await answer) ? "offline-ready" : "offline-none");
    port1.close();
  }

  private tell(text: "offline-ready" | "offline-none" | null): void {
    this.text = text;
    element("offline").textContent = text === null ? "" : this.language.say(text);
  }
}

/** A button that installs the page, where the browser offers it. */
export function offerInstalling(): void {
  const button = element("install-app");
  let offer: InstallPrompt | null = null;
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    offer = event as InstallPrompt;
    button.hidden = false;
  });
  addEventListener("appinstalled", () => {
    button.hidden = true;
  });
  button.addEventListener("click", () => {
    void offer?.prompt();
    button.hidden = true;
  });
}
