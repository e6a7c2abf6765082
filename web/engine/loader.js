/** Fetches the files of a plan in turn and tells how far all of them together are. */

import { sum } from './manifest.js';

/** @typedef {import('./assets.js').Assets} Assets */
/** @typedef {import('./manifest.js').FileEntry} FileEntry */
/** @typedef {import('./manifest.js').Model} Model */

/**
 * @typedef {object} Progress
 * @property {'download' | 'start' | 'convert' | 'adapt'} phase
 * @property {number} loaded  never going back: bytes of all files together; of a conversion
 *   the share that is done; of an adaption the pictures that are done
 * @property {number} total
 * @property {string} label   what is being fetched, started, converted or adapted
 */

/** @typedef {(progress: Progress) => void} OnProgress */

export class Loader {
  #assets;
  #files;
  #signal;
  #onProgress;
  #total;
  #done = 0;
  #shown = 0;
  /** @type {Map<string, Promise<Uint8Array<ArrayBuffer>>>} by SHA-256 */
  #ahead = new Map();

  /**
   * @param {Assets} assets
   * @param {FileEntry[]} files
   * @param {AbortSignal} signal
   * @param {OnProgress} [onProgress]
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
    const { missing } = await this.#assets.inventory();
    for (const file of this.#files.filter((one) => missing(one) === 0)) {
      const reading = this.#assets.bytes(file, { signal: this.#signal });
      reading.catch(() => {}); // whoever wants the file is told
      this.#ahead.set(file.sha256, reading);
    }
  }

  /** @param {FileEntry} file @param {string} label */
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

  /** @param {Model} model */
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
