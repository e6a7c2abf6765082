/** Several photos of one person at once, and all faces of one photo, in the page. */

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import {
  choose, choseAccurate, inBoth, names, notice, open, photoShown, resultShown,
} from './lib/page.mjs';
import { png } from './lib/png.mjs';
import { inProject } from './lib/project.mjs';

const GROUP = 'build/photos/samples/group.jpg';
const LABELED = 'build/photos/test/labeled';

/** @param {string} person @param {number} count */
async function photosOf(person, count) {
  const files = (await readdir(inProject(`${LABELED}/${person}`))).sort().slice(0, count);
  return files.map((file) => inProject(`${LABELED}/${person}/${file}`));
}

/** @param {any} page @returns {Promise<string[]>} */
const verdicts = (page) => page.locator('#several .verdict').allInnerTexts();

/** @param {any} page */
const checks = (page) => page.locator('#several input');

inBoth('several photos are taken together, and the one of somebody else is left out', async () => {
  const { page, errors } = await open({ script: choseAccurate });
  const [wrong] = await photosOf('jessica smith', 1);
  const [first, second, third] = await photosOf('emily willis', 3);
  await page.setInputFiles('#file', [first, wrong, second, third]);
  await resultShown(page);
  assert.equal((await names(page)).length, 5);
  const said = await verdicts(page);
  assert.match(said[1], /Left out: it seems to show somebody else/);
  const shares = [0, 2, 3].map((i) => Number(said[i].match(/^Used, counts (\d+) %$/)?.[1]));
  const sum = shares.reduce((total, share) => total + share, 0);
  assert.ok(Math.abs(sum - 100) <= 2, said.join());
  assert.match(await page.innerText('#several'), /4 photos[\s\S]*3 of 4 photos are used/);
  assert.match(await page.innerText('#several .steady'),
    /all of these people stay|\d of these 5 people stay|none of these people stays/);
  // The large picture is the one that counts most.
  const shown = await photoShown(page);
  const most = [0, 2, 3][shares.indexOf(Math.max(...shares))];
  assert.equal(await page.$eval(`#several .photos li >> nth=${most} >> canvas`,
    (/** @type {any} */ canvas) => canvas.toDataURL()), shown);
  assert.deepEqual(errors, []);
});

test('a photo can be left out and used all the same, and the result follows', async () => {
  const { page } = await open({ script: choseAccurate });
  const [wrong] = await photosOf('laura tilling', 1);
  await page.setInputFiles('#file', [...await photosOf('tara sanford', 2), wrong]);
  await resultShown(page);
  const counted = /counts/;
  const usedNow = async () => (await verdicts(page)).map((text) => counted.test(text));
  assert.deepEqual(await usedNow(), [true, true, false]);
  await checks(page).nth(2).check();
  await page.waitForFunction(() => /3 of 3 photos/.test(
    /** @type {HTMLElement} */ (document.querySelector('#several')).innerText));
  assert.deepEqual(await usedNow(), [true, true, true]);
  await checks(page).nth(2).uncheck();
  await page.waitForFunction(() => /2 of 3 photos/.test(
    /** @type {HTMLElement} */ (document.querySelector('#several')).innerText));
  await checks(page).nth(0).uncheck();
  await page.waitForFunction(() => /1 of 3 photos/.test(
    /** @type {HTMLElement} */ (document.querySelector('#several')).innerText));
  assert.match(await page.innerText('#several .steady'), /cannot be told how steady/);
  assert.equal((await verdicts(page))[0], 'Left out by you');
  assert.ok(await checks(page).nth(1).isDisabled(), 'one has to stay');
  // With one photo the people are those of that photo alone.
  const together = await names(page);
  const [, second] = await photosOf('tara sanford', 2);
  await page.setInputFiles('#file', second);
  await page.waitForSelector('#several', { state: 'hidden' });
  await resultShown(page);
  assert.deepEqual(await names(page), together);
});

test('mixed photos: the page says how many people it sees, and asks which one is meant', async () => {
  const { page, errors } = await open({ script: choseAccurate });
  const emily = await photosOf('emily willis', 3);
  const jessica = await photosOf('jessica smith', 2);
  await page.setInputFiles('#file', jessica);
  await resultShown(page);
  assert.ok(await page.isHidden('#several .people'), 'one person');
  const alone = await names(page);
  await page.setInputFiles('#file', [jessica[0], ...emily, jessica[1]]);
  await page.waitForFunction(() => /3 of 5 photos/.test(
    /** @type {HTMLElement} */ (document.querySelector('#several')).innerText));
  assert.match(await page.innerText('#several .people'), /We see 2 people in these photos/);
  const buttons = page.locator('#several .people button');
  assert.deepEqual(await buttons.evaluateAll((/** @type {Element[]} */ list) => list.map((one) => (
    [one.getAttribute('aria-label'), one.getAttribute('aria-pressed')]))),
  [['Person 1, in 3 photos', 'true'], ['Person 2, in 2 photos', 'false']]);
  const first = await names(page);
  await buttons.nth(1).click();
  await page.waitForFunction(() => /2 of 5 photos/.test(
    /** @type {HTMLElement} */ (document.querySelector('#several')).innerText));
  assert.deepEqual(await names(page), alone);
  assert.equal(await buttons.nth(1).getAttribute('aria-pressed'), 'true');
  // Who is meant stays the same when one of their photos is left out.
  await checks(page).nth(0).uncheck();
  await page.waitForFunction(() => /1 of 5 photos/.test(
    /** @type {HTMLElement} */ (document.querySelector('#several')).innerText));
  assert.match((await verdicts(page))[4], /counts/);
  await buttons.nth(0).click();
  await page.waitForFunction(() => /3 of 5 photos/.test(
    /** @type {HTMLElement} */ (document.querySelector('#several')).innerText));
  assert.deepEqual(await names(page), first);
  assert.deepEqual(errors, []);
});

test('photos without a face and damaged ones are told, by keyboard as well', async () => {
  const { page } = await open({ script: choseAccurate });
  const grey = { name: 'grey.png', mimeType: 'image/png', buffer: png(90, 90, () => [99, 99, 99]) };
  const text = { name: 'text.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('hello') };
  const [one, two] = await Promise.all((await photosOf('emily willis', 2)).map(
    async (file, i) => ({ name: `${i}.jpg`, mimeType: 'image/jpeg', buffer: await readFile(file) })));
  await page.setInputFiles('#file', [grey, one, text, two]);
  await resultShown(page);
  assert.deepEqual((await verdicts(page)).map((said) => said.replace(/\d+/, 'n')), [
    'Left out: no face was found', 'Used, counts n %', 'Left out: it cannot be read',
    'Used, counts n %']);
  await checks(page).nth(1).focus();
  await page.keyboard.press('Space');
  await page.waitForFunction(() => /1 of 4 photos/.test(
    /** @type {HTMLElement} */ (document.querySelector('#several')).innerText));
  await page.setInputFiles('#file', [grey, text]);
  assert.match(await notice(page), /No face found[\s\S]*none in any of these photos/);
});

test('several photos can be dropped', async () => {
  const { page } = await open({ script: choseAccurate });
  await page.waitForSelector('.samples img[src]');
  const contents = await Promise.all((await photosOf('emily willis', 2)).map(
    async (file) => [...await readFile(file)]));
  await page.evaluate((/** @type {number[][]} */ files) => {
    const data = new DataTransfer();
    files.forEach((bytes, i) => data.items.add(
      new File([Uint8Array.from(bytes)], `${i}.jpg`, { type: 'image/jpeg' })));
    document.body.dispatchEvent(
      new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  }, contents);
  await resultShown(page);
  assert.match(await page.innerText('#several'), /2 of 2 photos are used/);
});

test('all faces of a photo at once, each with its nearest, then one of them', async () => {
  const { page, errors } = await open({ script: choseAccurate });
  await choose(page, GROUP);
  await resultShown(page);
  /** The nearest of each face, found one by one. @type {string[]} */
  const nearest = [];
  for (let i = 0; i < 5; i += 1) {
    await page.locator('button.face').nth(i).click();
    await page.waitForSelector(`button.face:nth-child(${i + 1})[aria-pressed=true]`);
    await resultShown(page);
    nearest.push((await names(page))[0]);
  }
  await page.click('[data-action=all]');
  await page.waitForSelector('#everyone:not([hidden])');
  assert.ok(await page.isHidden('#results'));
  assert.deepEqual(await page.locator('#everyone .name').allInnerTexts(), nearest);
  assert.match(await page.textContent('#announce'), /^5 faces, each with/);
  assert.equal(await page.locator('button.face[aria-pressed=true]').count(), 0);
  await page.getByRole('button', { name: /^See all five for face 4/ }).click();
  await page.waitForSelector('button.face:nth-child(4)[aria-pressed=true]');
  await resultShown(page);
  assert.equal((await names(page))[0], nearest[3]);
  assert.ok(await page.isHidden('#everyone'));
  assert.deepEqual(errors, []);
});
