/**
 * Why somebody came out: the two faces beside and over each other, and which parts of the
 * visitor's the score hangs on. Works in the engine's gaps: one embedding at a time, so that
 * a new photo never waits for more than that.
 */

import { isAbort } from '../../engine/humshakal.js';
import { Job } from '../job.js';
import { occlude } from './occlusion.js';

/** @typedef {import('../../engine/humshakal.js').Humshakal} Humshakal */
/** @typedef {import('../../engine/humshakal.js').MatchedPerson} MatchedPerson */
/** @typedef {import('../../engine/humshakal.js').Face} Face */
/** @typedef {AsyncGenerator<import('./occlusion.js').Occlusion, void, void>} Steps */

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
  /** Looking at one person's match; ends when it is closed, or stopped before its end. */
  let job = new Job(change);
  /** What is left to try, of the job before as well. @type {Steps | null} */
  let steps = null;

  /** @param {Partial<Why>} changes */
  function change(changes) {
    if (!why) return;
    why = { ...why, ...changes };
    show(why);
  }

  async function tryParts() {
    const mine = job;
    mine.show({ phase: 'running' });
    while (steps) {
      const { value, done } = await mine.wait(steps.next());
      mine.show(done ? { phase: 'done' } : { occlusion: value });
      if (done) return;
    }
  }

  /** @param {Blob} blob @param {Face | null} face */
  async function prepare(blob, face) {
    const mine = job;
    const { match } = /** @type {Why} */ (why);
    const humshakal = await mine.wait(engine());
    const about = { face, detect: false, signal: mine.signal };
    const seen = await mine.wait(humshakal.crop(blob, { ...about, side: SIDE, loose: true }));
    mine.show({ probe: await mine.wait(sideOf(humshakal, seen, mine.signal)) });
    const { thumbnail } = match.photo;
    if (thumbnail) {
      mine.show({ other: await mine.wait(sideOf(humshakal, thumbnail, mine.signal)) });
    }
    const side = humshakal.info.embedder.width;
    const crop = /** @type {ImageData} */ (await mine.wait(humshakal.crop(blob, { ...about, side })));
    const [found] = (await mine.wait(humshakal.detect(crop, { signal: mine.signal }))).faces;
    mine.show({ crop, points: found ? found.points.map((value) => value / side) : null });
    const row = await mine.wait(humshakal.galleryEmbedding(match.row));
    // A score is the cosine of what the gallery makes of both.
    const look = async (/** @type {import('./occlusion.js').Pixels} */ picture) => humshakal.project(
      await humshakal.embed(picture, { detect: false }));
    steps = occlude(crop, await mine.wait(humshakal.project(row)), look);
    await tryParts();
  }

  /** @param {() => Promise<void>} work */
  function begin(work) {
    job = new Job(change);
    job.run(work, (error) => {
      if (isAbort(error)) return;
      console.warn(`What drives the score could not be found out (${error}).`);
      steps = null; // it cannot go on where it was
      change({ phase: 'stopped', error });
    });
  }

  function close() {
    if (!why) return;
    job.end();
    why.probe?.picture.close();
    why.other?.picture.close();
    [why, steps] = [null, null];
    show(null);
  }

  /** @param {MatchedPerson} match @param {Blob} blob @param {Face | null} face */
  function open(match, blob, face) {
    close();
    target = [blob, face];
    why = { match, probe: null, other: null, crop: null, points: null, occlusion: null,
      phase: 'waiting', error: null };
    show(why);
    begin(() => prepare(blob, face));
  }

  return {
    open,
    close,

    stop() {
      job.end();
      change({ phase: 'stopped' });
    },

    goOn() {
      if (steps) begin(tryParts);
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
