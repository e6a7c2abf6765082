/**
 * The large files of the site: networks, galleries, the engine. models/manifest.json lists
 * them with length and SHA-256, and nothing is used before both are right: a download that
 * was cut short can look complete to the browser. The largest files come in parts, each
 * checked and kept by itself, so that the next visit goes on where this one was broken off.
 * Once all parts are there the file is kept whole, since one large file is read faster.
 *
 * Checked files are kept on this device under their hash (store.js). What visitors bring
 * along, networks and galleries made for them here, is kept there too, and listed as the
 * manifest lists the site's.
 */

import { describe, download, wrongFile } from './download.js';
import { HumError } from './errors.js';
import { readManifest, readOwn, readOwnEntry, sent, sum } from './manifest.js';
import { Store } from './store.js';

/** @typedef {import('./download.js').OnBytes} OnBytes */
/** @typedef {import('./manifest.js').FileEntry} Entry */
/** @typedef {import('./manifest.js').Manifest} Manifest */
/** @typedef {import('./manifest.js').Own} Own */

/** @typedef {{signal?: AbortSignal, onBytes?: OnBytes}} Fetching */

/** Without a byte for so long, a download counts as broken. */
const STALL_MILLISECONDS = 10_000;

/** Parts that are fetched at a time, so that the line is not idle between two of them. */
const LANES = 2;

const MANIFEST = 'models/manifest.json';

/** Where the visitor's own list is kept. */
const OWN = 'own.json';

/** @type {Map<string, Assets>} */
const shared = new Map();

/**
 * The same object for the same site: what one caller fetched, the next one has.
 * @param {URL} base
 */
export function assetsOf(base) {
  const assets = shared.get(base.href) ?? new Assets(base);
  shared.set(base.href, assets);
  return assets;
}

export class Assets {
  /** @type {Map<string, Blob>} files that found no room on the device, off the JavaScript heap */
  #unstored = new Map();
  /** @type {Own} likewise */
  #unstoredOwn = { models: [], galleries: [] };
  /** @type {Manifest | null} */
  #manifest = null;
  #base;
  #store;
  #warn;
  #stall;

  /**
   * @param {string | URL} base  the site's address, with a slash at the end
   * @param {{warn?: (message: string) => void, stall?: number}} [options]
   */
  constructor(base, { warn = console.warn, stall = STALL_MILLISECONDS } = {}) {
    this.#base = new URL(base);
    this.#store = new Store(this.#base, warn);
    this.#warn = warn;
    this.#stall = stall;
  }

  /** @param {string} file */
  url(file) {
    return new URL(file, this.#base).href;
  }

  /** Once it is there, it is not asked for again. @param {AbortSignal} [signal] */
  async manifest(signal) {
    this.#manifest ??= await this.#fetch({ file: MANIFEST }, { signal, cache: 'no-cache' },
      (bytes) => readManifest(parse(bytes)));
    return this.#manifest;
  }

  /**
   * What is on this device at this moment. missing: how many bytes of a file would have to be
   * downloaded; stored: whether none at the next visit.
   */
  async inventory() {
    const keys = await this.#store.keys();
    /** @param {Entry} entry */
    const unkept = (entry) => pieces(entry, keys).filter((piece) => !keys.has(piece.sha256));
    return {
      /** @param {Entry} entry */
      missing: (entry) => sent(unkept(entry).filter((piece) => !this.#unstored.has(piece.sha256))),
      /** @param {Entry} entry */
      stored: (entry) => !unkept(entry).length,
    };
  }

  /**
   * A fresh, checked copy of a file's bytes.
   * @param {Entry} entry
   * @param {Fetching} [how]
   */
  async bytes(entry, { signal, onBytes } = {}) {
    const bytes = await this.#fromDevice(entry)
      ?? (entry.parts ? await this.#join(entry, entry.parts, { signal, onBytes })
        : await this.#fromSite(entry, { signal, onBytes }));
    signal?.throwIfAborted();
    onBytes?.(sent([entry]));
    return bytes;
  }

  /** Another tab may be downloading it already. @param {Entry} entry @param {Fetching} how */
  async #fromSite(entry, { signal, onBytes }) {
    if (entry.own) {
      throw new HumError('HUM_ERROR_FILE', `${entry.file} is no longer on this device: the `
        + 'browser has cleared its storage. Give the file again.');
    }
    try {
      return await this.#store.alone(entry.sha256, async () => await this.#fromDevice(entry)
        ?? await this.#fetch(entry, { signal, onBytes }, async (content) => {
          const bytes = entry.packed === undefined ? content : await unpacked(entry, content);
          await check(entry, bytes);
          await this.#keep(entry, bytes);
          return bytes;
        }), signal);
    } catch (error) {
      this.#manifest = null; // the site may have changed under the open page
      throw error;
    }
  }

  /** @param {Entry} entry @param {Entry[]} parts @param {Fetching} how */
  async #join(entry, parts, { signal, onBytes }) {
    const whole = roomFor(entry.bytes, entry.file);
    const places = parts.map((_, i) => sum(parts.slice(0, i)));
    const loaded = parts.map(() => 0);
    /** @param {number} i @param {Uint8Array} part */
    const put = (i, part) => {
      whole.set(part, places[i]);
      loaded[i] = sent([parts[i]]);
    };
    const missing = (await Promise.all(parts.map(async (part, i) => {
      const stored = await this.#fromDevice(part);
      if (stored) put(i, stored);
      return stored ? [] : [i];
    }))).flat();
    const queue = inTurn(missing);
    const lane = async () => {
      for (const i of queue) {
        put(i, await this.#fromSite(parts[i], { signal,
          onBytes: (n) => {
            loaded[i] = n;
            onBytes?.(loaded.reduce((all, one) => all + one));
          } }));
        signal?.throwIfAborted();
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    await check(entry, whole);
    this.#keepWhole(entry, parts, whole);
    return whole;
  }

  /**
   * In place of its parts, which stay where there is no room for both.
   * @param {Entry} entry
   * @param {Entry[]} parts  all of them checked
   * @param {Uint8Array<ArrayBuffer>} whole  read before this returns
   */
  async #keepWhole(entry, parts, whole) {
    if (parts.some(({ sha256: key }) => this.#unstored.has(key))) return;
    try {
      if (!await this.#store.put(entry.sha256, new Blob([whole]))) return;
      await Promise.all(parts.map((part) => this.#store.delete(part.sha256)));
    } catch (error) {
      this.#warn(`${entry.file} stays stored in parts (${error}).`);
    }
  }

  /** A file outside the manifest, unchecked. @param {string} file @param {AbortSignal} [signal] */
  async unlisted(file, signal) {
    return this.#fetch({ file }, { signal }, (bytes) => bytes);
  }

  /** What the visitor brought along. @returns {Promise<Own>} */
  async own() {
    const stored = await this.#readOwn();
    return {
      models: [...stored.models, ...this.#unstoredOwn.models],
      galleries: [...stored.galleries, ...this.#unstoredOwn.galleries],
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
    const stored = await this.#changeOwn(async (own) => (
      await this.#keep(entry, bytes) ? withEntry(own, kind, entry) : null));
    if (!stored) {
      this.#unstored.set(entry.sha256, new Blob([bytes]));
      this.#unstoredOwn = withEntry(this.#unstoredOwn, kind, entry);
    }
    return { entry, stored };
  }

  /** @param {keyof Own} kind @param {string} id */
  async removeOwn(kind, id) {
    const found = (await this.own())[kind].find((entry) => entry.id === id);
    if (!found) return;
    this.#unstoredOwn = without(this.#unstoredOwn, kind, id);
    this.#unstored.delete(found.sha256);
    await this.#changeOwn((own) => without(own, kind, id));
    await this.#store.delete(found.sha256);
  }

  /** @returns {Promise<Own>} */
  async #readOwn() {
    try {
      const stored = await this.#store.get(OWN);
      return readOwn(await stored?.json(), this.#warn);
    } catch (error) {
      this.#warn(`The list of this visitor's own networks cannot be read (${error}).`);
      return { models: [], galleries: [] };
    }
  }

  /**
   * Changes the stored list, which other tabs may be about to change too.
   * @param {(own: Own) => Own | null | Promise<Own | null>} change  null: not to be changed
   * @returns {Promise<boolean>}  whether it was
   */
  #changeOwn(change) {
    return this.#store.alone(OWN, async () => {
      const changed = await change(await this.#readOwn());
      try {
        return Boolean(changed) && await this.#store.put(OWN, JSON.stringify(changed));
      } catch (error) {
        this.#warn(`The list of this visitor's own networks cannot be kept (${error}).`);
        return false;
      }
    });
  }

  /**
   * Forgets stored files that neither the manifest nor the visitor's own list has.
   * @param {Entry[]} listed
   */
  async prune(listed) {
    await this.#store.alone(OWN, async () => {
      const { models, galleries } = await this.#readOwn();
      const keys = await this.#store.keys();
      const wanted = new Set([...listed, ...models, ...galleries]
        .flatMap((entry) => pieces(entry, keys)).map((piece) => piece.sha256));
      for (const key of keys) {
        if (key !== OWN && !wanted.has(key)) await this.#store.delete(key);
      }
    });
  }

  /** @param {Entry} entry */
  async #fromDevice(entry) {
    const unstored = this.#unstored.get(entry.sha256);
    if (unstored) return new Uint8Array(await unstored.arrayBuffer());
    try {
      const stored = await this.#store.get(entry.sha256);
      if (!stored) return null;
      const bytes = new Uint8Array(await stored.arrayBuffer());
      await check(entry, bytes);
      return bytes;
    } catch (error) {
      this.#warn(`The stored copy of ${entry.file} cannot be used (${error}).`);
      return null;
    }
  }

  /**
   * @template T
   * @param {{file: string, bytes?: number, packed?: number}} entry
   * @param {Fetching & {cache?: RequestCache}} how
   * @param {import('./download.js').Accept<T>} accept
   */
  async #fetch(entry, how, accept) {
    const url = new URL(entry.file, this.#base);
    if (url.protocol === 'file:') return accept(await readLocal(url, entry.file));
    return download(url, { file: entry.file, bytes: entry.packed ?? entry.bytes },
      { ...how, stall: this.#stall, warn: this.#warn }, accept);
  }

  /**
   * @param {Entry} entry
   * @param {Uint8Array<ArrayBuffer>} bytes
   * @returns {Promise<boolean>}  whether it is there at the next visit
   */
  async #keep(entry, bytes) {
    const blob = new Blob([bytes]);
    let stored = false;
    try {
      stored = await this.#store.put(entry.sha256, blob);
    } catch (error) {
      this.#warn(`${entry.file} could not be stored and will be ${entry.own ? 'gone'
        : 'downloaded again'} next time (${error}).`);
    }
    if (!stored) this.#unstored.set(entry.sha256, blob);
    return stored;
  }
}

/** @param {Uint8Array} bytes  of the manifest @returns {unknown} */
function parse(bytes) {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new HumError('HUM_ERROR_INTEGRITY', `${MANIFEST} is ${describe(bytes)}, not the `
      + 'list of files it should be. The site was not copied whole, or another page '
      + 'answers in its place.');
  }
}

/**
 * As what a file lies in the store, or will: whole, or in parts.
 * @param {Entry} entry
 * @param {Set<string>} keys  of the store
 */
const pieces = (entry, keys) => (keys.has(entry.sha256) ? [entry] : entry.parts ?? [entry]);

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

/**
 * A queue for several loops; one that fails ends it for all.
 * @param {number[]} values
 */
function* inTurn(values) {
  yield* values;
}

/** @param {number} bytes @param {string} file */
function roomFor(bytes, file) {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    throw new HumError('HUM_ERROR_MEMORY', `The browser has no memory for the ${bytes} bytes `
      + `of ${file}. Close other tabs, or choose a smaller network.`, { cause });
  }
}

/**
 * What a file in gzip holds: no more of it is unpacked than there should be.
 * @param {Entry} entry
 * @param {Uint8Array<ArrayBuffer>} content
 */
async function unpacked({ file, bytes, packed }, content) {
  if (content.length !== packed) {
    throw wrongFile(file, `${describe(content)} of ${content.length} bytes instead of ${packed}`);
  }
  const whole = roomFor(bytes, file);
  let length = 0;
  try {
    const reader = new Blob([content]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      whole.set(next.value, length); // throws where it is too much
      length += next.value.length;
    }
  } catch (error) {
    throw wrongFile(file, `${describe(content)} that cannot be unpacked (${error})`);
  }
  return whole.subarray(0, length);
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
  try {
    // Not by import(): tools that bundle for browsers would look for the module.
    const { readFile } = process.getBuiltinModule('node:fs/promises');
    return new Uint8Array(await readFile(url));
  } catch (cause) {
    throw new HumError('HUM_ERROR_NETWORK', `${file} could not be read from the site's `
      + `folder (${cause}).`, { cause });
  }
}
