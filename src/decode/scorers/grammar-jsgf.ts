// JSGF, the Java Speech Grammar Format (W3C note, June 2000): text to rules. What a grammar allows is in grammar.ts.

import { FoldvoxError, shortened, shown } from "../../errors.ts";
import { type Definitions, type Reference, Rulebook } from "./jsgf-rulebook.ts";
import type { Expansion, Jsgf, Place } from "./jsgf-rules.ts";
import { badJsgf, JsgfTokens, UNKNOWN } from "./jsgf-tokens.ts";

/** Nothing at all, and what can never be said. */
const NOTHING: Expansion = { kind: "sequence", parts: [] };
const NEVER: Expansion = { kind: "choice", parts: [] };

/** Some hundred thousand phrases; reading as much takes about a second. */
const MOST_CHARACTERS = 10_000_000;

/** Words and names of rules; far more than can be searched. */
const MOST_ITEMS = 1_000_000;

/** A rule, or parentheses or brackets in it, that has not been closed yet. */
interface Group {
  readonly closer: ";" | ")" | "]";
  readonly alternatives: Expansion[];
  /** One for each alternative that has begun; null without one. */
  readonly weights: (number | null)[];
  parts: Expansion[];
}

class Parser {
  private readonly tokens: JsgfTokens;
  private readonly rules = new Rulebook();
  private items = 0;

  constructor(text: string, line: number) {
    this.tokens = new JsgfTokens(text, line);
  }

  read(): Jsgf {
    let grammar = this.rules.begin("");
    while (this.peek() !== undefined) {
      const place = this.place();
      if (this.take("grammar")) {
        grammar = this.rules.begin(this.next("the grammar's name"));
        this.expect(";");
      } else if (this.take("import")) {
        grammar.imports.push({ ...place, name: this.name("a rule such as <com.shop.size>") });
        this.expect(";");
      } else this.rule(grammar);
    }
    return this.rules.linked();
  }

  /** A text that is one expansion and its semicolon. */
  readExpansion(): Expansion {
    const grammar = this.rules.begin("");
    const rule = { name: "", isPublic: true, expansion: this.expansion(grammar) };
    if (this.peek() !== undefined) throw this.unexpected(this.peek(), "no more");
    grammar.rules.set("", rule);
    this.rules.linked();
    return rule.expansion;
  }

  private rule(grammar: Definitions): void {
    const isPublic = this.take("public");
    const place = this.place();
    const name = this.name("a rule such as <command>");
    if (grammar.rules.has(name)) {
      throw badJsgf(`line ${place.line}, column ${place.column}: the rule <${shortened(name)}> is defined twice`);
    }
    this.expect("=");
    grammar.rules.set(name, { name, isPublic, expansion: this.expansion(grammar) });
  }

  /** All up to a rule's semicolon. Groups that are open wait in a list: a text may open any number of them. */
  private expansion(grammar: Definitions): Expansion {
    const open: Group[] = [];
    let group = this.group(";");
    while (true) {
      const token = this.peek();
      if (token === "(" || token === "[") {
        this.tokens.advance();
        open.push(group);
        group = this.group(token === "(" ? ")" : "]");
      } else if (token !== undefined && !/^[;|)\]]$/.test(token)) {
        this.add(group, this.item(grammar));
      } else {
        if (group.parts.length === 0) throw this.unexpected(token, "a word");
        group.alternatives.push(sequence(group.parts));
        group.parts = [];
        if (this.take("|")) {
          group.weights.push(this.weight());
          continue;
        }
        this.expect(group.closer);
        const closed = choice(group.alternatives, group.weights);
        const outer = open.pop();
        if (!outer) return closed;
        this.add(outer, group.closer === "]" ? { kind: "choice", parts: [closed, NOTHING] } : closed);
        group = outer;
      }
    }
  }

  private group(closer: Group["closer"]): Group {
    return { closer, alternatives: [], weights: [this.weight()], parts: [] };
  }

  private weight(): number | null {
    const token = this.peek();
    if (!token?.startsWith("/")) return null;
    const weight = Number.parseFloat(token.slice(1));
    if (!Number.isFinite(weight)) throw this.unexpected(token, "a weight such as /2.5/");
    this.tokens.advance();
    return weight;
  }

  /** Adds an item to a group, with what follows it: * or +, and tags. */
  private add(group: Group, item: Expansion): void {
    let kind: "repeat" | "some" | null = null;
    const tags: Expansion[] = [];
    for (let token = this.peek(); token !== undefined && /^([*+]$|\{)/.test(token); token = this.peek()) {
      const place = this.place();
      this.tokens.advance();
      if (token === "*") kind = "repeat";
      else if (token === "+") kind ??= "some";
      else tags.push({ kind: "tag", tag: token.slice(1, -1).replace(/\\(.)/gs, "$1").trim(), ...place });
    }
    group.parts.push(kind === null ? item : { kind, part: item });
    for (const tag of tags) group.parts.push(tag);
  }

  private item(grammar: Definitions): Expansion {
    if (++this.items > MOST_ITEMS) throw badJsgf(`it is too large: more than ${MOST_ITEMS} words and rules`);
    const place = this.place();
    const token = this.next("a word");
    if (token === "<NULL>") return NOTHING;
    if (token === "<VOID>") return NEVER;
    if (token.startsWith("<")) {
      const reference: Reference = { kind: "rule", name: token.slice(1, -1), ...place };
      grammar.references.push(reference);
      // The rule itself is filled in when all of the text has been read.
      return reference as unknown as Expansion;
    }
    if (token.startsWith('"')) return phrase(token.slice(1, -1).replace(/\\(.)/g, "$1"), place);
    if (token !== UNKNOWN && /^[=*+{/]/.test(token)) throw this.unexpected(token, "a word");
    return { kind: "word", word: token, ...place };
  }

  private peek(): string | undefined {
    return this.tokens.token;
  }

  private place(): Place {
    return { line: this.tokens.line, column: this.tokens.column };
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

  /** A name in brackets, without them. */
  private name(wanted: string): string {
    const token = this.peek();
    if (!token?.startsWith("<")) throw this.unexpected(token, wanted);
    this.tokens.advance();
    return token.slice(1, -1);
  }

  private expect(token: string): void {
    if (!this.take(token)) throw this.unexpected(this.peek(), `"${token}"`);
  }

  private unexpected(token: string | undefined, wanted: string): FoldvoxError {
    const { line, column } = this.place();
    const found = token === undefined ? "it ends" : `line ${line}, column ${column} holds ${shown(token)}`;
    return badJsgf(`${found} where ${wanted} is expected`);
  }
}

function sequence(parts: readonly Expansion[]): Expansion {
  return parts.length === 1 ? parts[0]! : { kind: "sequence", parts };
}

/** Without a weight an alternative is as likely as the likeliest. */
function choice(parts: readonly Expansion[], given: readonly (number | null)[]): Expansion {
  if (given.every((weight) => weight === null)) return parts.length === 1 ? parts[0]! : { kind: "choice", parts };
  const largest = given.reduce<number>((most, weight) => Math.max(most, weight ?? 0), 0);
  return { kind: "choice", parts, weights: given.map((weight) => weight ?? largest) };
}

/** The words of a text, one after the other. */
export function phrase(text: string, { line, column }: Place): Expansion {
  const parts: Expansion[] = [];
  for (const match of text.matchAll(/\S+/g)) {
    parts.push({ kind: "word", word: match[0], line, column: column + match.index });
  }
  return { kind: "sequence", parts };
}

/** What a phrase of a list may hold beside words: all that may stand in a rule. */
const MORE_THAN_WORDS = /[()|{]|\[(?!unk\])/;

/** Tags and quotes, which hold any signs, and what only a grammar with a header has: rules, their names, and a semicolon at the end. */
const ENCLOSED = /\{[^{}]*\}|"[^"]*"/g;
const OF_A_RULE = /=|<(?!dictation>|NULL>|VOID>)[^<>\s]+>|;\s*$/;

/** Reads a phrase of a list, which stands in that line: words, or what may stand in a rule. Errors: bad-argument. */
export function parsePhrase(text: string, line: number): Expansion {
  if (OF_A_RULE.test(text.replace(ENCLOSED, ""))) {
    throw new FoldvoxError(
      "bad-argument",
      `Line ${line} of the grammar, ${shown(text)}, is a rule of JSGF, and was read as a phrase of a list: the header is missing. Begin the text with the line #JSGF V1.0;.`,
    );
  }
  if (!MORE_THAN_WORDS.test(text)) return phrase(text, { line, column: 1 });
  return new Parser(`${text};`, line).readExpansion();
}

/** Reads a JSGF text; the header line #JSGF may be left out. Errors: bad-argument, naming line and column. */
export function parseJsgf(text: string): Jsgf {
  if (text.length > MOST_CHARACTERS) throw badJsgf(`it has ${text.length} characters, more than ${MOST_CHARACTERS}`);
  return new Parser(text, 1).read();
}
