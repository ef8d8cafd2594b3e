// The page's controls: what each button, key and file makes the page do.

import { element } from "./elements.ts";
import { acceptFiles, type FileTakers } from "./files.ts";

/** What the page can be asked to do. */
export interface Actions extends FileTakers {
  microphone(): void;
  example(): void;
  clear(): void;
  stop(): void;
  /** The visitor leaves. */
  leave(): void;
}

/** Connects buttons, keys and files to what the page does. */
export function connectControls(actions: Actions): void {
  element("microphone").addEventListener("click", () => actions.microphone());
  element("example").addEventListener("click", () => actions.example());
  element("clear").addEventListener("click", () => actions.clear());
  acceptFiles(actions);
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") actions.stop();
  });
  // A page that is left must not keep the microphone.
  addEventListener("pagehide", () => actions.leave());
}
