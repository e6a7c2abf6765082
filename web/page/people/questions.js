/**
 * What the visitor is asked: whether two people are one, and whether a face is of the person
 * it is with. Only what is uncertain by the network's own measure is asked.
 */

import { cosine, meanOf } from './collection.js';

/** @typedef {import('./collection.js').Collection} Collection */
/** @typedef {import('../compare/pairs.js').Histogram} Histogram */

/**
 * same: are these two people one? belongs: is this face of the person it is with?
 * @typedef {{kind: 'same', one: number, other: number, score: number}} SameQuestion
 * @typedef {{kind: 'belongs', face: string, one: number, score: number}} BelongsQuestion
 * @typedef {SameQuestion | BelongsQuestion} Question
 */

/**
 * Shares of pairs of strangers that are as alike. Sorting joins at one in a thousand
 * (hum_group), and the pairs within at twenty times that; what is between the two may be one
 * person, and is asked. What joined and is not beyond one in ten thousand is asked as well.
 */
const MAY_BE_ONE = 0.02;
const BEYOND_DOUBT = 0.0001;

/** More than these nobody answers at a time. */
const MOST = 200;

/** Milliseconds of looking, between which the page can do something else. */
const SLICE = 30;

/** @param {Histogram} histogram @param {number} far @returns {number} a cosine */
export function levelAt({ first, step, counts }, far) {
  let left = far * counts.reduce((all, count) => all + count, 0);
  for (let i = counts.length - 1; i >= 0; i -= 1) {
    if (counts[i] > 0 && counts[i] >= left) return first + step * (i + 1 - left / counts[i]);
    left -= counts[i];
  }
  return first;
}

/**
 * @param {Collection} collection
 * @param {Histogram | null} other  of pairs of strangers; null: the network does not tell, and
 *   nothing is asked
 * @param {AbortSignal} signal
 * @returns {Promise<Question[]>}  those first whose answers sort most
 */
export async function findQuestions(collection, other, signal) {
  if (!other) return [];
  const pause = slices(signal);
  const same = await mayBeOne(collection, levelAt(other, MAY_BE_ONE), pause);
  const belongs = await mayNotBelong(collection, levelAt(other, BEYOND_DOUBT), pause);
  const size = (/** @type {number} */ id) => Math.min(2, collection.facesOf(id).length);
  // Two people of several photos, then doubtful faces, then people seen once.
  const large = same.filter(({ one, other: two }) => size(one) + size(two) === 4);
  const small = same.filter((question) => !large.includes(question));
  return [...large.sort((a, b) => b.score - a.score),
    ...belongs.sort((a, b) => a.score - b.score),
    ...small.sort((a, b) => b.score - a.score)].slice(0, MOST);
}

/**
 * @param {Collection} collection
 * @param {number} level
 * @param {() => Promise<void>} pause
 */
async function mayBeOne(collection, level, pause) {
  /** @type {SameQuestion[]} */
  const found = [];
  const people = collection.everybody.filter(({ aside }) => !aside);
  for (const [i, { id: one, name }] of people.entries()) {
    // Sorted by size: who is seen once is only compared with those who are seen more often.
    if (collection.facesOf(one).length < 2 && !name) break;
    const mean = collection.mean(one);
    for (const { id: other, name: theirs } of people.slice(i + 1)) {
      if (name && theirs) continue; // two names are two people
      const score = cosine(mean, collection.mean(other));
      if (score < level || collection.areApart(one, other)) continue;
      found.push({ kind: 'same', one, other, score });
    }
    await pause();
  }
  return found;
}

/**
 * @param {Collection} collection
 * @param {number} level
 * @param {() => Promise<void>} pause
 */
async function mayNotBelong(collection, level, pause) {
  /** @type {BelongsQuestion[]} */
  const found = [];
  for (const { id: one } of collection.named) {
    const faces = collection.facesOf(one);
    if (faces.length < 2) continue;
    const mean = collection.mean(one);
    for (const face of faces) {
      if (face.sure || cosine(face.embedding, mean) >= level + 0.1) continue;
      const score = cosine(face.embedding, meanOf(faces.filter((each) => each !== face)));
      if (score < level) found.push({ kind: 'belongs', face: face.id, one, score });
    }
    await pause();
  }
  return found;
}

/** Lets the page do something else from time to time. @param {AbortSignal} signal */
function slices(signal) {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < SLICE) return;
    await new Promise((resolve) => { setTimeout(resolve); });
    signal.throwIfAborted();
    since = performance.now();
  };
}
