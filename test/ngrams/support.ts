// A small ARPA model for the tests, and what it must score, computed straight from its text.

export const ARPA = `
\\data\\
ngram 1=7
ngram 2=7
ngram 3=3

\\1-grams:
-99 <s> -0.3
-1.2 </s> 0
-2.5 <unk> 0
-0.7 bad -0.2
-0.9 cab -0.1
-1.1 dad -0.4
-1.3 fed 0

\\2-grams:
-0.4 <s> bad -0.15
-0.8 bad cab -0.25
-0.5 cab dad
-0.6 dad </s>
-0.9 <s> dad -0.05
-1.0 cab bad -0.35
-0.3 dad fed

\\3-grams:
-0.2 <s> bad cab
-0.1 bad cab dad
-0.45 cab bad cab

\\end\\
`;

/** log10 P(word | history) by Katz' back-off, of the lines above. */
export function expected(text: string, history: readonly string[], word: string): number {
  const grams = new Map<string, { p: number; b: number }>();
  let order = 0;
  for (const line of text.split("\n")) {
    const section = /^\\(\d)-grams/.exec(line)?.[1];
    if (section) order = Number(section);
    const fields = line.split(" ");
    if (order > 0 && fields.length > order) {
      grams.set(fields.slice(1, order + 1).join(" "), { p: Number(fields[0]), b: Number(fields[order + 1] ?? 0) });
    }
  }
  const score = (before: readonly string[]): number => {
    const found = grams.get([...before, word].join(" "));
    if (found) return found.p;
    if (before.length === 0) return grams.get("<unk>")!.p;
    return (grams.get(before.join(" "))?.b ?? 0) + score(before.slice(1));
  };
  return score(history.slice(-2));
}
