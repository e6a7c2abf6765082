/**
 * From what a visitor gave to the people who look most like it: one face, all faces of a
 * photo, or one person in several photos. Each shows its result by the job that asks.
 */

import { say } from '../words/say.js';
import { explainNoFaceInAny, resultHeading } from '../words/words.js';
import { lookAt, matchTogether } from '../several/several.js';
import { inReadingOrder } from '../views/photo-view.js';

/** @typedef {import('../../engine/humshakal.js').Humshakal} Humshakal */
/** @typedef {import('../../engine/humshakal.js').MatchedPerson} MatchedPerson */
/** @typedef {import('../several/several.js').Several} Several */
/** @typedef {import('../state.js').State} State */
/** @typedef {import('../page.js').PageJob<State>} Job */

const MATCHES = 5;

/** Of the pictures of faces: what the cards show, on a screen with two pixels a point. */
const CROP_SIDE = 192;

/** The chosen face; null: the whole picture. @param {State} state */
export function selectedFace({ selected, found }) {
  return typeof selected === 'number' ? found?.faces[selected] ?? null : null;
}

/** @param {Job} job @param {Humshakal} humshakal @param {State} state  with a photo */
export async function matchFace(job, humshakal, state) {
  const { blob } = /** @type {NonNullable<State['photo']>} */ (state.photo);
  const { signal } = job;
  const about = { face: selectedFace(state), detect: false, signal };
  const start = performance.now();
  const matches = await job.wait(humshakal.match(blob, { ...about, k: MATCHES }));
  const seconds = { ...state.seconds,
    [humshakal.info.embedder.sha256]: (performance.now() - start) / 1000 };
  const crop = await job.wait(humshakal.crop(blob, { ...about, side: CROP_SIDE, loose: true }));
  showMatches(job, humshakal, { matches, crop, seconds });
}

/**
 * @param {Job} job
 * @param {Humshakal} humshakal
 * @param {Partial<State> & {matches: MatchedPerson[]}} changes
 */
function showMatches(job, humshakal, changes) {
  const { threshold = null } = humshakal.info.embedder;
  job.show({ phase: 'result', threshold, ...changes,
    announcement: resultHeading(changes.matches, threshold) });
}

/**
 * The one person most like each face.
 * @param {Job} job @param {Humshakal} humshakal @param {State} state  with a photo and its faces
 */
export async function matchEveryone(job, humshakal, { photo, found }) {
  const { blob } = /** @type {NonNullable<State['photo']>} */ (photo);
  const { faces } = /** @type {NonNullable<State['found']>} */ (found);
  /** @type {State['everyone']} */
  const everyone = [];
  for (const index of inReadingOrder(faces)) {
    job.show({ progress: { phase: 'faces', loaded: everyone.length + 1, total: faces.length,
      label: '' } });
    const about = { face: faces[index], detect: false, signal: job.signal };
    const [match] = await job.wait(humshakal.match(blob, { ...about, k: 1 }));
    const crop = await job.wait(humshakal.crop(blob, { ...about, side: CROP_SIDE, loose: true }));
    everyone.push({ index, match, crop });
  }
  const { threshold = null } = humshakal.info.embedder;
  job.show({ phase: 'everyone', everyone, threshold,
    announcement: say('everyoneFound', { count: faces.length }) });
}

/**
 * All of it once more, of what is shown.
 * @param {Job} job @param {Humshakal} humshakal @param {State} state
 */
export async function matchAgain(job, humshakal, state) {
  const { several, selected } = state;
  if (several) {
    const looks = await lookAtAll(job, humshakal, several.photos);
    await matchPhotos(job, humshakal, { ...several, looks });
  } else await (selected === 'all' ? matchEveryone : matchFace)(job, humshakal, state);
}

/** @param {Job} job @param {Humshakal} humshakal @param {Several['photos']} photos */
async function lookAtAll(job, humshakal, photos) {
  /** @type {Several['looks']} */
  const looks = [];
  for (const { blob } of photos) {
    job.show({ progress: { phase: 'photos', loaded: looks.length + 1, total: photos.length,
      label: '' } });
    looks.push(await job.wait(lookAt(humshakal, blob, job.signal)));
  }
  return looks;
}

/** @param {Job} job @param {Humshakal} humshakal @param {Several} several  looked at */
export async function matchPhotos(job, humshakal, several) {
  const together = await job.wait(matchTogether(humshakal, several.looks, MATCHES,
    several.switched, several.person));
  if (!together) {
    job.show({ phase: 'notice', notice: explainNoFaceInAny() });
    return;
  }
  const { matches, lead, people } = together;
  for (const one of people.length > 1 ? people : []) {
    const face = several.looks[one.photo].found?.faces[one.face];
    one.crop = await job.wait(humshakal.crop(several.photos[one.photo].blob,
      { face, side: CROP_SIDE, loose: true, signal: job.signal }));
  }
  const selected = together.photos[lead].face;
  const { found } = several.looks[lead];
  const { blob } = several.photos[lead];
  const crop = await job.wait(humshakal.crop(blob, { face: found?.faces[selected],
    side: CROP_SIDE, loose: true, signal: job.signal }));
  showMatches(job, humshakal, { matches, crop, found, selected,
    several: { ...several, together }, photo: { blob, note: '' } });
}
