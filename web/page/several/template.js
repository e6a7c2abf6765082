/**
 * One embedding out of several photos of one person (a template, as biometrics calls it):
 * the mean of their embeddings, weighted by quality, of length 1 again. Photos that show
 * somebody else are found out and left aside.
 */

/** @typedef {import('../../engine/humshakal.js').Face} Face */
/** @typedef {{data: Uint8Array | Uint8ClampedArray, width: number, height: number}} Pixels */

/**
 * A face that may be the person's.
 * @typedef {object} Candidate
 * @property {Float32Array} embedding
 * @property {number} quality  0..1
 */

/**
 * What became of one photo.
 * @typedef {object} Member
 * @property {number} face       of its candidates, the one that is most like the others
 * @property {boolean} agrees    whether it shows the same person as the others do
 * @property {number} agreement  cosine with the mean of the other photos that agree
 */

/**
 * Sorts photos by person: first come those of whom most of them show.
 * @param {Candidate[][]} photos
 * @param {number | null} least
 * @returns {number[][]}  places in `photos`
 */
export function findPeople(photos, least) {
  const people = [];
  for (let left = photos.map((_, i) => i); left.length;) {
    const members = findPerson(left.map((i) => photos[i]), least);
    const own = left.filter((_, i) => members[i].agrees);
    people.push(own);
    left = left.filter((i) => !own.includes(i));
  }
  return people;
}

/**
 * Finds the person whom most photos show, and which photos do not.
 * @param {Candidate[][]} photos  the faces of each
 * @param {number | null} least   cosine below which a face is another person's; null: not
 *   known, so that all photos agree
 * @param {Candidate[][]} [of]    those of the photos that show the person who is meant
 * @returns {Member[]}
 */
export function findPerson(photos, least, of = photos) {
  const centre = findCentre(of, least);
  const chosen = photos.map((faces) => indexOfMost(faces,
    ({ embedding }) => cosine(embedding, centre.embedding)));
  const faces = photos.map((candidates, i) => candidates[chosen[i]]);
  const level = least ?? -1;
  // Twice, since the mean of several is a better measure than the one face in the centre.
  let agrees = faces.map((face) => face === centre
    || cosine(face.embedding, centre.embedding) >= level);
  /** @type {number[]} */
  let agreement = [];
  for (let round = 0; round < 2; round += 1) {
    const known = agrees;
    agreement = faces.map((face, i) => {
      const others = faces.filter((_, j) => j !== i && known[j]);
      return others.length ? cosine(face.embedding, meanOf(others)) : 1;
    });
    agrees = agreement.map((value) => value >= level);
    if (!agrees.includes(true)) agrees = faces.map((face) => face === centre);
  }
  return faces.map((_, i) => ({ face: chosen[i], agrees: agrees[i], agreement: agreement[i] }));
}

/**
 * The face that most photos agree with; of several such the one they agree with most and,
 * of two photos that disagree, the better one.
 * @param {Candidate[][]} photos
 * @param {number | null} least
 */
function findCentre(photos, least) {
  const all = photos.flatMap((faces, photo) => faces.map((face) => {
    const nearest = photos.filter((_, other) => other !== photo)
      .map((others) => Math.max(...others.map((o) => cosine(o.embedding, face.embedding))));
    const friends = nearest.filter((value) => least === null || value >= least).length;
    const sum = nearest.reduce((total, value) => total + value, 0);
    return { face, rank: [friends, sum, face.quality] };
  }));
  all.sort((a, b) => compareRanks(b.rank, a.rank));
  return all[0].face;
}

/** @param {number[]} a @param {number[]} b */
function compareRanks(a, b) {
  const at = a.findIndex((value, i) => Math.abs(value - b[i]) > 1e-6);
  return at < 0 ? 0 : a[at] - b[at];
}

/**
 * The mean, weighted by quality, of length 1.
 * @param {Candidate[]} faces
 */
export function meanOf(faces) {
  const sum = new Float32Array(faces[0].embedding.length);
  for (const { embedding, quality } of faces) {
    for (let i = 0; i < sum.length; i += 1) sum[i] += quality * embedding[i];
  }
  const length = Math.hypot(...sum);
  return sum.map((value) => value / length);
}

/**
 * The searches that tell how steady a result is: one with each photo left out.
 * @param {Candidate[]} faces
 */
export function leaveOneOut(faces) {
  return faces.length < 2 ? [] : faces.map((_, i) => meanOf(faces.filter((_other, j) => j !== i)));
}

/** @param {Candidate[]} list @param {(item: Candidate) => number} value */
function indexOfMost(list, value) {
  return list.reduce((best, item, i) => (value(item) > value(list[best]) ? i : best), 0);
}

/** @param {Float32Array} a @param {Float32Array} b  both of length 1 */
export function cosine(a, b) {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
