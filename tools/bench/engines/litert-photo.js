/**
 * The whole job as one would write it around LiteRT.js: the browser decodes the photo, a
 * canvas cuts out and resizes. The steps are those of src/detect.c with the near detector
 * alone: one look at the whole, then a closer one at each candidate. Tiles for small faces
 * are left out: the test photo needs none.
 */

import { normalise } from '../files.js';
import { fiveBest, madePeople } from '../people.js';
import { load } from './litert.js';

const VALUES = 16; // of one anchor: box (4), six points (12)
const CANDIDATE = 0.25; // least score of what deserves a closer look
const CLOSER = 2.5; // side of that look, in sizes of the box
const SAME_FACE = 0.2;

/** @typedef {{x: number, y: number, width: number, height: number, score: number}} Box */
/** @typedef {Awaited<ReturnType<typeof import('../files.js').network>>} Network */

/**
 * @param {{near: Network, embedder: Network, people: number}} what
 * @returns {Promise<(bytes: Uint8Array<ArrayBuffer>, most: number) =>
 *   Promise<{faces: Box[], embeddings: Float32Array[]}>>}
 */
export async function prepare({ near, embedder, people }) {
  const [detect, embed] = [await load(near.model), await load(embedder.model)];
  const centres = anchors(near.side);
  const small = canvas(near.side);
  const crop = canvas(embedder.side);

  /** @type {ReturnType<typeof madePeople>} */
  let known;
  return async (bytes, most) => {
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const look = async (/** @type {Box} */ square) => {
      const outputs = await detect(normalise(near, cut(small, bitmap, square)));
      const [regressors, scores] = outputs[0].length > outputs[1].length
        ? outputs : outputs.toReversed();
      return decode(regressors, scores, centres, near.side, square);
    };
    const { width, height } = bitmap;
    const side = Math.max(width, height);
    const faces = [];
    for (const candidate of merge(await look(square(width / 2, height / 2, side)))) {
      const closer = square(candidate.x + candidate.width / 2,
        candidate.y + candidate.height / 2,
        CLOSER * Math.max(candidate.width, candidate.height));
      const [face] = merge(await look(closer)).filter((found) => found.score >= 0.5
        && overlap(found, candidate) > SAME_FACE);
      if (face) faces.push(face);
    }
    faces.sort((a, b) => b.width * b.height - a.width * a.height);
    const embeddings = [];
    for (const { x, y, width: w, height: h } of faces.slice(0, most)) {
      const rectangle = square(x + w / 2, y + h * 0.45, Math.max(w, h));
      const [vector] = await embed(normalise(embedder, cut(crop, bitmap, rectangle)));
      const length = Math.hypot(...vector);
      embeddings.push(vector.map((value) => value / length));
      known ??= madePeople(people, vector.length);
      fiveBest(known, (other) => product(vector, other) / length);
    }
    bitmap.close();
    return { faces, embeddings };
  };
}

/** @param {Float32Array} a @param {Float32Array} b */
const product = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

/** @param {number} cx @param {number} cy @param {number} side @returns {Box} */
function square(cx, cy, side) {
  return { x: cx - side / 2, y: cy - side / 2, width: side, height: side, score: 0 };
}

/** @param {number} side */
function canvas(side) {
  const context = new OffscreenCanvas(side, side).getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no canvas');
  return context;
}

/**
 * @param {OffscreenCanvasRenderingContext2D} context
 * @param {ImageBitmap} bitmap
 * @param {Box} from  what lies outside the photo comes out black
 */
function cut(context, bitmap, { x, y, width, height }) {
  const side = context.canvas.width;
  context.fillRect(0, 0, side, side);
  context.drawImage(bitmap, x, y, width, height, 0, 0, side, side);
  return context.getImageData(0, 0, side, side).data;
}

/** Two anchors a cell at stride 8, six at 16. @param {number} side */
function anchors(side) {
  return [[8, 2], [16, 6]].flatMap(([stride, each]) => {
    const grid = side / stride;
    return Array.from({ length: grid * grid * each }, (_, i) => {
      const cell = Math.floor(i / each);
      return [(cell % grid + 0.5) / grid, (Math.floor(cell / grid) + 0.5) / grid];
    });
  });
}

/**
 * @param {Float32Array} regressors
 * @param {Float32Array} scores
 * @param {number[][]} centres
 * @param {number} side
 * @param {Box} square
 */
function decode(regressors, scores, centres, side, square) {
  /** @type {Box[]} */
  const boxes = [];
  centres.forEach(([cx, cy], i) => {
    const score = 1 / (1 + Math.exp(-scores[i]));
    if (score < CANDIDATE) return;
    const [x, y, w, h] = regressors.subarray(VALUES * i, VALUES * i + 4).map((v) => v / side);
    boxes.push({
      x: square.x + (cx + x - w / 2) * square.width,
      y: square.y + (cy + y - h / 2) * square.height,
      width: w * square.width,
      height: h * square.height,
      score,
    });
  });
  return boxes;
}

/** Boxes of one face become their mean, weighted by score. @param {Box[]} boxes */
function merge(boxes) {
  const merged = [];
  let rest = boxes.toSorted((a, b) => b.score - a.score);
  while (rest.length) {
    const [best] = rest;
    const same = rest.filter((box) => box === best || overlap(best, box) > 0.3);
    const total = same.reduce((sum, { score }) => sum + score, 0);
    const mean = (/** @type {'x' | 'y' | 'width' | 'height'} */ of) => (
      same.reduce((sum, box) => sum + box[of] * box.score, 0) / total);
    merged.push({ x: mean('x'), y: mean('y'), width: mean('width'), height: mean('height'),
      score: best.score });
    rest = rest.filter((box) => !same.includes(box));
  }
  return merged;
}

/** @param {Box} a @param {Box} b */
function overlap(a, b) {
  const w = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const h = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  if (w <= 0 || h <= 0) return 0;
  return w * h / (a.width * a.height + b.width * b.height - w * h);
}
