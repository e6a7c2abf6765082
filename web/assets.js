/**
 * The large files of the site: networks, galleries, the engine. models/manifest.json lists
 * them with length and SHA-256, and nothing is used before both are right: a download that
 * was cut short can look complete to the browser.
 *
 * Checked files are kept in the browser's Cache storage under their hash. That storage is
 * shared by all sites of one host name, so its name carries this site's path. Where it is
 * missing or full the page works all the same and downloads again next time.
 */

import { HumError, abortError, isAbort } from './errors.js';

/**
 * @typedef {object} Entry  a file in the manifest
 * @property {string} file    address, relative to the site
 * @property {number} bytes
 * @property {string} sha256  hexadecimal
 */

/** @typedef {(loaded: number) => void} OnBytes */

/** Without a byte for so long, a download counts as broken. */
const STALL_MILLISECONDS = 20_000;

const MANIFEST = 'models/manifest.json';
const MANIFEST_FORMAT = 1;

export class Assets {
  /** @type {Map<string, Blob>} files of this session, kept off the JavaScript heap */
  #kept = new Map();
  #base;
  #cacheName;
  #warn;
  #stall;

  /**
   * @param {string | URL} base  the site's address, with a slash at the end
   * @param {{warn?: (message: string) => void, stall?: number}} [options]
   */
  constructor(base, { warn = console.warn, stall = STALL_MILLISECONDS } = {}) {
    this.#base = new URL(base);
    this.#cacheName = `humshakal-assets-1:${this.#base.pathname}`;
    this.#warn = warn;
    this.#stall = stall;
  }

  /** @param {string} file */
  url(file) {
    return new URL(file, this.#base).href;
  }

  /** @param {AbortSignal} [signal] @returns {Promise<any>} */
  async manifest(signal) {
    const bytes = await this.#twice(MANIFEST, signal, (cache) => this.#fetch(
      { file: MANIFEST }, { signal, cache: cache ?? 'no-cache' }));
    let manifest;
    try {
      manifest = JSON.parse(new TextDecoder().decode(bytes));
    } catch {
      throw new HumError('HUM_ERROR_INTEGRITY', `${MANIFEST} is ${describe(bytes)}, not the `
        + 'list of files it should be. The site was not copied whole, or another page '
        + 'answers in its place.');
    }
    if (manifest.format !== MANIFEST_FORMAT) {
      throw new HumError('HUM_ERROR_INTEGRITY', `${MANIFEST} has format `
        + `${manifest.format}; this page reads ${MANIFEST_FORMAT}. Reload the page.`);
    }
    return manifest;
  }

  /** Whether a file is on this device already. @param {Entry} entry */
  async stored(entry) {
    if (this.#kept.has(entry.sha256)) return true;
    const cache = await this.#cache();
    return Boolean(await cache?.match(this.#key(entry)));
  }

  /**
   * A fresh, checked copy of a file's bytes.
   * @param {Entry} entry
   * @param {{signal?: AbortSignal, onBytes?: OnBytes}} [options]
   */
  async bytes(entry, { signal, onBytes } = {}) {
    const bytes = await this.#fromDevice(entry)
      ?? await this.#twice(entry.file, signal, (cache) => this.#fetch(
        entry, { signal, cache, onBytes }));
    signal?.throwIfAborted();
    onBytes?.(entry.bytes);
    return bytes;
  }

  /** A file outside the manifest, unchecked. @param {string} file @param {AbortSignal} [signal] */
  async unlisted(file, signal) {
    return this.#twice(file, signal, (cache) => this.#fetch({ file }, { signal, cache }));
  }

  /**
   * Forgets stored files that the manifest no longer lists.
   * @param {Entry[]} listed
   */
  async prune(listed) {
    const cache = await this.#cache();
    const wanted = new Set(listed.map((entry) => this.#key(entry)));
    for (const { url } of await cache?.keys() ?? []) {
      if (!wanted.has(url)) await cache?.delete(url);
    }
  }

  /** @param {Entry} entry */
  async #fromDevice(entry) {
    const kept = this.#kept.get(entry.sha256);
    if (kept) return new Uint8Array(await kept.arrayBuffer());
    try {
      const cache = await this.#cache();
      const response = await cache?.match(this.#key(entry));
      if (!response) return null;
      const bytes = new Uint8Array(await response.arrayBuffer());
      await check(entry, bytes);
      this.#kept.set(entry.sha256, new Blob([bytes]));
      return bytes;
    } catch (error) {
      this.#warn(`The stored copy of ${entry.file} cannot be used (${error}).`);
      return null;
    }
  }

  /**
   * @param {{file: string} & Partial<Entry>} entry  without a length and hash: unchecked
   * @param {{signal?: AbortSignal, cache?: RequestCache, onBytes?: OnBytes}} options
   */
  async #fetch(entry, { signal, cache, onBytes }) {
    const url = new URL(entry.file, this.#base);
    const bytes = url.protocol === 'file:' ? await readLocal(url, entry.file)
      : await this.#download(url, entry, { signal, cache, onBytes });
    if (entry.sha256) {
      await check(/** @type {Entry} */ (entry), bytes);
      await this.#keep(/** @type {Entry} */ (entry), bytes);
    }
    return bytes;
  }

  /**
   * @param {URL} url
   * @param {{file: string, bytes?: number}} entry
   * @param {{signal?: AbortSignal, cache?: RequestCache, onBytes?: OnBytes}} options
   */
  async #download(url, entry, { signal, cache, onBytes }) {
    signal?.throwIfAborted();
    const watch = new Watchdog(this.#stall, signal);
    try {
      const response = await fetch(url, { signal: watch.signal, cache });
      if (!response.ok || !response.body) {
        throw new HumError('HUM_ERROR_NETWORK', `The server answered ${response.status} `
          + `for ${entry.file}.`);
      }
      return await readBody(response.body.getReader(), entry, (loaded) => {
        watch.feed();
        onBytes?.(loaded);
      });
    } catch (error) {
      if (error instanceof HumError) throw error;
      if (signal?.aborted) throw abortError();
      const why = watch.starved ? `nothing arrived for ${this.#stall / 1000} seconds` : error;
      throw new HumError('HUM_ERROR_NETWORK', `${entry.file} could not be downloaded `
        + `(${why}). Check the connection and try again.`, { cause: error });
    } finally {
      watch.stop();
    }
  }

  /**
   * A proxy or the browser's own cache may hold a bad copy, so one more attempt goes past
   * both.
   * @template T
   * @param {string} file
   * @param {AbortSignal | undefined} signal
   * @param {(cache?: RequestCache) => Promise<T>} attempt
   */
  async #twice(file, signal, attempt) {
    try {
      return await attempt();
    } catch (error) {
      if (isAbort(error) || signal?.aborted) throw abortError();
      if (this.#base.protocol === 'file:') throw error;
      this.#warn(`${file}: ${error}. Trying once more.`);
      return attempt('reload');
    }
  }

  /** @param {Entry} entry @param {Uint8Array<ArrayBuffer>} bytes */
  async #keep(entry, bytes) {
    const blob = new Blob([bytes]);
    this.#kept.set(entry.sha256, blob);
    try {
      const cache = await this.#cache();
      await cache?.put(this.#key(entry), new Response(blob));
    } catch (error) {
      this.#warn(`${entry.file} could not be stored and will be downloaded again next `
        + `time (${error}).`);
    }
  }

  /** The key is never fetched; it only has to be an address. @param {Entry} entry */
  #key(entry) {
    return this.url(`stored/${entry.sha256}`);
  }

  /** @returns {Promise<Cache | null>} */
  async #cache() {
    if (typeof caches === 'undefined') return null;
    try {
      return await caches.open(this.#cacheName);
    } catch {
      return null; // private windows of some browsers
    }
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

/**
 * @param {ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>} reader
 * @param {{file: string, bytes?: number}} entry
 * @param {OnBytes} onBytes
 */
async function readBody(reader, entry, onBytes) {
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const chunks = [];
  let loaded = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    loaded += value.length;
    if (entry.bytes !== undefined && loaded > entry.bytes) {
      await reader.cancel();
      throw wrongFile(entry.file, `${describe(value)} of more than ${entry.bytes} bytes`);
    }
    onBytes(loaded);
  }
  return join(chunks, loaded);
}

/** @param {Uint8Array[]} chunks @param {number} length */
function join(chunks, length) {
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** @param {Entry} entry @param {Uint8Array<ArrayBuffer>} bytes */
async function check(entry, bytes) {
  if (bytes.length !== entry.bytes) {
    throw wrongFile(entry.file, `${describe(bytes)} of ${bytes.length} bytes instead of `
      + `${entry.bytes}`);
  }
  const found = await sha256(bytes);
  if (found !== entry.sha256) {
    throw wrongFile(entry.file, `${describe(bytes)} with SHA-256 ${found.slice(0, 12)}... `
      + `instead of ${entry.sha256.slice(0, 12)}...`);
  }
}

/** @param {string} file @param {string} found */
function wrongFile(file, found) {
  return new HumError('HUM_ERROR_INTEGRITY', `${file} is not the file that belongs here: `
    + `it is ${found}. Reload the page; if that does not help, the copy on the server is `
    + 'damaged.');
}

/** What stands in a file's place, for the usual accidents. @param {Uint8Array} bytes */
function describe(bytes) {
  const head = new TextDecoder().decode(bytes.subarray(0, 200)).trimStart().toLowerCase();
  if (bytes.length === 0) return 'an empty file';
  if (head.startsWith('<')) return 'a web page';
  if (head.startsWith('version https://git-lfs')) return 'a Git LFS pointer';
  return 'a file';
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
async function sha256(bytes) {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) {
    throw new HumError('HUM_ERROR_BROWSER', 'This page was opened over plain http, where '
      + 'the browser offers no way to check files. Open it by https:// or as '
      + 'http://localhost.');
  }
  const digest = new Uint8Array(await subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Node reads a site from disk. @param {URL} url @param {string} file */
async function readLocal(url, file) {
  const { readFile } = await import('node:fs/promises');
  try {
    return new Uint8Array(await readFile(url));
  } catch (cause) {
    throw new HumError('HUM_ERROR_NETWORK', `${file} could not be read from the site's `
      + `folder (${cause}).`, { cause });
  }
}
