// JSGF, the Java Speech Grammar Format (W3C note, June 2000): text to rules. What a grammar allows is in grammar.ts.

import { FoldvoxError, shortened, shown } from "../../errors.ts";

/** What may be said, as a tree. It may be as deep as a text is long: whoever walks it must not do so by recursion. */
export type Expansion =
  | { readonly kind: "word"; readonly word: string }
  | { readonly kind: "sequence" | "choice"; readonly parts: readonly Expansion[] }
  /** Any number of times: "repeat" also none, "some" at least one. */
  | { readonly kind: "repeat" | "some"; readonly part: Expansion }
  | { readonly kind: "rule"; readonly name: string };

export interface Jsgf {
  readonly rules: ReadonlyMap<string, Expansion>;
  readonly publicRules: readonly string[];
}

/** Nothing at all, and what can never be said. */
export const NOTHING: Expansion = { kind: "sequence", parts: [] };
const NEVER: Expansion = { kind: "choice", parts: [] };

/** Some hundred thousand phrases; reading as much takes about a second. */
const MOST_CHARACTERS = 10_000_000;

const bad = (message: string) => new FoldvoxError("bad-argument", `The JSGF grammar is wrong: ${message}.`);

/** Cuts a text into tokens, one at a time. By hand: regular expressions overflow on a quote or comment of megabytes. */
class Tokens {
  /** The next token; undefined at the end. */
  token: string | undefined;
  /** The line on which it begins, from 1. */
  line = 1;
  private readonly text: string;
  private end = 0;
  /** The line at `end`. */
  private endLine = 1;

  constructor(text: string) {
    this.text = text;
    this.advance();
  }

  advance(): void {
    const { text } = this;
    while (true) {
      const start = this.end;
      this.line = this.endLine;
      if (start >= text.length) {
        this.token = undefined;
        return;
      }
      const end = this.endOf(start);
      this.end = end;
      for (let at = start; at < end; at++) if (text[at] === "\n") this.endLine++;
      if (isSpace(text[start]!) || text.startsWith("//", start) || text.startsWith("/*", start)) continue;
      this.token = text.slice(start, end);
      return;
    }
  }

  /** Where the token, comment or space that begins at `start` ends. */
  private endOf(start: number): number {
    const { text } = this;
    const first = text[start]!;
    const behind = (end: number, length: number) => (end < 0 ? this.refuse(start) : end + length);
    if (isSpace(first)) return this.skip(start, isSpace);
    if (first === '"' || first === "{") return behind(this.closing(start + 1, first === '"' ? '"' : "}"), 1);
    if (first === "<") {
      const end = this.skip(start + 1, (character) => !isSpace(character) && character !== "<" && character !== ">");
      return end > start + 1 && text[end] === ">" ? end + 1 : this.refuse(start);
    }
    if (text.startsWith("//", start)) {
      const end = text.indexOf("\n", start);
      return end < 0 ? text.length : end;
    }
    if (text.startsWith("/*", start)) return behind(text.indexOf("*/", start + 2), 2);
    if (first === "/") {
      const end = behind(text.indexOf("/", start + 1), 1);
      return WEIGHT.test(text.slice(start, Math.min(end, start + 100))) ? end : this.refuse(start);
    }
    if (";=|*+()[]".includes(first)) return start + 1;
    const end = this.skip(start, isLetter);
    return end > start ? end : this.refuse(start);
  }

  private skip(start: number, belongs: (character: string) => boolean): number {
    let end = start;
    while (end < this.text.length && belongs(this.text[end]!)) end++;
    return end;
  }

  /** Where a quote or tag is closed, but for characters behind a backslash; -1 if nowhere. */
  private closing(start: number, closer: string): number {
    for (let at = start; at < this.text.length; at++) {
      const character = this.text[at]!;
      if (character === closer) return at;
      if (character === "\\") at++;
    }
    return -1;
  }

  private refuse(start: number): never {
    throw bad(`line ${this.line} holds ${shown(this.text.slice(start, start + 20))}, which does not belong there`);
  }
}

const isSpace = (character: string) => /\s/.test(character);
const isLetter = (character: string) => !/[\s;=|*+<>()[\]{}/"]/.test(character);
const WEIGHT = /^\/\s*[\d.]+(?:[eE][+-]?\d+)?[fF]?\s*\/$/;

/** A rule, or parentheses or brackets in it, that has not been closed yet. */
interface Group {
  readonly closer: ";" | ")" | "]";
  readonly alternatives: Expansion[];
  parts: Expansion[];
}

class Parser {
  private readonly tokens: Tokens;

  constructor(text: string) {
    this.tokens = new Tokens(text);
  }

  read(): Jsgf {
    const rules = new Map<string, Expansion>();
    const publicRules: string[] = [];
    this.header();
    while (this.peek() !== undefined) {
      const isPublic = this.take("public");
      const name = this.next("a rule such as <command>");
      if (!name.startsWith("<")) throw this.unexpected(name, "a rule such as <command>");
      if (rules.has(name)) throw bad(`the rule ${shortened(name)} is defined twice`);
      this.expect("=");
      rules.set(name, this.expansion());
      if (isPublic) publicRules.push(name);
    }
    if (publicRules.length === 0) throw bad('it has no public rule; write "public <command> = ... ;"');
    return { rules, publicRules };
  }

  /** grammar NAME; the names of other grammars cannot be followed. */
  private header(): void {
    if (this.take("grammar")) {
      this.next("the grammar's name");
      this.expect(";");
    }
    if (this.peek() === "import") throw bad("imports are not understood; write the imported rules out");
  }

  /** All up to a rule's semicolon. Groups that are open wait in a list: a text may open any number of them. */
  private expansion(): Expansion {
    const open: Group[] = [];
    let group = this.group(";");
    while (true) {
      const token = this.peek();
      if (token === "(" || token === "[") {
        this.tokens.advance();
        open.push(group);
        group = this.group(token === "(" ? ")" : "]");
      } else if (token !== undefined && !/^[;|)\]]$/.test(token)) {
        group.parts.push(this.repeated(this.item()));
      } else {
        if (group.parts.length === 0) throw this.unexpected(token, "a word");
        group.alternatives.push(together("sequence", group.parts));
        group.parts = [];
        if (this.take("|")) {
          this.weight();
          continue;
        }
        this.expect(group.closer);
        const closed = together("choice", group.alternatives);
        const outer = open.pop();
        if (!outer) return closed;
        outer.parts.push(this.repeated(group.closer === "]" ? { kind: "choice", parts: [closed, NOTHING] } : closed));
        group = outer;
      }
    }
  }

  private group(closer: Group["closer"]): Group {
    this.weight();
    return { closer, alternatives: [], parts: [] };
  }

  /** Weights say how often an alternative is spoken, not what may be: they have no effect. */
  private weight(): void {
    if (this.peek()?.startsWith("/")) this.tokens.advance();
  }

  /** An item with what follows it: * or +, and tags, which programs read elsewhere. */
  private repeated(item: Expansion): Expansion {
    let kind: "repeat" | "some" | null = null;
    for (let token = this.peek(); token !== undefined && /^([*+]$|\{)/.test(token); token = this.peek()) {
      this.tokens.advance();
      if (token === "*") kind = "repeat";
      if (token === "+") kind ??= "some";
    }
    return kind === null ? item : { kind, part: item };
  }

  private item(): Expansion {
    const token = this.next("a word");
    if (token === "<NULL>") return NOTHING;
    if (token === "<VOID>") return NEVER;
    if (token.startsWith("<")) return { kind: "rule", name: token };
    if (token.startsWith('"')) return phrase(token.slice(1, -1).replace(/\\(.)/g, "$1"));
    if (/^[=*+{/]/.test(token)) throw this.unexpected(token, "a word");
    return { kind: "word", word: token };
  }

  private peek(): string | undefined {
    return this.tokens.token;
  }

  private take(token: string): boolean {
    if (this.peek() !== token) return false;
    this.tokens.advance();
    return true;
  }

  private next(wanted: string): string {
    const token = this.peek();
    if (token === undefined) throw this.unexpected(token, wanted);
    this.tokens.advance();
    return token;
  }

  private expect(token: string): void {
    if (!this.take(token)) throw this.unexpected(this.peek(), `"${token}"`);
  }

  private unexpected(token: string | undefined, wanted: string): FoldvoxError {
    const found = token === undefined ? "it ends" : `line ${this.tokens.line} holds ${shown(token)}`;
    return bad(`${found} where ${wanted} is expected`);
  }
}

function together(kind: "sequence" | "choice", parts: readonly Expansion[]): Expansion {
  return parts.length === 1 ? parts[0]! : { kind, parts };
}

/** The words of a text, one after the other. */
export function phrase(text: string): Expansion {
  const parts = text
    .split(/\s+/)
    .filter((word) => word !== "")
    .map((word): Expansion => ({ kind: "word", word }));
  return { kind: "sequence", parts };
}

/** Reads a JSGF text; the header line #JSGF may be left out. Errors: bad-argument, naming the line. */
export function parseJsgf(text: string): Jsgf {
  if (text.length > MOST_CHARACTERS) throw bad(`it has ${text.length} characters, more than ${MOST_CHARACTERS}`);
  // The header's line keeps its place, so that lines are counted right.
  return new Parser(text.replace(/^\uFEFF?\s*#JSGF[^;\n]*;?/, "")).read();
}
