/**
 * The C engine as JavaScript objects. This is the only file that knows pointers.
 *
 * Memory may grow in any call, which leaves every earlier view of it empty. So no view
 * outlives the statement that made it: copy in, call, make a new view, copy out, free.
 */

import { HumError } from './errors.js';

/** @typedef {import('./errors.js').StatusCode} StatusCode */

/**
 * @typedef {object} Face
 * @property {number} x       left edge of the box, in pixels of the upright photo
 * @property {number} y       top edge
 * @property {number} width
 * @property {number} height
 * @property {number} score   0..1, how sure the detector is
 * @property {number[]} points x, y of right eye, left eye, nose, mouth, right ear, left ear
 * @property {number} [inside] 0..1, the share of the box that lies in the photo
 */

/**
 * What hum_info says.
 * @typedef {object} EngineInfo
 * @property {string} version
 * @property {number} threads
 * @property {Limits} limits
 * @property {DetectorInfo[]} detectors
 * @property {EmbedderInfo | null} embedder
 * @property {GalleryInfo | null} gallery
 */

/**
 * @typedef {object} Limits
 * @property {number} faces        that are found in one photo
 * @property {number} matches      that can be asked for
 * @property {number} photoBytes
 * @property {number} photoSide    pixels
 * @property {number} photoPixels
 * @property {number} cropSide     pixels
 */

/**
 * @typedef {object} RecipeInfo  what the recipe of a network tells people
 * @property {string} id
 * @property {string} name
 * @property {string} training  the photos it has learned from
 * @property {string} licence
 * @property {string} citation
 * @property {string} source
 * @property {string} accuracy
 * @property {string} note
 *
 * @typedef {RecipeInfo & {range: 'near' | 'far', side: number, score: number}} DetectorInfo
 *   side: of its input, in pixels; score: the least that counts as a face
 *
 * @typedef {object} EmbedderFields
 * @property {string} sha256       of the model
 * @property {string} contract     what a gallery must have been made with
 * @property {'rgb' | 'bgr'} channels
 * @property {'square' | 'vggface2'} crop
 * @property {'int8' | 'float'} activations
 * @property {number | null} threshold  one person from this cosine on
 * @property {number | null} far   share of pairs of strangers above it
 * @property {string} measured     what the next two were measured on
 * @property {Histogram | null} same   cosines of pairs of photos of one person
 * @property {Histogram | null} other  and of two people
 * @property {boolean} mirror      whether the mirror image's embedding is averaged in
 * @property {number} width        of its input, in pixels
 * @property {number} height
 * @property {number} dimension    of an embedding
 * @property {number} multiplications  for one face
 *
 * @typedef {RecipeInfo & EmbedderFields} EmbedderInfo
 *
 * @typedef {{first: number, step: number, counts: number[]}} Histogram
 *
 * @typedef {object} GalleryInfo
 * @property {number} people
 * @property {number} photos
 * @property {number} dimension       of a row
 * @property {number} probeDimension  of an embedding
 * @property {boolean} projected      whether rows have fewer numbers than embeddings
 * @property {'int8'} rows
 * @property {string} contract
 * @property {number} bytes
 * @property {number} alike           the least `nearest` of a person who looks like the face
 * @property {Scores} strangers       of pairs of different people
 * @property {Scores} kin             of pairs of photos of one person
 * @property {Scores} nearest         of each person with the nearest other one
 *
 * @typedef {{pairs: number, quantiles: number[] | null}} Scores  every twentieth of the way
 */

/**
 * The Emscripten module: memory, and the functions of src/humshakal.h.
 * @typedef {{HEAPU8: Uint8Array<ArrayBuffer>, _malloc: (size: number) => number,
 *   _free: (at: number) => void}
 *   & Record<`_hum_${string}`, (...args: number[]) => number>} Module
 */

/**
 * @typedef {object} PhotoCredit
 * @property {string} file
 * @property {string} source
 * @property {string} author
 * @property {string} licence
 * @property {string} link
 * @property {Uint8Array<ArrayBuffer> | null} thumbnail  JPEG bytes
 */

/**
 * @typedef {object} Entry  a photo of the gallery
 * @property {string} name       of the person
 * @property {string} link       about the person, or ''
 * @property {PhotoCredit} photo
 *
 * @typedef {Entry & Scored} Match  the nearest photo of a person
 *
 * @typedef {object} Scored     as documented in humshakal.h
 * @property {number} row       of the photo in the gallery
 * @property {number} score     cosine, -1..1
 * @property {number} strangers what it is worth, 0..1; -1 where it is not known
 * @property {number} nearest   likewise
 * @property {boolean | null} alike  null where it is not known
 */

/** hum_face: floats only, in this order. */
const FACE_FLOATS = 18;
const FACE_BYTES = 4 * FACE_FLOATS;

/** hum_match; the person is the photo's */
const MATCH = { bytes: 24, photo: 4, score: 8, strangers: 12, nearest: 16, alike: 20 };

/** The fields of hum_gallery_text. */
const TEXT = {
  personName: 0, personLink: 1,
  photoFile: 2, photoSource: 3, photoAuthor: 4, photoLicence: 5, photoLink: 6,
};

const FLOAT_ACTIVATIONS = 1;
const ANY_NETWORK = 1;
const POINTER_BYTES = 4;

/**
 * @typedef {object} ToGroup    as documented in humshakal.h
 * @property {Float32Array} embeddings  one after the other
 * @property {Float32Array} quality
 * @property {Int32Array} photo
 * @property {Int32Array} apart  pairs, one after the other
 * @property {number} far
 * @property {Int32Array} group
 */

/**
 * @typedef {object} ToCheck    as documented in humshakal.h
 * @property {Float32Array} embeddings  one after the other
 * @property {Int32Array} person
 * @property {(Face | null)[]} faces
 * @property {Float32Array} quality
 *
 * @typedef {object} Finding
 * @property {'duplicate' | 'single' | 'label' | 'outlier' | 'small' | 'blurred' | 'turned' |
 *   'cut'} kind
 * @property {number} face
 * @property {number | null} other  the face that it is about as well
 * @property {number} score         as the kind has it; NaN: nothing
 */

/** hum_finding, and its kinds by number. */
const FINDING = { bytes: 16, face: 4, other: 8, score: 12, most: 6 };
/** @type {Finding['kind'][]} */
const FINDINGS = ['duplicate', 'single', 'label', 'outlier', 'small', 'blurred', 'turned', 'cut'];

/** @typedef {{axes: number, faces: {embedding: Float32Array, entry: Entry}[]}} ToBuild */

/** @typedef {(what: number | Uint8Array) => number} Take */

export class Engine {
  #module;
  /** hum_engine * */
  #engine = 0;
  /** Where the gallery's bytes are, which the engine reads in place. */
  #gallery = 0;
  /** @type {EngineInfo | null} what hum_info said last */
  #info = null;

  /** Use Engine.start(). @param {Module} module */
  constructor(module) {
    this.#module = module;
  }

  /**
   * @param {(options: object) => Promise<Module>} factory  default export of humshakal-*.mjs
   * @param {Uint8Array} wasm  the bytes of humshakal-*.wasm
   * @param {{threads?: number, threadScript?: string}} [options]  more than one thread: only
   *   of a build for threads; threadScript: the address that its threads start from
   */
  static async start(factory, wasm, { threads = 1, threadScript } = {}) {
    const engine = new Engine(await factory({ wasmBinary: wasm, threads,
      mainScriptUrlOrBlob: threadScript }));
    engine.#borrow((take) => {
      const out = take(POINTER_BYTES);
      engine.#check(engine.#module._hum_create(threads, out));
      engine.#engine = engine.#word(out);
    });
    return engine;
  }

  /** Frees the engine. No other method may be called afterwards. */
  close() {
    this.#module._hum_destroy(this.#engine);
    this.#module._free(this.#gallery);
  }

  /** @returns {EngineInfo} */
  get info() {
    this.#info ??= this.#readInfo();
    return this.#info;
  }

  /** @returns {EngineInfo} */
  #readInfo() {
    const text = this.#module._hum_info(this.#engine);
    if (!text) throw outOfMemory('the description of the engine');
    return JSON.parse(this.#string(text));
  }

  /** Bytes of memory that the engine has. It never gives any back. */
  get memory() {
    return this.#module.HEAPU8.length;
  }

  /**
   * @param {Uint8Array} model
   * @param {Uint8Array | null} recipe  null: the model carries its own
   */
  loadDetector(model, recipe) {
    this.#info = null;
    this.#borrow((take) => {
      const text = recipe ? take(recipe) : 0;
      this.#check(this.#module._hum_load_detector(
        this.#engine, take(model), model.length, text, recipe?.length ?? 0));
    });
  }

  /**
   * @param {Uint8Array} model
   * @param {Uint8Array | null} recipe
   * @param {{sha256?: string, floatActivations?: boolean}} [options]  sha256: of the model,
   *   if it has been compared already
   */
  loadEmbedder(model, recipe, { sha256, floatActivations = false } = {}) {
    this.#info = null;
    this.#borrow((take) => {
      const text = recipe ? take(recipe) : 0;
      this.#check(this.#module._hum_load_embedder(
        this.#engine, take(model), model.length, text, recipe?.length ?? 0,
        sha256 ? take(new TextEncoder().encode(`${sha256}\0`)) : 0,
        floatActivations ? FLOAT_ACTIVATIONS : 0));
    });
  }

  /**
   * @param {Uint8Array} bytes
   * @param {{anyNetwork?: boolean}} [options]  also take one that can only be looked at,
   *   since it was made with another network
   */
  loadGallery(bytes, { anyNetwork = false } = {}) {
    this.#info = null;
    const copy = this.#malloc(bytes.length);
    this.#module.HEAPU8.set(bytes, copy);
    try {
      this.#check(this.#module._hum_load_gallery(
        this.#engine, copy, bytes.length, anyNetwork ? ANY_NETWORK : 0));
    } catch (error) {
      this.#module._free(copy);
      throw error;
    }
    this.#module._free(this.#gallery);
    this.#gallery = copy;
  }

  /**
   * Makes a JPEG or PNG the current photo.
   * @param {Uint8Array} bytes
   * @returns {{width: number, height: number, orientation: number}}
   */
  photoDecode(bytes) {
    return this.#borrow((take) => {
      const size = take(2 * 4);
      this.#check(this.#module._hum_photo_decode(
        this.#engine, take(bytes), bytes.length, size));
      return { width: this.#word(size), height: this.#word(size + 4),
        orientation: this.#module._hum_photo_orientation(this.#engine) };
    });
  }

  /**
   * Makes pixels the current photo.
   * @param {Uint8Array | Uint8ClampedArray} rgba  [height, width, 4]
   * @param {number} width
   * @param {number} height
   */
  photoPixels(rgba, width, height) {
    if (rgba.length !== 4 * width * height) {
      throw new HumError('HUM_ERROR_ARGUMENT', `A picture of ${width} x ${height} pixels `
        + `needs ${4 * width * height} bytes (RGBA); got ${rgba.length}.`);
    }
    const bytes = new Uint8Array(rgba.buffer, rgba.byteOffset, rgba.byteLength);
    this.#borrow((take) => {
      this.#check(this.#module._hum_photo_pixels(this.#engine, take(bytes), width, height));
    });
    return { width, height };
  }

  /** The faces of the current photo, largest first. @returns {Face[]} */
  detect() {
    const capacity = this.info.limits.faces;
    return this.#borrow((take) => {
      const faces = take(capacity * FACE_BYTES);
      const count = take(4);
      this.#check(this.#module._hum_detect(this.#engine, faces, capacity, count));
      return Array.from({ length: this.#word(count) },
        (_, i) => this.#readFace(faces + i * FACE_BYTES));
    });
  }

  /**
   * The embedding of a face of the current photo; null: of the whole photo.
   * @param {Face | null} face
   * @param {boolean} [once]  without the mirror image
   */
  embed(face, once = false) {
    const dimension = this.#module._hum_dimension(this.#engine);
    return this.#borrow((take) => {
      const out = take(Math.max(4, 4 * dimension));
      this.#check(this.#module[once ? '_hum_embed_once' : '_hum_embed'](
        this.#engine, this.#takeFace(take, face), out));
      return this.#floats(out, dimension);
    });
  }

  /**
   * @param {Face | null} face
   * @param {{side: number, loose: boolean}} options
   */
  crop(face, { side, loose }) {
    return this.#borrow((take) => {
      // The engine refuses a larger side before it writes anything.
      const room = 4 * Math.min(Math.max(side, 0), this.info.limits.cropSide) ** 2;
      const out = take(room);
      this.#check(this.#module._hum_crop(
        this.#engine, this.#takeFace(take, face), loose ? 1 : 0, side, out));
      const data = new Uint8ClampedArray(this.#module.HEAPU8.slice(out, out + room).buffer);
      return { data, width: side, height: side };
    });
  }

  /** A face's small picture, a JPEG. @param {Face | null} face @returns {Uint8Array<ArrayBuffer>} */
  thumbnail(face) {
    return this.#borrow((take) => {
      const out = take(2 * POINTER_BYTES);
      this.#check(this.#module._hum_thumbnail(
        this.#engine, this.#takeFace(take, face), out, out + POINTER_BYTES));
      const at = this.#word(out);
      return this.#module.HEAPU8.slice(at, at + this.#word(out + POINTER_BYTES));
    });
  }

  /** How much a face counts among several of one person, 0.01..1. @param {Face | null} face */
  quality(face) {
    return this.#borrow((take) => {
      const out = take(4);
      this.#check(this.#module._hum_quality(this.#engine, this.#takeFace(take, face), out));
      return this.#floats(out, 1)[0];
    });
  }

  /**
   * Sorts faces into people.
   * @param {ToGroup} faces
   * @returns {number[]} of each face the number of its group
   */
  group({ embeddings, quality, photo, apart, far, group }) {
    return this.#borrow((take) => {
      const bytes = (/** @type {Float32Array | Int32Array} */ array) => take(
        new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
      const groups = bytes(group);
      this.#check(this.#module._hum_group(this.#engine, bytes(embeddings), bytes(quality),
        bytes(photo), group.length, bytes(apart), apart.length / 2, far, groups, take(4)));
      return [...new Int32Array(
        this.#module.HEAPU8.slice(groups, groups + 4 * group.length).buffer)];
    });
  }

  /** What may be wrong among faces with names. @param {ToCheck} faces @returns {Finding[]} */
  check({ embeddings, person, faces, quality }) {
    const floats = new Float32Array(FACE_FLOATS * faces.length);
    faces.forEach((face, i) => floats.set(face ? faceFloats(face) : [], i * FACE_FLOATS));
    return this.#borrow((take) => {
      const bytes = (/** @type {Float32Array | Int32Array} */ array) => take(
        new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
      const findings = take(FINDING.bytes * FINDING.most * faces.length + 1);
      const found = take(4);
      this.#check(this.#module._hum_check(this.#engine, bytes(embeddings), bytes(person),
        bytes(floats), bytes(quality), faces.length, findings, found));
      return Array.from({ length: this.#word(found) }, (_, i) => {
        const at = findings + FINDING.bytes * i;
        const other = this.#word(at + FINDING.other) | 0;
        return { kind: FINDINGS[this.#word(at)], face: this.#word(at + FINDING.face),
          other: other < 0 ? null : other, score: this.#floats(at + FINDING.score, 1)[0] };
      });
    });
  }

  /**
   * @param {Float32Array} a
   * @param {Float32Array} b
   */
  compare(a, b) {
    return this.#borrow((take) => {
      const out = take(4);
      const [left, right] = [this.#takeVector(take, a), this.#takeVector(take, b)];
      this.#check(this.#module._hum_compare(this.#engine, left, right, out));
      return this.#floats(out, 1)[0];
    });
  }

  /**
   * The k people nearest to an embedding, best first.
   * @param {Float32Array} embedding
   * @param {number} k
   * @returns {Match[]}
   */
  search(embedding, k) {
    return this.#borrow((take) => {
      const matches = take(MATCH.bytes * Math.max(1, Math.min(k, this.info.limits.matches)));
      const count = take(4);
      this.#check(this.#module._hum_search(
        this.#engine, this.#takeVector(take, embedding), k, matches, count));
      return Array.from({ length: this.#word(count) },
        (_, i) => this.#readMatch(matches + i * MATCH.bytes));
    });
  }

  /** A photo of the gallery, by its number. @param {number} photo @returns {Entry} */
  entry(photo) {
    const person = this.#module._hum_gallery_person(this.#engine, photo);
    return {
      name: this.#text(TEXT.personName, person),
      link: this.#text(TEXT.personLink, person),
      photo: {
        file: this.#text(TEXT.photoFile, photo),
        source: this.#text(TEXT.photoSource, photo),
        author: this.#text(TEXT.photoAuthor, photo),
        licence: this.#text(TEXT.photoLicence, photo),
        link: this.#text(TEXT.photoLink, photo),
        thumbnail: this.#thumbnail(photo),
      },
    };
  }

  /** The embedding of a photo of the gallery, by its number. @param {number} photo */
  rowEmbedding(photo) {
    const dimension = this.#module._hum_dimension(this.#engine);
    return this.#borrow((take) => {
      const out = take(Math.max(4, 4 * dimension));
      this.#check(this.#module._hum_gallery_embedding(this.#engine, photo, out));
      return this.#floats(out, dimension);
    });
  }

  /**
   * An embedding as the gallery's rows are: scores are cosines of these.
   * @param {Float32Array} embedding
   */
  project(embedding) {
    return this.#borrow((take) => {
      const vector = this.#takeVector(take, embedding);
      const out = take(4 * embedding.length);
      const dimension = take(4);
      this.#check(this.#module._hum_project(this.#engine, vector, out, dimension));
      return this.#floats(out, this.#word(dimension));
    });
  }

  /** Starts a new gallery for the loaded embedder; the loaded gallery stays. */
  beginGallery() {
    this.#check(this.#module._hum_gallery_begin(this.#engine, 0));
  }

  /** @param {Float32Array} embedding @param {Entry} entry */
  addToGallery(embedding, { name, link, photo }) {
    this.#borrow((take) => {
      const vector = this.#takeVector(take, embedding);
      const texts = [name, link, photo.file, photo.source, photo.author, photo.licence,
        photo.link].map((text) => take(new TextEncoder().encode(`${text}\0`)));
      const { thumbnail } = photo;
      this.#check(this.#module._hum_gallery_add(this.#engine, vector, ...texts,
        thumbnail ? take(thumbnail) : 0, thumbnail?.length ?? 0));
    });
  }

  /** The gallery file with what was added. @param {number} [axes] */
  endGallery(axes = 0) {
    return this.#borrow((take) => {
      const out = take(2 * POINTER_BYTES);
      this.#check(this.#module._hum_gallery_end(this.#engine, axes, out, out + POINTER_BYTES));
      const at = this.#word(out);
      return this.#module.HEAPU8.slice(at, at + this.#word(out + POINTER_BYTES));
    });
  }

  /** @param {number} at @returns {Match} */
  #readMatch(at) {
    const view = new DataView(this.#module.HEAPU8.buffer, at, MATCH.bytes);
    const score = view.getFloat32(MATCH.score, true);
    const strangers = view.getFloat32(MATCH.strangers, true);
    const nearest = view.getFloat32(MATCH.nearest, true);
    const alike = view.getInt32(MATCH.alike, true);
    const row = view.getInt32(MATCH.photo, true);
    return { row, score, strangers, nearest, alike: alike < 0 ? null : alike === 1,
      ...this.entry(row) };
  }

  /** @param {number} field @param {number} index */
  #text(field, index) {
    const text = this.#module._hum_gallery_text(this.#engine, field, index);
    return text ? this.#string(text) : '';
  }

  /** @param {number} photo @returns {Uint8Array<ArrayBuffer> | null} */
  #thumbnail(photo) {
    return this.#borrow((take) => {
      const out = take(2 * POINTER_BYTES);
      this.#check(this.#module._hum_gallery_thumbnail(
        this.#engine, photo, out, out + POINTER_BYTES));
      const [at, size] = [this.#word(out), this.#word(out + POINTER_BYTES)];
      return size ? this.#module.HEAPU8.slice(at, at + size) : null;
    });
  }

  /** @param {number} at @returns {Face} */
  #readFace(at) {
    const [x, y, width, height, score, ...rest] = this.#floats(at, FACE_FLOATS);
    return { x, y, width, height, score, points: rest.slice(0, -1), inside: rest.at(-1) ?? 1 };
  }

  /** @param {Take} take @param {Face | null} face */
  #takeFace(take, face) {
    return face ? take(new Uint8Array(faceFloats(face).buffer)) : 0;
  }

  /** @param {Take} take @param {Float32Array} vector */
  #takeVector(take, vector) {
    const dimension = this.#module._hum_dimension(this.#engine);
    if (!(vector instanceof Float32Array) || vector.length !== dimension) {
      throw new HumError('HUM_ERROR_ARGUMENT', `An embedding here is a Float32Array of `
        + `${dimension} numbers; got ${vector?.constructor?.name} of ${vector?.length}.`);
    }
    return take(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength));
  }

  /** @param {number} at @param {number} count */
  #floats(at, count) {
    return new Float32Array(this.#module.HEAPU8.slice(at, at + 4 * count).buffer);
  }

  /** @param {number} at */
  #word(at) {
    return new DataView(this.#module.HEAPU8.buffer).getUint32(at, true);
  }

  /** @param {number} at */
  #string(at) {
    const heap = this.#module.HEAPU8;
    // slice, since TextDecoder refuses views of shared memory
    return new TextDecoder().decode(heap.slice(at, heap.indexOf(0, at)));
  }

  /**
   * Runs a function with memory that is freed when it returns.
   * @template T
   * @param {(take: Take) => T} run  take(size) reserves, take(bytes) also copies in
   * @returns {T}
   */
  #borrow(run) {
    /** @type {number[]} */
    const taken = [];
    try {
      return run((what) => {
        const at = this.#malloc(typeof what === 'number' ? what : what.length);
        taken.push(at);
        if (typeof what !== 'number') this.#module.HEAPU8.set(what, at);
        return at;
      });
    } finally {
      for (const at of taken) this.#module._free(at);
    }
  }

  /** @param {number} size */
  #malloc(size) {
    const at = this.#module._malloc(Math.max(1, size)); // of 0 bytes it may give none
    if (!at) throw outOfMemory(`${size} bytes`);
    return at;
  }

  /** @param {number} status */
  #check(status) {
    if (status === 0) return;
    throw new HumError(/** @type {StatusCode} */ (
      this.#string(this.#module._hum_status_name(status))),
      this.#string(this.#module._hum_error(this.#engine)));
  }
}

/** @param {string} what */
function outOfMemory(what) {
  return new HumError('HUM_ERROR_MEMORY', `There was no memory left for ${what}. `
    + 'Close other tabs or programs, or use a smaller photo.');
}

/** A hum_face. @param {Face} face */
function faceFloats({ x, y, width, height, score = 0, points = [], inside = 0 }) {
  const floats = new Float32Array(FACE_FLOATS);
  floats.set([x, y, width, height, score, ...points].slice(0, FACE_FLOATS - 1));
  floats[FACE_FLOATS - 1] = inside;
  return floats;
}
