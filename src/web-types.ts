// Types of the web's objects as far as our declarations name them, by their shape: programs without TypeScript's lib "dom" can
// then use the declarations, and real objects fit.

/** A compiled WebAssembly module: of WebAssembly.Module, too, TypeScript knows no more than that it is an object. */
export type WasmModule = object;

/** A WebAssembly.Memory. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** Bytes in memory. */
export type Bytes = ArrayBufferView | ArrayBuffer;

/** As much of a MediaStreamTrack as is used. */
export interface AudioTrack extends EventTarget {
  /** "audio" for sound. */
  readonly kind: string;
  /** The device's name. */
  readonly label: string;
  /** Whether it gives silence at the moment, in place of the device's sound. */
  readonly muted: boolean;
  /** "live", or "ended" for good. */
  readonly readyState: string;
  /** Ends it. */
  stop(): void;
}

/** A wish about a property of the device: a value, or what it should or must be. */
export type Wish<Value> =
  | Value
  | {
      /** As near as the device comes to it. */
      readonly ideal?: Value;
      /** Nothing else. */
      readonly exact?: Value;
    };

/** What to ask of a device: the members of MediaTrackConstraints that concern sound. */
export interface AudioConstraints {
  readonly deviceId?: Wish<string | string[]>;
  readonly groupId?: Wish<string | string[]>;
  readonly autoGainControl?: Wish<boolean>;
  readonly echoCancellation?: Wish<boolean | string>;
  readonly noiseSuppression?: Wish<boolean>;
  readonly channelCount?: Wish<number>;
  readonly sampleRate?: Wish<number>;
  readonly sampleSize?: Wish<number>;
  readonly latency?: Wish<number>;
}

/** What events are made of: EventInit. */
export interface EventOptions {
  readonly bubbles?: boolean;
  readonly cancelable?: boolean;
  readonly composed?: boolean;
}

/** How a listener is added: AddEventListenerOptions. */
export interface ListenerOptions {
  readonly capture?: boolean;
  readonly once?: boolean;
  readonly passive?: boolean;
  readonly signal?: AbortSignal;
}

/** Both ends of a transform, for pipeThrough: ReadableWritablePair. */
export interface StreamPair<Out, In> {
  readonly readable: ReadableStream<Out>;
  readonly writable: WritableStream<In>;
}
