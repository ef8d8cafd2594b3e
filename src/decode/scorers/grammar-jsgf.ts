// JSGF, the Java Speech Grammar Format (W3C note, June 2000): text to rules. What a grammar allows is in grammar.ts.

import { FoldvoxError } from "../../errors.ts";

/** What may be said, as a tree. */
export type Expansion =
  | { readonly kind: "word"; readonly word: string }
  | { readonly kind: "sequence" | "choice"; readonly parts: readonly Expansion[] }
  /** Any number of times, also none. */
  | { readonly kind: "repeat"; readonly part: Expansion }
  | { readonly kind: "rule"; readonly name: string };

export interface Jsgf {
  readonly rules: ReadonlyMap<string, Expansion>;
  readonly publicRules: readonly string[];
}

/** Nothing at all, and what can never be said. */
export const NOTHING: Expansion = { kind: "sequence", parts: [] };
const NEVER: Expansion = { kind: "choice", parts: [] };

const TOKEN =
  /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\]|\\.)*"|\{(?:[^}\\]|\\.)*\}|<[^<>\s]+>|\/\s*[\d.]+(?:[eE][+-]?\d+)?[fF]?\s*\/|[;=|*+()[\]]|[^\s;=|*+<>()[\]{}/"]+/y;

const bad = (message: string) => new FoldvoxError("bad-argument", `The JSGF grammar is wrong: ${message}.`);

function tokensOf(text: string): { token: string; line: number }[] {
  const tokens: { token: string; line: number }[] = [];
  let line = 1;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw bad(`line ${line} holds ${JSON.stringify(text.slice(at, at + 20))}, which does not belong there`);
    const [token] = match;
    if (!/^(\s|\/\/|\/\*)/.test(token)) tokens.push({ token, line });
    line += token.split("\n").length - 1;
  }
  return tokens;
}

/** How deep parentheses may nest: far beyond any grammar, and well within the stack. */
const DEEPEST = 500;

class Parser {
  private readonly tokens: { token: string; line: number }[];
  private at = 0;
  private depth = 0;

  constructor(text: string) {
    this.tokens = tokensOf(text);
  }

  read(): Jsgf {
    const rules = new Map<string, Expansion>();
    const publicRules: string[] = [];
    this.header();
    while (this.at < this.tokens.length) {
      const isPublic = this.take("public");
      const name = this.next("a rule such as <command>");
      if (!/^<.+>$/.test(name)) throw this.unexpected(name, "a rule such as <command>");
      if (rules.has(name)) throw bad(`the rule ${name} is defined twice`);
      this.expect("=");
      rules.set(name, this.choice());
      this.expect(";");
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

  private choice(): Expansion {
    if (++this.depth > DEEPEST) throw bad(`line ${this.line()} nests more than ${DEEPEST} deep`);
    const parts: Expansion[] = [];
    do {
      // Weights say how often an alternative is spoken, not what may be: they have no effect.
      if (/^\/./.test(this.peek() ?? "")) this.at++;
      parts.push(this.sequence());
    } while (this.take("|"));
    this.depth--;
    return parts.length === 1 ? parts[0]! : { kind: "choice", parts };
  }

  private sequence(): Expansion {
    const parts: Expansion[] = [];
    for (let token = this.peek(); token !== undefined && !/^[;|)\]]$/.test(token); token = this.peek()) {
      parts.push(this.repeated(this.item()));
    }
    if (parts.length === 0) throw this.unexpected(this.peek(), "a word");
    return parts.length === 1 ? parts[0]! : { kind: "sequence", parts };
  }

  /** An item with what follows it: * or +, and tags, which programs read elsewhere. */
  private repeated(item: Expansion): Expansion {
    let result = item;
    for (let token = this.peek(); token !== undefined && /^([*+]$|\{)/.test(token); token = this.peek()) {
      this.at++;
      if (token === "*") result = { kind: "repeat", part: result };
      if (token === "+") result = { kind: "sequence", parts: [result, { kind: "repeat", part: result }] };
    }
    return result;
  }

  private item(): Expansion {
    const token = this.next("a word");
    if (token === "(") {
      const inner = this.choice();
      this.expect(")");
      return inner;
    }
    if (token === "[") {
      const inner = this.choice();
      this.expect("]");
      return { kind: "choice", parts: [inner, NOTHING] };
    }
    if (token === "<NULL>") return NOTHING;
    if (token === "<VOID>") return NEVER;
    if (token.startsWith("<")) return { kind: "rule", name: token };
    if (token.startsWith('"')) return phrase(token.slice(1, -1).replace(/\\(.)/g, "$1"));
    if (/^[=*+{/]/.test(token)) throw this.unexpected(token, "a word");
    return { kind: "word", word: token };
  }

  private peek(): string | undefined {
    return this.tokens[this.at]?.token;
  }

  private line(): number {
    return (this.tokens[this.at] ?? this.tokens[this.tokens.length - 1])?.line ?? 1;
  }

  private take(token: string): boolean {
    if (this.peek() !== token) return false;
    this.at++;
    return true;
  }

  private next(wanted: string): string {
    const token = this.peek();
    if (token === undefined) throw this.unexpected(token, wanted);
    this.at++;
    return token;
  }

  private expect(token: string): void {
    if (!this.take(token)) throw this.unexpected(this.peek(), `"${token}"`);
  }

  private unexpected(token: string | undefined, wanted: string): FoldvoxError {
    const found = token === undefined ? "it ends" : `line ${this.line()} holds ${JSON.stringify(token)}`;
    return bad(`${found} where ${wanted} is expected`);
  }
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
  // The header's line keeps its place, so that lines are counted right.
  return new Parser(text.replace(/^\uFEFF?\s*#JSGF[^;\n]*;?/, "")).read();
}
