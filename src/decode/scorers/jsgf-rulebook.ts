// The rules of a JSGF text by their names: which rule a reference means, within a grammar and across imports.

import { shortened } from "../../errors.ts";
import type { Jsgf, Place, Rule } from "./jsgf-rules.ts";
import { badJsgf, DICTATION } from "./jsgf-tokens.ts";

/** A place where a rule is named. It becomes an expansion when `rule` has been filled in. */
export interface Reference extends Place {
  readonly kind: "rule";
  readonly name: string;
  rule?: Rule;
}

/** One grammar of the text. */
export interface Definitions {
  /** As `com.shop.order`; empty without a declaration. */
  readonly name: string;
  /** What it imports: `com.shop.size`, or `com.shop.*`. */
  readonly imports: (Place & { readonly name: string })[];
  readonly rules: Map<string, Rule>;
  readonly references: Reference[];
}

const where = ({ line, column }: Place) => `line ${line}, column ${column}`;
const lastPart = (name: string) => name.slice(name.lastIndexOf(".") + 1);
const packageOf = (name: string) => name.slice(0, Math.max(0, name.lastIndexOf(".")));

/** The rule of any words, where a reference means it: a slot as others are. */
function dictation({ name, line, column }: Reference): Rule | undefined {
  if (`<${name}>` !== DICTATION) return undefined;
  return { name, isPublic: false, expansion: { kind: "word", word: DICTATION, line, column } };
}

/** The grammars of a text. The first is what may be said; the others are there to be imported. */
export class Rulebook {
  private readonly grammars: Definitions[] = [];
  private readonly byName = new Map<string, Definitions>();

  /** Begins a grammar. A text without a declaration is one grammar without a name. */
  begin(name: string): Definitions {
    const last = this.grammars[this.grammars.length - 1];
    if (last && last.rules.size === 0 && last.imports.length === 0) this.grammars.pop();
    const grammar: Definitions = { name, imports: [], rules: new Map(), references: [] };
    this.grammars.push(grammar);
    if (!this.byName.has(name)) this.byName.set(name, grammar);
    return grammar;
  }

  /** Fills the rules in where they are named. Errors: bad-argument for names that mean nothing, or no public rule. */
  linked(): Jsgf {
    for (const grammar of this.grammars) {
      for (const { name, ...place } of grammar.imports) {
        const from = this.byName.get(packageOf(name));
        const names = lastPart(name);
        if (!from) {
          throw badJsgf(
            `${where(place)} imports <${shortened(name)}>, but the text holds no grammar ${shortened(packageOf(name))}; write its rules out`,
          );
        }
        if (names !== "*" && !from.rules.get(names)?.isPublic) {
          throw badJsgf(`${where(place)} imports <${shortened(name)}>, which is no public rule of that grammar`);
        }
      }
      for (const reference of grammar.references) {
        const rule = this.find(reference.name, grammar) ?? dictation(reference);
        if (!rule) {
          throw badJsgf(`${where(reference)} uses <${shortened(reference.name)}>, which it does not define`);
        }
        reference.rule = rule;
      }
    }
    const publicRules = [...(this.grammars[0]?.rules.values() ?? [])].filter(({ isPublic }) => isPublic);
    if (publicRules.length === 0) throw badJsgf('it has no public rule; write "public <command> = ... ;"');
    return { publicRules };
  }

  private find(name: string, grammar: Definitions): Rule | undefined {
    const own = grammar.rules.get(name);
    if (own) return own;
    const simple = lastPart(name);
    const qualifier = packageOf(name);
    if (qualifier === grammar.name && qualifier !== "") return grammar.rules.get(simple);
    for (const imported of grammar.imports) {
      const from = packageOf(imported.name);
      const isMeant = qualifier === "" || qualifier === from || qualifier === lastPart(from);
      if (!isMeant || (lastPart(imported.name) !== "*" && lastPart(imported.name) !== simple)) continue;
      const rule = this.byName.get(from)?.rules.get(simple);
      if (rule?.isPublic) return rule;
    }
    return undefined;
  }
}
