/** What "Your own people" shows: the controller changes it, the views show it. */

/** @typedef {import('../words/words.js').Explanation} Explanation */
/** @typedef {import('./collection.js').Collection} Collection */
/** @typedef {import('./people-store.js').Kept} Kept */

/**
 * The small pictures of faces.
 * @typedef {{of: (face: string) => Promise<Blob | null>}} Crops
 */

/**
 * A photo that is shown whole.
 * @typedef {object} Whole
 * @property {string} hash
 * @property {ImageBitmap | null} picture  null: on its way, or there is none
 * @property {'' | 'gone' | 'unseen'} problem
 */

/**
 * Something that the check has found.
 * @typedef {object} Finding
 * @property {string} kind   as Humshakal.check() calls it
 * @property {string} face   id
 * @property {string | null} other  id
 */

/**
 * @typedef {object} State
 * @property {'empty' | 'busy' | 'names' | 'reading' | 'people' | 'notice'} phase
 * @property {Kept[]} kept        what is kept on this device
 * @property {Kept | null} about  the collection that is open
 * @property {Collection | null} collection
 * @property {number} version     of it
 * @property {Crops} crops
 * @property {string[]} folderNames  asked about: are these people?
 * @property {(import('./reading.js').Reading & {sorting?: boolean}) | null} reading
 * @property {string} read        what came of the last reading
 * @property {string[]} latest    faces that were found last
 * @property {import('./questions.js').Question[]} questions
 * @property {boolean} asked      there has been a question
 * @property {number} person      whose faces are shown; 0: nobody's
 * @property {Whole | null} whole
 * @property {Finding[] | null} findings  null: not checked
 * @property {string} made        what was made last, or is being made
 * @property {boolean} lasting    it is kept for the next visit
 * @property {boolean} promised   and the browser has promised not to remove it
 * @property {import('../../engine/humshakal.js').Offers | null} offers
 * @property {import('./enrol.js').Enrolment | null} enrolment  null: off
 * @property {import('../state.js').Step | null} progress
 * @property {Explanation | null} notice
 * @property {string} announcement
 * @property {boolean} last  there is a collection to go back to from a notice
 */

/** @type {Omit<State, 'crops'>} */
export const firstState = {
  phase: 'empty',
  kept: [],
  about: null,
  collection: null,
  version: 0,
  folderNames: [],
  reading: null,
  read: '',
  latest: [],
  questions: [],
  asked: false,
  person: 0,
  whole: null,
  findings: null,
  made: '',
  lasting: true,
  promised: true,
  offers: null,
  enrolment: null,
  progress: null,
  notice: null,
  announcement: '',
  last: false,
};
