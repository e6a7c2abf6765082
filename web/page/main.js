/**
 * The page's controller: one state, changed here and shown by the views. Views send events
 * up ("photo", "face", "action", "cancel", "download", "problem", and of networks "model",
 * "weights", "forget"); nothing else talks to the engine.
 */

import { keepChoice, recallChoice } from './networks/choice.js';
import { createCamera } from './camera/camera.js';
import { keepPage, markReady, startGate } from './gate/gate.js';
import { Humshakal } from '../engine/humshakal.js';
import { isResultLink, readResultLink } from './share/result-link.js';
import { say } from './words/say.js';
import { lookAt, matchTogether } from './several/several.js';
import { createWhy } from './why/why.js';
import { mountAnnouncer } from './views/announcer.js';
import { mountCamera } from './camera/camera-view.js';
import { mountCard } from './share/card-view.js';
import { mountChooser } from './views/chooser.js';
import { mountEveryone } from './match/everyone-view.js';
import { mountIntake } from './views/intake.js';
import { mountLanguages } from './words/languages-view.js';
import { mountNetworks } from './networks/networks-view.js';
import { mountNotice } from './views/notice.js';
import { inReadingOrder, mountPhoto } from './views/photo-view.js';
import { mountProgress } from './views/progress.js';
import { mountResults } from './match/results-view.js';
import { mountSeveral } from './several/several-view.js';
import { mountShared } from './share/shared-view.js';
import { mountTraffic } from './gate/traffic-view.js';
import { mountUpdate } from './gate/update-view.js';
import { mountWhy } from './why/why-view.js';
import {
  explain, explainGiven, explainLink, explainNoFace, explainNoFaceInAny, explainNoGallery,
  photoCaption, resultHeading, sources,
} from './words/words.js';

/** @typedef {import('../engine/humshakal.js').MatchedPerson} MatchedPerson */
/** @typedef {import('./words/words.js').Explanation} Explanation */

/**
 * @typedef {import('../engine/humshakal.js').Progress} Progress
 * @typedef {Omit<Progress, 'phase'> & {phase: Progress['phase'] | 'photos' | 'faces'}} Step
 */

/**
 * @typedef {object} State
 * @property {'empty' | 'busy' | 'result' | 'everyone' | 'notice'} phase
 * @property {import('../engine/humshakal.js').Offers | null} offers  null until known
 * @property {boolean} gone   the network of the last visit is no longer on this device
 * @property {Record<string, number>} seconds  of the last face, by network
 * @property {{blob: Blob, url: string, note: string} | null} photo
 * @property {Awaited<ReturnType<Humshakal['detect']>> | null} found
 * @property {import('./several/several.js').Several | null} several  null: there is one photo at most
 * @property {number | 'whole' | 'all'} selected  the face in found.faces, the whole picture,
 *   or all faces
 * @property {Step | null} progress  null: nothing that can be counted
 * @property {MatchedPerson[]} matches
 * @property {{index: number, match: MatchedPerson, crop: any}[]} everyone  of all faces, as
 *   one reads; index: in found.faces
 * @property {any} crop       the chosen face's picture
 * @property {number | null} threshold
 * @property {Explanation | null} notice
 * @property {import('./camera/camera.js').Camera | null} camera  null: off
 * @property {import('./share/result-link.js').SharedPerson[] | null} shared  of the link opened
 * @property {import('./gate/gate.js').Traffic | null} traffic  over the network; null until known
 * @property {(() => void) | null} newer  takes a newer version of the site, if there is one
 * @property {import('./why/why.js').Why | null} why  null: not asked
 * @property {string} announcement  for those who do not see the page change
 */

/** @type {State} */
const state = {
  phase: 'empty',
  offers: null,
  gone: false,
  seconds: {},
  photo: null,
  found: null,
  several: null,
  selected: 0,
  progress: null,
  matches: [],
  everyone: [],
  crop: null,
  threshold: null,
  notice: null,
  camera: null,
  shared: null,
  traffic: null,
  newer: null,
  why: null,
  announcement: '',
};

const MATCHES = 5;
const MOST_PHOTOS = 20;
const CROP_SIDE = 192;

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const views = [
  mountChooser(element('chooser')),
  mountPhoto(element('photo')),
  mountProgress(element('progress')),
  mountNotice(element('notice')),
  mountSeveral(element('several')),
  mountResults(element('results')),
  mountEveryone(element('everyone')),
  mountNetworks(element('networks')),
  mountCamera(/** @type {HTMLDialogElement} */ (element('camera'))),
  mountWhy(/** @type {HTMLDialogElement} */ (element('why'))),
  mountAnnouncer(element('announce')),
  mountCard(element('card')),
  mountShared(element('shared')),
  mountTraffic(element('traffic')),
  mountUpdate(element('update')),
];
mountIntake(element('veil'));
mountLanguages(element('languages'));

/** @param {Partial<State>} changes */
function show(changes) {
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  Object.assign(state, changes);
  document.body.classList.toggle('open', state.phase !== 'empty');
  element('stage').hidden = state.phase === 'empty';
  for (const update of views) update(state);
  // A button that vanishes under the keyboard's user leaves them at the new content.
  if (focused && focused !== document.body && !focused.getClientRects().length) {
    element(state.phase === 'empty' ? 'file' : 'stage').focus();
  }
}

// ---- Which network and gallery ---------------------------------------------------------

/** What the visitor chose; what is absent is the site's to choose. */
let choice = recallChoice();

/**
 * Takes a choice, keeps it for the next visit and shows what it means.
 * @param {typeof choice} wanted
 */
async function choose(wanted) {
  choice = wanted;
  keepChoice(choice);
  await showOffers();
}

async function showOffers() {
  let offers = await Humshakal.offers();
  const { model, gallery } = choice;
  const gone = Boolean(model && !offers.models.some(({ id }) => id === model));
  if (gone) choice = {};
  else if (gallery && !offers.galleries.some(({ id }) => id === gallery)) choice = { model };
  if (choice.model) offers = await Humshakal.offers(choice);
  show({ offers, gone: state.gone || gone });
  element('sources').textContent = sources(offers);
}

// ---- The network -----------------------------------------------------------------------

/** Whether the service worker stands between the page and the network. */
const gate = startGate({
  onTraffic: (traffic) => show({ traffic }),
  onNewer: (newer) => show({ newer }),
});
const kept = gate.then((guarded) => (guarded ? keepPage() : undefined));

/** Keeps what the next visit needs as well; then the network is done with. @param {Humshakal} humshakal */
async function finish(humshakal) {
  await kept;
  if (await gate) {
    await humshakal.keepNext().catch((error) => {
      console.warn(`The engine of the next visit could not be kept (${error}).`);
    });
  }
  markReady();
}

// ---- The engine ------------------------------------------------------------------------

/** @type {Promise<Humshakal> | null} */
let starting = null;
let cancelStart = new AbortController();

/** Starts the engine when it is wanted first, and again after a failed start. */
function engine() {
  if (!starting) {
    cancelStart = new AbortController();
    const { signal } = cancelStart;
    starting = gate.then(() => Humshakal.create({
      ...choice,
      waitFor: 'detector',
      signal,
      onProgress: showProgress,
    }));
    const mine = starting;
    mine.catch(() => {
      if (starting === mine) starting = null;
    });
  }
  return starting;
}

/** @param {import('../engine/humshakal.js').Progress} progress */
function showProgress(progress) {
  if (state.phase === 'busy') show({ progress });
}

/** Stops what is being downloaded or computed; what has arrived is kept. */
function stopEngine() {
  cancelStart.abort();
  starting?.then((humshakal) => humshakal.close(), () => {});
  starting = null;
}

// ---- One photo after another -----------------------------------------------------------

/** The newest job; what an older one finds out is not shown any more. */
let newest = 0;

/**
 * Runs a job until it is done, fails, or a newer one has begun.
 * @param {Partial<State>} changes  what to show at its beginning
 * @param {(job: Job) => Promise<void>} run
 *
 * @typedef {{stale: () => boolean, during: 'starting' | 'photo' | 'weights'}} Job
 *   during: what a failure would be about
 */
async function begin(changes, run) {
  const mine = newest += 1;
  closeWindows();
  /** @type {Job} */
  const job = { stale: () => mine !== newest, during: 'starting' };
  show({ phase: 'busy', progress: null, notice: null, announcement: '', ...changes });
  try {
    await run(job);
  } catch (error) {
    if (!job.stale()) show({ phase: 'notice', notice: explain(error, job.during) });
  }
}

/** What lies over the page goes when something else comes. */
function closeWindows() {
  camera.close();
  why.close();
}

/** The engine with everything that is needed to match. */
async function wholeEngine() {
  const humshakal = await engine();
  await humshakal.ready;
  finish(humshakal);
  return humshakal;
}

/** Starts the engine before it is wanted, where nothing has to be downloaded for that. */
async function startStored() {
  if (state.offers?.missing !== 0) return;
  try {
    await wholeEngine();
  } catch (error) {
    console.warn(`The engine is not ready yet (${error}).`); // who gives a photo is told why
  }
}

/**
 * Waits until faces can be matched.
 * @param {Job} job
 * @returns {Promise<Humshakal | null>}  null: there is a newer job, or no gallery
 */
async function readyToMatch(job) {
  job.during = 'starting';
  const humshakal = await wholeEngine();
  if (job.stale()) return null;
  show({ progress: null });
  if (state.offers?.missing) await showOffers();
  job.during = 'photo';
  if (humshakal.info.gallery) return humshakal;
  show({ phase: 'notice', notice: explainNoGallery(state.offers) });
  return null;
}

/**
 * Takes what is in the state, if there is something, as far as the result.
 * @param {State['found']} found  what is known of the photo's faces already
 */
function work(found) {
  if (state.several) return workTogether();
  if (state.selected === 'all' && found) return workEveryone(found);
  return begin({ found, matches: [], crop: null }, async (job) => {
    if (state.photo && !found) {
      const humshakal = await engine();
      job.during = 'photo';
      found = await humshakal.detect(state.photo.blob);
      if (job.stale()) return;
      show({ found, selected: 0, announcement: photoCaption(found.faces.length) });
    }
    if (found && state.selected !== 'whole' && !found.faces.length) {
      show({ phase: 'notice', notice: explainNoFace() });
      return;
    }
    const humshakal = await readyToMatch(job);
    if (!humshakal) return;
    if (!found || !state.photo) {
      show({ phase: 'empty' });
      return;
    }
    const { photo: { blob } } = state;
    const face = selectedFace();
    const start = performance.now();
    const matches = await humshakal.match(blob, { face, detect: false, k: MATCHES });
    const seconds = { ...state.seconds,
      [humshakal.info.embedder.sha256]: (performance.now() - start) / 1000 };
    const crop = await humshakal.crop(blob, { face, detect: false, side: CROP_SIDE,
      loose: true });
    if (job.stale()) return;
    showMatches(humshakal, { matches, crop, seconds });
  });
}

/** The chosen face; null: the whole picture. */
function selectedFace() {
  const { selected, found } = state;
  return typeof selected === 'number' ? found?.faces[selected] ?? null : null;
}

/** @param {Humshakal} humshakal @param {Partial<State> & {matches: MatchedPerson[]}} changes */
function showMatches(humshakal, changes) {
  const { threshold = null } = humshakal.info.embedder;
  show({ phase: 'result', threshold, ...changes,
    announcement: resultHeading(changes.matches, threshold) });
}

/** Finds the people who look most like the person of several photos. */
function workTogether() {
  const fresh = state.several && { ...state.several, together: null };
  return begin({ matches: [], crop: null, several: fresh }, async (job) => {
    const humshakal = await readyToMatch(job);
    const { several } = state;
    if (!humshakal || !several) return;
    /** @type {import('./several/several.js').Look[]} */
    const looks = [];
    for (const { blob } of several.photos) {
      show({ progress: { phase: 'photos', loaded: looks.length + 1, total: several.photos.length,
        label: '' } });
      looks.push(await lookAt(humshakal, blob));
      if (job.stale()) return;
    }
    await showTogether(humshakal, job, { ...several, looks });
  });
}

/**
 * @param {Humshakal} humshakal
 * @param {Job} job
 * @param {import('./several/several.js').Several} several
 */
async function showTogether(humshakal, job, several) {
  const together = await matchTogether(humshakal, several.looks, MATCHES, several.switched);
  if (job.stale()) return;
  if (!together) {
    show({ phase: 'notice', several: null, photo: null, notice: explainNoFaceInAny() });
    return;
  }
  const { matches, lead } = together;
  const selected = together.photos[lead].face;
  const { found } = several.looks[lead];
  const { blob, url } = several.photos[lead];
  const crop = await humshakal.crop(blob, { face: found?.faces[selected], side: CROP_SIDE,
    loose: true });
  if (job.stale()) return;
  showMatches(humshakal, { matches, crop, found, selected, several: { ...several, together },
    photo: { blob, url, note: '' } });
}

/** Takes one of several photos, or leaves it out. @param {number} index @param {boolean} use */
function useOrLeave(index, use) {
  const several = /** @type {NonNullable<State['several']>} */ (state.several);
  const changed = { ...several, switched: new Map(several.switched).set(index, use) };
  return begin({ phase: 'result', several: changed }, async (job) => {
    const humshakal = await readyToMatch(job);
    if (humshakal) await showTogether(humshakal, job, changed);
  });
}

/** Finds the one person most like each face. @param {NonNullable<State['found']>} found */
function workEveryone({ faces }) {
  return begin({ everyone: [] }, async (job) => {
    const humshakal = await readyToMatch(job);
    if (!humshakal || !state.photo) return;
    const { blob } = state.photo;
    /** @type {State['everyone']} */
    const everyone = [];
    for (const index of inReadingOrder(faces)) {
      show({ progress: { phase: 'faces', loaded: everyone.length + 1, total: faces.length,
        label: '' } });
      const about = { face: faces[index], detect: false };
      const [match] = await humshakal.match(blob, { ...about, k: 1 });
      const crop = await humshakal.crop(blob, { ...about, side: CROP_SIDE, loose: true });
      if (job.stale()) return;
      everyone.push({ index, match, crop });
    }
    const { threshold = null } = humshakal.info.embedder;
    show({ phase: 'everyone', everyone, threshold,
      announcement: say('everyoneFound', { count: faces.length }) });
  });
}

/** Makes the gallery's small pictures a gallery for the chosen network. */
function adapt() {
  return begin({}, async (job) => {
    const humshakal = await engine();
    await humshakal.ready;
    const { gallery } = await humshakal.adaptGallery(state.offers?.adaptable.id,
      { onProgress: showProgress });
    if (job.stale()) return;
    await choose({ ...choice, gallery: gallery.id });
    await work(state.found);
  });
}

/** @param {File} file  weights or a model that the visitor has */
function takeWeights(file) {
  stopEngine(); // its memory is needed
  cancelStart = new AbortController();
  const { signal } = cancelStart;
  return begin({}, async (job) => {
    job.during = 'weights';
    const { model, stored } = await Humshakal.addModel(file, { signal, onProgress: showProgress });
    if (job.stale()) return;
    await choose({ model: model.id });
    const { offers } = state;
    if (offers?.gallery) await work(state.found);
    else show({ phase: 'notice', notice: explainNoGallery(offers, { stored }) });
  });
}

/** Goes on with another network. @param {typeof choice} wanted */
function change(wanted) {
  stopEngine();
  return begin({ phase: state.photo ? 'busy' : 'empty' }, async (job) => {
    await choose(wanted);
    if (state.photo && !job.stale()) await work(state.found);
  });
}

/** @param {Blob} blob @param {string} note  a credit, or a word on what was given */
function openPhoto(blob, note) {
  forgetPhotos();
  show({ photo: { blob, note, url: URL.createObjectURL(blob) }, several: null, selected: 0 });
  work(null);
  element('stage').scrollIntoView();
}

/** @param {Blob[]} blobs  of one person */
function openPhotos(blobs) {
  forgetPhotos();
  const photos = blobs.slice(0, MOST_PHOTOS)
    .map((blob) => ({ blob, url: URL.createObjectURL(blob) }));
  show({ photo: null, found: null, several: { photos, unseen: blobs.length - photos.length,
    looks: [], switched: new Map(), together: null } });
  work(null);
  element('stage').scrollIntoView();
}

function forgetPhotos() {
  const urls = [state.photo, ...state.several?.photos ?? []].map((photo) => photo?.url);
  for (const url of urls) if (url) URL.revokeObjectURL(url);
}

const camera = createCamera({
  show: (shown) => show({ camera: shown }),
  taken: (blob) => openPhoto(blob, ''),
  failed: (error) => show({ phase: 'notice', notice: explain(error, 'photo') }),
});

const why = createWhy({ engine, show: (shown) => show({ why: shown }) });

/** What the visitor can ask for in a notice or beside the photo. */
const actions = {
  retry: () => work(state.found),
  choose: () => element('file').click(),
  own: () => {
    history.replaceState(null, '', './');
    show({ shared: null });
    element('file').focus();
  },
  weights: () => element('weights').click(),
  adapt,
  site: () => change({}),
  back: () => (state.photo ? work(state.found) : show({ phase: 'empty' })),
  whole: () => {
    show({ selected: 'whole' });
    work(state.found);
  },
  all: () => {
    show({ selected: 'all' });
    work(state.found);
  },
};

/**
 * @param {string} type
 * @param {(detail: any) => void} listener
 */
function on(type, listener) {
  document.addEventListener(type, (event) => {
    listener(/** @type {CustomEvent} */ (event).detail);
  });
}

on('photo', ({ blob, note }) => openPhoto(blob, note));
on('photos', ({ blobs }) => openPhotos(blobs));
on('use', ({ index, use }) => useOrLeave(index, use));
on('face', ({ index }) => {
  show({ selected: index });
  work(state.found);
});
on('action', ({ name }) => actions[/** @type {keyof typeof actions} */ (name)]());
on('camera', ({ does, video }) => {
  if (does === 'shoot') camera.shoot(video, false);
  else if (does === 'timer') camera.shoot(video, true);
  else if (does === 'turn') camera.turn();
  else if (does === 'close') camera.close();
  else camera.open();
});
on('why', ({ does, match }) => {
  if (does === 'open' && state.photo) why.open(match, state.photo.blob, selectedFace());
  else if (does === 'stop') why.stop();
  else if (does === 'goOn') why.goOn();
  else why.close();
});
on('download', () => work(state.found));
on('weights', ({ file }) => takeWeights(file));
on('model', change);
on('forget', async ({ id }) => {
  await Humshakal.removeModel(id);
  await change(choice.model === id ? {} : choice);
});
on('problem', ({ text }) => {
  closeWindows();
  newest += 1;
  show({ phase: 'notice', notice: explainGiven(text) });
});
on('cancel', () => {
  newest += 1;
  stopEngine();
  show({ phase: 'empty' });
});

/** Shows what a link brings along, or says why it cannot. */
function openLink() {
  if (!isResultLink(location.hash)) return;
  try {
    show({ shared: readResultLink(location.hash), phase: 'empty' });
  } catch (error) {
    show({ phase: 'notice', notice: explainLink(error) });
  }
}
addEventListener('hashchange', openLink);

// ---- Before the first photo ------------------------------------------------------------

try {
  await showOffers();
} catch (error) {
  show({ phase: 'notice', notice: explain(error, 'starting') });
}
openLink();
startStored();
