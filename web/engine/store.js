/**
 * What is kept on this device between visits: the browser's Cache storage. All sites of one
 * origin share it, and it may hold files of other origins' sites too, so its name carries
 * the whole address of the site whose files these are. Where the storage is missing or full
 * everything works all the same, until the page is closed.
 */

import { abortError } from './errors.js';
import { within } from './patience.js';

const NAME = 'humshakal-assets-2:';

/** Named by path only, so that sites of two origins could share it. */
const SHARED_NAME = 'humshakal-assets-1:';

/** Storage opens in milliseconds or, on a broken disk, never. */
const PATIENCE = 5000;

export class Store {
  #site;
  #warn;
  #none = false;
  /** @type {Promise<Cache | null> | null} */
  #opening = null;
  /** @type {Promise<void> | null} */
  #takenOver = null;

  /** @param {URL} site @param {(message: string) => void} warn */
  constructor(site, warn) {
    this.#site = site;
    this.#warn = warn;
  }

  get #name() {
    return `${NAME}${this.#site.href}`;
  }

  /** Keys are never fetched; they only have to be addresses. @param {string} key */
  #address(key) {
    return new URL(`stored/${key}`, this.#site).href;
  }

  /**
   * Many files are read at a time, so they share what opens for them.
   * @returns {Promise<Cache | null>}  null: this browser keeps nothing here
   */
  #open() {
    this.#opening ??= this.#reach().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #reach() {
    try {
      if (this.#none || typeof caches === 'undefined') return null;
      const cache = await within(caches.open(this.#name), PATIENCE);
      this.#takenOver ??= this.#takeOver(cache);
      await this.#takenOver;
      return cache;
    } catch (error) { // private windows of some browsers
      this.#warn(`Nothing can be kept on this device (${error}).`);
      this.#none = true;
      return null;
    }
  }

  /**
   * Moves this site's files out of a shared cache, and leaves those of other sites there.
   * @param {Cache} own
   */
  async #takeOver(own) {
    const name = SHARED_NAME + this.#site.pathname;
    try {
      if (!await caches.has(name)) return;
      const shared = await caches.open(name);
      for (const request of await shared.keys()) {
        if (!request.url.startsWith(this.#address(''))) continue;
        const response = await shared.match(request);
        if (response) await own.put(request, response);
        await shared.delete(request);
      }
      if (!(await shared.keys()).length) await caches.delete(name);
    } catch (error) {
      this.#warn(`What an older version of this site has stored cannot be used (${error}).`);
    }
  }

  /** @returns {Promise<Set<string>>} */
  async keys() {
    const folder = this.#address('');
    try {
      const requests = await (await this.#open())?.keys() ?? [];
      return new Set(requests.map(({ url }) => url.slice(folder.length)));
    } catch (error) {
      this.#warn(`What is stored on this device cannot be listed (${error}).`);
      return new Set();
    }
  }

  /** @param {string} key @returns {Promise<Response | null>} */
  async get(key) {
    return await (await this.#open())?.match(this.#address(key)) ?? null;
  }

  /**
   * @param {string} key
   * @param {Blob | string} content
   * @returns {Promise<boolean>}  whether it is there at the next visit
   */
  async put(key, content) {
    const cache = await this.#open();
    await cache?.put(this.#address(key), new Response(content));
    return Boolean(cache);
  }

  /** @param {string} key */
  async delete(key) {
    try {
      await (await this.#open())?.delete(this.#address(key));
    } catch (error) {
      this.#warn(`A stored file could not be removed (${error}).`);
    }
  }

  /**
   * Runs work while no other tab runs work of the same name, if tabs share a store here.
   * @template T
   * @param {string} name
   * @param {() => Promise<T>} work
   * @param {AbortSignal} [signal]  gives up waiting
   * @returns {Promise<T>}
   */
  async alone(name, work, signal) {
    const locks = globalThis.navigator?.locks;
    if (!locks || !await this.#open()) return work();
    let begun = false;
    const begin = () => {
      begun = true;
      return work();
    };
    try {
      return await locks.request(this.#address(name), { signal }, begin);
    } catch (error) {
      if (signal?.aborted) throw abortError();
      if (begun) throw error;
      return work(); // this page may not have locks
    }
  }
}
