// Phonemes as people write them: the International Phonetic Alphabet with its usual variants for English, and CMUdict's ARPAbet.

import { FoldvoxError, shown } from "../errors.ts";

/** ARPAbet, without the digits of stress. */
const ARPABET: Readonly<Record<string, string>> = {
  ...{ AA: "ɑ", AE: "æ", AH: "ə", AO: "ɔ", AW: "aʊ", AX: "ə", AXR: "ɝ", AY: "aɪ", B: "b", CH: "tʃ", D: "d", DH: "ð" },
  ...{ DX: "d", EH: "ɛ", EL: "ə l", EM: "ə m", EN: "ə n", ER: "ɝ", EY: "eɪ", F: "f", G: "ɡ", HH: "h", H: "h", IH: "ɪ" },
  ...{
    IX: "ɪ",
    IY: "i",
    JH: "dʒ",
    K: "k",
    L: "l",
    M: "m",
    N: "n",
    NG: "ŋ",
    NX: "ŋ",
    OW: "oʊ",
    OY: "ɔɪ",
    P: "p",
    Q: "",
  },
  ...{ R: "ɹ", S: "s", SH: "ʃ", T: "t", TH: "θ", UH: "ʊ", UW: "u", UX: "u", V: "v", W: "w", WH: "w", Y: "j", Z: "z" },
  ZH: "ʒ",
};

/** IPA beside a lexicon's own symbols: other letters for the same sounds, and sounds that come nearest. */
const VARIANTS: Readonly<Record<string, string>> = {
  ...{ ʌ: "ə", ɐ: "ə", ɘ: "ə", ɵ: "ə", ɨ: "ɪ", ᵻ: "ɪ", ɚ: "ɝ", ɜ: "ɝ", ɜɹ: "ɝ", əɹ: "ɝ", ɝɹ: "ɝ", ɚɹ: "ɝ" },
  ...{ "ə\u02de": "ɝ", "ɜ\u02de": "ɝ" },
  ...{ g: "ɡ", r: "ɹ", ɻ: "ɹ", ɾ: "d", ɫ: "l", ʍ: "w", ʔ: "", ʧ: "tʃ", ʤ: "dʒ", ç: "h", x: "k", ʋ: "v", ɱ: "m" },
  ...{ a: "ɑ", ɒ: "ɑ", e: "ɛ", o: "oʊ", əʊ: "oʊ", ou: "oʊ", oi: "ɔɪ", ɔi: "ɔɪ", ei: "eɪ", ɛɪ: "eɪ", ai: "aɪ" },
  ...{ ɑɪ: "aɪ", au: "aʊ", ɑʊ: "aʊ", æʊ: "aʊ", ɪə: "ɪ ə", ɛə: "ɛ ə", eə: "ɛ ə", ʊə: "ʊ ə" },
};

/** Stress, length, syllables and ties say nothing that the models tell apart. */
const MARKS = /[ˈˌːˑ.'ʰ]|\u0329|\u0361|\u035c|\u032f|\u031a|\u0303/g;

/** Longest names first, so that "tʃ" is not taken for "t" and "ʃ". */
const LONGEST_NAME = 3;

/** Reads pronunciations as numbers of phonemes. */
export class PhonemeReader {
  private readonly names: ReadonlyMap<string, readonly number[]>;
  private readonly phonemes: readonly string[];

  /** `phonemes`: the symbols, as a lexicon or model writes them. Their places in this list are their numbers. */
  constructor(phonemes: readonly string[]) {
    this.phonemes = phonemes;
    const numbers = new Map(phonemes.map((phoneme, i) => [phoneme, [i]]));
    const names = new Map<string, readonly number[]>();
    for (const [name, text] of Object.entries({ ...VARIANTS, ...lowerArpabet() })) {
      const parts = text.split(" ").filter((part) => part !== "");
      if (parts.every((part) => numbers.has(part)))
        names.set(
          name,
          parts.flatMap((part) => numbers.get(part)!),
        );
    }
    for (const [name, number] of numbers) names.set(name, number);
    this.names = names;
  }

  /**
   * A pronunciation with spaces between the phonemes: "k ɪ tʃ ə n", "K IH1 CH AH0 N", or a run of IPA, "kɪtʃən".
   * `where` begins the message. Errors: bad-argument.
   */
  read(text: string, where: string): Uint16Array {
    const numbers = text
      .trim()
      .split(/\s+/)
      .filter((part) => part !== "")
      .flatMap((part) => this.readPart(part) ?? this.refuse(part, where));
    if (numbers.length === 0) throw new FoldvoxError("bad-argument", `${where} is empty. ${this.advice()}`);
    if (numbers.length > 200) throw new FoldvoxError("bad-argument", `${where} has more than 200 phonemes.`);
    return Uint16Array.from(numbers);
  }

  private readPart(part: string): readonly number[] | null {
    const bare = part.replace(MARKS, "");
    const whole = this.names.get(bare) ?? this.names.get(bare.toLowerCase().replace(/^([a-z]{1,3})[0-2]$/, "$1"));
    if (whole) return whole;
    // Letters of the alphabet alone are rather a word in the wrong place than a run of phonemes.
    return /[^\x20-\x7f]/.test(bare) || bare === "" ? this.readRun(bare) : null;
  }

  private readRun(run: string): number[] | null {
    const numbers: number[] = [];
    for (let at = 0; at < run.length; ) {
      let length = Math.min(LONGEST_NAME, run.length - at);
      while (length > 0 && !this.names.has(run.slice(at, at + length))) length--;
      if (length === 0) return null;
      numbers.push(...this.names.get(run.slice(at, at + length))!);
      at += length;
    }
    return numbers;
  }

  private refuse(part: string, where: string): never {
    throw new FoldvoxError("bad-argument", `${where} has ${shown(part)}, which is no phoneme. ${this.advice()}`);
  }

  private advice(): string {
    return `Write phonemes with spaces between, in IPA (${this.phonemes.join(" ")}) or as CMUdict does (K IH1 CH AH0 N).`;
  }
}

/** ARPAbet in lower case, where that is no IPA: there "y" and "j" are other sounds. */
function lowerArpabet(): Record<string, string> {
  return Object.fromEntries(Object.entries(ARPABET).map(([name, ipa]) => [name.toLowerCase(), ipa]));
}
