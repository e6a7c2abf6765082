/** "Two photos": verdicts and families on real photos, and what the page says of scores. */

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { familyChance, pairHeading, pairMeasured, pairText, percentage, shareAbove }
  from '../web/page/compare/pairs.js';
import { assertForEveryone } from './lib/everyone.mjs';
import { choose, choseAccurate, inBoth, named, names, notice, open, resultShown } from './lib/page.mjs';
import { png } from './lib/png.mjs';
import { inProject } from './lib/project.mjs';

const GROUP = 'build/photos/samples/group.jpg';
const PORTRAIT = 'build/photos/samples/portrait-1.jpg';

/** @param {string} person @returns {Promise<string[]>} their photos */
async function photosOf(person) {
  const folder = `build/photos/test/labeled/${person}`;
  return (await readdir(inProject(folder))).sort().map((file) => `${folder}/${file}`);
}
const [emily, jessica] = await Promise.all(['emily willis', 'jessica smith'].map(photosOf));

/**
 * Gives both photos and waits for the outcome, which must not be a notice.
 * @param {any} page @param {string} a @param {string} b
 */
async function compare(page, a, b) {
  await page.setInputFiles('#file-0', inProject(a));
  await page.setInputFiles('#file-1', inProject(b));
  await compared(page);
}

/** @param {any} page */
async function compared(page) {
  await page.waitForSelector('#pair:not([hidden]), #notice:not([hidden])');
  assert.equal(await page.locator('#notice:not([hidden])').count(), 0,
    await page.locator('#notice').textContent());
}

/** The cosine that the drawing names. @param {any} page */
const drawnScore = async (page) => Number(
  (await page.textContent('svg text.score')).match(/these two: (-?\d\.\d\d)$/)[1]);

// ---- Two photos --------------------------------------------------------------------------

inBoth('two photos of one person, and of two, at a stated rate of errors', async () => {
  const { page, errors } = await open({ path: 'compare.html' });
  await compare(page, emily[0], emily[4]);
  assert.equal(await page.innerText('#pair h2'), 'These could be two photos of one person');
  const same = await drawnScore(page);
  assert.ok(same > 0.5, `${same}`);
  assert.match(await page.innerText('#pair .text'), new RegExp(`faces is ${same.toFixed(2)};.* from 0\\.52 `
    + 'on\\. About 1\u00a0% of the pairs of different people reach'));
  assert.match(await page.innerText('#pair'), /does not prove who somebody is/);
  assert.equal(await page.locator('#family:not([hidden])').count(), 0, 'two faces are no family');

  await page.setInputFiles('#file-1', inProject(jessica[0]));
  await page.waitForFunction(() => /different people/.test(
    document.querySelector('#pair h2')?.textContent ?? ''));
  const other = await drawnScore(page);
  assert.ok(other < 0.5, `${other}`);
  assert.match(await page.textContent('[role=status]#announce'), /probably two different people/);
  assert.deepEqual(errors, []);
});

test('the drawing puts the score where it belongs, and says it in words', async () => {
  const { page } = await open({ path: 'compare.html' });
  await compare(page, emily[0], jessica[0]);
  const score = await drawnScore(page);
  const drawing = page.locator('.distributions');
  const label = await drawing.getAttribute('aria-label');
  assert.equal(label, await page.innerText('figcaption'));
  assert.match(label, /720 photos of 16 film actors: .*different people, \d.*one person, \d/);
  // Where the axis says 0 and 0.5 gives the scale.
  const place = async (/** @type {string} */ selector, name = 'x1') => Number(
    await page.locator(selector).getAttribute(name));
  const [zero, half] = [await place('.tick >> nth=1', 'x'), await place('.tick >> nth=2', 'x')];
  const value = async (/** @type {string} */ line) => (await place(line) - zero) / (half - zero) / 2;
  assert.ok(Math.abs(await value('line.level') - 0.52) < 0.001);
  const at = await value('line.score');
  assert.ok(Math.abs(at - score) < 0.006, `${at} for ${score}`);
});

test('samples fill the free side; one photo twice is the same picture', async () => {
  const { page } = await open({ path: 'compare.html' });
  await page.click('#side-0 .samples li:nth-child(1) button');
  await page.waitForSelector('#side-0 .face');
  await page.waitForSelector('#stage', { state: 'hidden' });
  await page.click('#side-1 .samples li:nth-child(1) button');
  await compared(page);
  assert.equal(await drawnScore(page), 1);
  assert.match(await page.innerText('#side-0 .caption'), /Joshua Rondeau/);
});

test('no face, and no photo, are said of the side that they are on', async () => {
  const { page } = await open({ path: 'compare.html' });
  await page.setInputFiles('#file-0', inProject(PORTRAIT));
  await page.waitForSelector('#side-0 .face');
  await page.setInputFiles('#file-1', named('blank.png', png(96, 96, () => [90, 90, 90])));
  assert.match(await notice(page), /No face found/);
  await page.click('#notice .actions >> text=Use the whole picture');
  await compared(page);
  assert.ok(await drawnScore(page) < 0.5);
  await page.setInputFiles('#file-1', named('x.jpg', Buffer.from('hello')));
  assert.match(await notice(page), /not a photo/);
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'),
    page.click('#notice .actions >> text=Choose another photo')]);
  await chooser.setFiles(inProject(PORTRAIT));
  await compared(page);
  assert.equal(await drawnScore(page), 1);
});

test('the network that was chosen on the first page is used here', async () => {
  const { page, server } = await open();
  await page.waitForSelector('#networks:not([hidden])');
  await page.click('#networks summary');
  await page.click('#network-hse-mobilenet-vggface2');
  await page.click('nav >> text=Two photos');
  await page.waitForSelector('#side-1 .samples img[src]');
  await compare(page, emily[0], emily[4]);
  assert.match(await page.innerText('#pair .text'), /from 0\.61 on/);
  assert.ok(!server.log.some(({ url }) => /facenet|humg/.test(url)), 'and no gallery');
});

// ---- A family ----------------------------------------------------------------------------

test('faces of a group are chosen, and compared with all others in a table', async () => {
  const { page } = await open({ path: 'compare.html',
    context: { reducedMotion: 'reduce', viewport: { width: 360, height: 740 } } });
  await compare(page, GROUP, PORTRAIT);
  const first = await drawnScore(page);
  await page.click('#side-0 button.face >> nth=1');
  await page.waitForFunction((before) => {
    const shown = document.querySelector('svg text.score')?.textContent ?? '';
    return document.querySelector('#pair:not([hidden])') && !shown.endsWith(before);
  }, first.toFixed(2));
  const rows = await page.locator('#family tbody tr').evaluateAll(
    (/** @type {any[]} */ list) => list.map((row) => [...row.cells].slice(1)
      .map((cell) => cell.textContent)));
  assert.deepEqual(rows.map((row) => row.length), [6, 6, 6, 6, 6, 6]);
  rows.forEach((row, a) => row.forEach((/** @type {string} */ text, /** @type {number} */ b) => (
    assert.equal(text, a === b ? '–' : rows[b][a]))));
  // The chosen face of the group, its second, with the portrait, the sixth face.
  assert.equal(rows[1][5], (await drawnScore(page)).toFixed(2));
  const strongest = Math.max(...rows.flat().filter((text) => text !== '–').map(Number));
  assert.deepEqual(await page.locator('#family .strongest').allInnerTexts(),
    [strongest.toFixed(2), strongest.toFixed(2)]);
  const said = await page.locator('#family li').allInnerTexts();
  assert.equal(said.length, 3);
  const [, a, b] = said[0].match(/^(\d) and (\d): .*\(cosine/);
  assert.equal(rows[a - 1][b - 1], strongest.toFixed(2));
  assert.match(await page.innerText('.chance'), /^Among 15 pairs one is always the strongest/);
  assert.equal(await page.getByRole('columnheader', { name: 'Face 6' }).count(), 1);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
  await assertForEveryone(page, 'pair and family');
});

test('more photos join the family, and those without a face are counted', async () => {
  const { page } = await open({ path: 'compare.html' });
  await compare(page, emily[0], jessica[0]);
  await page.setInputFiles('#more-files', [
    named('c.jpg', await readFile(inProject(emily[4]))),
    named('blank.png', png(96, 96, () => [90, 90, 90]))]);
  await page.waitForSelector('#family:not([hidden]), #notice:not([hidden])');
  assert.match(await page.innerText('#family li >> nth=0'), /^1 and 3: /, 'Emily twice');
  assert.match(await page.innerText('.chance'), /In one of the added photos no face was found/);
});

// ---- Words -------------------------------------------------------------------------------

const MEASURED = { threshold: 0.5, far: 0.01, measured: 'photos',
  same: { first: 0.4, step: 0.1, counts: [10, 30, 60] },
  other: { first: -0.1, step: 0.1, counts: [400, 400, 190, 10] } };

test('shares of the pairs measured', () => {
  const { other } = MEASURED;
  assert.equal(shareAbove(other, -1), 1);
  assert.equal(shareAbove(other, 1), 0);
  assert.ok(Math.abs(shareAbove(other, 0.1) - 0.2) < 1e-9);
  assert.ok(Math.abs(shareAbove(other, 0.25) - 0.005) < 1e-9, 'half a bin');
  assert.equal(percentage(0.004), '0.4\u00a0%');
  assert.equal(percentage(0.488), '49\u00a0%');
  assert.match(pairMeasured(0.2, MEASURED), /different people, 1\u00a0% are .* one person, 100\u00a0%\./);
  assert.match(pairMeasured(0.9, MEASURED), /different people, less than 0\.1\u00a0% are/);
  // Fifteen pairs: 1 - 0.99 ^ 15.
  assert.match(familyChance(0.2, 15, MEASURED), /Among 15 pairs .* about 14\u00a0% of cases/);
});

test('what was not measured is not judged', () => {
  const nothing = { threshold: null, far: null, measured: '', same: null, other: null };
  assert.equal(pairHeading(0.97, nothing), 'Their cosine is 0.97');
  assert.match(pairText(0.97, nothing), /does not judge/);
  assert.equal(pairMeasured(0.97, nothing), '');
  assert.equal(familyChance(0.97, 3, nothing), '');
});

// ---- The scores of the first page ----------------------------------------------------------

test('somebody who is not in the gallery is told that nobody looks much like them', async () => {
  const { page } = await open({ script: choseAccurate });
  await choose(page, PORTRAIT);
  await resultShown(page);
  const [first] = await names(page);
  assert.equal(await page.innerText('#results h2'), `Closest: ${first}, but not very alike`);
  assert.match(await page.innerText('#results > .text'), /^Nobody in this gallery is a look-alike/);
  assert.equal((await names(page)).length, 5, 'and sees the nearest all the same');
  assert.equal(await page.locator('#results.far').count(), 1, 'marked');
  await page.click('.person summary >> nth=0');
  assert.match(await page.innerText('.person dl >> nth=0'),
    /Closer than\s+\d\d\.\d\u00a0% of strangers\s+Would find somebody nearer here\s+about \d+ of 100 others/);
  await page.click('.meaning summary');
  assert.match(await page.innerText('.meaning'), /at most one in ten people who are not in the gallery/);

  await choose(page, 'build/photos/presidents/Abraham Lincoln/abraham-lincoln.png');
  await page.waitForFunction(() => document.querySelector('#results h2')?.textContent
    === 'Looks most like Abraham Lincoln');
  assert.equal(await page.locator('#results.far').count(), 0);
  assert.equal(await page.innerText('.verdict >> nth=0'), 'Striking resemblance');
});
