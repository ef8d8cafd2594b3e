// The script of the worker: build/worker.js.

import type { Port } from "./protocol.ts";
import { serveRecognizer } from "./recognizer-server.ts";

serveRecognizer(globalThis as unknown as Port);
