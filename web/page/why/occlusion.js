/**
 * What of a face a score hangs on, found out by covering parts of it: a patch in the mean
 * colour of the picture is laid over one place after another, and each time the picture is
 * embedded again. Where the cosine with the other person's photo falls, the network had
 * looked (Zeiler and Fergus 2014, "Visualizing and understanding convolutional networks",
 * section 4.2). Nothing here knows the engine: `embed` is given.
 */

/** The picture is divided into UNITS x UNITS cells. */
export const UNITS = 16;

/** The side of a patch, in cells: about that of an eye with its brow. */
const PATCH = 4;

/** A coarse look at everything first, then the places between. All patches are equally
 * large, so their effects can be compared, and a finer grid contains the coarser one. */
const STRIDES = [4, 2, 1];

/**
 * The int8 network's own noise between two builds reaches 0.008 (tests/lib/native.mjs), so
 * less than this much is not called an effect.
 */
const CLEAR = 0.03;

/** Parts within this share of the strongest one are named together with it. */
const TOGETHER = 0.6;

/** @typedef {{data: Uint8Array | Uint8ClampedArray, width: number, height: number}} Pixels */
/** @typedef {{x: number, y: number, fall: number}} Effect  of a patch whose top left corner
 *   is at cell x, y: how far the cosine fell */

/**
 * @typedef {object} Occlusion
 * @property {number} base   the cosine of the whole picture
 * @property {number} done   patches that were tried
 * @property {number} total
 * @property {boolean} even  whether a grid is complete, so that places can be compared
 * @property {Effect[]} effects
 * @property {Float32Array} cells  [UNITS, UNITS] the mean fall of the patches over each cell
 */

/** Where patches go, coarse grid first. */
function places() {
  const known = new Set();
  return STRIDES.map((stride) => {
    const grid = [];
    for (let y = 0; y <= UNITS - PATCH; y += stride) {
      for (let x = 0; x <= UNITS - PATCH; x += stride) {
        const name = `${x},${y}`;
        if (!known.has(name)) grid.push({ x, y });
        known.add(name);
      }
    }
    return grid;
  });
}

/**
 * Tries one patch after another. Whoever no longer wants the rest stops asking.
 * @param {Pixels} crop  the face as the network sees it
 * @param {Float32Array} other  the embedding that it is compared with
 * @param {(picture: Pixels) => Promise<Float32Array>} embed
 * @returns {AsyncGenerator<Occlusion, void, void>}
 */
export async function* occlude(crop, other, embed) {
  const base = cosine(await embed(crop), other);
  const colour = meanColour(crop);
  const grids = places();
  const total = grids.flat().length;
  /** @type {Effect[]} */
  const effects = [];
  for (const grid of grids) {
    for (const [i, place] of grid.entries()) {
      const fall = base - cosine(await embed(covered(crop, place, colour)), other);
      effects.push({ ...place, fall });
      yield { base, done: effects.length, total, even: i === grid.length - 1,
        effects: [...effects], cells: cellsOf(effects) };
    }
  }
}

/** @param {Pixels} crop @param {{x: number, y: number}} place @param {number[]} colour */
function covered({ data, width, height }, { x, y }, colour) {
  const picture = { data: data.slice(), width, height };
  const [left, right] = [x, x + PATCH].map((at) => Math.round(at * width / UNITS));
  const [top, bottom] = [y, y + PATCH].map((at) => Math.round(at * height / UNITS));
  for (let row = top; row < bottom; row += 1) {
    for (let at = row * width + left; at < row * width + right; at += 1) {
      picture.data.set(colour, 4 * at);
    }
  }
  return picture;
}

/** @param {Pixels} crop @returns {number[]} R, G, B */
function meanColour({ data }) {
  const sums = [0, 0, 0];
  data.forEach((value, i) => {
    if (i % 4 < 3) sums[i % 4] += value;
  });
  return sums.map((sum) => Math.round(4 * sum / data.length));
}

/** @param {Effect[]} effects */
function cellsOf(effects) {
  const sums = new Float32Array(UNITS * UNITS);
  const counts = new Float32Array(UNITS * UNITS);
  for (const { x, y, fall } of effects) {
    for (let row = y; row < y + PATCH; row += 1) {
      for (let at = row * UNITS + x; at < row * UNITS + x + PATCH; at += 1) {
        sums[at] += fall;
        counts[at] += 1;
      }
    }
  }
  return sums.map((sum, i) => (counts[i] ? sum / counts[i] : 0));
}

/** @typedef {'forehead' | 'eyes' | 'nose' | 'cheeks' | 'mouth' | 'chin'} Part */

/** @param {Effect} effect @param {[number, number]} spot  where the picture is 1 wide */
function distance({ x, y }, [spotX, spotY]) {
  return Math.max(Math.abs(x + PATCH / 2 - spotX * UNITS), Math.abs(y + PATCH / 2 - spotY * UNITS));
}

/** A patch lies on a part when its middle is this near, in cells, and on no part when it is
 * that far from all. */
const ON = 1.5;
const OFF = 4;

/**
 * What it says of a face's parts, strongest first: how far the cosine falls when a patch
 * lies on the part. Parts on which none has lain yet are left out.
 * @param {Effect[]} effects
 * @param {number[]} points  of the face (hum_face), where the picture is 1 wide and 1 high
 * @returns {{part: Part, fall: number}[]}
 */
export function fallOfParts(effects, points) {
  return Object.entries(partsOf(points)).flatMap(([part, spots]) => {
    const falls = spots.flatMap((spot) => (
      averages(effects.filter((effect) => distance(effect, spot) <= ON))));
    return falls.length ? [{ part: /** @type {Part} */ (part), fall: mean(falls) }] : [];
  }).sort((a, b) => b.fall - a.fall);
}

/** Their mean fall, or nothing. @param {Effect[]} effects */
function averages(effects) {
  return effects.length ? [mean(effects.map(({ fall }) => fall))] : [];
}

/**
 * Where the parts are: some are points, the others lie between or beyond them.
 * @param {number[]} points
 * @returns {Record<Part, [number, number][]>}
 */
function partsOf(points) {
  const [right, left, nose, mouth] = [0, 2, 4, 6].map((i) => (
    /** @type {[number, number]} */ ([points[i], points[i + 1]])));
  /** @param {[number, number]} from @param {[number, number]} to @param {number} share
   * @returns {[number, number]} */
  const along = (from, to, share) => [from[0] + share * (to[0] - from[0]),
    from[1] + share * (to[1] - from[1])];
  const middle = along(right, left, 0.5);
  const [across, down] = [[left[0] - right[0], left[1] - right[1]],
    [mouth[0] - middle[0], mouth[1] - middle[1]]];
  /** @param {[number, number]} eye @param {number} out @returns {[number, number]} */
  const cheek = (eye, out) => [eye[0] + 0.7 * down[0] + out * across[0],
    eye[1] + 0.7 * down[1] + out * across[1]];
  return {
    forehead: [within(along(middle, mouth, -0.75))],
    eyes: [right, left],
    nose: [nose],
    cheeks: [cheek(right, -0.2), cheek(left, 0.2)],
    mouth: [mouth],
    chin: [within(along(middle, mouth, 1.5))],
  };
}

/** Crops end at the forehead or the chin: the patch nearest to them is on them.
 * @param {[number, number]} spot @returns {[number, number]} */
function within([x, y]) {
  const margin = PATCH / 2 / UNITS;
  return [x, Math.min(1 - margin, Math.max(margin, y))];
}

/**
 * The same in a word: which parts count most, if some do.
 * @param {Effect[]} effects
 * @param {number[]} points
 * @returns {{kind: 'none' | 'all' | 'parts' | 'elsewhere', parts: (Part | 'edges')[],
 *   against: Part[]}}  none: no place matters much; all: many parts do alike; elsewhere: the
 *   place that matters most is on none of the parts; edges: hair and what is behind the
 *   head; against: parts that make the two less alike
 */
export function leadingParts(effects, points) {
  const falls = fallOfParts(effects, points);
  const against = falls.filter(({ fall }) => fall <= -CLEAR).map(({ part }) => part);
  const [strongest] = effects.toSorted((a, b) => b.fall - a.fall);
  if (strongest.fall < CLEAR) return { kind: 'none', parts: [], against };
  const most = falls[0]?.fall ?? 0;
  const parts = falls.filter(({ fall }) => fall >= TOGETHER * most).map(({ part }) => part);
  if (TOGETHER * strongest.fall > most) { // it stands out from the parts: is it on one?
    const spots = partsOf(points);
    const from = (/** @type {[number, number]} */ spot) => distance(strongest, spot);
    if (Object.values(spots).flat().every((spot) => from(spot) > OFF)) {
      return { kind: 'parts', parts: ['edges'], against };
    }
    if (most < CLEAR || !parts.some((part) => spots[part].some((spot) => from(spot) <= 2 * ON))) {
      return { kind: 'elsewhere', parts: [], against };
    }
  }
  return { kind: parts.length > 3 ? 'all' : 'parts', parts, against };
}

/** @param {number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** @param {Float32Array} a @param {Float32Array} b  both of length 1 */
function cosine(a, b) {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
