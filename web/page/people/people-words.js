/** Which sentence "Your own people" says when. */

import { number, say } from '../words/say.js';
import { duration, explain, megabytes } from '../words/words.js';

/** @typedef {import('./collection.js').Change} Change */
/** @typedef {import('./collection.js').Collection} Collection */
/** @typedef {import('./collection.js').PhotoRecord} PhotoRecord */
/** @typedef {import('../words/words.js').Explanation} Explanation */

export const photosText = (/** @type {number} */ count) => say('photosCount', { count });
export const facesText = (/** @type {number} */ count) => say('facesCount', { count });
export const peopleText = (/** @type {number} */ count) => say('peopleCount', { count });

/** @param {{name: string} | undefined} person */
export const nameOf = (person) => person?.name || say('somebody');

/** @param {string} path */
export const fileOf = (path) => path.slice(path.lastIndexOf('/') + 1);

/** @param {import('./people-store.js').Kept} kept */
export function keptText({ counts }) {
  return say('keptAbout', { people: peopleText(counts.people), photos: photosText(counts.photos),
    size: megabytes(counts.bytes) });
}

/** @param {Collection} collection @param {{read: string, lasting: boolean, promised: boolean}} kept */
export function aboutText({ photos, faces, named }, { read, lasting, promised }) {
  return [
    say('aboutCounts', { photos: photosText(photos.size), faces: facesText(faces.size),
      named: peopleText(named.length) }),
    read,
    !lasting ? say('notKept') : promised ? '' : say('mayGo'),
  ].filter(Boolean).join(' ');
}

/** @param {NonNullable<import('./people-state.js').State['reading']>} reading @param {number | null} seconds  left */
export function readingText({ done, total, faces, paused, sorting }, seconds) {
  if (sorting) return say('readingSorting');
  const text = say('readingOf', { done: number(done), photos: photosText(total), faces: facesText(faces) });
  if (paused) return say('readingPaused', { text });
  return seconds === null ? text : say('readingLeft', { text, left: duration(seconds) });
}

/** What came of it. @param {import('./reading.js').Reading} reading @param {number} others  files */
export function readText({ done, faces, known, refused }, others) {
  return [
    say('readingOver', { photos: photosText(done), faces: facesText(faces) }),
    known ? say('readingOverKnown', { count: known }) : '',
    refused ? say('readingOverRefused', { count: refused }) : '',
    others ? say('readingOverOthers', { count: others }) : '',
  ].filter(Boolean).join(' ');
}

/** @param {Collection} collection */
export function refusedTitle({ photos }) {
  const all = [...photos.values()];
  const refused = all.filter(({ problem }) => problem).length;
  const faceless = all.filter(({ problem, faces }) => !problem && !faces.length).length;
  return [refused ? say('refusedTitle', { count: refused }) : '',
    faceless ? say('facelessTitle', { count: faceless }) : ''].filter(Boolean).join(', ');
}

/** @param {PhotoRecord} photo */
export function refusedLine({ paths, problem }) {
  return say('refusedLine', { file: paths[0],
    reason: problem ? explain(problem, 'photo').title : say('noFaceFound') });
}

/** @type {Record<string, (values: {name: string}) => string>} */
const UNDOING = {
  name: (values) => say('undoName', values),
  merge: (values) => say('undoMerge', values),
  split: () => say('undoSplit'),
  move: (values) => say('undoMove', values),
  reject: (values) => say('undoReject', values),
  aside: (values) => say('undoAside', values),
  back: (values) => say('undoBack', values),
  apart: () => say('undoApart'),
  sure: (values) => say('undoSure', values),
};

/** @param {Change | undefined} last */
export function undoText(last) {
  return last ? UNDOING[last.does]({ name: nameOf(last) }) : say('undo');
}

/** @param {string} file @param {Blob} blob */
export const madeText = (file, blob) => say('made', { file, size: megabytes(blob.size) });

/** @type {Record<string, (values: {name: string, other: string}) => string>} */
const FINDINGS = {
  label: (values) => say('checkLabel', values),
  duplicate: (values) => say('checkDuplicate', values),
  outlier: (values) => say('checkOutlier', values),
  single: (values) => say('checkSingle', values),
  small: (values) => say('checkSmall', values),
  blurred: (values) => say('checkBlurred', values),
  turned: (values) => say('checkTurned', values),
  cut: (values) => say('checkCut', values),
};

/** @param {import('./people-state.js').Finding} finding @param {Collection} collection */
export function findingText({ kind, face, other }, { faces, people }) {
  const name = (/** @type {string | null} */ id) => (
    nameOf(people.get(faces.get(id ?? '')?.person ?? 0)));
  return FINDINGS[kind]({ name: name(face), other: name(other) });
}

/** @param {string} title @param {string} text @param {Explanation['actions']} [actions] @returns {Explanation} */
export function explainPlain(title, text, actions = []) {
  return { title, text, actions, code: '' };
}

/** Another tab has the collection open. */
export const explainElsewhere = () => explainPlain(say('keptElsewhereTitle'), say('keptElsewhere'), ['back']);

/** @param {{kind: string, message: string}} problem  of zip.js @returns {Explanation} */
export function explainZip({ kind, message }) {
  const text = kind === 'encrypted' ? say('badZipEncrypted')
    : kind === 'too-many' ? say('badZipTooMany') : say('badZipText');
  return { title: say('badZip'), text, actions: ['choose'], code: `${kind}: ${message}` };
}
