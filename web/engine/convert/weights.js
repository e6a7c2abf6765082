/** Weights in the forms that a model file stores: f32, f16, and int8 with scales. */

import { refuse } from './refuse.js';

/**
 * A weight matrix read in parts: one row an output channel.
 * @typedef {object} Rows
 * @property {string} name
 * @property {number[]} shape output channels first
 * @property {(from: number, to: number) => Float32Array} read rows from..to, one by one
 *
 * @typedef {'f32' | 'f16' | 'i8'} Storage
 */

/** Floats in memory at once; the largest convolution of VGGFace has 2.4 million. */
const BLOCK = 1 << 22;

const LARGEST_HALF = 65504;

/**
 * IEEE half precision, to the nearest, ties to even.
 * @param {Float32Array} values
 * @param {Uint16Array} out
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

/** @param {number} half its 16 bits */
export function fromHalf(half) {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent
    ? sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
    : sign * fraction * 2 ** -24;
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
  // A scale must be a normal number: a row this small is nothing but zeros to int8.
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

/**
 * @param {Rows} rows
 * @param {Storage} storage
 * @returns {import('./tflite.js').Constant}
 */
export function store(rows, storage) {
  const count = rows.shape[0];
  const width = rows.shape.slice(1).reduce((product, extent) => product * extent, 1);
  const Values = { f32: Float32Array, f16: Uint16Array, i8: Int8Array }[storage];
  const values = new Values(count * width);
  const scales = storage === 'i8' ? new Float32Array(count) : undefined;
  const step = Math.max(1, Math.floor(BLOCK / width));
  for (let from = 0; from < count; from += step) {
    const to = Math.min(count, from + step);
    const block = rows.read(from, to);
    const target = values.subarray(from * width, to * width);
    if (storage === 'f32') {
      target.set(block);
    } else if (storage === 'f16') {
      if (!toHalf(block, /** @type {Uint16Array} */ (target))) {
        refuse(
          `'${rows.name}' has weights above ${LARGEST_HALF}, the largest half-precision ` +
            'number; convert with --dtype f32',
        );
      }
    } else {
      for (let row = from; row < to; row++) {
        const [start, end] = [(row - from) * width, (row - from + 1) * width];
        scales[row] = quantiseRow(
          block.subarray(start, end),
          /** @type {Int8Array} */ (target.subarray(start, end)),
        );
      }
    }
  }
  return { values, scales };
}
