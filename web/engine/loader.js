/** Fetches the files of a plan in turn and tells how far all of them together are. */

import { sent } from './manifest.js';

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
  #shown = 0;
  #label = '';
  /** @type {Map<string, Promise<Uint8Array<ArrayBuffer>>>} by SHA-256 */
  #begun = new Map();
  /** @type {Map<string, number>} bytes that are here, likewise */
  #loaded = new Map();

  /**
   * @param {Assets} assets
   * @param {FileEntry[]} files  in the order in which they are wanted
   * @param {AbortSignal} signal
   * @param {OnProgress} [onProgress]
   */
  constructor(assets, files, signal, onProgress = () => {}) {
    this.#assets = assets;
    this.#files = files;
    this.#signal = signal;
    this.#onProgress = onProgress;
    this.#total = sent(files);
  }

  /**
   * Begins to read what is on this device already, while the engine starts, and to download
   * the first file that is not. The others come in turn, so that the detectors are there
   * first.
   */
  async readAhead() {
    const { missing } = await this.#assets.inventory();
    for (const file of this.#files) if (missing(file) === 0) this.#begin(file, () => {});
    const first = this.#files.find((file) => missing(file) > 0);
    if (first) this.#begin(first);
  }

  /**
   * The next file is asked for together with this one, so that the line is not idle between
   * the two.
   * @param {FileEntry} file
   * @param {string} label
   */
  async bytes(file, label) {
    this.#label = label;
    const reading = this.#begin(file);
    const next = this.#files.find(({ sha256 }) => !this.#begun.has(sha256) && !this.#loaded.has(sha256));
    if (next) this.#begin(next);
    const bytes = await reading;
    this.#begun.delete(file.sha256); // who has them may change them
    return bytes;
  }

  /** @param {FileEntry} file @param {() => void} [report] */
  #begin(file, report = () => this.#report('download')) {
    const begun = this.#begun.get(file.sha256);
    if (begun) return begun;
    const reading = this.#assets.bytes(file, {
      signal: this.#signal,
      onBytes: (loaded) => {
        this.#loaded.set(file.sha256, loaded);
        report();
      },
    });
    reading.catch(() => {}); // whoever wants the file is told
    this.#begun.set(file.sha256, reading);
    return reading;
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
    this.#label = label;
    this.#report('start');
  }

  /** @param {'download' | 'start'} phase */
  #report(phase) {
    const loaded = phase === 'start' ? this.#total
      : [...this.#loaded.values()].reduce((all, one) => all + one, 0);
    // A second attempt begins at 0 again; another build than planned adds to the total.
    this.#shown = Math.min(this.#total, Math.max(this.#shown, loaded));
    this.#onProgress({ phase, loaded: this.#shown, total: this.#total, label: this.#label });
  }
}
