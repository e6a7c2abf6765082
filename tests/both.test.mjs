/** The main way through the page, in Chromium and in Firefox. */

import assert from 'node:assert/strict';
import { assertNativeOrder } from './lib/native.mjs';
import { choose, inBoth, names, open, refined, resultShown } from './lib/page.mjs';
import { inProject } from './lib/project.mjs';

const PORTRAIT = 'build/photos/samples/portrait-1.jpg';
const GALLERY = 'build/site/galleries/presidents.humg';

inBoth('a sample in, five people out, then a photo of one\'s own', async () => {
  const { page, errors } = await open();
  await page.click('.samples button >> nth=1');
  await resultShown(page);
  assert.equal(new Set(await names(page)).size, 5);
  await choose(page, PORTRAIT);
  await page.waitForFunction(() => /One face/.test(
    /** @type {HTMLElement} */ (document.querySelector('.caption')).innerText));
  await resultShown(page);
  await refined(page);
  assertNativeOrder(await names(page), PORTRAIT, inProject(GALLERY));
  assert.deepEqual(errors, []);
});
