/** What was looked at before in the same visit. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choseAccurate, inBoth, matched, names, open, resultShown } from './lib/page.mjs';

const PHOTOS = ['build/photos/samples/portrait-1.jpg', 'build/photos/samples/portrait-2.jpg',
  'build/photos/samples/portrait-3.jpg'];

/** @param {any} page @returns {Promise<string[]>} */
const earlier = (page) => page.locator('#earlier button').allInnerTexts();

/** @param {any} page @returns {Promise<boolean>} whether the photo on the page can be seen */
const seen = (page) => page.$eval('#photo img', (/** @type {any} */ image) => (
  image.decode().then(() => image.naturalWidth > 0)));

inBoth('photos of the visit can be gone back to', async () => {
  const { page, errors } = await open({ script: choseAccurate });
  const results = [];
  for (const photo of PHOTOS) results.push(await matched(page, photo));
  assert.deepEqual(await earlier(page), [results[1][0], results[0][0]]);
  await page.click('#earlier button >> nth=1');
  await page.waitForFunction((/** @type {string} */ before) => (
    document.querySelector('#earlier button span')?.textContent === before), results[2][0]);
  await resultShown(page);
  assert.deepEqual(await names(page), results[0]);
  assert.equal(await seen(page), true);
  assert.deepEqual(await earlier(page), [results[2][0], results[1][0]]);
  assert.deepEqual(errors, []);
});

test('another face of a photo is no other photo, and at most six are kept', async () => {
  const { page } = await open({ script: [choseAccurate, () => {
    const page = /** @type {any} */ (globalThis);
    page.addresses = new Set();
    const [make, free] = [URL.createObjectURL, URL.revokeObjectURL];
    URL.createObjectURL = (blob) => {
      const address = make.call(URL, blob);
      if (blob instanceof File) page.addresses.add(address);
      return address;
    };
    URL.revokeObjectURL = (address) => {
      page.addresses.delete(address);
      free.call(URL, address);
    };
  }] });
  await matched(page, 'build/photos/samples/group.jpg');
  await page.click('#photo button.face[aria-pressed=false] >> nth=0');
  await page.waitForFunction(() => document.querySelectorAll('#results .person').length === 5);
  assert.deepEqual(await earlier(page), []);
  for (let i = 0; i < 8; i += 1) await matched(page, PHOTOS[i % 3]);
  assert.equal((await earlier(page)).length, 6);
  assert.equal(await page.evaluate(() => /** @type {any} */ (globalThis).addresses.size), 7);
});
