// A worker without a thread: the server of src/worker at the other end of a message channel, which clones as a real one does.

import { MessageChannel, type MessagePort } from "node:worker_threads";
import type { Port } from "../../src/worker/protocol.ts";
import { serveRecognizer } from "../../src/worker/recognizer-server.ts";
import type { RecognizerWorker } from "../../src/worker/worker-recognizer.ts";

export interface LocalWorker extends RecognizerWorker {
  readonly terminated: boolean;
  /** What a browser does when the worker's script cannot be loaded. */
  fail(message: string): void;
}

const asPort = (port: MessagePort) => {
  port.start();
  return port as unknown as Port;
};

export function localWorker(): LocalWorker {
  const { port1, port2 } = new MessageChannel();
  serveRecognizer(asPort(port2));
  const page = asPort(port1);
  const errorListeners: ((event: MessageEvent) => void)[] = [];
  return {
    terminated: false,
    postMessage: (message) => page.postMessage(message),
    addEventListener(type, listener) {
      if (type === "message") page.addEventListener("message", listener);
      if (type === "error") errorListeners.push(listener);
    },
    terminate() {
      (this as { terminated: boolean }).terminated = true;
      port1.close();
    },
    fail(message) {
      for (const listener of errorListeners) listener({ message } as unknown as MessageEvent);
    },
  };
}
