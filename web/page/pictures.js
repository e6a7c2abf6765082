/**
 * What photos are shown as: pictures no larger than a screen, made one after the other and
 * shown by <canvas>. What an <img> has shown, Chromium keeps decoded long after it was on the
 * page: 48 MB for 12 megapixels.
 */

import { pictureOf } from '../engine/humshakal.js';

/** Pixels on a side, for a picture as wide as a phone's screen. */
export const SCREEN_SIDE = 1280;

export class Pictures {
  /** @type {Map<Blob, {side: number, bitmap: ImageBitmap | null}>} */
  #made = new Map();
  /** @type {Promise<void>} */
  #last = Promise.resolve();
  #drawn;

  /** @param {() => void} drawn  called when there is another one */
  constructor(drawn) {
    this.#drawn = drawn;
  }

  /**
   * Makes the pictures of these photos, and frees all others.
   * @param {{blob: Blob, side: number}[]} wanted  side: pixels
   */
  make(wanted) {
    for (const [blob, { bitmap }] of this.#made) {
      if (wanted.some((one) => one.blob === blob)) continue;
      bitmap?.close();
      this.#made.delete(blob);
    }
    for (const { blob, side } of wanted) {
      const made = this.#made.get(blob);
      if (made && made.side >= side) continue;
      const mine = { side, bitmap: made?.bitmap ?? null };
      this.#made.set(blob, mine);
      this.#last = this.#last.then(() => this.#draw(blob, mine));
    }
  }

  /** @param {Blob} blob @param {{side: number, bitmap: ImageBitmap | null}} mine */
  async #draw(blob, mine) {
    if (this.#made.get(blob) !== mine) return;
    // Whether it is a photo at all, the engine tells.
    const bitmap = await pictureOf(blob, mine.side).catch(() => null);
    if (this.#made.get(blob) === mine) {
      mine.bitmap?.close();
      mine.bitmap = bitmap;
      this.#drawn();
    } else bitmap?.close();
  }

  /** null: there is none yet, or it cannot be made. @param {Blob} blob */
  of(blob) {
    return this.#made.get(blob)?.bitmap ?? null;
  }
}
