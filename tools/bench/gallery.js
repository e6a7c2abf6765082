/** Gallery files (src/gallery.h) of a size that nobody has photos for. */

const ALIGNMENT = 64;
const HEADER = 64;
const ENTRY = 24;
const TAGS = ['CONT', 'AXES', 'ROWS', 'NORM', 'PERS', 'PHOT', 'TEXT', 'THMB', 'CALI'];
const VERSION = 3;
const CALIBRATION = 16 + 3 * 4 * 1001; // zeros: not measured
const PHOTO_WORDS = 8;
const PHOTOS_EACH = 10; // of a person

/**
 * Made embeddings, ten photos a person.
 * @param {string} contract  of the network that they are to belong to
 * @param {number} rows
 * @param {number} dimension  a multiple of 16
 * @returns {{file: Uint8Array, probe: Float32Array, name: string}} probe: a photo of name
 */
export function hugeGallery(contract, rows, dimension) {
  const values = noise(rows * dimension);
  const people = Math.ceil(rows / PHOTOS_EACH);
  const { texts, offsets } = named(people);
  const photos = new Uint32Array(rows * PHOTO_WORDS);
  const norms = new Float32Array(rows);
  for (let row = 0; row < rows; row += 1) {
    photos[row * PHOTO_WORDS] = row % people;
    const squares = values.subarray(row * dimension, (row + 1) * dimension)
      .reduce((sum, value) => sum + value * value, 0);
    norms[row] = 1 / Math.sqrt(squares);
  }
  const sections = [new TextEncoder().encode(`${contract}\0`), new Uint8Array(), values, norms,
    Uint32Array.from({ length: 2 * people }, (_, i) => (i % 2 ? 0 : offsets[i / 2])),
    photos, texts, new Uint8Array(), new Uint8Array(CALIBRATION)];
  const sought = Math.floor(rows / 2);
  return {
    file: file([dimension, rows, people], sections),
    probe: Float32Array.from(values.subarray(sought * dimension, (sought + 1) * dimension),
      (value) => value * norms[sought]),
    name: `Person ${sought % people}`,
  };
}

/** Bytes from xorshift32. @param {number} length  a multiple of 4 */
function noise(length) {
  const words = new Uint32Array(length / 4);
  let state = 2463534242;
  for (let i = 0; i < words.length; i += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return new Int8Array(words.buffer);
}

/** @param {number} people */
function named(people) {
  const names = Array.from({ length: people }, (_, i) => `Person ${i}`);
  let at = 1; // behind the empty text
  const offsets = names.map((name) => {
    const offset = at;
    at += name.length + 1;
    return offset;
  });
  return { texts: new TextEncoder().encode(`\0${names.join('\0')}\0`), offsets };
}

/** @param {number[]} counts @param {ArrayBufferView[]} sections */
function file(counts, sections) {
  const aligned = (/** @type {number} */ n) => Math.ceil(n / ALIGNMENT) * ALIGNMENT;
  let end = HEADER + ENTRY * sections.length;
  const places = sections.map(({ byteLength }) => {
    const start = aligned(end);
    end = start + byteLength;
    return start;
  });
  const bytes = new Uint8Array(end);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode('HUMG'));
  view.setUint32(4, VERSION, true);
  view.setBigUint64(8, BigInt(end), true);
  // Rows are embeddings themselves: these have their dimension.
  [...counts, sections.length, counts[0]].forEach((count, i) => view.setUint32(16 + 4 * i, count, true));
  sections.forEach(({ buffer, byteOffset, byteLength }, i) => {
    const entry = HEADER + ENTRY * i;
    bytes.set(new TextEncoder().encode(TAGS[i]), entry);
    view.setBigUint64(entry + 8, BigInt(places[i]), true);
    view.setBigUint64(entry + 16, BigInt(byteLength), true);
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), places[i]);
  });
  return bytes;
}
