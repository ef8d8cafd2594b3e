// Compressed audio for the command: FLAC, MP3, Ogg Opus and Ogg Vorbis, each through a library of its own. The libraries are
// loaded when a file needs them and are not part of the bundle: they hold parts under the LGPL (mpg123, codec-parser), and
// nobody who reads WAV should have to install them.

import { FoldvoxError } from "../errors.ts";

export type CompressedKind = "FLAC" | "MP3" | "Ogg Opus" | "Ogg Vorbis";

interface Decoded {
  readonly channelData: readonly Float32Array[];
  readonly samplesDecoded: number;
  readonly sampleRate: number;
  readonly errors: readonly { readonly message: string }[];
}

/** What the libraries have in common. */
interface LibraryDecoder {
  readonly ready: Promise<void>;
  decode(bytes: Uint8Array): Decoded | Promise<Decoded>;
  /** Those that look ahead have something left at the end. */
  flush?(): Promise<Decoded>;
  free(): void;
}

interface Library {
  readonly name: string;
  open(): Promise<LibraryDecoder>;
  /** Bytes to give it behind the file's last. */
  readonly padding?: number;
}

const LIBRARIES: Record<CompressedKind, Library> = {
  FLAC: {
    name: "@wasm-audio-decoders/flac",
    // codec-parser 2.5.0 loses a short last frame that lies directly before the end. Zeros leave a frame's checksum valid.
    padding: 64,
    open: async () => new (await import("@wasm-audio-decoders/flac")).FLACDecoder(),
  },
  MP3: { name: "mpg123-decoder", open: async () => new (await import("mpg123-decoder")).MPEGDecoder() },
  "Ogg Opus": { name: "ogg-opus-decoder", open: async () => new (await import("ogg-opus-decoder")).OggOpusDecoder() },
  "Ogg Vorbis": {
    name: "@wasm-audio-decoders/ogg-vorbis",
    open: async () => new (await import("@wasm-audio-decoders/ogg-vorbis")).OggVorbisDecoder(),
  },
};

/** Bytes from a file's start that tell its kind. */
export const SNIFF_BYTES = 40;

/** What a file's first bytes show it to be; null for WAV, and for what is no audio that we know. */
export function compressedKind(head: Uint8Array): CompressedKind | null {
  const text = (from: number, length: number) => String.fromCharCode(...head.subarray(from, from + length));
  if (text(0, 4) === "fLaC") return "FLAC";
  if (text(0, 3) === "ID3") return "MP3";
  if (text(0, 4) === "OggS") {
    if (text(28, 8) === "OpusHead") return "Ogg Opus";
    if (text(28, 7) === "\x01vorbis") return "Ogg Vorbis";
    if (text(28, 5) === "\x7fFLAC") return "FLAC";
  }
  // A frame's sync word with a layer that is not reserved: AAC has the same word and layer 0.
  const [first = 0, second = 0] = head;
  return first === 0xff && (second & 0xe0) === 0xe0 && (second & 0x06) !== 0 ? "MP3" : null;
}

function channelsOf({ channelData, samplesDecoded }: Decoded): Float32Array[] {
  return channelData.map((channel) => channel.subarray(0, samplesDecoded));
}

/** One behind the other. */
function appended(first: readonly Float32Array[], second: readonly Float32Array[]): Float32Array[] {
  const longest = first.length > second.length ? first : second;
  return longest.map((_, i) => {
    const [a = new Float32Array(0), b = new Float32Array(0)] = [first[i], second[i]];
    const both = new Float32Array(a.length + b.length);
    both.set(a);
    both.set(b, a.length);
    return both;
  });
}

/** Turns a compressed file's bytes into samples as they arrive, each channel on its own. */
export class CompressedReader {
  /** Known once audio has come. */
  sampleRate: number | null = null;
  /** What the library found wrong and passed over. */
  readonly damages: string[] = [];
  private readonly decoder: LibraryDecoder;
  private readonly kind: CompressedKind;

  private constructor(decoder: LibraryDecoder, kind: CompressedKind) {
    this.decoder = decoder;
    this.kind = kind;
  }

  /** Errors: unsupported, saying what to install. */
  static async open(kind: CompressedKind): Promise<CompressedReader> {
    const { name, open } = LIBRARIES[kind];
    try {
      const decoder = await open();
      await decoder.ready;
      return new CompressedReader(decoder, kind);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw cause;
      throw new FoldvoxError(
        "unsupported",
        `${kind} needs a library that is not installed: npm install ${name}. Or convert the audio: ffmpeg -i FILE out.wav`,
        { cause },
      );
    }
  }

  /** Samples that these bytes complete. Errors: bad-audio if the rate changes within the file. */
  async push(bytes: Uint8Array): Promise<Float32Array[]> {
    return this.take(() => this.decoder.decode(bytes));
  }

  /** The samples that are left. Errors: bad-audio if the file held none at all. */
  async finish(): Promise<Float32Array[]> {
    const padding = LIBRARIES[this.kind].padding ?? 0;
    const padded = padding > 0 ? await this.push(new Uint8Array(padding)) : [];
    const flushed = await this.take(() => this.decoder.flush?.());
    if (this.sampleRate === null) {
      const reason = this.damages[0] ?? "it ends too early";
      throw new FoldvoxError("bad-audio", `No audio could be decoded of this ${this.kind} file: ${reason}.`);
    }
    return appended(padded, flushed);
  }

  free(): void {
    this.decoder.free();
  }

  private async take(decode: () => Decoded | Promise<Decoded> | undefined): Promise<Float32Array[]> {
    let decoded: Decoded | undefined;
    try {
      decoded = await decode();
    } catch (cause) {
      throw new FoldvoxError("bad-audio", `The ${this.kind} file is damaged: ${(cause as Error).message}.`, { cause });
    }
    for (const { message } of decoded?.errors ?? []) this.damages.push(message);
    if (!decoded || decoded.samplesDecoded === 0) return [];
    if (this.sampleRate !== null && this.sampleRate !== decoded.sampleRate) {
      const change = `from ${this.sampleRate} to ${decoded.sampleRate} Hz`;
      throw new FoldvoxError("bad-audio", `The sample rate changes ${change} within the file. Split it first.`);
    }
    this.sampleRate = decoded.sampleRate;
    return channelsOf(decoded);
  }
}
