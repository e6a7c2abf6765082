/** What "Two photos" shows: the controller changes it, the views show it. */

/** @typedef {import('../words/words.js').Explanation} Explanation */

/**
 * @typedef {object} Photo
 * @property {Blob} blob
 * @property {string} note
 * @property {Awaited<ReturnType<import('../../engine/humshakal.js').Humshakal['detect']>> | null} found
 * @property {number | 'whole'} selected  the face that is compared
 * @property {Map<number | 'whole', {embedding: Float32Array, crop: any}>} faces  looked at
 */

/**
 * @typedef {object} State
 * @property {'empty' | 'busy' | 'result' | 'notice'} phase
 * @property {(Photo | null)[]} sides  the two photos
 * @property {import('../pictures.js').Pictures} pictures  what these are shown as
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
 * @property {boolean} last  there is a result to go back to
 */

/** @type {Omit<State, 'pictures'>} */
export const firstState = {
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
  last: false,
};
