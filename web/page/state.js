/** What the first page shows: the controller changes it, the views show it. */

/** @typedef {import('../engine/humshakal.js').MatchedPerson} MatchedPerson */
/** @typedef {import('./words/words.js').Explanation} Explanation */
/** @typedef {Awaited<ReturnType<import('../engine/humshakal.js').Humshakal['detect']>>} Found */

/**
 * @typedef {import('../engine/humshakal.js').Progress} Progress
 * @typedef {Omit<Progress, 'phase'> & {phase: Progress['phase'] | 'photos' | 'faces'}} Step
 */

export const RESULT = /** @type {const} */ (['phase', 'photo', 'found', 'several', 'selected',
  'matches', 'everyone', 'crop', 'threshold']);

/**
 * What a result is made of: enough to show it again.
 * @typedef {Pick<State, typeof RESULT[number]>} Result
 *
 * @typedef {object} State
 * @property {'empty' | 'busy' | 'result' | 'everyone' | 'notice'} phase
 * @property {import('../engine/humshakal.js').Offers | null} offers  null until known
 * @property {boolean} ready  everything that is needed to match is here
 * @property {boolean} gone   the network of the last visit is no longer on this device
 * @property {Record<string, number>} seconds  of the last face, by network
 * @property {{blob: Blob, note: string} | null} photo
 * @property {import('./pictures.js').Pictures} pictures  what photos are shown as
 * @property {Found | null} found
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
 * @property {import('./refine/refine.js').Refining | null} refining  null: the network is the
 *   chosen one
 * @property {Result | null} last  shown before what the visitor gave now
 * @property {Result[]} earlier  of other photos of this visit, newest first; only in memory
 * @property {string} announcement  for those who do not see the page change
 */

/** @type {Omit<State, 'pictures'>} */
export const firstState = {
  phase: 'empty',
  offers: null,
  ready: false,
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
  refining: null,
  last: null,
  earlier: [],
  announcement: '',
};
