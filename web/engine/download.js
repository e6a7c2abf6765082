/**
 * Downloads that survive bad connections. When one breaks, the next attempt asks for the
 * rest only, as long as each brings something. A host, or a service worker, that answers
 * with the whole file again is fine too. Whether the pieces belong together is for the
 * caller to check, by length and hash.
 */

import { HumError, abortError } from './errors.js';

/** @typedef {(loaded: number) => void} OnBytes */

/**
 * @typedef {object} How
 * @property {AbortSignal} [signal]
 * @property {number} stall    milliseconds without a byte after which an attempt is given up
 * @property {(message: string) => void} warn
 * @property {OnBytes} [onBytes]
 * @property {RequestCache} [cache]  of the first attempt
 */

/**
 * @template T
 * @typedef {(bytes: Uint8Array<ArrayBuffer>) => T | Promise<T>} Accept  takes a file that
 *   has arrived, or throws a HumError
 */

/**
 * An attempt that brings less counts as failed; after two of those in a row it is over. A
 * download goes on at a multiple of this: at so few places that where it does says no more
 * than a file's name, and a service worker can let it pass.
 */
const STEP = 65_536;

/**
 * @template T
 * @param {URL} url
 * @param {{file: string, bytes?: number}} entry  without a length none is expected
 * @param {How} how
 * @param {Accept<T>} accept
 * @returns {Promise<T>}
 */
export async function download(url, entry, how, accept) {
  const arrived = new Arrived(entry);
  let { cache } = how;
  let failures = 0;
  let furthest = 0;
  for (;;) {
    try {
      if (!arrived.complete) await attempt(url, arrived, { ...how, cache });
      return await accept(arrived.joined());
    } catch (error) {
      if (how.signal?.aborted) throw abortError();
      const broken = error instanceof HumError && error.code === 'HUM_ERROR_NETWORK';
      const fruitful = broken && arrived.length >= furthest + STEP;
      failures = fruitful ? 0 : failures + 1;
      if (failures === 2) throw error;
      furthest = Math.max(furthest, arrived.length);
      arrived.keep(broken ? arrived.length - arrived.length % STEP : 0);
      how.warn(`${error}. Trying once more.`);
      cache = 'reload'; // a proxy or the browser's own cache may hold a bad copy
    }
  }
}

/** What has come of a file so far. */
class Arrived {
  length = 0;
  /** @type {Uint8Array<ArrayBuffer>[]} */
  #chunks = [];

  /** @param {{file: string, bytes?: number}} entry */
  constructor({ file, bytes }) {
    this.file = file;
    this.expected = bytes;
  }

  get complete() {
    return this.length === this.expected;
  }

  /** @param {Uint8Array<ArrayBuffer>} chunk */
  add(chunk) {
    this.#chunks.push(chunk);
    this.length += chunk.length;
  }

  /** Forgets what is behind so many bytes. @param {number} length */
  keep(length) {
    this.#chunks = [this.joined().subarray(0, length)];
    this.length = length;
  }

  joined() {
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const chunk of this.#chunks) {
      all.set(chunk, at);
      at += chunk.length;
    }
    return all;
  }
}

/**
 * @param {URL} url
 * @param {Arrived} arrived  gets what comes
 * @param {How} how
 */
async function attempt(url, arrived, { signal, stall, cache, onBytes }) {
  signal?.throwIfAborted();
  const watch = new Watchdog(stall, signal);
  const headers = arrived.length ? { Range: `bytes=${arrived.length}-` } : undefined;
  try {
    const response = await fetch(url, { signal: watch.signal, cache, headers });
    if (!response.ok || !response.body) {
      throw new HumError('HUM_ERROR_NETWORK', `The server answered ${response.status} `
        + `for ${arrived.file}.`);
    }
    if (response.status !== 206) arrived.keep(0);
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      arrived.add(value);
      if (arrived.expected !== undefined && arrived.length > arrived.expected) {
        await reader.cancel();
        throw wrongFile(arrived.file,
          `${describe(value)} of more than ${arrived.expected} bytes`);
      }
      watch.feed();
      onBytes?.(arrived.length);
    }
  } catch (error) {
    if (error instanceof HumError || signal?.aborted) throw error;
    const why = watch.starved ? `nothing arrived for ${stall / 1000} seconds` : error;
    throw new HumError('HUM_ERROR_NETWORK', `${arrived.file} could not be downloaded `
      + `(${why}). Check the connection and try again.`, { cause: error });
  } finally {
    watch.stop();
  }
}

/** Aborts when it is not fed for a while, or when the caller's own signal does. */
class Watchdog {
  starved = false;
  #controller = new AbortController();
  #patience;
  #outer;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #onAbort = () => this.#controller.abort();

  /** @param {number} patience @param {AbortSignal} [outer] */
  constructor(patience, outer) {
    this.#patience = patience;
    this.#outer = outer;
    outer?.addEventListener('abort', this.#onAbort);
    this.feed();
  }

  get signal() {
    return this.#controller.signal;
  }

  feed() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.starved = true;
      this.#controller.abort();
    }, this.#patience);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this.#onAbort);
  }
}

/** @param {string} file @param {string} found */
export function wrongFile(file, found) {
  return new HumError('HUM_ERROR_INTEGRITY', `${file} is not the file that belongs here: `
    + `it is ${found}. Reload the page; if that does not help, the copy on the server is `
    + 'damaged.');
}

/** What stands in a file's place, for the usual accidents. @param {Uint8Array} bytes */
export function describe(bytes) {
  const head = new TextDecoder().decode(bytes.subarray(0, 200)).trimStart().toLowerCase();
  if (bytes.length === 0) return 'an empty file';
  if (head.startsWith('<')) return 'a web page';
  if (head.startsWith('version https://git-lfs')) return 'a Git LFS pointer';
  return 'a file';
}
