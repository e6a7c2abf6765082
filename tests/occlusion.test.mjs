/** What a score hangs on: with made embeddings, and with the real network on a real photo. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eyesInPlace, filling } from '../web/page/why/align.js';
import { UNITS, fallOfParts, leadingParts, occlude } from '../web/page/why/occlusion.js';
import { need, photo, site } from './lib/project.mjs';

const OBAMA = 'build/photos/presidents/Barack Obama';

/** @type {import('../web/engine/humshakal.js').Humshakal} */
let humshakal;

before(async () => {
  await need('build/site/models/manifest.json');
  const { Humshakal } = await import(new URL('humshakal.js', site).href);
  humshakal = await Humshakal.create();
});

after(() => humshakal?.close());

/** A face straight ahead, where the picture is 1 wide: eyes, nose, mouth, ears. */
const POINTS = [0.35, 0.4, 0.65, 0.4, 0.5, 0.55, 0.5, 0.72, 0.15, 0.45, 0.85, 0.45];

const SIDE = 64;

/**
 * A picture of black and white cells.
 * @param {(x: number, y: number) => boolean} isWhite
 */
function pictureWhere(isWhite) {
  const data = new Uint8ClampedArray(4 * SIDE * SIDE);
  const cell = SIDE / UNITS;
  for (let at = 0; at < SIDE * SIDE; at += 1) {
    const white = isWhite(Math.floor(at % SIDE / cell), Math.floor(at / SIDE / cell));
    data.set(white ? [255, 255, 255, 255] : [0, 0, 0, 255], 4 * at);
  }
  return { data, width: SIDE, height: SIDE };
}

/** White in a rectangle. @param {number[]} rectangle  in cells */
const pictureWith = ([left, top, width, height]) => pictureWhere((x, y) => (
  x >= left && x < left + width && y >= top && y < top + height));

/** Of an embedding that says only how much white there is, this is the other face's. */
const WHITE = Float32Array.of(1, 0);

/** The cosine with WHITE is the share of white, four times. @param {any} picture */
async function whiteness({ data }) {
  let white = 0;
  for (let i = 0; i < data.length; i += 4) white += data[i] > 128 ? 1 : 0;
  const share = Math.min(1, 4 * white / (SIDE * SIDE));
  return Float32Array.of(share, Math.sqrt(1 - share * share));
}

/** @param {ReturnType<typeof occlude>} steps */
async function lastOf(steps) {
  let last;
  for await (const step of steps) last = step;
  return /** @type {import('../web/page/why/occlusion.js').Occlusion} */ (last);
}

test('every place is tried once, the coarse grid first, and the peak is where the cause is', async () => {
  const crop = pictureWith([10, 3, 3, 3]);
  const steps = [];
  for await (const step of occlude(crop, WHITE, whiteness)) steps.push(step);
  const last = /** @type {import('../web/page/why/occlusion.js').Occlusion} */ (steps.at(-1));
  assert.equal(steps.length, last.total);
  assert.deepEqual(steps.map(({ done }) => done), steps.map((_, i) => i + 1));
  assert.equal(new Set(last.effects.map(({ x, y }) => `${x},${y}`)).size, last.total);
  assert.ok(last.effects.slice(0, 16).every(({ x, y }) => x % 4 === 0 && y % 4 === 0));
  assert.equal(steps[15].even, true);
  assert.equal(steps[16].even, false);
  assert.ok(Math.abs(last.base - 4 * 9 / 256) < 1e-6);
  const peak = last.cells.indexOf(Math.max(...last.cells));
  const [x, y] = [peak % UNITS, Math.floor(peak / UNITS)];
  assert.ok(x >= 10 && x < 13 && y >= 3 && y < 6, `${x}, ${y}`);
  assert.equal(last.cells[UNITS * 14 + 2], 0, 'nothing where nothing changes');
});

test('the parts are named by what the effects say, and only if they do', async () => {
  /** @param {ReturnType<typeof pictureWhere>} crop */
  const said = async (crop) => (
    leadingParts((await lastOf(occlude(crop, WHITE, whiteness))).effects, POINTS));
  assert.deepEqual((await said(pictureWith([4, 5, 3, 3]))).parts, ['eyes'], 'one eye');
  assert.equal((await said(pictureWith([6, 10, 4, 3]))).parts[0], 'mouth');
  assert.deepEqual(await said(pictureWith([0, 0, 0, 0])), { kind: 'none', parts: [], against: [] });
  assert.deepEqual((await said(pictureWith([0, 0, 2, 2]))).parts, ['edges'], 'a corner');
  const chequered = pictureWhere((x, y) => (x + y) % 2 === 0 && x % 4 < 2);
  assert.equal((await said(chequered)).kind, 'all');
  // The strongest place is on no part, whatever the parts' means are.
  const effects = [{ x: 12, y: 12, fall: 0.5 }, { x: 4, y: 4, fall: 0.1 }, { x: 0, y: 0, fall: 0 },
    { x: 6, y: 9, fall: -0.1 }];
  assert.equal(leadingParts(effects, [...POINTS]).parts.includes('mouth'), false);
  assert.deepEqual(leadingParts(effects, POINTS).against, ['mouth']);
  const falls = fallOfParts(effects, POINTS);
  assert.deepEqual(falls, falls.toSorted((a, b) => b.fall - a.fall));
});

test('of a real photo the uncovered crop gives the score itself, and the face counts', async () => {
  const { readdir } = await import('node:fs/promises');
  const { inProject } = await import('./lib/project.mjs');
  const [file] = (await readdir(inProject(OBAMA))).filter((name) => /\.jpe?g$|\.png$/.test(name));
  const blob = await photo(`${OBAMA}/${file}`);
  const { faces: [face] } = await humshakal.detect(blob);
  const [match] = await humshakal.match(blob, { face, k: 1 });
  assert.equal(match.name, 'Barack Obama');
  const side = humshakal.info.embedder.width;
  const crop = await humshakal.crop(blob, { face, side });
  const row = await humshakal.galleryEmbedding(match.row);
  /** @type {import('../web/page/why/occlusion.js').Occlusion[]} */
  const steps = [];
  for await (const step of occlude(crop, row,
    (picture) => humshakal.embed(picture, { detect: false }))) {
    steps.push(step);
    if (steps.length === 16) break;
  }
  const { base, effects } = steps[15];
  assert.ok(Math.abs(base - match.score) < 0.005, `${base} and ${match.score}`);
  const inner = effects.filter(({ x, y }) => [4, 8].includes(x) && [4, 8].includes(y));
  const outer = effects.filter((effect) => !inner.includes(effect));
  const mean = (/** @type {typeof effects} */ list) => list.reduce(
    (sum, { fall }) => sum + fall, 0) / list.length;
  assert.ok(mean(inner) > 2 * mean(outer), `${mean(inner)} inside, ${mean(outer)} outside`);
  // The photo that the engine held before is there again when it is asked about.
  assert.deepEqual(await humshakal.match(blob, { face, k: 1 }).then(([{ score }]) => score),
    match.score);
});

test('a row that the gallery does not have is refused', async () => {
  await assert.rejects(humshakal.galleryEmbedding(100_000), { code: 'HUM_ERROR_ARGUMENT' });
});

test('eyes come to the same places, however the face is turned', () => {
  const seen = [[40, 60, 90, 60], [10, 10, 60, 70], [300, 200, 250, 120]].map((eyes) => {
    const [a, b, c, d, e, f] = eyesInPlace(eyes, 100);
    return [a * eyes[0] + c * eyes[1] + e, b * eyes[0] + d * eyes[1] + f,
      a * eyes[2] + c * eyes[3] + e, b * eyes[2] + d * eyes[3] + f];
  });
  for (const places of seen) {
    places.forEach((value, i) => assert.ok(Math.abs(value - seen[0][i]) < 1e-9));
  }
  const [rightX, rightY, leftX, leftY] = seen[0];
  assert.ok(rightX < leftX && Math.abs(rightY - leftY) < 1e-9 && rightY < 50);
});

test('without eyes the middle of the picture fills the square', () => {
  assert.deepEqual(filling({ width: 200, height: 100 }, 50), [0.5, 0, 0, 0.5, -25, 0]);
});
