/**
 * Photos are looked at by several engines side by side, and each that is done is kept at once:
 * whatever ends it, nothing is done twice or lost.
 */

import { HumError } from '../../engine/humshakal.js';
import { isAboutPhoto } from '../several/several.js';

/** @typedef {import('../../engine/humshakal.js').Humshakal} Humshakal */
/** @typedef {import('./collection.js').Collection} Collection */
/** @typedef {import('./collection.js').FaceRecord} FaceRecord */
/** @typedef {import('./collection.js').PhotoRecord} PhotoRecord */
/** @typedef {import('./sources.js').Entry} Entry */

/**
 * How far it is.
 * @typedef {object} Reading
 * @property {number} done   photos, of which
 * @property {number} known  were looked at before
 * @property {number} refused  could not be used
 * @property {number} total
 * @property {number} faces  new ones
 * @property {boolean} paused
 */

/** Digits of the hash in the ids of faces. */
const ID_DIGITS = 16;

/** Milliseconds between two looks at how far it is. */
const OFTEN = 150;

/** Lets work pass, or holds it. */
export class Gate {
  /** @type {Promise<void> | null} */
  #held = null;
  #release = () => {};

  get closed() {
    return this.#held !== null;
  }

  close() {
    this.#held ??= new Promise((resolve) => { this.#release = resolve; });
  }

  open() {
    this.#held = null;
    this.#release();
  }

  async pass() {
    while (this.#held) await this.#held;
  }
}

/**
 * @param {object} work
 * @param {Entry[]} work.entries
 * @param {((entry: Entry) => string) | null} work.nameOf  whose photo it is, by its folder:
 *   its largest face is theirs. null: all faces are taken, and sorted later
 * @param {Promise<Humshakal>[]} work.engines  the first of them must come
 * @param {Collection} work.collection
 * @param {(photo: PhotoRecord, faces: FaceRecord[], thumbnails: Map<string, Blob>) =>
 *   Promise<void>} work.keep
 * @param {Gate} work.gate
 * @param {AbortSignal} work.signal
 * @param {(reading: Reading) => void} work.onProgress
 */
export async function readPhotos({ entries, nameOf, engines, collection, keep, gate, signal,
  onProgress }) {
  const reading = { done: 0, known: 0, refused: 0, total: entries.length, faces: 0, paused: false };
  let shown = 0;
  const tell = () => {
    if (performance.now() - shown < OFTEN && reading.done < reading.total) return;
    shown = performance.now();
    onProgress({ ...reading, paused: gate.closed });
  };
  const queue = entries[Symbol.iterator]();
  /** What is being looked at, by its hash. @type {Map<string, Promise<void>>} */
  const underWay = new Map();

  /** @param {Humshakal} humshakal @param {Entry} entry */
  const readOne = async (humshakal, entry) => {
    const opened = await open(entry);
    if ('problem' in opened) {
      reading.refused += 1;
      await keep(refused(opened.hash, entry, opened.bytes, opened.problem), [], new Map());
      return;
    }
    const { file, hash } = opened;
    await underWay.get(hash);
    const known = collection.photos.get(hash);
    if (known) {
      reading.known += 1;
      if (known.paths.includes(entry.path)) return;
      await keep({ ...known, paths: [...known.paths, entry.path].sort() }, [], new Map());
      return;
    }
    const looked = look(humshakal, file, signal).then(async ({ size, found, problem }) => {
      if (problem) {
        reading.refused += 1;
        await keep(refused(hash, entry, file.size, problem), [], new Map());
        return;
      }
      const person = nameOf && found.length ? collection.personCalled(nameOf(entry)).id : 0;
      const faces = (nameOf ? found.slice(0, 1) : found).map(({ face, quality, embedding, thumbnail }, i) => (
        { id: `${hash.slice(0, ID_DIGITS)}-${i}`, photo: hash, box: face, quality, embedding,
          picture: thumbnail.length, person, sure: person > 0 }));
      reading.faces += faces.length;
      await keep({ hash, paths: [entry.path], bytes: file.size, ...size, problem: null,
        faces: faces.map(({ id }) => id) }, faces, new Map(faces.map(({ id }, i) => (
        [id, new Blob([found[i].thumbnail], { type: 'image/jpeg' })]))));
    });
    underWay.set(hash, looked.catch(() => {}));
    await looked.finally(() => underWay.delete(hash));
  };

  /** @param {Promise<Humshakal>} engine */
  const loop = async (engine) => {
    const humshakal = await engine;
    for (let next = queue.next(); !next.done; next = queue.next()) {
      await gate.pass();
      signal.throwIfAborted();
      await readOne(humshakal, next.value);
      reading.done += 1;
      tell();
    }
  };

  tell();
  const [first, ...others] = engines;
  await Promise.all([loop(first), ...others.map((engine) => engine.then(() => loop(engine),
    (error) => console.warn(`One engine less looks at the photos (${error}).`)))]);
  onProgress({ ...reading, paused: false });
}

/**
 * @param {Entry} entry
 * @returns {Promise<{file: File, hash: string} | {problem: {code: string, message: string},
 *   hash: string, bytes: number}>}
 */
async function open(entry) {
  try {
    const file = await entry.open();
    return { file, hash: await hashOf(file) };
  } catch (error) { // moved, or not to be read
    const name = new TextEncoder().encode(entry.path);
    return { hash: await sha256(name.buffer), bytes: 0,
      problem: { code: 'HUM_ERROR_FILE', message: String(error) } };
  }
}

/**
 * A face of which only a gallery tells: there is no photo of it.
 * @param {Float32Array} given  its embedding
 * @param {{person: string, file?: string}} about
 * @param {number} number  of its row
 * @param {number} picture  bytes of its small picture
 * @returns {Promise<{photo: PhotoRecord, record: FaceRecord}>}
 */
export async function recordOf(given, { person, file }, number, picture) {
  const embedding = given.slice();
  const hash = await sha256(embedding.buffer);
  const id = `${hash.slice(0, ID_DIGITS)}-0`;
  return {
    photo: { hash, paths: [`${person}/${file || number}`], bytes: 0, width: 0, height: 0, orientation: 1,
      faces: [id], problem: null },
    record: { id, photo: hash, box: null, quality: 1, embedding, picture, person: 0, sure: true },
  };
}

/** By which a photo is known. @param {File} file */
export async function hashOf(file) {
  return sha256(await file.arrayBuffer());
}

/** @param {ArrayBuffer} bytes */
async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Why a photo stops an engine, which is its own fault as far as anybody knows. */
const CRASH = 'HUM_ERROR_CRASH';

/**
 * @param {Humshakal} humshakal
 * @param {File} file
 * @param {AbortSignal} signal
 */
async function look(humshakal, file, signal) {
  /** @type {import('../../engine/humshakal.js').DescribedFace[]} */
  const found = [];
  try {
    const { faces, ...size } = await humshakal.detect(file, { signal });
    for (const face of faces) found.push(...await humshakal.describe(file, { face, signal }));
    const { width, height, orientation } = size;
    return { size: { width, height, orientation }, found, problem: null };
  } catch (error) {
    const { code, message } = /** @type {HumError} */ (error);
    if (!isAboutPhoto(error) && code !== CRASH) throw error;
    return { size: { width: 0, height: 0, orientation: 1 }, found: [], problem: { code, message } };
  }
}

/**
 * @param {string} hash
 * @param {Entry} entry
 * @param {number} bytes
 * @param {{code: string, message: string}} problem
 * @returns {PhotoRecord}
 */
function refused(hash, entry, bytes, problem) {
  return { hash, paths: [entry.path], bytes, width: 0, height: 0, orientation: 1,
    faces: [], problem };
}
