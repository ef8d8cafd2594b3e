// Words of paths that share their beginnings. A word is made once, however many paths hold it and however often they are told: an
// utterance that never ends takes no more work after an hour than after a minute.

import type { WordResult } from "./results.ts";
import { chained, type WordChain } from "./word-chain.ts";
import { readToken, type TokenUnit } from "./words.ts";

/** A token of a path. It never changes, nor does what is before it. */
export interface PathLink {
  readonly before: PathLink | null;
}

/** How words are made of links. */
export interface LinkReader<Link> {
  /** Whether a word ends behind a link, before the next one if there is one yet, whatever else the path holds. */
  isBreak(link: Link, next: Link | undefined): boolean;
  /** Words of links in a row that begin behind a break, spoken from that row on, and the row behind them. */
  words(links: readonly Link[], row: number): { readonly words: readonly WordResult[]; readonly row: number };
}

/** Whether a word ends behind a token, before the next one if there is one yet. */
export function isWordBreak(token: string, next: string | undefined, unit: TokenUnit): boolean {
  return readToken(token, unit).ends || (next !== undefined && readToken(next, unit).starts);
}

interface Point {
  readonly chain: WordChain | null;
  readonly row: number;
}

export class PathWords<Link extends PathLink> {
  private readonly reader: LinkReader<Link>;
  /** What there is up to links with a break behind them. */
  private known = new WeakMap<Link, Point>();
  private start: Point = { chain: null, row: 0 };

  constructor(reader: LinkReader<Link>) {
    this.reader = reader;
  }

  /** A new utterance, whose words are spoken from that row on. */
  restart(row: number): void {
    this.known = new WeakMap();
    this.start = { chain: null, row };
  }

  /** The words of the path's last `length` links, which are all of the utterance's. */
  of(last: Link | null, length: number): WordChain | null {
    const { reader, known } = this;
    let point = this.start;
    const links: Link[] = [];
    for (let link = last; link && links.length < length; link = link.before as Link | null) {
      const found = known.get(link);
      if (found && reader.isBreak(link, links[links.length - 1])) {
        point = found;
        break;
      }
      links.push(link);
    }
    links.reverse();
    let from = 0;
    for (let to = 1; to <= links.length; to++) {
      const link = links[to - 1]!;
      const isBreak = reader.isBreak(link, links[to]);
      if (!isBreak && to < links.length) continue;
      const { words, row } = reader.words(links.slice(from, to), point.row);
      point = { chain: chained(point.chain, words), row };
      from = to;
      if (isBreak) known.set(link, point);
    }
    return point.chain;
  }
}
