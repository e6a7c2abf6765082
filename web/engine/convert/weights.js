/** Weights in the forms that a model file stores: f32, f16, and int8 with scales. */

import { refuse } from './refuse.js';
import { elements } from './tflite.js';

/**
 * A weight matrix read in parts: one row for each output channel.
 * @typedef {object} Rows
 * @property {string} name
 * @property {number[]} shape output channels first
 * @property {(from: number, to: number) => Float32Array} read the rows from..to, one behind
 *   the other
 *
 * @typedef {import('./tflite.js').Constant} Constant
 * @typedef {'f32' | 'f16' | 'i8'} Storage
 */

/** Floats in memory at once; the largest convolution of VGGFace has 2.4 million. */
const BLOCK = 1 << 22;

const LARGEST_HALF = 65504;

/**
 * IEEE half precision, to the nearest, ties to even.
 * @param {Float32Array} values
 * @param {Uint16Array} out at least as long
 * @returns {boolean} false if a value is out of range
 */
export function toHalf(values, out) {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < values.length; i++) {
    const sign = (bits[i] >>> 16) & 0x8000;
    const magnitude = bits[i] & 0x7fffffff;
    if (magnitude >= 0x477ff000) return false; // 65520 and up would round to infinity
    if (magnitude >= 0x38800000) {
      const rebased = magnitude - 0x38000000; // exponent bias 127 -> 15
      out[i] = sign | ((rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13);
    } else {
      // Below 2^-14 halves are multiples of 2^-24; adding and taking away 2^52 rounds.
      out[i] = sign | (Math.abs(values[i]) * 2 ** 24 + 2 ** 52 - 2 ** 52);
    }
  }
  return true;
}

/**
 * Symmetric int8, one scale a row: value = scale * integer, integers -127..127.
 * @param {Float32Array} row
 * @param {Int8Array} out
 * @returns {number} the scale
 */
function quantiseRow(row, out) {
  let largest = 0;
  for (const value of row) largest = Math.max(largest, Math.abs(value));
  // A scale must be a normal number. In int8, a row as small as this is all zeros anyway.
  if (largest < 1e-30) {
    out.fill(0);
    return 1;
  }
  const scale = Math.fround(largest / 127);
  for (let i = 0; i < row.length; i++) {
    out[i] = Math.max(-127, Math.min(127, Math.round(row[i] / scale)));
  }
  return scale;
}

/** @param {Rows} rows @returns the weights in one of them */
const width = (rows) => elements(rows.shape.slice(1));

/**
 * Reads a matrix block by block; at: which weight is the first of the block.
 * @param {Rows} rows
 * @param {(block: Float32Array, at: number) => void} use
 */
function eachBlock(rows, use) {
  const [count] = rows.shape;
  const step = Math.max(1, Math.floor(BLOCK / width(rows)));
  for (let from = 0; from < count; from += step) {
    use(rows.read(from, Math.min(count, from + step)), from * width(rows));
  }
}

const STORE = {
  /** @param {Rows} rows @returns {Constant} */
  f32(rows) {
    const values = new Float32Array(elements(rows.shape));
    eachBlock(rows, (block, at) => values.set(block, at));
    return { values };
  },

  /** @param {Rows} rows @returns {Constant} */
  f16(rows) {
    const values = new Uint16Array(elements(rows.shape));
    eachBlock(rows, (block, at) => {
      if (toHalf(block, values.subarray(at))) return;
      refuse(
        `'${rows.name}' has weights above ${LARGEST_HALF}, the largest half-precision ` +
          'number; convert with --dtype f32',
      );
    });
    return { values };
  },

  /** @param {Rows} rows @returns {Constant} */
  i8(rows) {
    const values = new Int8Array(elements(rows.shape));
    const scales = new Float32Array(rows.shape[0]);
    const step = width(rows);
    eachBlock(rows, (block, at) => {
      for (let i = 0; i < block.length; i += step) {
        const row = block.subarray(i, i + step);
        scales[(at + i) / step] = quantiseRow(row, values.subarray(at + i, at + i + step));
      }
    });
    return { values, scales };
  },
};

/** @param {Rows} rows @param {Storage} storage */
export const store = (rows, storage) => STORE[storage](rows);
