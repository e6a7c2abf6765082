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

import { assetsOf, describeNetwork, sum } from './assets.js';
import { openChannel } from './channel.js';
import { HumError, abortError, cancellable, isAbort } from './errors.js';
import { browserDecodes, decodeInBrowser, preparePhoto } from './photo.js';
import { bestBuild } from './simd.js';
import { threadCount } from './threads.js';

export { HumError, isAbort };
export { trusted } from './bound-worker.js';
export { pixelsAreTrue, stillOf } from './photo.js';

/** @typedef {import('./wasm.js').Face} Face */
/** @typedef {import('./photo.js').Photo} Photo */
/** @typedef {import('./photo.js').PreparedPhoto} PreparedPhoto */
/** @typedef {import('./channel.js').Channel} Channel */
/** @typedef {import('./assets.js').Assets} Assets */
/** @typedef {import('./assets.js').Entry} Entry */

/**
 * @typedef {object} Progress
 * @property {'download' | 'start' | 'convert' | 'adapt'} phase
 * @property {number} loaded  never going back: bytes of all files together; of a conversion
 *   the share that is done; of an adaption the pictures that are done
 * @property {number} total
 * @property {string} label   what is being fetched, started, converted or adapted
 */

/**
 * @typedef {object} Options
 * @property {string | URL} [baseURL]  the site's folder; default: that of this module
 * @property {string} [model]     id of an embedder that offers() lists; default: the site's
 * @property {string | Uint8Array | null} [gallery]  id that offers() lists, an address, the
 *   bytes of a gallery file, or null for none; default: one that fits the network, if there
 *   is any
 * @property {number} [threads]   default: up to four, where the page may have them
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
 * @typedef {object} Offers
 * @property {number} total    bytes that are needed altogether
 * @property {number} missing  those of them that are not on this device yet
 * @property {any} model       the network that is taken
 * @property {any} gallery     the gallery that is taken; null: none fits
 * @property {any[]} models    the networks to choose from: id, name, bytes, accuracy,
 *   licence, dimension, multiplications (of one face), stored (on this device already), own
 *   (brought along by the visitor)
 * @property {any[]} galleries id, name, model (the one it was made with), people, photos,
 *   pictures (whether it has thumbnails), own
 * @property {any} adaptable   the gallery to make one for this network from, when none fits
 * @property {any[]} samples   photos to try
 */

/** @typedef {{face?: Face | null, detect?: boolean, signal?: AbortSignal}} FaceOptions */

/**
 * An engine with its networks on the way.
 * @typedef {object} Session
 * @property {Channel} channel
 * @property {Promise<void>} detector    settled when faces can be found
 * @property {Promise<void>} everything  settled when the rest is there as well
 * @property {boolean} blind             no faces can be found: the first part failed
 * @property {boolean} failed            some part failed
 * @property {number} photo              the photo it was sent last
 */

export class Humshakal {
  /** @type {Options} */
  #options;
  /** @type {Assets} */
  #assets;
  /** @type {any} the part of the manifest that is used here */
  #plan = null;
  /** @type {Session | null} */
  #session = null;
  /** @type {any} */
  #info = null;
  /** @type {Uint8Array | null} the gallery given last, for a restart after a crash */
  #ownGallery = null;
  /** Stops downloads when this is closed. */
  #life = new AbortController();

  /** Use Humshakal.create(). @param {Options} options */
  constructor(options) {
    this.#options = options;
    this.#assets = assetsOf(siteURL(options));
  }

  /**
   * Downloads what is missing and starts the engine.
   * @param {Options} [options]
   */
  static async create(options = {}) {
    const humshakal = new Humshakal(options);
    try {
      humshakal.#plan = await makePlan(humshakal.#assets, options);
      const { detector, everything } = humshakal.#open();
      const wanted = options.waitFor === 'detector' ? detector : everything;
      await (options.signal ? cancellable(wanted, options.signal) : wanted);
      return humshakal;
    } catch (error) {
      humshakal.close();
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
    const { files, embedder, gallery, embedders, galleries, samples } = await makePlan(
      assets, options);
    let missing = 0;
    for (const file of files) if (!await assets.stored(file)) missing += file.bytes;
    const models = await Promise.all(embedders.map(async (/** @type {any} */ entry) => (
      { ...entry, stored: await assets.stored(entry) })));
    const adaptable = galleries.find((/** @type {any} */ g) => g.pictures && !g.own) ?? null;
    return { total: sum(files), missing, model: embedder, gallery, models, galleries, adaptable,
      samples };
  }

  /**
   * Adds a network of the visitor's to those that can be chosen: published VGGFace weights
   * (.h5), which are converted to int8 here, or a model that tools/convert.mjs has made
   * (.tflite). It is kept on this device.
   * @param {Blob} file
   * @param {Options} [options]  baseURL, signal and onProgress count
   * @returns {Promise<{model: any, stored: boolean}>}  model: as in offers(); stored: false
   *   if there was no room to keep it for the next visit
   */
  static async addModel(file, options = {}) {
    const { addModel } = await import('./own.js');
    const assets = assetsOf(siteURL(options));
    return addModel(assets, await makePlan(assets, { signal: options.signal }), file, options);
  }

  /**
   * Forgets a network that addModel() added, and the galleries made for it here.
   * @param {string} id
   * @param {Options} [options]  baseURL counts
   */
  static async removeModel(id, options = {}) {
    const { removeModel } = await import('./own.js');
    await removeModel(assetsOf(siteURL(options)), id);
  }

  /** Resolves when everything is loaded; rejects when something cannot be. */
  get ready() {
    return this.#run((session) => session.everything);
  }

  /**
   * Keeps the engine of the next visit, which may have threads where this one has none: once
   * a service worker sends the headers for that.
   */
  async keepNext() {
    const { next } = this.#plan;
    if (await this.#assets.stored(next)) return;
    await this.#assets.bytes(next, { signal: this.#life.signal });
  }

  /**
   * What is loaded: the engine's own description (hum_info), build ('simd' or 'relaxed',
   * perhaps with '-threads'), worker (true or false), and threadsFailed: why there is one
   * thread though there should be more, or null.
   */
  get info() {
    return this.#info;
  }

  /**
   * The faces of a photo, largest first. Coordinates are pixels of the upright photo of
   * width x height; shrunkFrom is its size before, if it had to be scaled down.
   * @param {Photo} image
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<{width: number, height: number, faces: Face[],
   *   shrunkFrom: {width: number, height: number} | null}>}
   */
  async detect(image, { signal } = {}) {
    return this.#withPhoto('detect', image, {}, { needs: 'detector', signal });
  }

  /**
   * The embedding of a face, a vector of length 1.
   * @param {Photo} image
   * @param {FaceOptions} [options]  face: one of detect(); without it the largest, or with
   *   detect: false the whole picture, which must be a face's crop then
   * @returns {Promise<Float32Array>}
   */
  async embed(image, { face = null, detect = true, signal } = {}) {
    return this.#withPhoto('embed', image, { face, detect }, { signal });
  }

  /**
   * The k people of the gallery who look most like a face, best first, nobody twice.
   * @param {Photo} image
   * @param {FaceOptions & {k?: number}} [options]  as for embed()
   * @returns {Promise<MatchedPerson[]>}
   */
  async match(image, { k = 5, face = null, detect = true, signal } = {}) {
    return this.#people(
      await this.#withPhoto('match', image, { k, face, detect }, { signal }));
  }

  /**
   * The k people of the gallery nearest to an embedding, which may be the mean of several.
   * @param {Float32Array} embedding  of length 1
   * @param {{k?: number, signal?: AbortSignal}} [options]
   * @returns {Promise<MatchedPerson[]>}
   */
  async search(embedding, { k = 5, signal } = {}) {
    return this.#people(await this.#run(
      ({ channel }) => channel.call('search', { embedding, k }), { signal }));
  }

  /**
   * The embedding of a photo of the gallery.
   * @param {number} row  as in a MatchedPerson
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<Float32Array>}
   */
  async galleryEmbedding(row, { signal } = {}) {
    return this.#run(({ channel }) => channel.call('rowEmbedding', { row }), { signal });
  }

  /**
   * An embedding as the gallery's rows are: with fewer numbers where the gallery is
   * projected. Scores of matches are cosines of these.
   * @param {Float32Array} embedding
   * @param {{signal?: AbortSignal}} [options]
   * @returns {Promise<Float32Array>}
   */
  async project(embedding, { signal } = {}) {
    return this.#run(({ channel }) => channel.call('project', { embedding }), { signal });
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
    const score = await this.#run(({ channel }) => channel.call('compare', { a, b }), { signal });
    const { threshold = null, far = null } = this.#info.embedder;
    return { score, same: threshold === null ? null : score >= threshold, threshold, far };
  }

  /**
   * The picture of a face as the network sees it or, with loose, with room around the head.
   * @param {Photo} image
   * @param {FaceOptions & {side?: number, loose?: boolean}} [options]
   * @returns {Promise<ImageData | {data: Uint8ClampedArray, width: number, height: number}>}
   */
  async crop(image, { face = null, detect = true, side = 256, loose = false, signal } = {}) {
    const pixels = await this.#withPhoto('crop', image, { face, detect, side, loose },
      { needs: loose ? 'detector' : 'all', signal });
    return typeof ImageData === 'function'
      ? new ImageData(pixels.data, pixels.width, pixels.height) : pixels;
  }

  /**
   * Replaces the gallery.
   * @param {string | URL | Uint8Array} gallery  an id of the manifest, an address relative
   *   to the site, or the bytes
   * @param {{signal?: AbortSignal}} [options]
   */
  async loadGallery(gallery, { signal } = {}) {
    const bytes = await this.#galleryBytes(gallery, signal);
    const kept = bytes.slice();
    await this.#run(({ channel }) => this.#load(channel, 'loadGallery', { bytes }), { signal });
    this.#ownGallery = kept;
  }

  /**
   * Makes a gallery for the loaded network out of the small pictures in a gallery for
   * another one, loads it, and keeps it on this device. Small pictures say less than photos
   * do, so it is less accurate than a gallery made from photos.
   * @param {string} id  one of offers().galleries
   * @param {{signal?: AbortSignal, onProgress?: (progress: Progress) => void}} [options]
   * @returns {Promise<{gallery: any, stored: boolean}>}  gallery.unused: the number of
   *   pictures in which no face was found
   */
  async adaptGallery(id, { signal, onProgress = () => {} } = {}) {
    const { adaptGallery } = await import('./own.js');
    const { galleries, embedder } = this.#plan;
    const from = pick(galleries, id, 'gallery');
    const bytes = await this.#assets.bytes(from, { signal });
    return this.#run(async (session) => {
      try {
        const { made, unused } = await adaptGallery(session, bytes, (loaded, total) => {
          signal?.throwIfAborted();
          onProgress({ phase: 'adapt', loaded, total, label: from.name });
        });
        await this.#load(session.channel, 'loadGallery', { bytes: made.slice() });
        this.#ownGallery = made;
        const { people, photos } = this.#info.gallery;
        const { entry, stored } = await this.#assets.addOwn('galleries', {
          id: `${from.id}-for-${embedder.id}`, name: from.name, file: `${from.name}, adapted`,
          model: embedder.id, people, photos, pictures: true, unused, adaptedFrom: from.id,
        }, made);
        return { gallery: entry, stored };
      } catch (error) {
        session.failed = true; // its gallery cannot be searched: the next call starts anew
        throw error;
      }
    });
  }

  /** Stops the engine and frees its memory. Pending calls are rejected. */
  close() {
    this.#life.abort();
    this.#session?.channel.close(closedError());
    this.#session = null;
  }

  /** @param {any[]} matches  as the engine gives them @returns {MatchedPerson[]} */
  #people(matches) {
    for (const person of matches) {
      const { photo, nearest } = person;
      person.alike = nearest < 0 ? null : nearest >= this.#info.gallery.alike;
      photo.thumbnail &&= new Blob([photo.thumbnail], { type: 'image/jpeg' });
    }
    return matches;
  }

  // ---- The engine's life ---------------------------------------------------------------

  /** Starts an engine; after a failure with the files that are here already. */
  #open() {
    this.#session?.channel.close(closedError());
    const load = new Loader(this.#assets, this.#plan.files, this.#life.signal,
      this.#options.onProgress);
    load.readAhead();
    const nothing = Promise.resolve();
    /** @type {Session} */
    const session = { channel: openChannel(), detector: nothing, everything: nothing,
      blind: false, failed: false, photo: 0 };
    session.detector = this.#start(session, load).then(() => this.#loadDetectors(session, load));
    session.everything = session.detector.then(() => this.#loadRest(session, load));
    // A failure reaches every call that waits for its part; here it is only noted.
    session.detector.catch(() => {
      session.blind = true;
    });
    session.everything.catch(() => {
      session.failed = true;
    });
    this.#session = session;
    return session;
  }

  /**
   * Starts the engine, with one thread if several cannot be had.
   * @param {Session} session
   * @param {Loader} load
   */
  async #start(session, load) {
    const { threads, single } = this.#plan;
    if (threads > 1) {
      try {
        await this.#startBuild(session.channel, load, THREADS_PATIENCE);
        return;
      } catch (error) {
        const { code, message } = /** @type {any} */ (error);
        if (this.#life.signal.aborted || code === 'HUM_ERROR_INTEGRITY') throw error;
        console.warn(`${threads} threads could not be started, so there is one (${message}).`);
        this.#plan = { ...this.#plan, engine: single, threads: 1, threadsFailed: message };
        session.channel.close(closedError());
        session.channel = openChannel();
      }
    }
    await this.#startBuild(session.channel, load);
  }

  /**
   * @param {Channel} channel
   * @param {Loader} load
   * @param {number} [patience]  milliseconds
   */
  async #startBuild(channel, load, patience) {
    const { engine, threads } = this.#plan;
    const wasm = await load.bytes(engine, 'engine');
    const script = this.#assets.url(engine.script);
    const start = this.#load(channel, 'start', { script, wasm, threads });
    await (patience ? withPatience(start, patience) : start);
  }

  /** @param {Session} session @param {Loader} load */
  async #loadDetectors({ channel }, load) {
    for (const detector of this.#plan.detectors) {
      await this.#load(channel, 'loadDetector', await load.model(detector));
    }
  }

  /** @param {Session} session @param {Loader} load */
  async #loadRest({ channel }, load) {
    const { embedder, gallery, listed } = this.#plan;
    const model = await load.model(embedder);
    const bytes = await this.#firstGallery(gallery, load);
    load.starting(embedder.name);
    // assets.js has compared the hash, which takes the engine ten times as long.
    await this.#load(channel, 'loadEmbedder', { ...model, sha256: embedder.sha256 });
    if (bytes) await this.#loadFirstGallery(channel, gallery, bytes);
    await this.#assets.prune(listed);
  }

  /**
   * A gallery that was made here by an older version of this site cannot be read any more,
   * and goes.
   * @param {Channel} channel
   * @param {any} listed
   * @param {Uint8Array} bytes
   */
  async #loadFirstGallery(channel, listed, bytes) {
    try {
      await this.#load(channel, 'loadGallery', { bytes });
    } catch (error) {
      const { code } = /** @type {any} */ (error);
      if (code !== 'HUM_ERROR_UNSUPPORTED' || !listed?.own) throw error;
      await this.#assets.removeOwn('galleries', listed.id);
      throw new HumError('HUM_ERROR_FILE', `The gallery “${listed.name}” was made on this `
        + 'device by an older version of this page, which this one cannot read, so it was '
        + 'removed. Choose the network again to make a new one.', { cause: error });
    }
  }

  /** @param {any} listed @param {Loader} load @returns {Promise<Uint8Array | null>} */
  async #firstGallery(listed, load) {
    if (this.#ownGallery) return this.#ownGallery.slice();
    if (listed) return load.bytes(listed, listed.name);
    const { gallery } = this.#options;
    return gallery ? this.#galleryBytes(gallery, this.#life.signal) : null;
  }

  /** @param {string | URL | Uint8Array} gallery @param {AbortSignal} [signal] */
  async #galleryBytes(gallery, signal) {
    if (gallery instanceof Uint8Array) return gallery.slice();
    const listed = this.#plan.galleries.find((/** @type {any} */ g) => g.id === gallery);
    return listed ? this.#assets.bytes(listed, { signal })
      : this.#assets.unlisted(String(gallery), signal);
  }

  /**
   * Hands bytes over to the engine and keeps the description that it answers with.
   * @param {Channel} channel
   * @param {string} op
   * @param {Record<string, any>} args
   */
  async #load(channel, op, args) {
    const parts = Object.values(args).filter((part) => part instanceof Uint8Array);
    const info = await channel.call(op, args, parts.map((part) => part.buffer));
    const { engine, threadsFailed } = this.#plan;
    this.#info = { ...info, build: engine.id, worker: channel.worker, threadsFailed };
  }

  /**
   * Runs work on the engine, on a fresh one if the last has failed.
   * @template T
   * @param {(session: Session) => T | Promise<T>} work
   * @param {{needs?: 'detector' | 'all', signal?: AbortSignal}} [options]
   * @returns {Promise<T>}
   */
  async #run(work, { needs = 'all', signal } = {}) {
    if (this.#life.signal.aborted) throw closedError();
    if (signal?.aborted) throw abortError();
    const last = this.#session;
    const usable = last && !last.channel.closed
      && !(needs === 'all' ? last.failed : last.blind);
    const session = usable ? last : this.#open();
    const loaded = needs === 'all' ? session.everything : session.detector;
    const result = loaded.then(() => work(session)).catch((error) => {
      throw this.#life.signal.aborted ? closedError() : error;
    });
    return signal ? cancellable(result, signal) : result;
  }

  /**
   * Runs a call about a photo. A photo that the engine's own decoder cannot take is decoded
   * by the browser.
   * @param {string} op
   * @param {Photo} image
   * @param {object} args
   * @param {{needs?: 'detector' | 'all', signal?: AbortSignal}} options
   */
  #withPhoto(op, image, args, options) {
    return this.#run(async (session) => {
      const id = photoNumber(image);
      if (id && session.photo === id) return send(session, op, { id }, args);
      const photo = await preparePhoto(image, this.#info.limits);
      try {
        return await send(session, op, { id, ...photo }, args);
      } catch (error) {
        const other = photo.bytes && browserDecodes() && error instanceof HumError
          && ['HUM_ERROR_LIMIT', 'HUM_ERROR_UNSUPPORTED'].includes(error.code);
        if (!other) throw error;
        const decoded = await decodeInBrowser(/** @type {Blob} */ (image));
        return send(session, op, { id, ...decoded }, args);
      }
    }, options);
  }
}

/** Fetches files in turn and tells how far all of them together are. */
class Loader {
  #assets;
  #files;
  #signal;
  #onProgress;
  #total;
  #done = 0;
  #shown = 0;
  /** @type {Map<string, Promise<Uint8Array>>} by SHA-256 */
  #ahead = new Map();

  /**
   * @param {Assets} assets
   * @param {Entry[]} files
   * @param {AbortSignal} signal
   * @param {(progress: Progress) => void} [onProgress]
   */
  constructor(assets, files, signal, onProgress = () => {}) {
    this.#assets = assets;
    this.#files = files;
    this.#signal = signal;
    this.#onProgress = onProgress;
    this.#total = sum(files);
  }

  /**
   * Begins to read what is on this device already, while the engine starts. What has to be
   * downloaded comes in turn, so that the detectors are there first.
   */
  async readAhead() {
    for (const file of this.#files) {
      if (!await this.#assets.stored(file)) continue;
      const reading = this.#assets.bytes(file, { signal: this.#signal });
      reading.catch(() => {}); // whoever wants the file is told
      this.#ahead.set(file.sha256, reading);
    }
  }

  /** @param {Entry} file @param {string} label */
  async bytes(file, label) {
    const ahead = this.#ahead.get(file.sha256);
    this.#ahead.delete(file.sha256);
    const bytes = await (ahead ?? this.#assets.bytes(file, {
      signal: this.#signal,
      onBytes: (loaded) => this.#report('download', this.#done + loaded, label),
    }));
    this.#done += file.bytes;
    return bytes;
  }

  /** @param {any} model  an entry of the manifest's models */
  async model({ recipe, name, ...file }) {
    return {
      recipe: recipe ? await this.bytes(recipe, name) : null,
      model: await this.bytes(file, name),
    };
  }

  /** @param {string} label */
  starting(label) {
    this.#report('start', this.#total, label);
  }

  /** @param {'download' | 'start'} phase @param {number} loaded @param {string} label */
  #report(phase, loaded, label) {
    // A second attempt begins at 0 again; another build than planned adds to the total.
    this.#shown = Math.min(this.#total, Math.max(this.#shown, loaded));
    this.#onProgress({ phase, loaded: this.#shown, total: this.#total, label });
  }
}

/**
 * What of the manifest is used with these options.
 * @param {Assets} assets
 * @param {Options} options
 */
async function makePlan(assets, { model, gallery, threads: most, signal }) {
  const build = bestBuild();
  if (!build) {
    throw new HumError('HUM_ERROR_BROWSER', 'This browser cannot run WebAssembly with SIMD, '
      + 'which Humshakal needs. Use Chrome or Edge 100, Firefox 114, Safari 16.4 or newer. '
      + 'If yours is newer, a protected mode (Lockdown Mode, for one) has switched it off.');
  }
  const { engines, models, galleries: ofSite, samples, defaults } = await assets.manifest(signal);
  const own = await assets.own();
  const galleries = [...ofSite, ...own.galleries];
  const detectors = models.filter((/** @type {any} */ m) => m.task === 'detector');
  const embedders = [...models.filter((/** @type {any} */ m) => m.task === 'embedder'),
    ...own.models];
  const single = pick(engines, build, 'engine');
  const threads = threadCount(most);
  const threaded = pick(engines, `${build}-threads`, 'engine');
  const engine = threads > 1 ? threaded : single;
  const embedder = pick(embedders, model ?? defaults.model, 'model');
  const wanted = gallery === undefined
    ? galleries.find((/** @type {any} */ g) => g.model === embedder.id)?.id : gallery;
  // Another string is the address of a gallery; #galleryBytes fetches it.
  const listed = galleries.find((/** @type {any} */ g) => g.id === wanted);
  const withRecipes = (/** @type {any[]} */ entries) => entries.flatMap(
    (entry) => (entry.recipe ? [entry, entry.recipe] : [entry]));
  return {
    engine,
    single,
    next: threadCount(most, true) > 1 ? threaded : single,
    threads,
    threadsFailed: null,
    detectors,
    embedder,
    embedders,
    gallery: listed ?? null,
    galleries,
    samples,
    files: [engine, ...withRecipes([...detectors, embedder]),
      ...(listed ? [listed] : [])],
    listed: [...engines, ...withRecipes(models), ...ofSite],
  };
}

/** Threads that do not start say nothing, so there is a limit to waiting for them. */
const THREADS_PATIENCE = 4000;

/**
 * @template T
 * @param {Promise<T>} work
 * @param {number} milliseconds
 * @returns {Promise<T>}
 */
function withPatience(work, milliseconds) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new HumError('HUM_ERROR_BROWSER',
      `nothing was heard of them for ${milliseconds / 1000} seconds`)), milliseconds);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** @param {any[]} entries @param {string} id @param {string} what */
function pick(entries, id, what) {
  const found = entries.find((entry) => entry.id === id);
  if (found) return found;
  throw new HumError('HUM_ERROR_ARGUMENT', `The manifest lists no ${what} "${id}"; it has `
    + `${entries.map((entry) => entry.id).join(', ') || 'none'}.`);
}

/**
 * @param {Session} session
 * @param {string} op
 * @param {{id: number, bytes?: Uint8Array, pixels?: Uint8Array | Uint8ClampedArray}} photo
 * @param {object} args
 */
function send(session, op, photo, args) {
  session.photo = photo.id;
  const content = photo.bytes ?? photo.pixels;
  return session.channel.call(op, { photo, ...args },
    content ? [/** @type {ArrayBuffer} */ (content.buffer)] : []);
}

/** @type {WeakMap<object, number>} */
const photoNumbers = new WeakMap();
let lastPhotoNumber = 0;

/**
 * Photos that cannot change have a number, so that each is sent only once; 0 for others.
 * @param {Photo} image
 */
function photoNumber(image) {
  const constant = image instanceof Blob
    || (typeof ImageBitmap === 'function' && image instanceof ImageBitmap);
  if (!constant) return 0;
  const number = photoNumbers.get(image) ?? (lastPhotoNumber += 1);
  photoNumbers.set(image, number);
  return number;
}

/** @param {Options} options */
function siteURL({ baseURL = new URL('../', import.meta.url) }) {
  return new URL(baseURL, globalThis.document?.baseURI);
}

function closedError() {
  return new HumError('HUM_ERROR_STATE', 'This Humshakal was closed. Create a new one.');
}
