// What was said before: words as links to the word before them, shared by all hypotheses that begin alike. A link's number is
// larger than that of the link before it. Hypotheses that met and lost stay as alternatives of the link at which they met. Links
// that nobody needs any more are collected, so the memory stays as it is however long the audio.

/** No link: the beginning. */
export const NOTHING = -1;

/** Columns that a link fills, all numbers. */
export interface Link {
  readonly before: number;
  readonly word: number;
  /** Phonemes of the word. */
  readonly sounds: number;
  /** The row in which it begins, and the row behind its end. */
  readonly startRow: number;
  readonly endRow: number;
  /** Of the hypothesis up to here: its score, and how much of it is the sound's. */
  readonly score: number;
  readonly sound: number;
}

const FIRST_CAPACITY = 1024;

export class History {
  before = new Int32Array(FIRST_CAPACITY);
  word = new Int32Array(FIRST_CAPACITY);
  sounds = new Uint8Array(FIRST_CAPACITY);
  startRow = new Int32Array(FIRST_CAPACITY);
  endRow = new Int32Array(FIRST_CAPACITY);
  score = new Float64Array(FIRST_CAPACITY);
  sound = new Float64Array(FIRST_CAPACITY);
  /** The same number for the same words. */
  text = new Int32Array(FIRST_CAPACITY);
  private alternative = new Int32Array(FIRST_CAPACITY);
  private marks = new Int32Array(FIRST_CAPACITY);
  private used = 0;
  /** Alternatives: the link that lost, by how many nats, and the next one of the same link. */
  private lostLink = new Int32Array(FIRST_CAPACITY);
  private lostBehind = new Float64Array(FIRST_CAPACITY);
  private lostNext = new Int32Array(FIRST_CAPACITY);
  private lost = 0;

  get size(): number {
    return this.used;
  }

  add(
    before: number,
    word: number,
    sounds: number,
    startRow: number,
    endRow: number,
    score: number,
    sound: number,
  ): number {
    if (this.used === this.before.length) this.grow();
    const link = this.used++;
    this.before[link] = before;
    this.word[link] = word;
    this.sounds[link] = sounds;
    this.startRow[link] = startRow;
    this.endRow[link] = endRow;
    this.score[link] = score;
    this.sound[link] = sound;
    this.text[link] = this.textWith(before, word);
    this.alternative[link] = NOTHING;
    return link;
  }

  /** What `text` would be of a word behind a link. */
  textWith(before: number, word: number): number {
    const so = before === NOTHING ? 0 : this.text[before]!;
    return Math.imul(so ^ (word + 1), 0x01000193) ^ (so >>> 15);
  }

  /** Remembers that the hypothesis of `lost` met that of `link` and was so many nats behind. */
  addAlternative(link: number, lost: number, behind: number): void {
    for (let at = this.alternative[link]!; at !== NOTHING; at = this.lostNext[at]!) {
      // The same words meet again; the narrowest defeat counts.
      if (this.text[this.lostLink[at]!] !== this.text[lost]) continue;
      if (behind >= this.lostBehind[at]!) return;
      this.lostBehind[at] = behind;
      this.lostLink[at] = lost;
      return;
    }
    if (this.lost === this.lostLink.length) {
      this.lostLink = longer(this.lostLink);
      this.lostBehind = longer(this.lostBehind);
      this.lostNext = longer(this.lostNext);
    }
    this.lostLink[this.lost] = lost;
    this.lostBehind[this.lost] = behind;
    this.lostNext[this.lost] = this.alternative[link]!;
    this.alternative[link] = this.lost++;
  }

  /** Tells every alternative of a link. */
  alternativesOf(link: number, tell: (lost: number, behind: number) => void): void {
    for (let at = this.alternative[link]!; at !== NOTHING; at = this.lostNext[at]!) {
      tell(this.lostLink[at]!, this.lostBehind[at]!);
    }
  }

  /** Links from behind `after`, which must lead to `link`, up to `link`, oldest first. */
  linksOf(link: number, after = NOTHING): number[] {
    const links: number[] = [];
    for (let at = link; at > after; at = this.before[at]!) links.push(at);
    return links.reverse();
  }

  /** The last link that both histories hold. */
  common(a: number, b: number): number {
    while (a !== b) {
      if (a > b) a = this.before[a]!;
      else b = this.before[b]!;
    }
    return a;
  }

  /** Forgets everything but the histories of the given links, and closes ranks: each is changed to its new number. */
  collect(live: readonly Int32Array[]): void {
    const { marks, before } = this;
    marks.fill(0, 0, this.used);
    const open: number[] = [];
    const see = (link: number) => {
      if (link < 0 || marks[link] !== 0) return;
      marks[link] = 1;
      open.push(link);
    };
    for (const links of live) for (const link of links) see(link);
    for (let link = open.pop(); link !== undefined; link = open.pop()) {
      see(before[link]!);
      this.alternativesOf(link, see);
    }
    const { alternative, lostLink, lostBehind, lostNext } = this;
    const oldAlternative = alternative.slice(0, this.used);
    const old = {
      link: lostLink.slice(0, this.lost),
      behind: lostBehind.slice(0, this.lost),
      next: lostNext.slice(0, this.lost),
    };
    let kept = 0;
    for (let link = 0; link < this.used; link++) marks[link] = marks[link] === 0 ? NOTHING : kept++;
    this.lost = 0;
    for (let link = 0; link < this.used; link++) {
      const to = marks[link]!;
      if (to < 0) continue;
      before[to] = before[link]! < 0 ? NOTHING : marks[before[link]!]!;
      this.word[to] = this.word[link]!;
      this.sounds[to] = this.sounds[link]!;
      this.startRow[to] = this.startRow[link]!;
      this.endRow[to] = this.endRow[link]!;
      this.score[to] = this.score[link]!;
      this.sound[to] = this.sound[link]!;
      this.text[to] = this.text[link]!;
      alternative[to] = NOTHING;
      for (let at = oldAlternative[link]!; at !== NOTHING; at = old.next[at]!) {
        lostLink[this.lost] = marks[old.link[at]!]!;
        lostBehind[this.lost] = old.behind[at]!;
        lostNext[this.lost] = alternative[to]!;
        alternative[to] = this.lost++;
      }
    }
    this.used = kept;
    for (const links of live) for (let i = 0; i < links.length; i++) if (links[i]! >= 0) links[i] = marks[links[i]!]!;
  }

  clear(): void {
    this.used = 0;
    this.lost = 0;
  }

  private grow(): void {
    this.before = longer(this.before);
    this.word = longer(this.word);
    this.sounds = longer(this.sounds);
    this.startRow = longer(this.startRow);
    this.endRow = longer(this.endRow);
    this.score = longer(this.score);
    this.sound = longer(this.sound);
    this.text = longer(this.text);
    this.alternative = longer(this.alternative);
    this.marks = longer(this.marks);
  }
}

function longer<T extends Int32Array | Float64Array | Uint8Array>(old: T): T {
  const made = new (old.constructor as new (length: number) => T)(2 * old.length);
  made.set(old);
  return made;
}
