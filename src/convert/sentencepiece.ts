// The pieces of a SentencePiece model file: a protobuf message (sentencepiece_model.proto) of which only the list of pieces
// is read. Wire format: https://protobuf.dev/programming-guides/encoding

import { FoldvoxError } from "../errors.ts";

export interface Piece {
  readonly text: string;
  /** A control symbol or the unknown token stands for no text; a byte (written <0x41>) for a part of a character. */
  readonly kind: "text" | "silent" | "byte";
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** ModelProto.pieces; SentencePiece.piece and .type. */
const PIECES_FIELD = 1;
const TEXT_FIELD = 1;
const TYPE_FIELD = 3;

/** More than any vocabulary has, and than a model may have tokens. */
const MOST_PIECES = 1_000_000;

/** SentencePiece.Type */
const NORMAL = 1;
const UNKNOWN = 2;
const CONTROL = 3;
const BYTE = 6;

const damaged = (what: string) =>
  new FoldvoxError(
    "bad-checkpoint",
    `Not a usable SentencePiece model: ${what}. Give the .model file that was trained with the checkpoint.`,
  );

interface Field {
  readonly number: number;
  readonly wireType: number;
  /** Of a varint; small enough here to be exact. */
  readonly value: number;
  /** Of a length-delimited field. */
  readonly bytes: Uint8Array;
}

/** The fields of a message in order. */
function* fieldsOf(message: Uint8Array): Generator<Field> {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = message[at++];
      if (byte === undefined) throw damaged("a field ends early");
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    throw damaged("a number never ends");
  };
  const take = (count: number) => {
    if (count > message.length - at) throw damaged("a field reaches past the end");
    at += count;
    return message.subarray(at - count, at);
  };
  const none = new Uint8Array(0);
  while (at < message.length) {
    const tag = varint();
    const field = { number: Math.floor(tag / 8), wireType: tag % 8, value: 0, bytes: none as Uint8Array };
    if (field.wireType === VARINT) field.value = varint();
    else if (field.wireType === BYTES) field.bytes = take(varint());
    else if (field.wireType === FIXED64) take(8);
    else if (field.wireType === FIXED32) take(4);
    else throw damaged(`a field is of wire type ${field.wireType}`);
    yield field;
  }
}

function readPiece(message: Uint8Array): Piece {
  let text = "";
  let type = NORMAL;
  for (const { number, wireType, value, bytes } of fieldsOf(message)) {
    if (number === TEXT_FIELD && wireType === BYTES) text = new TextDecoder().decode(bytes);
    if (number === TYPE_FIELD && wireType === VARINT) type = value;
  }
  const kind = type === UNKNOWN || type === CONTROL ? "silent" : type === BYTE ? "byte" : "text";
  return { text, kind };
}

/** All pieces; a piece's place is its token's index. Errors: bad-checkpoint. */
export function readSentencePieces(file: Uint8Array): Piece[] {
  const pieces: Piece[] = [];
  for (const { number, wireType, bytes } of fieldsOf(file)) {
    if (number !== PIECES_FIELD || wireType !== BYTES) continue;
    pieces.push(readPiece(bytes));
    if (pieces.length > MOST_PIECES) throw damaged(`it holds more than ${MOST_PIECES} pieces`);
  }
  if (pieces.length === 0) throw damaged("it holds no pieces");
  return pieces;
}
