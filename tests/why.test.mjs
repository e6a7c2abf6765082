/** Why somebody came out: the blended faces and the map of what the score hangs on. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choose, choseAccurate, inBoth, names, open, resultShown } from './lib/page.mjs';

const PORTRAIT = 'build/photos/samples/portrait-3.jpg';
const GROUP = 'build/photos/samples/group.jpg';

/** Keeps what the page asks of its workers. */
function keepCalls() {
  const page = /** @type {any} */ (globalThis);
  page.calls = [];
  const real = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function kept(message, ...rest) {
    page.calls.push(message?.op);
    return real.call(this, message, .../** @type {any} */ (rest));
  };
}

/** @param {any} page */
async function openWhy(page) {
  await page.click('#results .why >> nth=0');
  await page.waitForSelector('#why[open]');
}

/** @param {any} page @param {number} least  places */
const placesTried = (page, least) => page.waitForFunction((/** @type {number} */ wanted) => (
  Number(document.querySelector('#why-step')?.textContent?.match(/\d+/)?.[0]) >= wanted), least);

/** How different two pictures of the window are, 0..255 for each value. */
const difference = (/** @type {any} */ page, /** @type {string} */ a, /** @type {string} */ b) => (
  page.evaluate((/** @type {string[]} */ both) => {
    const [left, right] = both.map((name) => {
      const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector(`#why canvas.${name}`));
      return /** @type {any} */ (canvas.getContext('2d')).getImageData(
        0, 0, canvas.width, canvas.height).data;
    });
    return left.reduce((/** @type {number} */ sum, /** @type {number} */ value,
      /** @type {number} */ i) => sum + Math.abs(value - right[i]), 0) / left.length;
  }, [a, b]));

inBoth('the two faces, and by keyboard from one to the other', async () => {
  const { page, errors } = await open({ script: choseAccurate });
  await choose(page, PORTRAIT);
  await resultShown(page);
  const [name] = await names(page);
  assert.equal(await page.getAttribute('#results .why >> nth=0', 'aria-label'), `Why ${name}?`);
  await openWhy(page);
  await page.waitForSelector('#why .over:not([hidden])');
  assert.ok(await difference(page, 'mine', 'theirs') > 10);
  assert.ok(await difference(page, 'mine', 'blend') > 3);
  assert.ok(await difference(page, 'theirs', 'blend') > 3);
  const slider = page.locator('#why input');
  await slider.focus();
  await page.keyboard.press('End');
  assert.ok(await difference(page, 'theirs', 'blend') < 0.5);
  assert.equal(await slider.getAttribute('aria-valuetext'), `100 % ${name}`);
  await page.keyboard.press('Home');
  assert.ok(await difference(page, 'mine', 'blend') < 0.5);
  await page.keyboard.press('ArrowRight');
  assert.equal(await slider.inputValue(), '5');
  assert.ok(await page.isHidden('#why .unaligned'));
  await page.keyboard.press('Escape');
  await page.waitForSelector('#why:not([open])', { state: 'attached' });
  assert.deepEqual(errors, []);
});

test('the map grows, can be stopped and gone on with, and ends with a sentence', async () => {
  const { page, errors, server } = await open({ script: [choseAccurate, keepCalls] });
  await choose(page, PORTRAIT);
  await resultShown(page);
  const requests = server.log.length;
  await openWhy(page);
  await placesTried(page, 3);
  assert.match(await page.innerText('#why-step'), /^Place \d+ of 169$/);
  await page.click('#why [data-do=act]');
  await page.waitForFunction(() => /^Stopped at place \d+ of 169$/.test(
    document.querySelector('#why-step')?.textContent ?? ''));
  const early = await page.innerText('#why .said');
  assert.match(early, /Not all places were tried\.$/);
  // After the place that was on its way nothing more is asked of the engine.
  const embedded = () => page.evaluate(() => /** @type {any} */ (globalThis).calls
    .filter((/** @type {string} */ op) => op === 'embed').length);
  const before = await embedded();
  await page.evaluate(() => new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = resolve;
    channel.port2.postMessage('');
  }));
  assert.ok(await embedded() <= before + 1);
  await page.click('#why [data-do=act]');
  await page.waitForFunction(() => document.querySelector('#why .going')?.hasAttribute('hidden'),
    null, { timeout: 300_000 });
  assert.equal(await embedded(), 1 + 169, 'each place once, and the whole crop');
  const said = await page.innerText('#why .said');
  assert.match(said, /^(Mostly: .*(mouth|eyes|nose|forehead|chin|cheeks|hair).*\.|No part stands out|No place|The place)/);
  assert.doesNotMatch(said, /Not all places/);
  await page.click('#why summary');
  const numbers = await page.innerText('#why details');
  assert.match(numbers, /the cosine is 0\.\d{3}/);
  assert.equal(await page.locator('#why dd').count(), 6);
  // The map is no grey picture any more.
  const coloured = await page.evaluate(() => {
    const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector('#why canvas.heat'));
    const { data } = /** @type {any} */ (canvas.getContext('2d')).getImageData(
      0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let i = 0; i < data.length; i += 4) count += data[i] - data[i + 2] > 40 ? 1 : 0;
    return count / (data.length / 4);
  });
  assert.ok(coloured > 0.02, `${coloured} of it is orange`);
  assert.deepEqual(server.log.slice(requests), []);
  assert.deepEqual(errors, []);
});

test('a new photo ends it, and waits for one embedding at most', async () => {
  const { page, errors } = await open({ script: [choseAccurate, keepCalls] });
  await choose(page, PORTRAIT);
  await resultShown(page);
  await openWhy(page);
  await placesTried(page, 2);
  const start = await page.evaluate(() => /** @type {any} */ (globalThis).calls.length);
  await choose(page, GROUP); // the window does not keep files from being dropped, either
  await page.waitForSelector('#why:not([open])', { state: 'attached' });
  await page.waitForSelector('button.face');
  await resultShown(page);
  const calls = await page.evaluate((/** @type {number} */ from) => (
    /** @type {any} */ (globalThis).calls.slice(from)), start);
  const detect = calls.lastIndexOf('detect');
  assert.ok(detect >= 0);
  assert.deepEqual(calls.slice(detect).filter((/** @type {string} */ op) => op === 'embed'), []);
  // Closed and opened again, it is about the other photo.
  await openWhy(page);
  await placesTried(page, 1);
  await page.click('#why [data-do=close]');
  await page.waitForSelector('#why:not([open])', { state: 'attached' });
  assert.equal(await page.evaluate(() => document.activeElement?.className), 'link why');
  assert.deepEqual(errors, []);
});
