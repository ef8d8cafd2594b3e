// Whether a client may come in: the access token, in the header that OpenAI's clients send it in, or in the address for clients
// that have only that.

import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

const digest = (text: string) => createHash("sha256").update(text).digest();

/** The same work for every wrong token, whatever it shares with the right one. */
const isSame = (given: string, token: string) => timingSafeEqual(digest(given), digest(token));

/** Whether a request brings the token: `Authorization: Bearer ...`, or `?token=...`. */
export function mayEnter({ headers, url = "/" }: IncomingMessage, token: string | null): boolean {
  if (token === null) return true;
  const bearer = /^bearer +(.*)$/i.exec(headers.authorization ?? "")?.[1];
  if (bearer !== undefined && isSame(bearer, token)) return true;
  const query = new URLSearchParams(url.split("?")[1] ?? "");
  return isSame(query.get("token") ?? "", token);
}
