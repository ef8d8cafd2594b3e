// What stands in the box of phrases, as a JSGF grammar: a phrase a line, with a name before a colon or without; a line that begins
// with <rule> = says what may stand there. Text that is a JSGF grammar already is left alone.

export const STARTING_PHRASES = `light: turn <state> the <room> light
light: turn the <room> light <state>
timer: set a timer for <minutes> minutes
music: (play | start) some <style> | stop [the] music

<state> = on | off
<room> = kitchen | bedroom | living room
<minutes> = five {5} | ten {10} | twenty {20}
<style> = jazz | rock | piano music`;

export const STARTING_KEYWORDS = "hey computer";

/** The intent of speech that is none of the phrases. */
export const OTHER = "_other";

const HEADER = "#JSGF V1.0; grammar page;";
const NAMED = /^([\p{L}_][\p{L}\p{N}_-]*)\s*:\s*(.+)$/u;
const RULE = /^<([^<>\s]+)>\s*=\s*(.+)$/u;

/**
 * The grammar of a text, with a line for each of its own, so that an error's line is the box's. A rule's ways are gathered where
 * its name stands several times. Empty without a phrase.
 */
export function toGrammar(text: string): string {
  if (/^\s*#JSGF|^\s*(?:public\s|grammar\s)/m.test(text)) return text;
  const lines = text.split("\n").map((line) => line.trim().replace(/;$/, ""));
  const ways = new Map<string, number>();
  let phrases = 0;
  const rules = lines.map((line) => {
    if (line === "" || line.startsWith("//")) return "";
    const rule = RULE.exec(line);
    if (rule) return `<${rule[1]}> = ${rule[2]};`;
    phrases++;
    const [, name = "phrase", said = line] = NAMED.exec(line) ?? [];
    const way = (ways.get(name) ?? 0) + 1;
    ways.set(name, way);
    // A rule may be defined once: later ways are rules of their own, which a tag names.
    return way === 1 && name !== "phrase"
      ? `public <${name}> = ${said};`
      : `public <_${name}${way}> = (${said}) {${name === "phrase" ? "phrase" : name}};`;
  });
  return phrases === 0 ? "" : [`${HEADER} ${rules[0]}`, ...rules.slice(1)].join("\n");
}

/** The same grammar, in which other speech is told apart. */
export const withOther = (grammar: string): string => `${grammar}\npublic <${OTHER}> = [unk];`;

/** Keywords as they were typed, with commas or line breaks between. */
export const toKeywords = (text: string): string[] =>
  text
    .split(/[,\n]/)
    .map((keyword) => keyword.trim())
    .filter((keyword) => keyword !== "");
