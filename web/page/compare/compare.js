/**
 * The controller of "Two photos": whether two faces could be one person's, and, with more
 * than two, who of them resembles whom. As on the main page one state is changed here and
 * shown by the views, which send events up ("photo", "photos", "face", "action", "cancel",
 * "problem").
 */

import { recallChoice } from '../networks/choice.js';
import { startGate } from '../gate/gate.js';
import { Humshakal } from '../../engine/humshakal.js';
import { say } from '../words/say.js';
import { mountAnnouncer } from '../views/announcer.js';
import { mountFamily } from './family-view.js';
import { mountIntake } from '../views/intake.js';
import { mountLanguages } from '../words/languages-view.js';
import { mountNotice } from '../views/notice.js';
import { mountPair } from './pair-view.js';
import { inReadingOrder, mountPhoto } from '../views/photo-view.js';
import { mountProgress } from '../views/progress.js';
import { mountSide } from './side-view.js';
import { pairHeading } from './pairs.js';
import { explain, explainGiven, explainNoFace } from '../words/words.js';

/** @typedef {import('../words/words.js').Explanation} Explanation */

/**
 * @typedef {object} Photo
 * @property {Blob} blob
 * @property {string} url
 * @property {string} note
 * @property {Awaited<ReturnType<Humshakal['detect']>> | null} found
 * @property {number | 'whole'} selected  the face that is compared
 * @property {Map<number | 'whole', {embedding: Float32Array, crop: any}>} faces  looked at
 */

/**
 * @typedef {object} State
 * @property {'empty' | 'busy' | 'result' | 'notice'} phase
 * @property {(Photo | null)[]} sides  the two photos
 * @property {Photo[]} more            those that only the family has
 * @property {number} asked            the side that a notice is about
 * @property {import('../../engine/humshakal.js').Offers | null} offers
 * @property {import('../../engine/humshakal.js').Progress | null} progress  null: not downloading
 * @property {import('./pairs.js').Measured | null} measured
 * @property {{score: number, crops: any[]} | null} pair
 * @property {{crops: any[], scores: number[][], left: number, faceless: number} | null} family
 *   scores: of every face with every other; left: faces beyond the most; faceless: photos
 * @property {Explanation | null} notice
 * @property {string} announcement
 */

/** @type {State} */
const state = {
  phase: 'empty',
  sides: [null, null],
  more: [],
  asked: 0,
  offers: null,
  progress: null,
  measured: null,
  pair: null,
  family: null,
  notice: null,
  announcement: '',
};

const MOST_FACES = 12; // a table of more says nothing to anybody
const CROP_SIDE = 160;

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const sides = [element('side-0'), element('side-1')];
const views = [
  ...sides.map((side, i) => mountSide(side, i)),
  ...sides.map((side, i) => {
    const update = mountPhoto(/** @type {HTMLElement} */ (side.querySelector('.photo')));
    return (/** @type {State} */ { sides: photos, phase }) => update(/** @type {any} */ ({
      photo: photos[i], found: photos[i]?.found, selected: photos[i]?.selected, phase }));
  }),
  mountProgress(element('progress')),
  mountNotice(element('notice')),
  mountPair(element('pair')),
  mountFamily(element('family')),
  mountAnnouncer(element('announce')),
];
mountIntake(element('veil'));
mountLanguages(element('languages'));

/** @param {Partial<State>} changes */
function show(changes) {
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  Object.assign(state, changes);
  element('stage').hidden = state.phase === 'empty';
  element('more').hidden = state.phase !== 'result';
  for (const update of views) update(/** @type {any} */ (state));
  // A button that vanishes under the keyboard's user leaves them at the new content.
  if (focused && focused !== document.body && !focused.getClientRects().length) {
    element(state.phase === 'empty' ? 'file-0' : 'stage').focus();
  }
}

// ---- The engine ------------------------------------------------------------------------

/** The service worker stands between the page and the network before the engine starts. */
const gate = startGate();

/** @type {Promise<Humshakal> | null} */
let starting = null;
let cancelStart = new AbortController();

/** Starts the engine, without a gallery, when it is wanted first or has failed. */
function engine() {
  if (!starting) {
    cancelStart = new AbortController();
    starting = start(cancelStart.signal);
    const mine = starting;
    mine.catch(() => {
      if (starting === mine) starting = null;
    });
  }
  return starting;
}

/** @param {AbortSignal} signal */
async function start(signal) {
  await gate;
  const { models } = await Humshakal.offers();
  const { model } = recallChoice();
  return Humshakal.create({
    model: models.some(({ id }) => id === model) ? model : undefined,
    gallery: null,
    waitFor: 'detector',
    signal,
    onProgress: (progress) => {
      if (state.phase === 'busy') show({ progress });
    },
  });
}

// ---- Comparing -------------------------------------------------------------------------

/** The newest job; what an older one finds out is not shown any more. */
let newest = 0;

/** Looks at what is new among the photos, and compares. */
async function work() {
  const mine = newest += 1;
  const stale = () => mine !== newest;
  const photos = [...state.sides, ...state.more].filter((photo) => photo !== null);
  show({ phase: 'busy', progress: null, notice: null, pair: null, family: null, announcement: '' });
  let during = /** @type {'starting' | 'photo'} */ ('starting');
  let asked = 0;
  try {
    const humshakal = await engine();
    for (const photo of photos) {
      during = 'photo';
      asked = state.sides.indexOf(photo);
      photo.found ??= await humshakal.detect(photo.blob);
      if (stale()) return;
      show({});
      if (asked >= 0 && !photo.found.faces.length && photo.selected !== 'whole') {
        show({ phase: 'notice', notice: explainNoFace(), asked });
        return;
      }
    }
    during = 'starting';
    await humshakal.ready;
    if (stale()) return;
    show({ progress: null });
    const [a, b] = state.sides;
    if (!a || !b) {
      show({ phase: 'empty' });
      return;
    }
    during = 'photo';
    asked = 0;
    const pair = await comparePair(humshakal, a, b);
    asked = -1;
    const family = await compareFamily(humshakal, photos, stale);
    if (stale()) return;
    const measured = humshakal.info.embedder;
    show({ phase: 'result', measured, pair, family,
      announcement: pairHeading(pair.score, measured) });
  } catch (error) {
    if (!stale()) show({ phase: 'notice', notice: explain(error, during), asked });
  }
}

/**
 * A face's embedding and picture, computed once.
 * @param {Humshakal} humshakal
 * @param {Photo} photo
 * @param {number | 'whole'} selected
 */
async function look(humshakal, { blob, found, faces }, selected) {
  const known = faces.get(selected);
  if (known) return known;
  const face = selected === 'whole' ? null : found?.faces[selected];
  const seen = {
    embedding: await humshakal.embed(blob, { face, detect: false }),
    crop: await humshakal.crop(blob, { face, detect: false, side: CROP_SIDE, loose: true }),
  };
  faces.set(selected, seen);
  return seen;
}

/** @param {Humshakal} humshakal @param {Photo} a @param {Photo} b */
async function comparePair(humshakal, a, b) {
  const left = await look(humshakal, a, a.selected);
  const right = await look(humshakal, b, b.selected);
  const { score } = await humshakal.compare(left.embedding, right.embedding);
  return { score, crops: [left.crop, right.crop] };
}

/**
 * All faces of all photos with each other; null if there are but two.
 * @param {Humshakal} humshakal
 * @param {Photo[]} photos
 * @param {() => boolean} stale
 */
async function compareFamily(humshakal, photos, stale) {
  const all = photos.flatMap((photo) => asRead(photo).map((selected) => ({ photo, selected })));
  const chosen = all.slice(0, MOST_FACES);
  if (chosen.length < 3) return null;
  /** @type {Awaited<ReturnType<typeof look>>[]} */
  const looks = [];
  for (const { photo, selected } of chosen) {
    looks.push(await look(humshakal, photo, selected));
    if (stale()) return null;
  }
  /** @type {number[][]} */
  const scores = looks.map(() => looks.map(() => 1));
  for (let a = 0; a < looks.length; a += 1) {
    for (let b = 0; b < a; b += 1) {
      const { score } = await humshakal.compare(looks[a].embedding, looks[b].embedding);
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
const photoOf = (blob, note) => ({ blob, note, url: URL.createObjectURL(blob), found: null,
  selected: 0, faces: new Map() });

/**
 * Puts a photo on a side; without one on the first free side, else among the others.
 * @param {Blob} blob
 * @param {string} note
 * @param {number} [side]
 */
function put(blob, note, side = state.sides.indexOf(null)) {
  const photo = photoOf(blob, note);
  if (side >= 0) {
    const before = state.sides[side];
    if (before) URL.revokeObjectURL(before.url);
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

const actions = {
  retry: () => work(),
  choose: () => element(state.asked < 0 ? 'more-files' : `file-${state.asked}`).click(),
  whole: () => {
    const photo = asked();
    if (photo) photo.selected = 'whole';
    work();
  },
};

/**
 * @param {string} type
 * @param {(detail: any, event: Event) => void} listener
 */
function on(type, listener) {
  document.addEventListener(type, (event) => {
    listener(/** @type {CustomEvent} */ (event).detail, event);
  });
}

on('photo', ({ blob, note }, event) => {
  put(blob, note, sideOf(event));
  go();
});
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
  actions[/** @type {keyof typeof actions} */ (name)]();
});
on('problem', ({ text }) => {
  newest += 1;
  show({ phase: 'notice', notice: explainGiven(text), asked: Math.max(0, state.sides.indexOf(null)) });
});
on('weights', () => {
  newest += 1;
  show({ phase: 'notice', notice: { ...explainGiven(say('weightsElsewhere')), actions: ['retry'] } });
});
on('cancel', () => {
  newest += 1;
  cancelStart.abort();
  starting?.then((humshakal) => humshakal.close(), () => {});
  starting = null;
  state.sides.forEach((photo) => photo && URL.revokeObjectURL(photo.url));
  show({ phase: 'empty', sides: [null, null], more: [] });
});

const files = /** @type {HTMLInputElement} */ (element('more-files'));
files.addEventListener('change', () => {
  state.more.push(...[...files.files ?? []].map((file) => photoOf(file, '')));
  files.value = '';
  work();
});

// ---- Before the first photo ------------------------------------------------------------

try {
  show({ offers: await Humshakal.offers({ gallery: null }) });
} catch (error) {
  show({ phase: 'notice', notice: explain(error, 'starting') });
}
