// A folder served on this machine, with a count of what goes over the wire.

import type { AddressInfo } from "node:net";
import { serve } from "../../../scripts/serve.mjs";

export interface Site {
  readonly url: string;
  /** Bytes of all responses so far, headers and repeated requests included. */
  sentBytes(): number;
  close(): Promise<void>;
}

export async function openSite(folder = "build/web"): Promise<Site> {
  const server = await serve(folder);
  const sockets: { bytesWritten: number }[] = [];
  server.on("connection", (socket) => sockets.push(socket));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}/`,
    sentBytes: () => sockets.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
