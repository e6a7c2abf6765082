/**
 * The large files of the site: networks, galleries, the engine. models/manifest.json lists
 * them with length and SHA-256, and nothing is used before both are right: a download that
 * was cut short can look complete to the browser. The largest files come in parts, each
 * checked and kept by itself, so that a download that breaks goes on where it was.
 *
 * Checked files are kept in the browser's Cache storage under their hash. That storage is
 * shared by all sites of one host name, so its name carries this site's path. Where it is
 * missing or full the page works all the same and downloads again next time.
 *
 * What visitors bring along, networks and galleries made for them here, is kept there too.
 * It is listed as the manifest lists the site's, in a manifest of its own.
 */

import { HumError, abortError, isAbort } from './errors.js';
import { readManifest, readOwn, readOwnEntry, sum } from './manifest.js';

/** @typedef {import('./manifest.js').FileEntry} Entry */
/** @typedef {import('./manifest.js').Manifest} Manifest */
/** @typedef {import('./manifest.js').Model} Model */
/** @typedef {import('./manifest.js').Gallery} Gallery */
/** @typedef {import('./manifest.js').Own} Own */

/** @typedef {(loaded: number) => void} OnBytes */

/** Without a byte for so long, a download counts as broken. */
const STALL_MILLISECONDS = 20_000;

const MANIFEST = 'models/manifest.json';

/** Where the visitor's own manifest is kept; like all keys it is never fetched. */
const OWN = 'stored/own.json';

/** @type {Map<string, Assets>} */
const shared = new Map();

/** The same object for the same site: what one caller fetched, the next one has. @param {URL} base */
export function assetsOf(base) {
  const assets = shared.get(base.href) ?? new Assets(base);
  shared.set(base.href, assets);
  return assets;
}

export class Assets {
  /** @type {Map<string, Blob>} files of this session, kept off the JavaScript heap */
  #kept = new Map();
  /** @type {Manifest | null} */
  #manifest = null;
  /** @type {Own} what found no room in the storage, or has none */
  #unstored = { models: [], galleries: [] };
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

  /** Once it is there, it is not asked for again. @param {AbortSignal} [signal] */
  async manifest(signal) {
    this.#manifest ??= await this.#readManifest(signal);
    return this.#manifest;
  }

  /** @param {AbortSignal} [signal] */
  async #readManifest(signal) {
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
    return readManifest(manifest);
  }

  /** Whether a file is on this device already. @param {Entry} entry */
  async stored(entry) {
    for (const part of entry.parts ?? []) if (!await this.stored(part)) return false;
    if (entry.parts || this.#kept.has(entry.sha256)) return true;
    const cache = await this.#cache();
    return Boolean(await cache?.match(this.#key(entry)));
  }

  /**
   * A fresh, checked copy of a file's bytes.
   * @param {Entry} entry
   * @param {{signal?: AbortSignal, onBytes?: OnBytes}} [options]
   */
  async bytes(entry, { signal, onBytes } = {}) {
    const bytes = entry.parts ? await this.#join(entry, { signal, onBytes })
      : await this.#fromDevice(entry) ?? await this.#fromSite(entry, { signal, onBytes });
    signal?.throwIfAborted();
    onBytes?.(entry.bytes);
    return bytes;
  }

  /**
   * @param {Entry} entry
   * @param {{signal?: AbortSignal, onBytes?: OnBytes}} options
   */
  async #fromSite(entry, { signal, onBytes }) {
    if (entry.own) {
      throw new HumError('HUM_ERROR_FILE', `${entry.file} is no longer on this device: the `
        + 'browser has cleared its storage. Give the file again.');
    }
    try {
      return await this.#twice(entry.file, signal, (cache) => this.#fetch(
        entry, { signal, cache, onBytes }));
    } catch (error) {
      this.#manifest = null; // the site may have changed under the open page
      throw error;
    }
  }

  /**
   * @param {Entry} entry
   * @param {{signal?: AbortSignal, onBytes?: OnBytes}} options
   */
  async #join({ file, bytes, parts = [] }, { signal, onBytes }) {
    if (sum(parts) !== bytes) {
      throw wrongFile(file, `in parts of ${sum(parts)} bytes together instead of ${bytes}`);
    }
    const whole = new Uint8Array(bytes);
    const places = parts.map((_, i) => sum(parts.slice(0, i)));
    const here = await Promise.all(parts.map(async (part, i) => {
      const stored = await this.#fromDevice(part);
      if (stored) whole.set(stored, places[i]);
      return Boolean(stored);
    }));
    for (const [i, part] of parts.entries()) {
      if (!here[i]) {
        whole.set(await this.#fromSite(part, {
          signal, onBytes: (n) => onBytes?.(places[i] + n) }), places[i]);
      }
      signal?.throwIfAborted();
      onBytes?.(places[i] + part.bytes);
    }
    return whole;
  }

  /** A file outside the manifest, unchecked. @param {string} file @param {AbortSignal} [signal] */
  async unlisted(file, signal) {
    return this.#twice(file, signal, (cache) => this.#fetch({ file }, { signal, cache }));
  }

  /** What the visitor brought along. @returns {Promise<Own>} */
  async own() {
    const stored = await this.#readOwn(await this.#cache());
    return {
      models: [...stored.models, ...this.#unstored.models],
      galleries: [...stored.galleries, ...this.#unstored.galleries],
    };
  }

  /**
   * Keeps a file that the visitor brought along, in place of an older one with its id.
   * @template {keyof Own} K
   * @param {K} kind
   * @param {Omit<Own[K][number], 'own' | 'bytes' | 'sha256'>} about
   * @param {Uint8Array<ArrayBuffer>} bytes
   * @returns {Promise<{entry: Own[K][number], stored: boolean}>}  stored: for the next visit
   *   as well
   */
  async addOwn(kind, about, bytes) {
    const entry = readOwnEntry(kind, { ...about, own: true, bytes: bytes.length,
      sha256: await sha256(bytes) });
    await this.removeOwn(kind, entry.id);
    const stored = await this.#keep(entry, bytes)
      && await this.#changeOwn((own) => withEntry(own, kind, entry));
    if (!stored) this.#unstored = withEntry(this.#unstored, kind, entry);
    return { entry, stored };
  }

  /** @param {keyof Own} kind @param {string} id */
  async removeOwn(kind, id) {
    const found = (await this.own())[kind].find((entry) => entry.id === id);
    if (!found) return;
    this.#unstored = without(this.#unstored, kind, id);
    this.#kept.delete(found.sha256);
    await this.#changeOwn((own) => without(own, kind, id));
    await (await this.#cache())?.delete(this.#key(found));
  }

  /** @param {Cache | null} cache @returns {Promise<Own>} */
  async #readOwn(cache) {
    try {
      return readOwn(await (await cache?.match(this.url(OWN)))?.json(), this.#warn);
    } catch (error) {
      this.#warn(`The list of this visitor's own networks cannot be read (${error}).`);
      return { models: [], galleries: [] };
    }
  }

  /** @param {(own: Own) => Own} change */
  async #changeOwn(change) {
    try {
      const cache = await this.#cache();
      const own = change(await this.#readOwn(cache));
      await cache?.put(this.url(OWN), new Response(JSON.stringify(own)));
      return Boolean(cache);
    } catch (error) {
      this.#warn(`The list of this visitor's own networks cannot be kept (${error}).`);
      return false;
    }
  }

  /**
   * Forgets stored files that neither the manifest nor the visitor's own one lists.
   * @param {Entry[]} listed
   */
  async prune(listed) {
    const cache = await this.#cache();
    const own = await this.own();
    const wanted = new Set([...listed, ...own.models, ...own.galleries]
      .flatMap((entry) => entry.parts ?? [entry]).map((entry) => this.#key(entry)));
    wanted.add(this.url(OWN));
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
      const blob = await response.blob(); // stays on the disk
      const bytes = new Uint8Array(await blob.arrayBuffer());
      await check(entry, bytes);
      this.#kept.set(entry.sha256, blob);
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

  /**
   * @param {Entry} entry
   * @param {Uint8Array<ArrayBuffer>} bytes
   * @returns {Promise<boolean>}  whether it is there at the next visit
   */
  async #keep(entry, bytes) {
    const blob = new Blob([bytes]);
    this.#kept.set(entry.sha256, blob);
    try {
      const cache = await this.#cache();
      await cache?.put(this.#key(entry), new Response(blob));
      return Boolean(cache);
    } catch (error) {
      this.#warn(`${entry.file} could not be stored and will be ${entry.own ? 'gone'
        : 'downloaded again'} next time (${error}).`);
      return false;
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

/**
 * @template {keyof Own} K
 * @param {Own} own
 * @param {K} kind
 * @param {Own[K][number]} entry
 */
const withEntry = (own, kind, entry) => ({ ...own, [kind]: [...own[kind], entry] });

/** @param {Own} own @param {keyof Own} kind @param {string} id */
const without = (own, kind, id) => (
  { ...own, [kind]: own[kind].filter((entry) => entry.id !== id) });

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
export async function sha256(bytes) {
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
