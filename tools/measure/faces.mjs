/**
 * How many faces are found, and how alike they are described, when photos are cut or turned.
 *
 *     node tools/measure/faces.mjs DIR [--engine build/site/engine] [--cut 0.2,0.35,0.5]
 *         [--turn 90,180,270] [--tilt 10,20,30,45,60]
 *
 * DIR holds photos and truth.json: for each file the boxes of its faces (left, top, width,
 * height). --cut: each photo is cut so that a face loses this share at each edge in turn.
 * --turn: whole photos by quarters. --tilt: photos turned about each face by degrees, with
 * the cosine of embeddings with the upright ones. Needs build/site and tools/setup/tests.sh.
 */

import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { launch } from '../../tests/lib/browser.mjs';
import { Assets } from '../../web/engine/assets.js';
import { Engine } from '../../web/engine/wasm.js';
import { cosine, summarise } from '../bench/timing.js';

const SITE = new URL('../../build/site/', import.meta.url);

const { values, positionals: [folder] } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: 'string', default: 'build/site/engine' },
    cut: { type: 'string', default: '0.2,0.35,0.5' },
    turn: { type: 'string', default: '90,180,270' },
    tilt: { type: 'string', default: '10,20,30,45,60' },
    recipe: { type: 'string', default: '' },
    list: { type: 'boolean', default: false },
  },
});
if (!folder) throw new Error('name a folder of photos with a truth.json');

/** @typedef {{width: number, height: number, data: Uint8ClampedArray}} Picture */
/** @typedef {{x: number, y: number, width: number, height: number}} Box */

async function openEngine() {
  const assets = new Assets(SITE);
  const at = pathToFileURL(`${resolve(values.engine)}/`);
  const { default: factory } = await import(new URL('humshakal-simd.mjs', at).href);
  const engine = await Engine.start(factory, await readFile(new URL('humshakal-simd.wasm', at)));
  const { models, defaults } = await assets.manifest();
  for (const model of models.filter((one) => one.task === 'detector' || one.id === defaults.model)) {
    const recipe = model.recipe ? await assets.bytes(model.recipe) : null;
    const bytes = await assets.bytes(model);
    if (model.task === 'detector') engine.loadDetector(bytes, recipe);
    else engine.loadEmbedder(bytes, values.recipe ? await readFile(values.recipe) : recipe, {});
  }
  return engine;
}

const engine = await openEngine();
const browser = await launch('chromium');
const page = await browser.newPage();

/**
 * The photo, drawn by a browser: from the corner x, y on in the given size, after it was
 * turned about its middle.
 * @param {string} file
 * @param {{x?: number, y?: number, width?: number, height?: number, degrees?: number}} [how]
 * @returns {Promise<Picture>}
 */
async function draw(file, how = {}) {
  const base64 = (await readFile(join(folder, file))).toString('base64');
  const { width, height, pixels } = await page.evaluate(async (/** @type {any} */ { bytes, part }) => {
    const photo = await createImageBitmap(await (await fetch(`data:image/jpeg;base64,${bytes}`)).blob());
    const { x = 0, y = 0, degrees = 0 } = part;
    const quarter = Math.abs(degrees % 180) === 90;
    const wide = part.width ?? (quarter ? photo.height : photo.width);
    const tall = part.height ?? (quarter ? photo.width : photo.height);
    const canvas = new OffscreenCanvas(wide, tall);
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
    if (degrees) {
      context.translate(wide / 2, tall / 2);
      context.rotate((degrees * Math.PI) / 180);
      context.translate(-photo.width / 2, -photo.height / 2);
    }
    context.drawImage(photo, -x, -y);
    const { data } = context.getImageData(0, 0, wide, tall);
    let text = '';
    for (let i = 0; i < data.length; i += 32768) text += String.fromCharCode(...data.subarray(i, i + 32768));
    return { width: wide, height: tall, pixels: btoa(text) };
  }, { bytes: base64, part: how });
  return { width, height, data: new Uint8ClampedArray(Buffer.from(pixels, 'base64')) };
}

/** @param {Picture} picture */
function detect({ data, width, height }) {
  engine.photoPixels(data, width, height);
  return engine.detect();
}

/** Whether a found face is that of a box: its middle lies in it, and sizes are alike. @param {Box} face @param {Box} box */
function fits(face, box) {
  const x = face.x + face.width / 2 - box.x;
  const y = face.y + face.height / 2 - box.y;
  return x > 0 && y > 0 && x < box.width && y < box.height
    && face.width < 2 * box.width && face.width > box.width / 2.5;
}

/** @param {Box & {score?: number, inside?: number, points?: number[]}} box */
const describe = ({ x, y, width, height, score, inside, points: p }) => `${[x, y, width, height].map(Math.round).join(' ')}${
  score && p ? ` (${score.toFixed(2)}, ${inside?.toFixed(2)} inside, roll ${
    Math.round((Math.atan2(p[3] - p[1], p[2] - p[0]) * 180) / Math.PI)})` : ''}`;

/** @type {[string, Box[]][]} */
const truth = Object.entries(JSON.parse(await readFile(join(folder, 'truth.json'), 'utf8')))
  .map(([file, boxes]) => [file, boxes.map((/** @type {number[]} */ [x, y, width, height]) => (
    { x, y, width, height }))]);
const all = truth.reduce((sum, [, boxes]) => sum + boxes.length, 0);

// Upright.
/** @type {Map<string, {face: any, box: Box, embedding: Float32Array}[]>} */
const upright = new Map();
let extra = 0;
let milliseconds = 0;
for (const [file, boxes] of truth) {
  const picture = await draw(file);
  engine.photoPixels(picture.data, picture.width, picture.height);
  const start = performance.now();
  for (let i = 0; i < 5; i += 1) engine.detect();
  
  milliseconds += (performance.now() - start) / 5;
  const found = engine.detect();
  const known = boxes.flatMap((box) => {
    const face = found.find((one) => fits(one, box));
    return face ? [{ face, box, embedding: engine.embed(face) }] : [];
  });
  const others = found.filter((face) => !boxes.some((box) => fits(face, box)));
  extra += others.length;
  if (values.list && others.length) console.log(`  other: ${file}: ${others.map(describe).join(', ')}`);
  upright.set(file, known);
}
const seen = [...upright.values()].flat();
console.log(`upright: ${seen.length} of ${all} found, ${extra} others; detection ${
  milliseconds.toFixed(0)} ms; least score ${Math.min(...seen.map(({ face }) => face.score)).toFixed(2)}`);

// Cut.
const EDGES = /** @type {const} */ (['left', 'right', 'top', 'bottom']);
for (const share of values.cut.split(',').filter(Boolean).map(Number)) {
  let [found, tried, invented] = [0, 0, 0];
  /** @type {number[]} */
  const cosines = [];
  for (const [file, faces] of upright) {
    const { width, height } = await draw(file);
    for (const { box, embedding } of faces) {
      for (const edge of EDGES) {
        const part = { x: 0, y: 0, width, height };
        const [dx, dy] = [Math.round(share * box.width), Math.round(share * box.height)];
        if (edge === 'left') Object.assign(part, { x: box.x + dx, width: width - box.x - dx });
        if (edge === 'top') Object.assign(part, { y: box.y + dy, height: height - box.y - dy });
        if (edge === 'right') part.width = box.x + box.width - dx;
        if (edge === 'bottom') part.height = box.y + box.height - dy;
        const there = detect(await draw(file, part));
        const rest = { ...box, x: box.x - part.x, y: box.y - part.y };
        tried += 1;
        const face = there.find((one) => fits(one, rest));
        if (face) {
          found += 1;
          if (values.list) console.log(`  found: ${file} ${describe(rest)} ${edge}: ${describe(face)}`);
          cosines.push(cosine(engine.embed(face), embedding));
        }
        else if (values.list) console.log(`  missed: ${file} ${describe(rest)} ${edge}; found ${there.map(describe).join(', ')}`);
        const wrong = there.filter((one) => !faces.some((known) => fits(one,
          { ...known.box, x: known.box.x - part.x, y: known.box.y - part.y })));
        invented += wrong.length;
        if (values.list && wrong.length) console.log(`  other: ${file} ${edge} ${describe(rest)} in ${part.width}x${part.height}: ${wrong.map(describe).join(', ')}`);
      }
    }
  }
  console.log(`cut by ${100 * share} %: ${found} of ${tried} found (${(found / tried).toFixed(3)}), ${
    invented} others; cosine with the whole face ${summarise(cosines).median.toFixed(2)}`);
}

// Turned.
for (const degrees of values.turn.split(',').filter(Boolean).map(Number)) {
  let [found, tried, others] = [0, 0, 0];
  /** @type {number[]} */
  const cosines = [];
  for (const [file, faces] of upright) {
    const { width, height } = await draw(file);
    const turned = await draw(file, { degrees });
    const there = detect(turned);
    const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
    const boxes = faces.map(({ box }) => {
      const [x, y] = [box.x + box.width / 2 - width / 2, box.y + box.height / 2 - height / 2];
      return { ...box, x: turned.width / 2 + c * x - s * y - box.width / 2,
        y: turned.height / 2 + s * x + c * y - box.height / 2 };
    });
    faces.forEach(({ embedding }, i) => {
      tried += 1;
      const face = there.find((one) => fits(one, boxes[i]));
      if (!face) return;
      found += 1;
      cosines.push(cosine(engine.embed(face), embedding));
    });
    others += there.filter((one) => !boxes.some((box) => fits(one, box))).length;
  }
  console.log(`turned by ${degrees}: ${found} of ${tried} found (${(found / tried).toFixed(3)}), ${
    others} others; cosine with upright ${summarise(cosines).median.toFixed(3)}`);
}

// Tilted, each photo as a whole.
for (const degrees of values.tilt.split(',').filter(Boolean).map(Number)) {
  /** @type {number[]} */
  const cosines = [];
  let tried = 0;
  for (const [file, faces] of upright) {
    const { width, height } = await draw(file);
    const side = Math.ceil(Math.hypot(width, height));
    const there = detect(await draw(file, { width: side, height: side, degrees }));
    const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
    for (const { box, embedding } of faces) {
      tried += 1;
      const [x, y] = [box.x + box.width / 2 - width / 2, box.y + box.height / 2 - height / 2];
      const place = { ...box, x: side / 2 + c * x - s * y - box.width / 2,
        y: side / 2 + s * x + c * y - box.height / 2 };
      const face = there.find((one) => fits(one, place));
      if (face) cosines.push(cosine(engine.embed(face), embedding));
    }
  }
  console.log(`tilted by ${degrees}: ${cosines.length} of ${tried} found; cosine with upright ${
    summarise(cosines).median.toFixed(3)}`);
}
await browser.close();
