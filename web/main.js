/**
 * The page's controller: one state, changed here and shown by the views. Views send events
 * up ("photo", "face", "action", "cancel", "download", "problem"); nothing else talks to
 * the engine.
 */

import { HumError, Humshakal } from './humshakal.js';
import { mountAnnouncer } from './views/announcer.js';
import { mountChooser } from './views/chooser.js';
import { mountIntake } from './views/intake.js';
import { mountNotice } from './views/notice.js';
import { mountPhoto } from './views/photo.js';
import { mountProgress } from './views/progress.js';
import { mountResults } from './views/results.js';
import { explain, explainNoFace, photoCaption, resultHeading, sources } from './words.js';

/** @typedef {import('./humshakal.js').MatchedPerson} MatchedPerson */
/** @typedef {import('./words.js').Explanation} Explanation */

/**
 * @typedef {object} State
 * @property {'empty' | 'busy' | 'result' | 'notice'} phase
 * @property {any} sizes      of the download, with the samples; null until known
 * @property {{blob: Blob, url: string, note: string} | null} photo
 * @property {Awaited<ReturnType<Humshakal['detect']>> | null} found
 * @property {number | 'whole'} selected  the face in found.faces, or the whole picture
 * @property {import('./humshakal.js').Progress | null} progress  null: not downloading
 * @property {MatchedPerson[]} matches
 * @property {any} crop       the chosen face's picture
 * @property {number | null} threshold
 * @property {Explanation | null} notice
 * @property {string} announcement  for those who do not see the page change
 */

/** @type {State} */
const state = {
  phase: 'empty',
  sizes: null,
  photo: null,
  found: null,
  selected: 0,
  progress: null,
  matches: [],
  crop: null,
  threshold: null,
  notice: null,
  announcement: '',
};

const MATCHES = 5;
const CROP_SIDE = 192;

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const views = [
  mountChooser(element('chooser')),
  mountPhoto(element('photo')),
  mountProgress(element('progress')),
  mountNotice(element('notice')),
  mountResults(element('results')),
  mountAnnouncer(element('announce')),
];
mountIntake(element('veil'));

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

// ---- The engine ------------------------------------------------------------------------

/** @type {Promise<Humshakal> | null} */
let starting = null;
let cancelStart = new AbortController();

/** Starts the engine when it is wanted first, and again after a failed start. */
function engine() {
  if (!starting) {
    cancelStart = new AbortController();
    starting = Humshakal.create({
      waitFor: 'detector',
      signal: cancelStart.signal,
      onProgress: (progress) => {
        if (state.phase === 'busy') show({ progress });
      },
    });
    const mine = starting;
    mine.catch(() => {
      if (starting === mine) starting = null;
    });
  }
  return starting;
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
 * Takes the photo in the state, if there is one, as far as the result.
 * @param {State['found']} found  what is known of its faces already
 */
async function work(found) {
  const mine = newest += 1;
  const stale = () => mine !== newest;
  /** @type {'starting' | 'photo'} */
  let during = 'starting';
  show({ phase: 'busy', found, matches: [], crop: null, progress: null, notice: null,
    announcement: '' });
  try {
    const humshakal = await engine();
    if (state.photo && !found) {
      during = 'photo';
      found = await humshakal.detect(state.photo.blob);
      if (stale()) return;
      show({ found, selected: 0, announcement: photoCaption(found.faces.length) });
    }
    if (found && state.selected !== 'whole' && !found.faces.length) {
      show({ phase: 'notice', notice: explainNoFace() });
      return;
    }
    during = 'starting';
    await humshakal.ready;
    if (stale()) return;
    show({ progress: null, sizes: state.sizes && { ...state.sizes, missing: 0 } });
    if (!found || !state.photo) {
      show({ phase: 'empty' });
      return;
    }
    during = 'photo';
    const { selected, photo: { blob } } = state;
    const face = selected === 'whole' ? null : found.faces[selected];
    const matches = await humshakal.match(blob, { face, detect: false, k: MATCHES });
    const crop = await humshakal.crop(blob, { face, detect: false, side: CROP_SIDE,
      loose: true });
    if (stale()) return;
    const { threshold = null } = humshakal.info.embedder;
    show({ phase: 'result', matches, crop, threshold,
      announcement: resultHeading(matches, threshold) });
  } catch (error) {
    if (stale()) return;
    show({ phase: 'notice', notice: explain(error, during) });
  }
}

/** @param {Blob} blob @param {string} note  a credit, or a word on what was given */
function openPhoto(blob, note) {
  if (state.photo) URL.revokeObjectURL(state.photo.url);
  show({ photo: { blob, note, url: URL.createObjectURL(blob) }, selected: 0 });
  work(null);
  element('stage').scrollIntoView();
}

/** What the visitor can ask for in a notice or beside the photo. */
const actions = {
  retry: () => work(state.found),
  choose: () => element('file').click(),
  whole: () => {
    show({ selected: 'whole' });
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
on('face', ({ index }) => {
  show({ selected: index });
  work(state.found);
});
on('action', ({ name }) => actions[/** @type {keyof typeof actions} */ (name)]());
on('download', () => work(state.found));
on('problem', ({ text }) => {
  newest += 1;
  show({ phase: 'notice', notice: explain(new HumError('HUM_ERROR_FILE', text), 'photo') });
});
on('cancel', () => {
  newest += 1;
  stopEngine();
  show({ phase: 'empty' });
});

// ---- Before the first photo ------------------------------------------------------------

try {
  const sizes = await Humshakal.downloads();
  show({ sizes });
  element('sources').textContent = sources(sizes);
} catch (error) {
  show({ phase: 'notice', notice: explain(error, 'starting') });
}
