/**
 * Why somebody came out: the two faces beside and over each other, and which parts of the
 * visitor's the score hangs on. Works in the engine's gaps: one embedding at a time, so that
 * a new photo never waits for more than that.
 */

import { isAbort } from '../../engine/errors.js';
import { occlude } from './occlusion.js';

/** @typedef {import('../../engine/humshakal.js').Humshakal} Humshakal */
/** @typedef {import('../../engine/humshakal.js').MatchedPerson} MatchedPerson */
/** @typedef {import('../../engine/wasm.js').Face} Face */

/**
 * A face to be laid over another.
 * @typedef {object} Side
 * @property {ImageBitmap} picture
 * @property {number[] | null} points  of its face (hum_face); null: none was found in it
 */

/**
 * @typedef {object} Why
 * @property {MatchedPerson} match
 * @property {Side | null} probe  null: not there yet
 * @property {Side | null} other  null: not there yet, or the gallery has no picture
 * @property {ImageData | null} crop  the visitor's face as the network sees it
 * @property {number[] | null} points  of the face in it, where the crop is 1 wide
 * @property {import('./occlusion.js').Occlusion | null} occlusion
 * @property {'waiting' | 'running' | 'stopped' | 'done'} phase  of the occlusion
 * @property {unknown} error
 */

/** Enough for the largest the two are shown, on a screen with two pixels a point. */
const SIDE = 512;

/**
 * @param {object} app
 * @param {(why: Why | null) => void} app.show  null: closed
 * @param {() => Promise<Humshakal>} app.engine
 */
export function createWhy({ show, engine }) {
  /** @type {Why | null} */
  let why = null;
  /** @type {[Blob, Face | null]} */
  let target;
  let life = new AbortController();
  /** Each time it goes on, the loop that may still be waiting for its last step gives way. */
  let turn = 0;
  /** @type {AsyncGenerator<import('./occlusion.js').Occlusion, void, void> | null} */
  let steps = null;

  /** @param {Partial<Why>} changes */
  function change(changes) {
    if (!why) return;
    why = { ...why, ...changes };
    show(why);
  }

  /** @param {AbortSignal} signal  of the life that this belongs to */
  async function run(signal) {
    const mine = turn += 1;
    change({ phase: 'running' });
    while (mine === turn && why?.phase === 'running' && steps) {
      const { value, done } = await steps.next();
      if (signal.aborted) return;
      if (done) change({ phase: 'done' });
      else change({ occlusion: value });
    }
  }

  /**
   * @param {Blob} blob
   * @param {Face | null} face
   * @param {AbortSignal} signal
   */
  async function prepare(blob, face, signal) {
    const humshakal = await engine();
    const { match } = /** @type {Why} */ (why);
    const seen = await humshakal.crop(blob, { face, detect: false, side: SIDE, loose: true, signal });
    change({ probe: await sideOf(humshakal, seen, signal) });
    const { thumbnail } = match.photo;
    if (thumbnail) change({ other: await sideOf(humshakal, thumbnail, signal) });
    const side = humshakal.info.embedder.width;
    const crop = /** @type {ImageData} */ (
      await humshakal.crop(blob, { face, detect: false, side, signal }));
    const [found] = (await humshakal.detect(crop, { signal })).faces;
    change({ crop, points: found ? found.points.map((value) => value / side) : null });
    const row = await humshakal.galleryEmbedding(match.row, { signal });
    // A score is the cosine of what the gallery makes of both.
    const look = async (/** @type {import('./occlusion.js').Pixels} */ picture) => humshakal.project(
      await humshakal.embed(picture, { detect: false, signal }), { signal });
    steps = occlude(crop, await humshakal.project(row, { signal }), look);
    await run(signal);
  }

  /** @param {Promise<void>} work @param {AbortSignal} signal */
  async function watched(work, signal) {
    try {
      await work;
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      console.warn(`What drives the score could not be found out (${error}).`);
      steps = null; // it cannot go on where it was
      change({ phase: 'stopped', error });
    }
  }

  function close() {
    if (!why) return;
    life.abort();
    why.probe?.picture.close();
    why.other?.picture.close();
    [why, steps] = [null, null];
    show(null);
  }

  /** @param {MatchedPerson} match @param {Blob} blob @param {Face | null} face */
  function open(match, blob, face) {
    close();
    target = [blob, face];
    life = new AbortController();
    why = { match, probe: null, other: null, crop: null, points: null, occlusion: null,
      phase: 'waiting', error: null };
    show(why);
    watched(prepare(blob, face, life.signal), life.signal);
  }

  return {
    open,
    close,

    stop() {
      change({ phase: 'stopped' });
    },

    goOn() {
      if (steps) watched(run(life.signal), life.signal);
      else if (why) open(why.match, ...target);
    },
  };
}

/**
 * @param {Humshakal} humshakal
 * @param {Blob | {data: Uint8ClampedArray, width: number, height: number}} source
 * @param {AbortSignal} signal
 * @returns {Promise<Side>}
 */
async function sideOf(humshakal, source, signal) {
  const picture = await createImageBitmap(/** @type {ImageBitmapSource} */ (source));
  const { faces } = await humshakal.detect(source, { signal });
  return { picture, points: faces[0]?.points ?? null };
}
