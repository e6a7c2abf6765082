/** Photos that were taken or cut otherwise than one would wish, in the page. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import {
  choseAccurate, inBoth, markOld, matched, named, names, open, photoShown,
} from './lib/page.mjs';
import { inProject } from './lib/project.mjs';
import { faceDoubts } from '../web/page/words/words.js';

const PORTRAIT = 'build/photos/samples/portrait-1.jpg';

/**
 * The sample, drawn by the browser: a part of it, turned by quarters.
 * @param {any} page
 * @param {{quarters?: number, left?: number}} how  left: share that is cut off there
 */
async function drawn(page, { quarters = 0, left = 0 }) {
  const bytes = await page.evaluate(async (/** @type {any} */ given) => {
    const photo = await createImageBitmap(
      new Blob([Uint8Array.from(atob(given.base64), (c) => c.charCodeAt(0))]));
    const cut = Math.round(given.left * photo.width);
    const size = [photo.width - cut, photo.height];
    const [w, h] = given.quarters % 2 ? size.reverse() : size;
    const canvas = new OffscreenCanvas(w, h);
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
    context.translate(w / 2, h / 2);
    context.rotate((given.quarters * Math.PI) / 2);
    context.drawImage(photo, -(photo.width - cut) / 2 - cut, -photo.height / 2);
    return [...new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer())];
  }, { base64: (await readFile(inProject(PORTRAIT))).toString('base64'), quarters, left });
  return named('photo.png', Uint8Array.from(bytes));
}

/** Whether the photo is shown higher than wide. @param {any} page @returns {Promise<boolean>} */
async function stands(page) {
  await photoShown(page);
  return page.$eval('#photo canvas', (/** @type {any} */ { width, height }) => height > width);
}

inBoth('a photo on its side or head gives the people of the upright one', async () => {
  const { page } = await open({ script: choseAccurate });
  const upright = await matched(page, await drawn(page, {}));
  for (const quarters of [1, 2, 3]) {
    assert.deepEqual(await matched(page, await drawn(page, { quarters })), upright,
      `turned by ${quarters} quarters`);
  }
});

inBoth('a photo can be turned', async () => {
  const { page } = await open({ script: choseAccurate });
  const lying = await matched(page, await drawn(page, { quarters: 1 }));
  assert.equal(await stands(page), false);
  await markOld(page);
  await page.click('[data-action=turn]');
  await page.waitForSelector('#results:not([hidden]) .person:not(.old)');
  assert.equal(await stands(page), true);
  const common = (await names(page)).filter((name) => lying.includes(name));
  assert.ok(common.length >= 4, `${common.length} of five people in common`);
});

test('of a face that the edge cuts the page says so', async () => {
  const { page } = await open({ script: choseAccurate });
  await matched(page, await drawn(page, { left: 0.42 }));
  assert.match(await page.innerText('.caption'), /cuts this face: only about \d+\s%/);
  await matched(page, await drawn(page, {}));
  assert.doesNotMatch(await page.innerText('.caption'), /cuts/);
});

test('what the detector is not sure of is said', () => {
  const face = { x: 0, y: 0, width: 9, height: 9, points: [], inside: 1, score: 0.9 };
  assert.equal(faceDoubts(face), '');
  assert.match(faceDoubts({ ...face, score: 0.66 }), /may not be a face/);
  assert.match(faceDoubts({ ...face, inside: 0.62 }), /only about 60\s%/);
});
