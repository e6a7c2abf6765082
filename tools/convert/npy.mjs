/** NumPy's .npy files: names are read, vectors are written. */

import { printable, refuse } from '../../web/engine/convert/refuse.js';

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // "\x93NUMPY"
const MAX_NAMES = 100000;
const MAX_CHARACTERS = 1024;

/**
 * A list of strings: dtype U (UTF-32) or S (bytes), as numpy.save writes it.
 * @param {Uint8Array} bytes
 * @returns {string[]}
 */
export function readNames(bytes) {
  if (bytes.length < 12 || !MAGIC.every((byte, i) => bytes[i] === byte)) {
    refuse(`not a NumPy file: ${bytes.length} bytes that do not begin with its signature`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const version = bytes[6];
  const start = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (version < 1 || version > 3 || length > bytes.length - start) {
    refuse(`the NumPy file (version ${version}) ends inside its header`);
  }
  const header = new TextDecoder().decode(bytes.subarray(start, start + length));
  const descr = /'descr':\s*'([<|])([US])(\d+)'/.exec(header);
  const shape = /'shape':\s*\((\d+),(?:\s*1,?)?\s*\)/.exec(header);
  if (!descr || !shape) {
    refuse(
      'the NumPy file is not a list of strings (dtype U or S); its header says ' +
        `'${printable(header.trim())}'`,
    );
  }
  const [count, characters] = [Number(shape[1]), Number(descr[3])];
  const width = characters * (descr[2] === 'U' ? 4 : 1);
  if (
    count > MAX_NAMES ||
    characters > MAX_CHARACTERS ||
    count * width !== bytes.length - start - length
  ) {
    refuse(
      `the NumPy file has ${bytes.length - start - length} bytes of names where ${count} ` +
        `names of ${width} bytes need ${count * width}`,
    );
  }
  return Array.from({ length: count }, (_, i) => {
    const at = start + length + i * width;
    const points = [];
    for (let c = 0; c < characters; c++) {
      const point = descr[2] === 'U' ? view.getUint32(at + 4 * c, true) : bytes[at + c];
      if (point > 0x10ffff) refuse(`name ${i} of the NumPy file holds code point ${point}`);
      points.push(point);
    }
    return String.fromCodePoint(...points).replace(/\0+$/, '');
  });
}

/**
 * A matrix of floats, row by row.
 * @param {Float32Array} values
 * @param {number} rows
 */
export function writeMatrix(values, rows) {
  const shape = `(${rows}, ${values.length / rows})`;
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`;
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const bytes = new Uint8Array(10 + length + values.byteLength);
  bytes.set([...MAGIC, 1, 0, length & 255, length >> 8]);
  bytes.set(new TextEncoder().encode(`${text.padEnd(length - 1)}\n`), 10);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), 10 + length);
  return bytes;
}
