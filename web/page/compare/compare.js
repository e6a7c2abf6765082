/**
 * The controller of "Two photos": whether two faces could be one person's, and, with more
 * than two, who of them resembles whom. Views send events up ("photo", "photos", "face",
 * "action", "cancel", "problem").
 */

import { Humshakal } from '../../engine/humshakal.js';
import { startGate } from '../gate/gate.js';
import { keepChoice, recallChoice } from '../networks/choice.js';
import { createPage, element, on } from '../page.js';
import { Pictures, SCREEN_SIDE } from '../pictures.js';
import { isAboutPhoto } from '../several/several.js';
import { mountAnnouncer } from '../views/announcer.js';
import { sampleOf } from '../views/chooser.js';
import { mountIntake } from '../views/intake.js';
import { mountNotice } from '../views/notice.js';
import { inReadingOrder, mountPhoto } from '../views/photo-view.js';
import { mountProgress } from '../views/progress.js';
import { mountLanguages } from '../words/languages-view.js';
import { say } from '../words/say.js';
import { ACTION_LABELS, explainGiven, explainNoFace } from '../words/words.js';
import { mountFamily } from './family-view.js';
import { mountPair } from './pair-view.js';
import { pairHeading } from './pairs.js';
import { mountSide } from './side-view.js';
import { firstState } from './compare-state.js';

/** @typedef {import('./compare-state.js').Photo} Photo */
/** @typedef {import('./compare-state.js').State} State */
/** @typedef {import('../page.js').PageJob<State>} Job */

const MOST_FACES = 12; // a table of more says nothing to anybody
const CROP_SIDE = 160;

/** @type {State} */
const state = { ...firstState, pictures: new Pictures(() => page.show({})) };

/** The service worker stands between the page and the network before the engine starts. */
const gate = startGate();

const sides = [element('side-0'), element('side-1')];
const page = createPage({
  state,
  views: [
    ({ phase }) => { element('more').hidden = phase !== 'result'; },
    ({ pictures, sides: photos }) => pictures.make(photos.flatMap((photo) => (
      photo ? [{ blob: photo.blob, side: SCREEN_SIDE }] : []))),
    ...sides.map((side, i) => mountSide(side, i)),
    ...sides.map((side, i) => {
      const update = mountPhoto(/** @type {HTMLElement} */ (side.querySelector('.photo')));
      return (/** @type {State} */ { sides: photos, pictures, phase }) => update({ phase, several: null,
        pictures, photo: photos[i], found: photos[i]?.found ?? null, selected: photos[i]?.selected ?? 0 });
    }),
    mountProgress(element('progress')),
    mountNotice(element('notice')),
    mountPair(element('pair')),
    mountFamily(element('family')),
    mountAnnouncer(element('announce')),
  ],
  first: 'file-0',
  create: async (options) => {
    await gate;
    const { models } = await Humshakal.offers();
    const { model } = recallChoice();
    return Humshakal.create({ model: models.some(({ id }) => id === model) ? model : undefined,
      gallery: null, waitFor: 'detector', ...options });
  },
});
const { show, begin } = page;
mountIntake(element('veil'));
mountLanguages(element('languages'));

// ---- Comparing -------------------------------------------------------------------------

function work() {
  return begin({ pair: null, family: null, asked: 0, last: false }, compareGiven);
}

/** Looks at what is new among the photos, and compares. @param {Job} job */
async function compareGiven(job) {
  if (!state.offers) job.show({ offers: await job.wait(Humshakal.offers({ gallery: null })) });
  const photos = [...state.sides, ...state.more].filter((photo) => photo !== null);
  if (photos.length === 0) {
    job.show({ phase: 'empty' });
    return;
  }
  const humshakal = await job.wait(page.startEngine());
  if (!await findFaces(job, humshakal, photos)) return;
  job.during = 'starting';
  await job.wait(page.wholeEngine());
  job.show({ progress: null });
  const [a, b] = state.sides;
  if (!a || !b) {
    job.show({ phase: 'empty' });
    return;
  }
  job.during = 'photo';
  const pair = await comparePair(job, humshakal, a, b);
  const family = await compareFamily(job, humshakal, photos);
  const measured = humshakal.info.embedder;
  job.show({ phase: 'result', measured, pair, family,
    announcement: pairHeading(pair.score, measured) });
}

/**
 * @param {Job} job
 * @param {Humshakal} humshakal
 * @param {Photo[]} photos
 * @returns {Promise<boolean>}  false: one of the two has none, and that is shown
 */
async function findFaces(job, humshakal, photos) {
  job.during = 'photo';
  for (const photo of photos) {
    job.show({ asked: state.sides.indexOf(photo) }); // whom a failure would be about
    photo.found ??= await job.wait(humshakal.detect(photo.blob, { signal: job.signal })
      .catch((error) => {
        // One of the others that cannot be read does not keep the two from each other.
        if (state.asked >= 0 || !isAboutPhoto(error)) throw error;
        return { faces: [], width: 0, height: 0, orientation: 1, shrunkFrom: null };
      }));
    job.show({});
    if (state.asked >= 0 && !photo.found.faces.length && photo.selected !== 'whole') {
      job.show({ phase: 'notice', notice: explainNoFace() });
      return false;
    }
  }
  job.show({ asked: 0 });
  return true;
}

/**
 * A face's embedding and picture, computed once.
 * @param {Job} job
 * @param {Humshakal} humshakal
 * @param {Photo} photo
 * @param {number | 'whole'} selected
 */
async function look(job, humshakal, { blob, found, faces }, selected) {
  const known = faces.get(selected);
  if (known) return known;
  const face = selected === 'whole' ? null : found?.faces[selected];
  const about = { face, detect: false, signal: job.signal };
  const seen = {
    embedding: await job.wait(humshakal.embed(blob, about)),
    crop: await job.wait(humshakal.crop(blob, { ...about, side: CROP_SIDE, loose: true })),
  };
  faces.set(selected, seen);
  return seen;
}

/** @param {Job} job @param {Humshakal} humshakal @param {Photo} a @param {Photo} b */
async function comparePair(job, humshakal, a, b) {
  const left = await look(job, humshakal, a, a.selected);
  const right = await look(job, humshakal, b, b.selected);
  const { score } = await job.wait(humshakal.compare(left.embedding, right.embedding));
  return { score, crops: [left.crop, right.crop] };
}

/**
 * All faces of all photos with each other; null if there are but two.
 * @param {Job} job
 * @param {Humshakal} humshakal
 * @param {Photo[]} photos
 */
async function compareFamily(job, humshakal, photos) {
  job.show({ asked: -1 });
  const all = photos.flatMap((photo) => asRead(photo).map((selected) => ({ photo, selected })));
  const chosen = all.slice(0, MOST_FACES);
  if (chosen.length < 3) return null;
  /** @type {Awaited<ReturnType<typeof look>>[]} */
  const looks = [];
  for (const { photo, selected } of chosen) {
    looks.push(await look(job, humshakal, photo, selected));
  }
  /** @type {number[][]} */
  const scores = looks.map(() => looks.map(() => 1));
  for (let a = 0; a < looks.length; a += 1) {
    for (let b = 0; b < a; b += 1) {
      const { score } = await job.wait(
        humshakal.compare(looks[a].embedding, looks[b].embedding));
      scores[a][b] = scores[b][a] = score;
    }
  }
  const faceless = state.more.filter(({ found }) => !found?.faces.length).length;
  return { crops: looks.map(({ crop }) => crop), scores, left: all.length - chosen.length,
    faceless };
}

/** A photo's faces from left to right. @param {Photo} photo @returns {(number | 'whole')[]} */
function asRead({ found, selected }) {
  return selected === 'whole' ? [selected] : inReadingOrder(found?.faces ?? []);
}

// ---- What views send -------------------------------------------------------------------

/** @param {Blob} blob @param {string} note @returns {Photo} */
const photoOf = (blob, note) => ({ blob, note, found: null, selected: 0, faces: new Map() });

/**
 * Puts a photo on a side; without one on the first free side, else among the others.
 * @param {Blob} blob
 * @param {string} note
 * @param {number} [side]
 */
function put(blob, note, side = state.sides.indexOf(null)) {
  const photo = photoOf(blob, note);
  if (side >= 0) {
    state.sides[side] = photo;
  } else {
    state.more.push(photo);
  }
}

function go() {
  work();
  if (state.sides.every((one) => one)) element('stage').scrollIntoView();
}

/** The side that an event comes from, undefined if from none. @param {Event} event */
function sideOf(event) {
  const side = sides.findIndex((one) => one.contains(/** @type {Node} */ (event.target)));
  return side < 0 ? undefined : side;
}

/** What a notice is about. */
const asked = () => state.sides[Math.max(0, state.asked)];

/** @type {Partial<Record<keyof typeof ACTION_LABELS, () => void>>} */
const actions = {
  retry: work,
  site: () => location.assign('./'), // networks are chosen there
  weights: () => location.assign('./'),
  last: () => show({ phase: 'result' }),
  choose: () => element(state.asked < 0 ? 'more-files' : `file-${state.asked}`).click(),
  whole: () => {
    const photo = asked();
    if (photo) photo.selected = 'whole';
    work();
  },
};

on('photo', ({ blob, note }, event) => {
  put(blob, note, sideOf(event));
  go();
});
on('sample', ({ address, note }, event) => begin({}, async (job) => {
  const blob = await job.wait(sampleOf(address, job.signal));
  if (blob) {
    put(blob, note, sideOf(event));
    go();
  } else job.show({ phase: 'notice', notice: explainGiven(say('sampleMissing')) });
}));
on('photos', ({ blobs }) => {
  for (const blob of blobs) put(blob, '');
  go();
});
on('face', ({ index }, event) => {
  const photo = state.sides[sideOf(event) ?? 0];
  if (photo) photo.selected = index;
  work();
});
on('action', ({ name }, event) => {
  const side = sideOf(event);
  if (side !== undefined) state.asked = side;
  actions[/** @type {keyof typeof actions} */ (name)]?.();
});
/** @param {import('../words/words.js').Explanation} notice */
function refuse(notice) {
  page.interrupt({ phase: 'notice', notice, last: state.pair !== null,
    asked: Math.max(0, state.sides.indexOf(null)) });
}
on('problem', ({ text }) => refuse(explainGiven(text)));
on('gallery', ({ file }) => begin({}, async (job) => {
  const { gallery } = await job.wait(Humshakal.addGallery(file, { signal: job.signal }));
  keepChoice({ model: gallery.model, gallery: gallery.id });
  location.assign('./'); // where galleries are searched
}));
on('weights', () => refuse({ ...explainGiven(say('weightsElsewhere')), actions: ['retry'] }));
on('cancel', () => {
  page.stopEngine();
  page.interrupt({ phase: 'empty', sides: [null, null], more: [], pair: null });
});

const files = /** @type {HTMLInputElement} */ (element('more-files'));
files.addEventListener('change', () => {
  state.more.push(...[...files.files ?? []].map((file) => photoOf(file, '')));
  files.value = '';
  work();
});

// ---- Before the first photo ------------------------------------------------------------

begin({ phase: 'empty' }, compareGiven);
