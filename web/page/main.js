/**
 * The controller of the first page: its state, and what happens on each event that a view
 * sends up ("photo", "face", "action", "cancel", "download", "problem", and of networks
 * "model", "weights", "forget").
 */

import { Humshakal, pixelsAreTrue, turned } from '../engine/humshakal.js';
import { startArrivals } from './arrive/arrive.js';
import { createCamera } from './camera/camera.js';
import { keepPage, markReady, startGate } from './gate/gate.js';
import { matchAgain, matchPhotos, selectedFace } from './match/match.js';
import { keepChoice, recallChoice } from './networks/choice.js';
import { PageJob, createPage, element, on } from './page.js';
import { createRefine } from './refine/refine.js';
import { Pictures, SCREEN_SIDE } from './pictures.js';
import { RESULT, firstState } from './state.js';
import { isResultLink, readResultLink } from './share/result-link.js';
import { createWhy } from './why/why.js';
import { say } from './words/say.js';
import { mountAnnouncer } from './views/announcer.js';
import { mountCamera } from './camera/camera-view.js';
import { mountCard } from './share/card-view.js';
import { mountChooser, sampleOf } from './views/chooser.js';
import { mountEarlier } from './match/earlier-view.js';
import { mountEveryone } from './match/everyone-view.js';
import { mountIntake } from './views/intake.js';
import { mountLanguages } from './words/languages-view.js';
import { mountNetworks } from './networks/networks-view.js';
import { mountNotice } from './views/notice.js';
import { mountPhoto } from './views/photo-view.js';
import { mountProgress } from './views/progress.js';
import { mountRefine } from './refine/refine-view.js';
import { mountResults } from './match/results-view.js';
import { mountSeveral } from './several/several-view.js';
import { mountShared } from './share/shared-view.js';
import { mountTraffic } from './gate/traffic-view.js';
import { mountUpdate } from './gate/update-view.js';
import { mountWhy } from './why/why-view.js';
import { emitFiles } from './views/parts.js';
import {
  explain, explainArrived, explainGiven, explainLink, explainNoFace, explainNoGallery,
  photoCaption, refineChange, sources,
} from './words/words.js';

/** @typedef {import('./state.js').State} State */
/** @typedef {PageJob<State>} Job */

const MOST_PHOTOS = 20;

/** Pixels on a side, of a picture among several. */
const SMALL_SIDE = 216;

/** A row of them, and not too many photos in memory. */
const MOST_EARLIER = 6;

/** Milliseconds after which a visitor who has given no photo is still looking around. */
const SOON = 5000;

/** @type {State} */
const state = { ...firstState, pictures: new Pictures(() => show({})) };

const page = createPage({
  state,
  views: [
    ({ phase }) => { document.body.classList.toggle('open', phase !== 'empty'); },
    ({ pictures, photo, several }) => pictures.make([
      ...(several?.photos ?? []).map(({ blob }) => ({ blob, side: SMALL_SIDE })),
      ...(photo ? [{ blob: photo.blob, side: SCREEN_SIDE }] : []),
    ]),
    mountChooser(element('chooser')),
    mountPhoto(element('photo')),
    mountProgress(element('progress')),
    mountRefine(element('refine')),
    mountNotice(element('notice')),
    mountSeveral(element('several')),
    mountResults(element('results')),
    mountEveryone(element('everyone')),
    mountEarlier(element('earlier')),
    mountNetworks(element('networks')),
    mountCamera(/** @type {HTMLDialogElement} */ (element('camera'))),
    mountWhy(/** @type {HTMLDialogElement} */ (element('why'))),
    mountAnnouncer(element('announce')),
    mountCard(element('card'), pixelsAreTrue()),
    mountShared(element('shared')),
    mountTraffic(element('traffic')),
    mountUpdate(element('update')),
  ],
  first: 'file',
  create: async (options) => {
    await gate;
    return Humshakal.create({ ...choice, refine: true, waitFor: 'detector', ...options });
  },
  close: () => {
    camera.close();
    why.close();
  },
  explain: (error, during) => {
    const notice = explain(error, during);
    // Whoever cannot have the chosen network now may have one that is here.
    return notice.code.startsWith('HUM_ERROR_NETWORK') && stored()
      ? { ...notice, actions: [...notice.actions, 'stored'] } : notice;
  },
});
const { show, begin } = page;
mountIntake(element('veil'));
mountLanguages(element('languages'));

// ---- Which network and gallery ---------------------------------------------------------

/** What the visitor chose; what is absent is the site's to choose. */
let choice = recallChoice();

let turns = 0;

/**
 * Takes a choice as far as it can be had here, and shows what it means.
 * @param {Job} job
 * @param {typeof choice} [wanted]
 */
async function choose(job, wanted = choice) {
  const turn = turns += 1;
  let offers = await job.wait(Humshakal.offers({ refine: true }));
  const gone = Boolean(wanted.model && !offers.models.some(({ id }) => id === wanted.model));
  const usable = gone ? {} : { ...wanted };
  if (!offers.galleries.some(({ id }) => id === usable.gallery)) delete usable.gallery;
  if (usable.model || usable.gallery) offers = await job.wait(Humshakal.offers(usable));
  if (turn !== turns) return; // something else was chosen meanwhile
  if (wanted !== choice) keepChoice(usable);
  choice = usable;
  job.show({ offers, gone: state.gone || gone });
  element('sources').textContent = sources(offers);
}

/** @type {Promise<void> | null} */
let looking = null;

/**
 * What the site offers, whatever job is under way: without it the page is not whole.
 * @param {typeof choice} [wanted]  another choice than the last
 */
function lookAround(wanted) {
  if (wanted) looking = null;
  looking ??= choose(new PageJob(show), wanted).catch((error) => {
    looking = null;
    throw error;
  });
  return looking;
}

// ---- The network -----------------------------------------------------------------------

/** Whether the service worker stands between the page and the network. */
const gate = startGate({
  onTraffic: (traffic) => show({ traffic }),
  onNewer: (newer) => show({ newer }),
});

/** @type {Promise<void> | null} */
let keeping = null;

/** Keeps the page for visits without a network; the first names come before that. */
function keep() {
  keeping ??= Promise.all([gate, page.quiet()])
    .then(([guarded]) => (guarded ? keepPage() : undefined));
  return keeping;
}

/**
 * Keeps what the next visit needs as well; then the network is done with, unless a closer
 * look follows.
 * @param {Humshakal} humshakal
 */
async function finish(humshakal) {
  await keep();
  if (await gate) {
    await humshakal.keepNext().catch((error) => {
      console.warn(`The engine of the next visit could not be kept (${error}).`);
    });
  }
  if (!humshakal.better) markReady();
}

/** The engine with everything that is needed to match. */
async function wholeEngine() {
  const humshakal = await page.wholeEngine();
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
 * @returns {Promise<Humshakal | null>}  null: there is no gallery, and that is shown
 */
async function readyToMatch(job) {
  job.during = 'starting';
  const humshakal = await job.wait(wholeEngine());
  job.show({ progress: null, ready: true });
  if (state.offers?.missing) await choose(job);
  job.during = 'photo';
  if (humshakal.info.gallery) return humshakal;
  job.show({ phase: 'notice', notice: explainNoGallery(state.offers) });
  return null;
}

// ---- From a photo to the result ----------------------------------------------------------

/** Takes what the visitor gave, if it was anything, as far as the result. */
function work() {
  return begin({}, matchGiven);
}

/** @param {Job} job */
async function matchGiven(job) {
  await job.wait(lookAround());
  if (state.several) await matchSeveral(job);
  else if (state.photo) await matchPhoto(job);
  else job.show({ phase: 'empty' });
}

/** @param {Job} job */
async function matchPhoto(job) {
  job.show({ matches: [], everyone: [], crop: null });
  await findFaces(job);
  if (state.selected !== 'whole' && !state.found?.faces.length) {
    job.show({ phase: 'notice', notice: explainNoFace() });
    return;
  }
  await matchShown(job);
}

/** Matches what is shown, as soon as that can be done. @param {Job} job */
async function matchShown(job) {
  const humshakal = await readyToMatch(job);
  if (!humshakal) return;
  await matchAgain(job, humshakal, state);
  if (!isResult()) return;
  forgetLast();
  refine.begin(humshakal, state.offers?.better?.missing ?? 0);
}

/** @param {Job} job */
async function findFaces(job) {
  if (state.found || !state.photo) return;
  const humshakal = await job.wait(page.startEngine());
  job.during = 'photo';
  const found = await job.wait(humshakal.detect(state.photo.blob, { signal: job.signal }));
  job.show({ found, selected: 0, announcement: photoCaption(found.faces.length) });
}

/** Finds the people who look most like the person of several photos. @param {Job} job */
async function matchSeveral(job) {
  const several = /** @type {NonNullable<State['several']>} */ (state.several);
  job.show({ matches: [], crop: null, several: { ...several, together: null } });
  await matchShown(job);
}

/** Takes one of several photos, or leaves it out. @param {number} index @param {boolean} use */
function useOrLeave(index, use) {
  const several = /** @type {NonNullable<State['several']>} */ (state.several);
  return takeOthers({ ...several, switched: new Map(several.switched).set(index, use) });
}

/** Another person of those in several photos is meant. @param {number} person */
function mean(person) {
  const several = /** @type {NonNullable<State['several']>} */ (state.several);
  return takeOthers({ ...several, person, switched: new Map() });
}

/** @param {NonNullable<State['several']>} several  looked at already */
function takeOthers(several) {
  return begin({ phase: 'result', several }, async (job) => {
    const humshakal = await readyToMatch(job);
    if (humshakal) await matchPhotos(job, humshakal, several);
  });
}

// ---- A closer look -----------------------------------------------------------------------

const refine = createRefine({
  show: (refining) => show({ refining }),
  quiet: page.quiet,
  settled: markReady,
  lookAgain: async () => {
    if (!isResult()) {
      await choose(new PageJob(show));
      return '';
    }
    const before = { ...state };
    let changed = '';
    await begin({ phase: state.phase, last: lastResult() }, async (job) => {
      await choose(job);
      await matchAgain(job, await job.wait(page.wholeEngine()), state);
      forgetLast();
      changed = refineChange(before, state);
      job.show({ announcement: changed });
    });
    return changed;
  },
});

/** The fast network is enough for this visitor. */
function stay() {
  refine.end();
  choice = { model: state.offers?.model.id };
  keepChoice(choice);
  markReady();
  return choose(new PageJob(show));
}

// ---- What the visitor gives --------------------------------------------------------------

const isGiven = () => Boolean(state.photo ?? state.several);

const isResult = () => state.phase === 'result' || state.phase === 'everyone';

/** @param {Pick<State, 'photo' | 'several'>} one @param {Pick<State, 'photo' | 'several'>} other */
const sameGiven = (one, other) => (one.several || other.several
  ? one.several?.photos === other.several?.photos : one.photo?.blob === other.photo?.blob);

/** The result that is shown, or else the one before: a slip loses nothing. */
function lastResult() {
  if (!isResult()) return state.last;
  return /** @type {State['last']} */ (Object.fromEntries(RESULT.map((key) => [key, state[key]])));
}

/** There is a new result, or no way back to the last one, except among the earlier ones. */
function forgetLast() {
  const all = [state.last, ...state.earlier]
    .filter((one) => one?.phase === 'result' && !sameGiven(one, state));
  show({ last: null, earlier: /** @type {State['earlier']} */ (all.slice(0, MOST_EARLIER)) });
}

/** @param {Pick<State, 'photo' | 'several'>} given */
function open(given) {
  show({ ...given, last: lastResult(), found: null, selected: 0 });
  work();
  element('stage').scrollIntoView();
}

/** @param {Blob} blob @param {string} note  a credit, or a word on what was given */
function openPhoto(blob, note) {
  open({ photo: { blob, note }, several: null });
}

/** @param {string} address @param {string} note */
function openSample(address, note) {
  return begin({ last: lastResult() }, async (job) => {
    const blob = await job.wait(sampleOf(address, job.signal));
    if (blob) openPhoto(blob, note);
    else job.show({ phase: 'notice', notice: explainGiven(say('sampleMissing')) });
  });
}

/** @param {Blob[]} blobs  of one person */
function openPhotos(blobs) {
  const photos = blobs.slice(0, MOST_PHOTOS).map((blob) => ({ blob }));
  open({ photo: null, several: { photos, unseen: blobs.length - photos.length, looks: [],
    switched: new Map(), person: 0, together: null } });
}

/** Takes the photo once more, turned by a quarter. */
function turn() {
  const { photo } = state;
  return begin({ last: lastResult() }, async (job) => {
    job.during = 'photo';
    if (photo) openPhoto(await job.wait(turned(photo.blob)), photo.note);
  });
}

/** Shows the last result again, or else the empty page. */
function goBack() {
  const { last } = state;
  show(last ? { ...last, last: null } : { phase: 'empty', photo: null, several: null });
}

/** Looks once more at what was given earlier in this visit. @param {number} index */
function goTo(index) {
  const { photo, found, several, selected } = state.earlier[index];
  show({ photo, found, several, selected, last: lastResult() });
  work();
  element('stage').scrollIntoView();
}

// ---- Networks ----------------------------------------------------------------------------

/** Makes the gallery's small pictures a gallery for the chosen network. */
function adapt() {
  return begin({}, async (job) => {
    const from = state.offers?.adaptable;
    if (!from) throw new Error('There is no gallery to make one from.');
    const humshakal = await job.wait(page.wholeEngine());
    const { gallery } = await job.wait(humshakal.adaptGallery(from.id,
      { signal: job.signal, onProgress: (progress) => job.show({ progress }) }));
    await choose(job, { ...choice, gallery: gallery.id });
    await matchGiven(job);
  });
}

function stopEngine() {
  refine.end();
  page.stopEngine();
  show({ ready: false });
}

/** @param {File} file  weights or a model that the visitor has */
function takeWeights(file) {
  stopEngine(); // its memory is needed
  return begin({ last: lastResult() }, async (job) => {
    job.during = 'weights';
    const { model, stored } = await job.wait(Humshakal.addModel(file,
      { signal: job.signal, onProgress: (progress) => job.show({ progress }) }));
    await choose(job, { model: model.id });
    forgetLast();
    const { offers } = state;
    if (offers?.gallery) await matchGiven(job);
    else job.show({ phase: 'notice', notice: explainNoGallery(offers, { stored }) });
  });
}

/** @param {File} file  a gallery that the visitor has */
function takeGallery(file) {
  return begin({ last: lastResult() }, async (job) => {
    const { gallery } = await job.wait(Humshakal.addGallery(file, { signal: job.signal }));
    change({ model: gallery.model, gallery: gallery.id });
  });
}

/** Goes on with another network. @param {typeof choice} wanted */
function change(wanted) {
  stopEngine();
  forgetLast();
  lookAround(wanted).catch(() => {}); // who waits for it is told
  return begin({ phase: isGiven() ? 'busy' : 'empty' }, async (job) => {
    await matchGiven(job);
    if (isGiven()) element('stage').scrollIntoView(); // the choice stands below it
  });
}

/** Removes a network that the visitor brought. @param {string} id */
function forget(id) {
  const { phase, notice } = state;
  return begin({ phase, notice }, async (job) => {
    job.during = 'weights';
    await job.wait(Humshakal.removeModel(id));
    if (choice.model === id) await change({});
    else await choose(job);
    if (state.phase === 'busy') await matchGiven(job); // what it came into goes on
  });
}

// ---- What views send ---------------------------------------------------------------------

const camera = createCamera({
  show: (shown) => show({ camera: shown }),
  taken: (blob) => openPhoto(blob, ''),
  failed: (error) => page.interrupt({ phase: 'notice', notice: explain(error, 'photo'),
    last: lastResult() }),
  engine: wholeEngine,
});

const why = createWhy({ engine: page.startEngine, show: (shown) => show({ why: shown }) });

/** A network that is on this device, if it is another than the chosen one. */
const stored = () => state.offers?.models.find(({ id, stored: here }) => (
  here && id !== state.offers?.model.id));

/** @param {State['selected']} selected  to be matched now */
function select(selected) {
  show({ last: lastResult(), selected });
  work();
}

/** What the visitor can ask for in a notice or beside the photo. */
const actions = {
  retry: work,
  choose: () => element('file').click(),
  own: () => {
    history.replaceState(null, '', './');
    show({ shared: null });
    element('file').focus();
  },
  weights: () => element('weights').click(),
  adapt,
  site: () => change({}),
  stored: () => change({ model: stored()?.id }),
  back: () => (isGiven() ? work() : show({ phase: 'empty' })),
  last: goBack,
  refine: async () => refine.go(await page.startEngine()),
  stay,
  whole: () => select('whole'),
  all: () => select('all'),
  turn,
  arrived: () => emitFiles(document, arrived),
};

on('photo', ({ blob, note }) => openPhoto(blob, note));
on('sample', ({ address, note }) => openSample(address, note));
on('photos', ({ blobs }) => openPhotos(blobs));
on('use', ({ index, use }) => useOrLeave(index, use));
on('person', ({ index }) => mean(index));
on('face', ({ index }) => select(index));
on('earlier', ({ index }) => goTo(index));
on('action', ({ name }) => actions[/** @type {keyof typeof actions} */ (name)]());
on('camera', ({ does, video }) => {
  if (does === 'shoot') camera.shoot(video, false);
  else if (does === 'timer') camera.shoot(video, true);
  else if (does === 'turn') camera.turn();
  else if (does === 'mirror') camera.mirror(video);
  else if (does === 'close') camera.close();
  else camera.open();
});
on('why', ({ does, match }) => {
  if (does === 'open' && state.photo) why.open(match, state.photo.blob, selectedFace(state));
  else if (does === 'stop') why.stop();
  else if (does === 'goOn') why.goOn();
  else why.close();
});
on('download', () => begin({}, async (job) => {
  const humshakal = await readyToMatch(job);
  if (!humshakal) return;
  await matchGiven(job);
  refine.begin(humshakal, state.offers?.better?.missing ?? 0);
}));
on('weights', ({ file }) => takeWeights(file));
on('gallery', ({ file }) => takeGallery(file));
on('model', change);
on('forget', ({ id }) => forget(id));
on('problem', ({ text }) => page.interrupt({ phase: 'notice', notice: explainGiven(text),
  last: lastResult() }));
on('cancel', () => {
  page.interrupt({});
  stopEngine();
  goBack();
});

/** @type {File[]} */
let arrived = [];

startArrivals({
  take: (files) => emitFiles(document, files),
  ask: (files) => {
    arrived = files;
    page.interrupt({ phase: 'notice', notice: explainArrived(), last: lastResult() });
  },
  lost: () => page.interrupt({ phase: 'notice', notice: explainGiven(say('sharedLost')),
    last: lastResult() }),
});

/** Shows what a link brings along, or says why it cannot. */
function openLink() {
  if (!isResultLink(location.hash)) return;
  try {
    page.interrupt({ shared: readResultLink(location.hash), phase: 'empty' });
  } catch (error) {
    page.interrupt({ phase: 'notice', notice: explainLink(error), last: lastResult() });
  }
}
addEventListener('hashchange', openLink);

// ---- Before the first photo ------------------------------------------------------------

await begin({ phase: 'empty' }, matchGiven);
if (state.phase === 'empty') openLink(); // else a photo came before it
startStored();
setTimeout(keep, SOON);
