// What a JSGF text says, as rules.

/** Where something stands in a grammar: line (or number of the phrase in a list) and column, from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What may be said, as a tree. It may be as deep as a text is long: whoever walks it must not do so by recursion. */
export type Expansion =
  | ({ readonly kind: "word"; readonly word: string } & Place)
  | { readonly kind: "sequence"; readonly parts: readonly Expansion[] }
  /** Weights, one for each part, say how often a part is spoken against the others. */
  | { readonly kind: "choice"; readonly parts: readonly Expansion[]; readonly weights?: readonly number[] }
  /** Any number of times: "repeat" also none, "some" at least one. */
  | { readonly kind: "repeat" | "some"; readonly part: Expansion }
  | ({ readonly kind: "rule"; readonly rule: Rule } & Place)
  /** Says something about what is around it, and takes no time. */
  | ({ readonly kind: "tag"; readonly tag: string } & Place);

/** A rule with its name, as `<size>` without the brackets. */
export interface Rule {
  readonly name: string;
  readonly isPublic: boolean;
  readonly expansion: Expansion;
}

/** The rules of which an utterance may match one. */
export interface Jsgf {
  readonly publicRules: readonly Rule[];
}
