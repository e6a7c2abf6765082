/**
 * Collections: a gallery in the making, faces to be grouped, many photos. Of a gallery, faces
 * and what is to be said of them are held until they become the bytes of a file; nothing is
 * kept on the device.
 *
 *     const maker = await humshakal.createGallery();
 *     for (const file of files) await maker.addPhoto(file, { person: 'Asha', file: file.name });
 *     const bytes = await maker.build();
 *     await humshakal.loadGallery(bytes);
 */

import { HumError } from './errors.js';

/** @typedef {import('./session.js').Session} Session */
/** @typedef {import('./wasm.js').Face} Face */

/**
 * @typedef {object} DescribedFace
 * @property {Face | null} face  null: the whole picture
 * @property {Float32Array} embedding
 * @property {number} quality  how much it counts beside others of the same person, 0.01..1
 * @property {Uint8Array<ArrayBuffer>} thumbnail  a JPEG of 128 x 128 pixels
 *
 * @typedef {object} FaceToGroup
 * @property {Float32Array} embedding
 * @property {number} [quality]  above 0, at most 1: how much it counts
 * @property {unknown} [photo]   what it is in: faces with the same are different people
 * @property {number} [person]   0 or more: a person that it is known to show
 */

/**
 * What is said of a photo and of its person; '' where nothing is known.
 * @typedef {object} About
 * @property {string} person        the name
 * @property {string} [personLink]  an http address about the person
 * @property {string} [file]
 * @property {string} [source]
 * @property {string} [author]
 * @property {string} [licence]
 * @property {string} [link]        an http address of the photo
 */

export class GalleryMaker {
  #session;
  /** @type {{about: About, embedding: Float32Array, thumbnail: Uint8Array | null}[]} */
  #faces = [];
  #network = '';

  /** @param {() => Session} session  asked each time, since another one may take over */
  constructor(session) {
    this.#session = session;
  }

  /** Photos so far. */
  get photos() {
    return this.#faces.length;
  }

  /** People so far, as they came. @returns {string[]} */
  get people() {
    return [...new Set(this.#faces.map(({ about }) => about.person))];
  }

  /**
   * Adds a face of which all is known.
   * @param {{embedding: Float32Array, thumbnail?: Uint8Array | null}} face  as of describe(),
   *   by the network that is loaded now
   * @param {About} about
   */
  addFace({ embedding, thumbnail = null }, about) {
    const { sha256, dimension } = this.#session().info.embedder;
    this.#network ||= sha256;
    if (sha256 !== this.#network) {
      throw new HumError('HUM_ERROR_MISMATCH', 'The network has been changed since the first '
        + 'face was added. Make the gallery anew.');
    }
    if (!(embedding instanceof Float32Array) || embedding.length !== dimension) {
      throw new HumError('HUM_ERROR_ARGUMENT', `An embedding here is a Float32Array of ${
        dimension} numbers.`);
    }
    if (!about?.person) {
      throw new HumError('HUM_ERROR_ARGUMENT', 'A face needs the name of its person: '
        + '{person: "..."}.');
    }
    this.#faces.push({ about: { ...about }, embedding: embedding.slice(), thumbnail });
  }

  /**
   * Adds a photo by its largest face, or the one that is given.
   * @param {import('./photo.js').Photo} image
   * @param {About & {face?: Face | null, detect?: boolean, signal?: AbortSignal}} about  and
   *   the options of embed()
   * @returns {Promise<DescribedFace>}
   */
  async addPhoto(image, { face = null, detect = true, signal, ...about }) {
    const [found] = await this.#session().withPhoto('describe', image,
      { face, detect, most: 1 }, { signal });
    if (!found) throw new HumError('HUM_ERROR_NO_FACE', 'No face was found in this photo.');
    this.addFace(found, about);
    return found;
  }

  /**
   * The bytes of the gallery file: the same faces in the same order give the same bytes.
   * @param {{axes?: number, signal?: AbortSignal}} [options]  axes: project rows to so many
   *   numbers (hum_gallery_end); 0: leave them as they are
   * @returns {Promise<Uint8Array<ArrayBuffer>>}
   */
  build({ axes = 0, signal } = {}) {
    if (this.#faces.length && this.#session().info.embedder.sha256 !== this.#network) {
      throw new HumError('HUM_ERROR_MISMATCH', 'The faces are of another network than the one '
        + 'that is loaded now. Make the gallery anew.');
    }
    const faces = this.#faces.map(({ about, embedding, thumbnail }) => ({ embedding,
      entry: { name: about.person, link: about.personLink ?? '', photo: {
        file: about.file ?? '', source: about.source ?? '', author: about.author ?? '',
        licence: about.licence ?? '', link: about.link ?? '',
        thumbnail: thumbnail && new Uint8Array(thumbnail) } } }));
    return this.#session().run(
      ({ channel }) => channel.call('buildGallery', { made: { axes, faces } }), { signal });
  }
}

/**
 * @typedef {object} GalleryFace  as addFace() takes both
 * @property {{embedding: Float32Array, thumbnail: Uint8Array<ArrayBuffer> | null}} face
 * @property {About} about
 */

/**
 * Humshakal.galleryFaces().
 * @param {() => Session} session
 * @param {AbortSignal} [signal]
 * @returns {AsyncGenerator<GalleryFace>}
 */
export async function* galleryFaces(session, signal) {
  await session().run(() => {}, { signal });
  const { gallery } = session().info;
  if (gallery?.projected) {
    throw new HumError('HUM_ERROR_STATE', 'The rows of this gallery are projected, along axes '
      + 'of its own, and cannot be taken over. Make it without --axes.');
  }
  for (let row = 0; row < (gallery?.photos ?? 0); row += 1) {
    const { name, link, photo: { thumbnail, ...about }, embedding } = await session().run(
      async ({ channel }) => ({ ...await channel.call('entry', { row }),
        embedding: await channel.call('rowEmbedding', { row }) }), { signal });
    yield { face: { embedding, thumbnail }, about: { ...about, person: name, personLink: link } };
  }
}

/**
 * Faces as the engine takes them to group them.
 * @param {FaceToGroup[]} faces
 * @param {[number, number][]} apart
 * @param {number} dimension
 */
export function toGroup(faces, apart, dimension) {
  const embeddings = joined(faces, dimension);
  /** @type {Map<unknown, number>} */
  const photos = new Map();
  const photo = Int32Array.from(faces, (face) => {
    const name = face.photo ?? face;
    if (!photos.has(name)) photos.set(name, photos.size);
    return /** @type {number} */ (photos.get(name));
  });
  return { embeddings, photo, apart: Int32Array.from(apart.flat()),
    quality: Float32Array.from(faces, ({ quality }) => quality ?? 1),
    group: Int32Array.from(faces, ({ person }) => person ?? -1) };
}

/**
 * @typedef {object} NamedFace
 * @property {Float32Array} embedding
 * @property {number} person    a number for each
 * @property {Face | null} [face]  in its photo; null: not known
 * @property {number} [quality]  0: not known
 */

/**
 * Faces as the engine takes them to check them.
 * @param {NamedFace[]} faces
 * @param {number} dimension
 */
export function toCheck(faces, dimension) {
  return { embeddings: joined(faces, dimension),
    person: Int32Array.from(faces, ({ person }) => person),
    faces: faces.map(({ face }) => face ?? null),
    quality: Float32Array.from(faces, ({ quality }) => quality ?? 0) };
}

/** @param {{embedding: Float32Array}[]} faces @param {number} dimension */
function joined(faces, dimension) {
  const embeddings = new Float32Array(faces.length * dimension);
  faces.forEach(({ embedding }, i) => {
    if (!(embedding instanceof Float32Array) || embedding.length !== dimension) {
      throw new HumError('HUM_ERROR_ARGUMENT', `The embedding of face ${i} should be a `
        + `Float32Array of ${dimension} numbers.`);
    }
    embeddings.set(embedding, i * dimension);
  });
  return embeddings;
}

/**
 * @template T, M
 * @param {Iterable<T> | AsyncIterable<T>} photos
 * @param {(photo: T) => Promise<M[]>} match
 * @param {{ahead?: number, signal?: AbortSignal}} options
 * @returns {AsyncGenerator<{photo: T, matches: M[], error: unknown}>}
 */
export async function* matchMany(photos, match, { ahead = 2, signal }) {
  /** @type {Promise<{photo: T, matches: M[], error: unknown}>[]} */
  const queue = [];
  /** @param {T} photo */
  const start = (photo) => match(photo).then(
    (matches) => ({ photo, matches, error: null }), (error) => ({ photo, matches: [], error }));
  for await (const photo of photos) {
    signal?.throwIfAborted();
    queue.push(start(photo));
    if (queue.length >= ahead) yield /** @type {typeof queue[0]} */ (queue.shift());
  }
  while (queue.length) yield /** @type {typeof queue[0]} */ (queue.shift());
}
