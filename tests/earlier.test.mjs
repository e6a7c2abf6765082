/** What was looked at before in the same visit. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choseAccurate, inBoth, matched, names, open, photoShown, resultShown } from './lib/page.mjs';

const PHOTOS = ['build/photos/samples/portrait-1.jpg', 'build/photos/samples/portrait-2.jpg',
  'build/photos/samples/portrait-3.jpg'];

/** @param {any} page @returns {Promise<string[]>} */
const earlier = (page) => page.locator('#earlier button').allInnerTexts();

inBoth('photos of the visit can be gone back to', async () => {
  const { page, errors } = await open({ script: choseAccurate });
  const results = [];
  const shown = [];
  for (const photo of PHOTOS) {
    results.push(await matched(page, photo));
    shown.push(await photoShown(page));
  }
  assert.deepEqual(await earlier(page), [results[1][0], results[0][0]]);
  await page.click('#earlier button >> nth=1');
  await page.waitForFunction((/** @type {string} */ before) => (
    document.querySelector('#earlier button span')?.textContent === before), results[2][0]);
  await resultShown(page);
  assert.deepEqual(await names(page), results[0]);
  assert.equal(await photoShown(page), shown[0]);
  assert.deepEqual(await earlier(page), [results[2][0], results[1][0]]);
  assert.deepEqual(errors, []);
});

test('another face of a photo is no other photo, and at most six are kept', async () => {
  const { page } = await open({ script: [choseAccurate, () => {
    const page = /** @type {any} */ (globalThis);
    page.bitmaps = 0;
    const [make, close] = [createImageBitmap, ImageBitmap.prototype.close];
    globalThis.createImageBitmap = async (/** @type {any[]} */ ...args) => {
      const bitmap = await Reflect.apply(make, globalThis, args);
      page.bitmaps += 1;
      return bitmap;
    };
    ImageBitmap.prototype.close = function counted() {
      page.bitmaps -= 1;
      close.call(this);
    };
  }] });
  await matched(page, 'build/photos/samples/group.jpg');
  await page.click('#photo button.face[aria-pressed=false] >> nth=0');
  await page.waitForFunction(() => document.querySelectorAll('#results .person').length === 5);
  assert.deepEqual(await earlier(page), []);
  for (let i = 0; i < 8; i += 1) await matched(page, PHOTOS[i % 3]);
  assert.equal((await earlier(page)).length, 6);
  await photoShown(page);
  assert.equal(await page.evaluate(() => /** @type {any} */ (globalThis).bitmaps), 1);
});
