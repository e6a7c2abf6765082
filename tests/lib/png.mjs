/** Writes PNG files, for pictures whose every pixel a test knows. */

import { crc32, deflateSync } from 'node:zlib';

/** @param {string} type @param {Uint8Array} data */
function chunk(type, data) {
  const bytes = Buffer.alloc(data.length + 12);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), data.length + 8);
  return bytes;
}

/**
 * An 8-bit RGB picture.
 * @param {number} width
 * @param {number} height
 * @param {(x: number, y: number) => [number, number, number]} pixel
 */
export function png(width, height, pixel) {
  const rows = Buffer.alloc(height * (3 * width + 1));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      rows.set(pixel(x, y), y * (3 * width + 1) + 1 + 3 * x);
    }
  }
  return encode(width, height, rows);
}

/**
 * A header that promises more pixels than the file has.
 * @param {number} width
 * @param {number} height
 */
export function emptyPng(width, height) {
  return encode(width, height, Buffer.alloc(0));
}

/** @param {number} width @param {number} height @param {Uint8Array} rows */
function encode(width, height, rows) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8); // 8 bits, RGB
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
