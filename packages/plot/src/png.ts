import type { Image } from "./values.ts";

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = crcTable[(crc ^ byte) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return ((b << 16) | a) >>> 0;
}

const bigEndian = (value: number): readonly number[] => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];

function chunk(type: string, data: readonly number[]): readonly number[] {
  const body = Uint8Array.from([...Array.from(type, (letter) => letter.charCodeAt(0)), ...data]);
  return [...bigEndian(data.length), ...body, ...bigEndian(crc32(body))];
}

/** The zlib format, not compressed: small images gain nothing, and it works in every runtime at once. */
function stored(bytes: Uint8Array): readonly number[] {
  const blocks: number[] = [0x78, 0x01];
  for (let from = 0; from < bytes.length; from += 65535) {
    const block = bytes.subarray(from, from + 65535);
    const last = from + block.length === bytes.length ? 1 : 0;
    const { length } = block;
    blocks.push(last, length & 255, length >> 8, ~length & 255, (~length >> 8) & 255, ...block);
  }
  return [...blocks, ...bigEndian(adler32(bytes))];
}

/**
 * A grey image as a data URL; 0 is drawn white and `range[1]` black, like ink on paper.
 * @see PNG (Portable Network Graphics) Specification; RFC 1950 and RFC 1951
 */
export function pngUrl({ width, height, pixels }: Image, [least, most]: readonly [number, number]): string {
  const rows = new Uint8Array(height * (width + 1));
  pixels.forEach((value, pixel) => {
    const inked = Math.min(1, Math.max(0, (value - least) / (most - least)));
    // Each row begins with its filter's number: none. What is no number is left white.
    rows[pixel + Math.floor(pixel / width) + 1] = Number.isNaN(inked) ? 255 : Math.round(255 * (1 - inked));
  });
  const bytes = [
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a,
    ...chunk("IHDR", [...bigEndian(width), ...bigEndian(height), 8, 0, 0, 0, 0]),
    ...chunk("IDAT", stored(rows)),
    ...chunk("IEND", []),
  ];
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return `data:image/png;base64,${btoa(text)}`;
}
