/**
 * An engine's life: it is started, loaded with networks and a gallery, asked, and started
 * afresh when it has failed. Calls that a fresh start interrupts are made again.
 */

import { openChannel } from './channel.js';
import { HumError, abortError, cancellable } from './errors.js';
import { Loader } from './loader.js';
import { within } from './patience.js';
import { browserDecodes, decodeInBrowser, preparePhoto } from './photo.js';
import { listedGallery } from './plan.js';

/** @typedef {import('./assets.js').Assets} Assets */
/** @typedef {import('./channel.js').Channel} Channel */
/** @typedef {import('./loader.js').OnProgress} OnProgress */
/** @typedef {import('./manifest.js').FileEntry} FileEntry */
/** @typedef {import('./manifest.js').Gallery} Gallery */
/** @typedef {import('./photo.js').Photo} Photo */
/** @typedef {import('./plan.js').GallerySource} GallerySource */
/** @typedef {import('./plan.js').Plan} Plan */
/** @typedef {import('./wasm.js').EmbedderInfo} EmbedderInfo */
/** @typedef {import('./wasm.js').EngineInfo} EngineInfo */

/**
 * @typedef {object} About  as documented in humshakal.js
 * @property {EmbedderInfo} embedder
 * @property {string} build
 * @property {boolean} worker
 * @property {string | null} threadsFailed
 *
 * @typedef {Omit<EngineInfo, 'embedder'> & About} Info
 */

/** @template {keyof import('./channel.js').Ops} K @typedef {import('./channel.js').Args<K>} Args */

/** @typedef {'detector' | 'all'} Needs  what has to be loaded before a call */

/**
 * @typedef {object} CallOptions
 * @property {Needs} [needs]  default: all
 * @property {AbortSignal} [signal]
 */

/**
 * An engine with its networks on the way.
 * @typedef {object} Start
 * @property {Channel} channel
 * @property {Promise<void>} detector    settled when faces can be found
 * @property {Promise<void>} everything  settled when the rest is there as well
 * @property {boolean} blind             no faces can be found: the first part failed
 * @property {boolean} failed            some part failed
 * @property {number} photo              the photo it was sent last
 */

/** Threads that do not start say nothing, so there is a limit to waiting for them. */
const THREADS_PATIENCE = 4000;

/** Why a channel is closed whose calls are made again. */
const REPLACED = new HumError('HUM_ERROR_STATE', 'A fresh engine has taken over.');

export class Session {
  #assets;
  #plan;
  #wantedGallery;
  #onProgress;
  /** @type {Start | null} */
  #current = null;
  /** @type {Info | null} */
  #info = null;
  /** @type {Uint8Array<ArrayBuffer> | null} the gallery given last, for a fresh start */
  #ownGallery = null;
  #calls = 0;
  #retired = false;
  /** Stops downloads when this is closed. */
  #life = new AbortController();

  /**
   * @param {Assets} assets
   * @param {Plan} plan
   * @param {{gallery?: GallerySource | null, onProgress?: OnProgress}} options
   */
  constructor(assets, plan, { gallery, onProgress }) {
    this.#assets = assets;
    this.#plan = plan;
    this.#wantedGallery = gallery;
    this.#onProgress = onProgress;
  }

  get plan() {
    return this.#plan;
  }

  /** What was loaded last; there is something as soon as one call has been answered. */
  get info() {
    return /** @type {Info} */ (this.#info);
  }

  /** Stops the engine and frees its memory. Pending calls are rejected. */
  close() {
    this.#life.abort();
    this.#current?.channel.close(closedError());
    this.#current = null;
  }

  /** Closes it once what is asked of it now has been answered. */
  retire() {
    this.#retired = true;
    if (!this.#calls) this.close();
  }

  // ---- Calls -----------------------------------------------------------------------------

  /**
   * Runs work on the engine, on a fresh one if the last has failed.
   * @template T
   * @param {(start: Start) => T | Promise<T>} work
   * @param {CallOptions} [options]
   * @returns {Promise<T>}
   */
  async run(work, { needs = 'all', signal } = {}) {
    if (this.#life.signal.aborted) throw closedError();
    if (signal?.aborted) throw abortError();
    const start = this.#usable(needs) ?? this.#open();
    const loaded = needs === 'all' ? start.everything : start.detector;
    this.#calls += 1;
    const result = loaded.then(() => work(start)).catch((error) => {
      if (this.#life.signal.aborted) throw closedError();
      if (error === REPLACED) return this.run(work, { needs, signal });
      throw error;
    }).finally(() => {
      this.#calls -= 1;
      if (this.#retired && !this.#calls) this.close();
    });
    return signal ? cancellable(result, signal) : result;
  }

  /** @param {Needs} needs @returns {Start | null} */
  #usable(needs) {
    const current = this.#current;
    if (!current || current.channel.closed) return null;
    return (needs === 'all' ? current.failed : current.blind) ? null : current;
  }

  /**
   * Runs a call about a photo. A photo that the engine's own decoder cannot take is decoded
   * by the browser.
   * @template {PhotoOp} K
   * @param {K} op
   * @param {Photo} image
   * @param {Omit<Args<K>, 'photo'>} args
   * @param {CallOptions} options
   */
  withPhoto(op, image, args, options) {
    return this.run(async (start) => {
      const id = photoNumber(image);
      if (id && start.photo === id) return send(start, op, { id }, args);
      const photo = await preparePhoto(image, this.info.limits);
      try {
        return await send(start, op, { id, ...photo }, args);
      } catch (error) {
        const other = photo.bytes && browserDecodes() && error instanceof HumError
          && ['HUM_ERROR_LIMIT', 'HUM_ERROR_UNSUPPORTED'].includes(error.code);
        if (!other) throw error;
        const decoded = await decodeInBrowser(/** @type {Blob} */ (image)).catch((reason) => {
          throw reason.code === 'HUM_ERROR_FILE' ? error : reason; // the engine knows more
        });
        return send(start, op, { id, ...decoded }, args);
      }
    }, options);
  }

  /**
   * @param {GallerySource} gallery
   * @param {AbortSignal} [signal]
   */
  async loadGallery(gallery, signal) {
    const bytes = await this.#galleryBytes(gallery, signal);
    await this.run(({ channel }) => this.#load(channel, 'loadGallery', { bytes: bytes.slice() }),
      { signal });
    this.#ownGallery = bytes;
  }

  /**
   * Makes a gallery on the engine, whose own one cannot be searched meanwhile, and loads it.
   * @template {{made: Uint8Array<ArrayBuffer>}} T
   * @param {(start: Start) => Promise<T>} make
   * @param {AbortSignal} [signal]
   */
  makeGallery(make, signal) {
    return this.run(async (start) => {
      try {
        const made = await make(start);
        await this.#load(start.channel, 'loadGallery', { bytes: made.made.slice() });
        this.#ownGallery = made.made;
        return made;
      } catch (error) {
        start.failed = true; // so the next call starts afresh, with the gallery before
        throw error;
      }
    }, { signal });
  }

  /** Keeps a file for the next visit. @param {FileEntry} file */
  async keep(file) {
    const { stored } = await this.#assets.inventory();
    if (stored(file)) return;
    await this.#assets.bytes(file, { signal: this.#life.signal });
  }

  // ---- Starting --------------------------------------------------------------------------

  /** Begins to start an engine, unless one is there. */
  open() {
    return this.#usable('all') ?? this.#open();
  }

  /** Starts an engine; after a failure with the files that are here already. */
  #open() {
    this.#current?.channel.close(REPLACED);
    const load = new Loader(this.#assets, this.#plan.files, this.#life.signal, this.#onProgress);
    load.readAhead();
    const nothing = Promise.resolve();
    /** @type {Start} */
    const start = { channel: openChannel(), detector: nothing, everything: nothing,
      blind: false, failed: false, photo: 0 };
    start.detector = this.#begin(start, load).then(() => this.#loadDetectors(start, load));
    start.everything = start.detector.then(() => this.#loadRest(start, load));
    // A failure reaches every call that waits for its part; here it is only noted.
    start.detector.catch(() => {
      start.blind = true;
    });
    start.everything.catch(() => {
      start.failed = true;
    });
    this.#current = start;
    return start;
  }

  /**
   * Starts the engine, with one thread if several cannot be had.
   * @param {Start} start
   * @param {Loader} load
   */
  async #begin(start, load) {
    const { threads, single } = this.#plan;
    if (threads > 1) {
      try {
        await this.#startBuild(start.channel, load, THREADS_PATIENCE);
        return;
      } catch (error) {
        const { code, message } = /** @type {HumError} */ (error);
        if (this.#life.signal.aborted || code === 'HUM_ERROR_INTEGRITY') throw error;
        console.warn(`${threads} threads could not be started, so there is one (${message}).`);
        this.#plan = { ...this.#plan, engine: single, threads: 1, threadsFailed: message };
        start.channel.close(REPLACED);
        start.channel = openChannel();
      }
    }
    await this.#startBuild(start.channel, load);
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
    await (patience ? within(start, patience) : start);
  }

  /** @param {Start} start @param {Loader} load */
  async #loadDetectors({ channel }, load) {
    for (const detector of this.#plan.detectors) {
      await this.#load(channel, 'loadDetector', await load.model(detector));
    }
  }

  /** @param {Start} start @param {Loader} load */
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
   * @param {Gallery | null} listed
   * @param {Uint8Array<ArrayBuffer>} bytes
   */
  async #loadFirstGallery(channel, listed, bytes) {
    try {
      await this.#load(channel, 'loadGallery', { bytes });
    } catch (error) {
      const { code } = /** @type {HumError} */ (error);
      if (code !== 'HUM_ERROR_UNSUPPORTED' || !listed?.own) throw error;
      await this.#assets.removeOwn('galleries', listed.id);
      throw new HumError('HUM_ERROR_FILE', `The gallery “${listed.name}” was made on this `
        + 'device by an older version of this page, which this one cannot read, so it was '
        + 'removed. Choose the network again to make a new one.', { cause: error });
    }
  }

  /** @param {Gallery | null} listed @param {Loader} load */
  async #firstGallery(listed, load) {
    if (this.#ownGallery) return this.#ownGallery.slice();
    if (listed) return load.bytes(listed, listed.name);
    const gallery = this.#wantedGallery;
    return gallery ? this.#galleryBytes(gallery, this.#life.signal) : null;
  }

  /** @param {GallerySource} gallery @param {AbortSignal} [signal] */
  async #galleryBytes(gallery, signal) {
    const listed = listedGallery(this.#plan.galleries, gallery);
    if (listed) return this.#assets.bytes(listed, { signal });
    if (typeof gallery === 'string' || gallery instanceof URL) {
      return this.#assets.unlisted(String(gallery), signal);
    }
    if (gallery instanceof Uint8Array) return new Uint8Array(gallery);
    if (gallery instanceof ArrayBuffer) return new Uint8Array(gallery.slice());
    if (gallery instanceof Blob) return new Uint8Array(await gallery.arrayBuffer());
    throw new HumError('HUM_ERROR_ARGUMENT', 'A gallery is an id, an address, or the bytes of '
      + 'a gallery file as a Blob, ArrayBuffer or Uint8Array.');
  }

  /**
   * Hands bytes over to the engine and keeps the description that it answers with.
   * @template {'start' | 'loadDetector' | 'loadEmbedder' | 'loadGallery'} K
   * @param {Channel} channel
   * @param {K} op
   * @param {Args<K>} args
   */
  async #load(channel, op, args) {
    const transfer = Object.values(/** @type {object} */ (args))
      .filter((part) => part instanceof Uint8Array)
      .map((part) => part.buffer);
    const info = await channel.call(op, args, transfer);
    const { engine, threadsFailed } = this.#plan;
    this.#info = /** @type {Info} */ (
      { ...info, build: engine.id, worker: channel.worker, threadsFailed });
  }
}

/** @typedef {'detect' | 'look' | 'embed' | 'match' | 'quality' | 'describe' | 'crop'} PhotoOp */

/**
 * @template {PhotoOp} K
 * @param {Start} start
 * @param {K} op
 * @param {import('./ops.js').SentPhoto} photo
 * @param {Omit<Args<K>, 'photo'>} args
 */
function send(start, op, photo, args) {
  start.photo = photo.id;
  const content = photo.bytes ?? photo.pixels;
  return start.channel.call(op, /** @type {Args<K>} */ ({ photo, ...args }),
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

function closedError() {
  return new HumError('HUM_ERROR_STATE', 'This Humshakal was closed. Create a new one.');
}
