/**
 * Several photos of the same person, taken together: every face in them is embedded once,
 * then it is decided which photos count, and how much.
 */

import { HumError } from '../../engine/humshakal.js';
import { findPeople, findPerson, leaveOneOut, meanOf } from './template.js';

/** @typedef {import('../../engine/humshakal.js').Humshakal} Humshakal */
/** @typedef {import('../../engine/humshakal.js').MatchedPerson} MatchedPerson */
/** @typedef {Awaited<ReturnType<Humshakal['detect']>>} Found */
/** @typedef {import('../../engine/humshakal.js').Face} Face */

/**
 * What is known of one photo.
 * @typedef {object} Look
 * @property {Found | null} found   null: it cannot be read
 * @property {import('./template.js').Candidate[]} faces  of found.faces, the largest ones
 * @property {unknown} error  why it cannot be read
 */

/**
 * @typedef {object} Several
 * @property {{blob: Blob}[]} photos
 * @property {number} unseen  how many more were given
 * @property {Look[]} looks   of the photos; empty: not looked at yet
 * @property {Map<number, boolean>} switched  photos that the visitor wants used or left out,
 *   whatever they show
 * @property {number} person  who of Together.people is meant
 * @property {Together | null} together
 */

/**
 * @typedef {object} Together
 * @property {Looked[]} photos
 * @property {number} lead     the photo that counts most
 * @property {{photo: number, face: number, count: number, crop: any}[]} people  who is seen, those in most
 *   photos first: a face of theirs, and in how many photos; one at most where photos of
 *   other people cannot be told apart
 * @property {boolean} judged  whether photos of other people could be told apart
 * @property {MatchedPerson[]} matches
 * @property {{stay: number, of: number} | null} steady  how many of the matches stay among
 *   them whichever photo is left out; null: there is only one
 *
 * @typedef {object} Looked
 * @property {'used' | 'other' | 'no-face' | 'unreadable' | 'off'} verdict  other: it shows
 *   somebody else; off: the visitor left it out
 * @property {number} share  of the whole, 0..1
 * @property {number} face   in its found.faces
 */

/** Faces in the background are not tried. */
const FACES_A_PHOTO = 6;
const LEAST_OF_LARGEST = 0.3;

/** What a bad photo is refused with; anything else is not about the photo. */
const OF_PHOTO = ['HUM_ERROR_FILE', 'HUM_ERROR_FORMAT', 'HUM_ERROR_UNSUPPORTED',
  'HUM_ERROR_LIMIT', 'HUM_ERROR_VALUE'];

/** Whether it is the photo that cannot be used. @param {unknown} error */
export function isAboutPhoto(error) {
  return error instanceof HumError && OF_PHOTO.includes(error.code);
}

/**
 * @param {Humshakal} humshakal  ready
 * @param {Blob} blob
 * @param {AbortSignal} [signal]
 * @returns {Promise<Look>}
 */
export async function lookAt(humshakal, blob, signal) {
  try {
    const found = await humshakal.detect(blob, { signal });
    const largest = found.faces[0]?.width ?? 0;
    const likely = found.faces.slice(0, FACES_A_PHOTO)
      .filter(({ width }) => width >= LEAST_OF_LARGEST * largest);
    const faces = [];
    for (const face of likely) {
      faces.push({ embedding: await humshakal.embed(blob, { face, signal }),
        quality: await humshakal.quality(blob, { face, signal }) });
    }
    return { found, faces, error: null };
  } catch (error) {
    if (!isAboutPhoto(error)) throw error;
    return { found: null, faces: [], error };
  }
}

/**
 * Decides which photos count and finds the people who look most like all of them together.
 * @param {Humshakal} humshakal
 * @param {Look[]} looks
 * @param {number} k
 * @param {Several['switched']} switched
 * @param {number} [person]  who is meant
 * @returns {Promise<Together | null>}  null: no photo is left
 */
export async function matchTogether(humshakal, looks, k, switched, person = 0) {
  const able = looks.flatMap(({ faces }, i) => (faces.length ? [i] : []));
  const asked = able.filter((i) => switched.get(i) !== false);
  if (!asked.length) return null;
  const least = leastAgreement(humshakal.info.embedder);
  const facesOf = (/** @type {number[]} */ list) => list.map((i) => looks[i].faces);
  const people = findPeople(facesOf(able), least).map((own) => own.map((i) => able[i]));
  const meant = people[person] ?? people[0]; // another network may see fewer people
  const seeds = meant.filter((i) => asked.includes(i));
  const members = findPerson(facesOf(asked), least, facesOf(seeds.length ? seeds : asked));
  const photos = looks.map(({ found, faces }, i) => {
    const member = members[asked.indexOf(i)];
    const verdict = !found ? 'unreadable' : !faces.length ? 'no-face' : !member ? 'off'
      : member.agrees || switched.get(i) ? 'used' : 'other';
    return /** @type {Looked} */ ({ verdict, share: 0, face: member?.face ?? 0 });
  });
  const used = asked.filter((i) => photos[i].verdict === 'used');
  const faces = used.map((i) => looks[i].faces[photos[i].face]);
  const sum = faces.reduce((total, face) => total + face.quality, 0);
  used.forEach((photo, i) => {
    photos[photo].share = faces[i].quality / sum;
  });
  const matches = await humshakal.search(meanOf(faces), { k });
  return {
    photos,
    lead: used.reduce((best, i) => (photos[i].share > photos[best].share ? i : best), used[0]),
    people: people.map((own) => ({ photo: own[0], count: own.length, crop: null,
      face: findPerson(facesOf(own), least)[0].face })),
    judged: least !== null,
    matches,
    steady: await steadiness(humshakal, matches, leaveOneOut(faces)),
  };
}

/**
 * @param {Humshakal} humshakal
 * @param {MatchedPerson[]} matches
 * @param {Float32Array[]} variants
 */
async function steadiness(humshakal, matches, variants) {
  if (!variants.length) return null;
  let staying = matches;
  for (const variant of variants) {
    const found = await humshakal.search(variant, { k: matches.length });
    staying = staying.filter(({ name }) => found.some((one) => one.name === name));
  }
  return { stay: staying.length, of: matches.length };
}

/**
 * Below this share of the network's same-person level a photo is taken to show somebody
 * else. That level is for two photos of anybody; here most are of one person already. Of
 * film actors' crops (models/README.md, B) it keeps 7 to 10 % of strangers' photos, and
 * loses 8 % of the person's own beside one other photo, 4 % beside two, 1 % beside four.
 */
const LEAST_OF_THRESHOLD = 0.8;

/** @param {any} embedder  as in info @returns {number | null} */
function leastAgreement({ threshold = null }) {
  return threshold === null ? null : LEAST_OF_THRESHOLD * threshold;
}
