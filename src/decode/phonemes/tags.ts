// What a tag of a grammar says: `{small}` is a value, `{size=small}` and `{size: small}` are a name with its value.

import { FoldvoxError, shown } from "../../errors.ts";
import type { Place } from "../scorers/jsgf-rules.ts";

/** A tag that has been read. Without a name it is the value of the rule in which it stands. */
export interface Tag {
  readonly name: string | null;
  readonly value: string;
}

const NAME = /^[\p{L}_][\p{L}\p{N}_.-]*$/u;

const unquoted = (text: string) => /^(["'])(.*)\1$/s.exec(text)?.[2] ?? text;

/** Reads a tag. Errors: bad-argument, naming line and column. */
export function readTag(text: string, { line, column }: Place): Tag {
  const wrong = (problem: string) =>
    new FoldvoxError(
      "bad-argument",
      `Line ${line}, column ${column} of the grammar: the tag ${shown(`{${text}}`)} ${problem}; write {value} or {name=value}.`,
    );
  const sign = text.search(/[=:]/);
  const name = text.slice(0, Math.max(0, sign)).trim();
  const value = unquoted(text.slice(sign + 1).trim());
  // A value may hold a colon, as "7:30" does.
  if (sign < 0 || (text[sign] === ":" && !NAME.test(name))) {
    if (text === "") throw wrong("is empty");
    return { name: null, value: unquoted(text) };
  }
  if (!NAME.test(name)) throw wrong(name === "" ? "has no name" : "has a name that is none");
  if (value === "") throw wrong("has no value");
  return { name, value };
}
