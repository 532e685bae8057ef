/**
 * The few things of the protocol-buffer encoding that metrics need. Source: "Encoding" of the Protocol Buffers
 * documentation. Fields with their default value are written too where leaving them out would mean absence.
 */
export type ProtobufWriter = {
  varint(field: number, value: number): void;
  /** A signed number in zigzag form (sint32, sint64). */
  zigzag(field: number, value: number): void;
  double(field: number, value: number): void;
  text(field: number, value: string): void;
  bytes(field: number, value: Uint8Array): void;
  /** Signed numbers, packed one behind the other. */
  packedZigzag(field: number, values: readonly number[]): void;
  raw(value: Uint8Array): void;
  finish(): Uint8Array;
};

const WIRE_VARINT = 0;
const WIRE_FIXED64 = 1;
const WIRE_BYTES = 2;
const HIGH = 0x80;

export function varintBytes(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  // Division instead of shifts: shifts would cut numbers at 32 bits.
  while (rest >= HIGH) {
    bytes.push((rest % HIGH) | HIGH);
    rest = Math.floor(rest / HIGH);
  }
  bytes.push(rest);
  return bytes;
}

function zigzagOf(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

export function createProtobufWriter(): ProtobufWriter {
  let buffer = Buffer.allocUnsafe(256);
  let length = 0;

  function reserve(count: number): void {
    if (length + count <= buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, length + count));
    buffer.copy(larger, 0, 0, length);
    buffer = larger;
  }
  function writeVarint(value: number): void {
    reserve(10);
    let rest = value;
    while (rest >= HIGH) {
      buffer[length++] = (rest % HIGH) | HIGH;
      rest = Math.floor(rest / HIGH);
    }
    buffer[length++] = rest;
  }
  function tag(field: number, wire: number): void {
    writeVarint(field * 8 + wire);
  }
  function raw(value: Uint8Array): void {
    reserve(value.length);
    buffer.set(value, length);
    length += value.length;
  }
  function bytes(field: number, value: Uint8Array): void {
    tag(field, WIRE_BYTES);
    writeVarint(value.length);
    raw(value);
  }
  function varint(field: number, value: number): void {
    tag(field, WIRE_VARINT);
    writeVarint(value);
  }

  return {
    varint,
    zigzag: (field, value) => varint(field, zigzagOf(value)),
    double(field, value) {
      tag(field, WIRE_FIXED64);
      reserve(8);
      length = buffer.writeDoubleLE(value, length);
    },
    text: (field, value) => bytes(field, Buffer.from(value.toWellFormed())),
    bytes,
    packedZigzag: (field, values) =>
      bytes(field, Uint8Array.from(values.flatMap((value) => varintBytes(zigzagOf(value))))),
    raw,
    finish: () => buffer.subarray(0, length),
  };
}
