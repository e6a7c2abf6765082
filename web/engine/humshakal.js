/**
 * Humshakal: who of a gallery looks most like the face in a photo? All of it runs on this
 * device; photos are never sent anywhere.
 *
 *     import { Humshakal } from './humshakal.js';
 *
 *     const humshakal = await Humshakal.create();
 *     const { faces } = await humshakal.detect(photo);              // largest first
 *     const matches = await humshakal.match(photo, { face: faces[0], k: 5 });
 *     console.log(matches[0].name, matches[0].score);
 *     humshakal.close();
 *
 * A photo is a Blob (or File), an ImageBitmap, an ImageData or {data, width, height} with
 * RGBA bytes. In browsers the engine runs in a worker; in Node it runs in the calling
 * thread. What goes wrong is a HumError with a stable code (errors.js) or, when a signal
 * was used to cancel, a DOMException named AbortError.
 */

import { assetsOf } from './assets.js';
import { HumError, cancellable } from './errors.js';
import { sent } from './manifest.js';
import { arrival } from './patience.js';
import { makePlan, pick } from './plan.js';
import { Session } from './session.js';

export { HumError };
export { trusted } from './bound-worker.js';
export { isAbort } from './errors.js';
export { pictureOf, pixelsAreTrue, stillOf, turned } from './photo.js';

/** @typedef {import('./errors.js').ErrorCode} ErrorCode */
/** @typedef {import('./loader.js').Progress} Progress */
/** @typedef {import('./maker.js').DescribedFace} DescribedFace */
/** @typedef {import('./maker.js').FaceToGroup} FaceToGroup */
/** @typedef {import('./manifest.js').Gallery} Gallery */
/** @typedef {import('./manifest.js').Model} Model */
/** @typedef {import('./manifest.js').Sample} Sample */
/** @typedef {import('./ops.js').Crop} Crop */
/** @typedef {import('./photo.js').Photo} Photo */
/** @typedef {import('./plan.js').GallerySource} GallerySource */
/** @typedef {import('./session.js').Info} Info */
/** @typedef {import('./wasm.js').Face} Face */
/** @typedef {import('./wasm.js').Finding} Finding */
/** @typedef {import('./wasm.js').Match} Match */

/**
 * @typedef {object} Options
 * @property {string | URL} [baseURL]  the site's folder; default: that of this module
 * @property {string} [model]     id of an embedder that offers() lists; default: the site's
 * @property {GallerySource | null} [gallery]  id that offers() lists, an address, the bytes
 *   of a gallery file, or null for none; default: one that fits the network, if there is any
 * @property {number} [threads]   default: up to four, where the page may have them
 * @property {boolean} [refine]   where neither model nor gallery is given: to begin with the
 *   site's light network while the other is not on this device yet. It answers after a
 *   fifth of the bytes, and less accurately; refine() goes on to the other
 * @property {'all' | 'detector'} [waitFor]  when create() is done; with 'detector' faces can
 *   be found while the larger network is still being downloaded, and the calls that need
 *   that one wait for it
 * @property {AbortSignal} [signal]  cancels create(); later on there is close()
 * @property {(progress: Progress) => void} [onProgress]
 */

/**
 * @typedef {object} MatchedPerson
 * @property {string} name
 * @property {string} link       about the person; '' if unknown
 * @property {number} row        of the photo below in the gallery
 * @property {number} score      cosine, -1..1; higher is more alike
 * @property {number} strangers  how much of what strangers' faces score with people of this
 *   gallery is less, 0..1; -1 where the gallery has too few people to tell
 * @property {number} nearest    the share of strangers whose best score with anybody of this
 *   gallery is less; -1 likewise
 * @property {boolean | null} alike  whether that is enough to say, of the first match, that
 *   somebody looks like the face; null where it is not known
 * @property {{file: string, source: string, author: string, licence: string, link: string,
 *   thumbnail: Blob | null}} photo  the photo of theirs that is nearest
 */

/**
 * @typedef {Model & {stored: boolean, download: number, use: 'fast' | 'accurate' | null}}
 *   OfferedModel  stored: as below; download: bytes that are sent for it; use: of the two that
 *   `refine` is about
 *
 * @typedef {object} Offers
 * @property {number} total    bytes that are needed altogether
 * @property {number} missing  those of them that are not on this device yet
 * @property {boolean} stored  whether all of them are kept here for the next visit; false
 *   with nothing missing: the browser's storage is full or off, so they are here until the
 *   page is closed
 * @property {Model} model     the network that is taken
 * @property {{model: Model, missing: number} | null} better  what refine() would go on to
 * @property {Gallery | null} gallery  the gallery that is taken; null: none fits
 * @property {OfferedModel[]} models  the networks to choose from
 * @property {Gallery[]} galleries  those to choose from
 * @property {Gallery | null} adaptable  the one to make a gallery for this network from,
 *   when none fits
 * @property {Sample[]} samples  photos to try
 */

/** @typedef {{face?: Face | null, detect?: boolean, signal?: AbortSignal}} FaceOptions */

export class Humshakal {
  #assets;
  #session;
  #options;
  /** @type {Session | null} the one that refine() starts */
  #next = null;

  /**
   * Use Humshakal.create().
   * @param {import('./assets.js').Assets} assets
   * @param {Session} session
   * @param {Options} options
   */
  constructor(assets, session, options) {
    this.#assets = assets;
    this.#session = session;
    this.#options = options;
  }

  /**
   * Downloads what is missing and starts the engine.
   * @param {Options} [options]
   */
  static async create(options = {}) {
    const assets = assetsOf(siteURL(options));
    const session = new Session(assets, await makePlan(assets, options), options);
    try {
      const { detector, everything } = session.open();
      const wanted = options.waitFor === 'detector' ? detector : everything;
      await (options.signal ? cancellable(wanted, options.signal) : wanted);
      return new Humshakal(assets, session, options);
    } catch (error) {
      session.close();
      throw error;
    }
  }

  /**
   * What there is to choose from, and what create() with the same options would take and
   * download.
   * @param {Options} [options]
   * @returns {Promise<Offers>}
   */
  static async offers(options = {}) {
    const assets = assetsOf(siteURL(options));
    const { files, embedder, better, gallery, embedders, galleries, samples, defaults } =
      await makePlan(assets, options);
    const { missing, stored } = await assets.inventory();
    /** @param {import('./manifest.js').FileEntry[]} wanted */
    const allMissing = (wanted) => wanted.reduce((bytes, file) => bytes + missing(file), 0);
    const next = better && await makePlan(assets, { ...options, refine: false });
    return {
      total: sent(files),
      missing: allMissing(files),
      stored: files.every(stored),
      model: embedder,
      better: next && { model: next.embedder, missing: allMissing(next.files.filter(
        ({ sha256 }) => !files.some((one) => one.sha256 === sha256))) },
      gallery,
      models: embedders.map((entry) => ({ ...entry, stored: stored(entry), download: sent([entry]),
        use: !defaults.light ? null : entry.id === defaults.light ? 'fast'
          : entry.id === defaults.model ? 'accurate' : null })),
      galleries,
      adaptable: galleries.find((entry) => entry.pictures && !entry.own) ?? null,
      samples,
    };
  }

  /**
   * Adds a network of the visitor's to those that can be chosen: published VGGFace weights
   * (.h5), which are converted to int8 here, or a model that tools/convert.mjs has made
   * (.tflite). It is kept on this device.
   * @param {Blob} file
   * @param {Options} [options]  baseURL, signal and onProgress count
   * @returns {Promise<{model: Model, stored: boolean}>}  model: as in offers(); stored: false
   *   if there was no room to keep it for the next visit
   */
  static async addModel(file, options = {}) {
    const { addModel } = await ownScript();
    const assets = assetsOf(siteURL(options));
    return addModel(assets, await makePlan(assets, { signal: options.signal }), file, options);
  }

  /**
   * Forgets a network that addModel() added, and the galleries made for it here.
   * @param {string} id
   * @param {Options} [options]  baseURL counts
   */
  static async removeModel(id, options = {}) {
    const { removeModel } = await ownScript();
    await removeModel(assetsOf(siteURL(options)), id);
  }

  /**
   * Adds a gallery file to those that can be chosen, for the network that it was made with. It
   * is kept on this device.
   * @param {Blob} file
   * @param {Options & {id?: string, name?: string}} [options]  baseURL and signal count. id:
   *   one given before replaces that gallery. name: without it the file's
   * @returns {Promise<{gallery: Gallery, stored: boolean}>}  as addModel()
   */
  static async addGallery(file, options = {}) {
    const { addGallery } = await ownScript();
    const assets = assetsOf(siteURL(options));
    return addGallery(assets, await makePlan(assets, { signal: options.signal }), file, options);
  }

  /**
   * Forgets a gallery that addGallery() added.
   * @param {string} id
   * @param {Options} [options]  baseURL counts
   */
  static async removeGallery(id, options = {}) {
    await assetsOf(siteURL(options)).removeOwn('galleries', id);
  }

  /**
   * The large files of a copy of this site whose only gallery is this one, with the manifest
   * that lists them. The site's other files are listed in its files.js.
   * @param {{gallery: Uint8Array<ArrayBuffer>, model: string, name: string, people: number,
   *   photos: number}} own  model: id of the network that it was made with
   * @param {Options} [options]  baseURL and signal count
   * @returns {AsyncGenerator<{path: string, content: Uint8Array<ArrayBuffer>}>}
   */
  static async* siteWith({ model, ...own }, options = {}) {
    const { siteWith } = await arrival(import('./site.js'), 'site.js');
    const assets = assetsOf(siteURL(options));
    const { signal } = options;
    yield* siteWith(assets, await makePlan(assets, { model, gallery: null, signal }), own, signal);
  }

  /** Resolves when everything is loaded; rejects when something cannot be. */
  get ready() {
    return this.#session.run(() => {});
  }

  /** The network that refine() would go on to; null: it is the one that is used. */
  get better() {
    return this.#session.plan.better;
  }

  /**
   * Goes on to the network that create() with `refine` left for later. It is downloaded and
   * started beside the one that is used; once it is there, all further calls go to it.
   * @param {{signal?: AbortSignal, onProgress?: (progress: Progress) => void,
   *   before?: () => Promise<void>}} [options]  before: waited for when it could take over,
   *   since embeddings of the two networks cannot be compared
   */
  async refine({ signal, onProgress, before = async () => {} } = {}) {
    if (!this.better) return;
    const plan = await makePlan(this.#assets, { threads: this.#options.threads, signal });
    await this.ready; // the first names come first
    const session = new Session(this.#assets, plan, { onProgress });
    this.#next?.close();
    this.#next = session;
    try {
      const { everything } = session.open();
      const ready = everything.then(before);
      await (signal ? cancellable(ready, signal) : ready);
    } catch (error) {
      session.close();
      throw error;
    }
    this.#session.retire();
    this.#session = session;
    this.#next = null;
  }

  /**
   * Keeps the engine of the next visit, which may have threads where this one has none: once
   * a service worker sends the headers for that.
   */
  async keepNext() {
    await this.#session.keep(this.#session.plan.next);
  }

  /**
   * What is loaded: the engine's own description (hum_info), whose embedder and gallery are
   * there once everything is ready; build ('simd' or 'relaxed', perhaps with '-threads');
   * worker: whether the engine runs beside this thread; and threadsFailed: why there is one
   * thread though there should be more, or null.
   * @returns {Info}
   */
  get info() {
    return this.#session.info;
  }

  /**
   * The faces of a photo, largest first. Coordinates are pixels of the upright photo of
   * width x height; shrunkFrom is its size before, if it had to be scaled down; orientation
   * the EXIF one of its file, 1..8, by which it was turned upright.
   * @param {Photo} image
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<{width: number, height: number, orientation: number, faces: Face[],
   *   shrunkFrom: {width: number, height: number} | null}>}
   */
  async detect(image, { signal } = {}) {
    return this.#session.withPhoto('detect', image, {}, { needs: 'detector', signal });
  }

  /**
   * The embedding of a face, a vector of length 1.
   * @param {Photo} image
   * @param {FaceOptions & {once?: boolean}} [options]  face: one of detect(); without it the
   *   largest, or with detect: false the whole picture, which must be a face's crop then.
   *   once: without the mirror image, in half the time and a little less exact
   * @returns {Promise<Float32Array>}
   */
  async embed(image, { face = null, detect = true, once = false, signal } = {}) {
    return this.#session.withPhoto('embed', image, { face, detect, once }, { signal });
  }

  /**
   * The faces of a photo, largest first, each with all that a collection wants to know of it.
   * @param {Photo} image
   * @param {FaceOptions & {most?: number}} [options]  as for embed(), and how many faces are
   *   described at most
   * @returns {Promise<DescribedFace[]>}  empty: no face was found
   */
  async describe(image, { face = null, detect = true, most = Infinity, signal } = {}) {
    return this.#session.withPhoto('describe', image, { face, detect, most }, { signal });
  }

  /**
   * How much a face is worth among several of one person, 0.01..1: its score times the
   * sharpness of its crop as the network sees it.
   * @param {Photo} image
   * @param {FaceOptions} [options]  as for embed()
   * @returns {Promise<number>}
   */
  async quality(image, { face = null, detect = true, signal } = {}) {
    return this.#session.withPhoto('quality', image, { face, detect }, { signal });
  }

  /**
   * detect(), and embed() of the largest face, in one go: for a camera's stream.
   * @param {Photo} image
   * @param {{once?: boolean, signal?: AbortSignal}} [options]  as for embed()
   * @returns {Promise<{width: number, height: number, faces: Face[],
   *   embedding: Float32Array | null}>}  null: there is no face
   */
  async look(image, { once = false, signal } = {}) {
    return this.#session.withPhoto('look', image, { once }, { signal });
  }

  /**
   * The k people of the gallery who look most like a face, best first, nobody twice.
   * @param {Photo} image
   * @param {FaceOptions & {k?: number}} [options]  as for embed()
   * @returns {Promise<MatchedPerson[]>}
   */
  async match(image, { k = 5, face = null, detect = true, signal } = {}) {
    return this.#people(
      await this.#session.withPhoto('match', image, { k, face, detect }, { signal }));
  }

  /**
   * The k people of the gallery nearest to an embedding, which may be the mean of several.
   * @param {Float32Array} embedding  of length 1
   * @param {{k?: number, signal?: AbortSignal}} [options]
   * @returns {Promise<MatchedPerson[]>}
   */
  async search(embedding, { k = 5, signal } = {}) {
    return this.#people(await this.#session.run(
      ({ channel }) => channel.call('search', { embedding, k }), { signal }));
  }

  /**
   * The embedding of a photo of the gallery.
   * @param {number} row  as in a MatchedPerson
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<Float32Array>}
   */
  async galleryEmbedding(row, { signal } = {}) {
    return this.#session.run(({ channel }) => channel.call('rowEmbedding', { row }), { signal });
  }

  /**
   * An embedding as the gallery's rows are: with fewer numbers where the gallery is
   * projected. Scores of matches are cosines of these.
   * @param {Float32Array} embedding
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<Float32Array>}
   */
  async project(embedding, { signal } = {}) {
    return this.#session.run(({ channel }) => channel.call('project', { embedding }), { signal });
  }

  /**
   * How alike the faces of two photos are. same tells whether the score reaches the level
   * that the model's recipe states, at which a share `far` of pairs of strangers would be
   * taken for one person; null where the recipe states none.
   * @param {Photo} a
   * @param {Photo} b
   * @param {FaceOptions & {otherFace?: Face | null}} [options]  face: in a; otherFace: in b
   * @returns {Promise<{score: number, same: boolean | null, threshold: number | null,
   *   far: number | null}>}
   */
  async verify(a, b, { face = null, otherFace = null, detect = true, signal } = {}) {
    const left = await this.embed(a, { face, detect, signal });
    const right = await this.embed(b, { face: otherFace, detect, signal });
    return this.compare(left, right, { signal });
  }

  /**
   * The same of two embeddings.
   * @param {Float32Array} a
   * @param {Float32Array} b
   * @param {{signal?: AbortSignal}} [options]
   * @returns {ReturnType<Humshakal['verify']>}
   */
  async compare(a, b, { signal } = {}) {
    const score = await this.#session.run(({ channel }) => channel.call('compare', { a, b }), { signal });
    const { threshold, far } = this.info.embedder;
    return { score, same: threshold === null ? null : score >= threshold, threshold, far };
  }

  /**
   * Sorts faces into people who have no names yet. The same faces give the same groups.
   * @param {FaceToGroup[]} faces
   * @param {{apart?: [number, number][], far?: number, signal?: AbortSignal}} [options]
   *   apart: numbers of faces that are not of one person; far: false accept rate of pairs,
   *   above 0, at most 0.01; without it 0.001 (hum_group)
   * @returns {Promise<number[]>}  of each face the number of its group: from 0, in the order
   *   of their first faces; a face that is like no other has one of its own
   */
  async group(faces, { apart = [], far = NaN, signal } = {}) {
    const { toGroup } = await makerScript();
    const arrays = toGroup(faces, apart, this.info.embedder.dimension);
    return this.#session.run(({ channel }) => channel.call('group',
      { faces: { ...arrays, far } }), { signal });
  }

  /**
   * What may be wrong among faces with names (hum_check): wrong names, the same picture twice,
   * faces unlike the others, people of one photo, faces that are small, blurred, turned or cut.
   * @param {import('./maker.js').NamedFace[]} faces
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<Finding[]>}  face, other: numbers of these faces
   */
  async check(faces, { signal } = {}) {
    const { toCheck } = await makerScript();
    const arrays = toCheck(faces, this.info.embedder.dimension);
    return this.#session.run(({ channel }) => channel.call('check', { faces: arrays }), { signal });
  }

  /**
   * The picture of a face as the network sees it or, with loose, with room around the head.
   * @param {Photo} image
   * @param {FaceOptions & {side?: number, loose?: boolean}} [options]
   * @returns {Promise<ImageData | Crop>}
   */
  async crop(image, { face = null, detect = true, side = 256, loose = false, signal } = {}) {
    const pixels = await this.#session.withPhoto('crop', image, { face, detect, side, loose },
      { needs: loose ? 'detector' : 'all', signal });
    return typeof ImageData === 'function'
      ? new ImageData(pixels.data, pixels.width, pixels.height) : pixels;
  }

  /**
   * Replaces the gallery.
   * @param {GallerySource} gallery  an id that offers() lists, an address relative to the
   *   site, or the bytes of a gallery file
   * @param {{signal?: AbortSignal}} [options]
   */
  async loadGallery(gallery, { signal } = {}) {
    await this.#session.loadGallery(gallery, signal);
  }

  /**
   * Makes a gallery for the loaded network out of the small pictures in a gallery for
   * another one, loads it, and keeps it on this device. Small pictures say less than photos
   * do, so it is less accurate than a gallery made from photos.
   * @param {string} id  one of offers().galleries
   * @param {{signal?: AbortSignal, onProgress?: (progress: Progress) => void}} [options]
   * @returns {Promise<{gallery: Gallery, stored: boolean}>}  gallery.unused: the number of
   *   pictures in which no face was found
   */
  async adaptGallery(id, { signal, onProgress = () => {} } = {}) {
    const { adaptGallery } = await ownScript();
    const from = pick(this.#session.plan.galleries, id, 'gallery');
    return adaptGallery(this.#assets, this.#session, from, { signal, onProgress });
  }

  /**
   * All that stands in the gallery, photo by photo: to add it to another one, or to export it.
   * @param {{signal?: AbortSignal}} [options]
   * @returns {AsyncGenerator<import('./maker.js').GalleryFace>}
   */
  async* galleryFaces({ signal } = {}) {
    const { galleryFaces } = await makerScript();
    yield* galleryFaces(() => this.#session, signal);
  }

  /**
   * A new gallery, for the loaded network.
   * @returns {Promise<import('./maker.js').GalleryMaker>}
   */
  async createGallery() {
    const { GalleryMaker } = await makerScript();
    await this.ready;
    return new GalleryMaker(() => this.#session);
  }

  /**
   * match() of many photos, a few at a time: those behind are asked for when those before have
   * been taken. A photo that cannot be matched has an error in place of people.
   * @template {Photo} T
   * @param {Iterable<T> | AsyncIterable<T>} photos
   * @param {{k?: number, ahead?: number, signal?: AbortSignal}} [options]  ahead: photos that
   *   are on their way at once
   * @returns {AsyncGenerator<{photo: T, matches: MatchedPerson[], error: unknown}>}  in their
   *   order
   */
  async* matchMany(photos, { k, ahead, signal } = {}) {
    const { matchMany } = await makerScript();
    yield* matchMany(photos, (photo) => this.match(photo, { k, signal }), { ahead, signal });
  }

  /** Stops the engine and frees its memory. Pending calls are rejected. */
  close() {
    this.#next?.close();
    this.#session.close();
  }

  /** @param {Match[]} matches @returns {MatchedPerson[]} */
  #people(matches) {
    return matches.map(({ photo, ...person }) => ({
      ...person,
      photo: { ...photo,
        thumbnail: photo.thumbnail && new Blob([photo.thumbnail], { type: 'image/jpeg' }) },
    }));
  }
}

/** Wanted by few, so it is loaded when it is wanted first. */
const ownScript = () => arrival(import('./own.js'), 'own.js');
const makerScript = () => arrival(import('./maker.js'), 'maker.js');

/** @param {Options} options */
function siteURL({ baseURL = new URL('../', import.meta.url) }) {
  try {
    return new URL(baseURL, globalThis.document?.baseURI);
  } catch (cause) {
    throw new HumError('HUM_ERROR_ARGUMENT', `baseURL "${baseURL}" should be the address of `
      + 'the site’s folder; outside of pages, a whole one.', { cause });
  }
}
