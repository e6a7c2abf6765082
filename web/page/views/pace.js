/** How long a download still takes, by how fast it has been in the last seconds. */

/** Milliseconds that count; and how many there must be to say anything. */
const WINDOW = 8000;
const LEAST = 1000;

export class Pace {
  /** @type {{at: number, loaded: number}[]} */
  #seen = [];

  /**
   * @param {number} loaded
   * @param {number} total
   * @returns {number | null}  seconds; null: not known yet
   */
  left(loaded, total) {
    const at = performance.now();
    if (loaded < (this.#seen.at(-1)?.loaded ?? 0)) this.#seen = []; // another download
    this.#seen.push({ at, loaded });
    while (this.#seen.length > 2 && this.#seen[1].at < at - WINDOW) this.#seen.shift();
    const [first] = this.#seen;
    const gained = loaded - first.loaded;
    return gained > 0 && at - first.at >= LEAST
      ? ((total - loaded) * (at - first.at)) / gained / 1000 : null;
  }
}
