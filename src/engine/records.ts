// Records in the engine's memory, written by the names of their fields (layout.ts).

/** Size of a record and the offsets of its fields, in bytes. */
export interface RecordLayout {
  readonly bytes: number;
  /** 32-bit integers and addresses. */
  readonly words: Readonly<Record<string, number>>;
  readonly floats?: Readonly<Record<string, number>>;
}

type FloatsOf<Layout> = Layout extends { readonly floats: infer Floats } ? keyof Floats : never;

/** A number for every field of a record: a missing or unknown one is a type error. */
export type RecordValues<Layout extends RecordLayout> = {
  readonly [Field in keyof Layout["words"] | FloatsOf<Layout>]: number;
};

/** Writes a record at an address; a field that holds another record holds its address. */
export function writeRecord<Layout extends RecordLayout>(
  memory: ArrayBufferLike,
  address: number,
  layout: Layout,
  values: RecordValues<NoInfer<Layout>>,
): void {
  const view = new DataView(memory, address, layout.bytes);
  const numbers: Readonly<Record<string, number>> = values;
  for (const [field, offset] of Object.entries(layout.words)) view.setInt32(offset, numbers[field]!, true);
  for (const [field, offset] of Object.entries(layout.floats ?? {})) view.setFloat32(offset, numbers[field]!, true);
}

/** Reads an integer or address of a record. */
export function readField<Layout extends RecordLayout>(
  memory: ArrayBufferLike,
  address: number,
  layout: Layout,
  field: keyof Layout["words"] & string,
): number {
  return new DataView(memory, address, layout.bytes).getInt32(layout.words[field]!, true);
}

/** Where records are put, one behind the other; each call returns an address. */
export interface RecordSink {
  record<Layout extends RecordLayout>(layout: Layout, values: RecordValues<NoInfer<Layout>>): number;
  /** A list of addresses. */
  list(addresses: readonly number[]): number;
  /** Room for a record that the engine writes itself. */
  room(layout: { readonly bytes: number }): number;
}

/** Puts records into memory. */
export class RecordWriter implements RecordSink {
  private readonly memory: ArrayBufferLike;
  private readonly end: number;
  private next: number;

  constructor(memory: ArrayBufferLike, address: number, bytes: number) {
    this.memory = memory;
    this.next = address;
    this.end = address + bytes;
  }

  record<Layout extends RecordLayout>(layout: Layout, values: RecordValues<NoInfer<Layout>>): number {
    const address = this.room(layout);
    writeRecord(this.memory, address, layout, values);
    return address;
  }

  list(addresses: readonly number[]): number {
    const address = this.room({ bytes: addresses.length * 4 });
    new Uint32Array(this.memory, address, addresses.length).set(addresses);
    return address;
  }

  room({ bytes }: { readonly bytes: number }): number {
    const address = this.next;
    this.next += bytes;
    if (this.next > this.end) throw new RangeError("the descriptor region is too small");
    return address;
  }
}

/** Only counts the bytes of records. */
export class RecordCounter implements RecordSink {
  bytes = 0;

  record(layout: RecordLayout): number {
    return this.room(layout);
  }

  list(addresses: readonly number[]): number {
    return this.room({ bytes: addresses.length * 4 });
  }

  room({ bytes }: { readonly bytes: number }): number {
    this.bytes += bytes;
    return 0;
  }
}
