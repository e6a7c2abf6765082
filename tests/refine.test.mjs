/** First names from the light network, and the closer look of the accurate one. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertNativeOrder } from './lib/native.mjs';
import { choose, guarded, inBoth, names, open, resultShown, withheld } from './lib/page.mjs';
import { inProject, need, photo, site } from './lib/project.mjs';

const PORTRAIT = 'build/photos/samples/portrait-1.jpg';
const OTHER = 'build/photos/samples/portrait-2.jpg';
const GROUP = 'build/photos/samples/group.jpg';
const GALLERY = inProject('build/site/galleries/presidents.humg');
const LIGHT_GALLERY = inProject('build/site/galleries/presidents-hse-mobilenet.humg');
const ACCURATE = /^\/models\/facenet\.tflite/;
const ALLOWED = { serviceWorkers: 'allow' };

/** @param {any} page @param {RegExp} text */
const says = (page, text) => page.waitForFunction(([source]) => {
  const line = /** @type {HTMLElement} */ (document.querySelector('#refine'));
  return !line.hidden && new RegExp(source).test(line.innerText);
}, [text.source]);

inBoth('five names from the light network, then those of the accurate one', async () => {
  const server = withheld(ACCURATE);
  const { page, server: { log }, errors } = await open({ server, context: ALLOWED });
  await guarded(page);
  assert.match(await page.innerText('#known'), /Presidents of the United States, 45 people/);
  assert.match(await page.innerText('#download'), /4\.\d MB\. A closer look follows, with 2\d\.\d MB/);
  await choose(page, PORTRAIT);
  await resultShown(page);
  await says(page, /First names/);
  const first = await names(page);
  assertNativeOrder(first, PORTRAIT, LIGHT_GALLERY, 'hse-mobilenet');
  assert.equal(await page.innerText('#traffic span'), '', 'the network is not done with');
  const place = () => page.evaluate(() => scrollY + Number(
    document.querySelector('#results ol')?.getBoundingClientRect().top));
  const before = await place();
  await page.click('.person summary >> nth=0');
  server.release();
  await says(page, /Looked again, more closely: now .* comes first; before, it was/);
  const second = await names(page);
  assertNativeOrder(second, PORTRAIT, GALLERY);
  assert.notDeepEqual(second, first);
  assert.ok(Math.abs(await place() - before) < 1, 'nothing moved');
  assert.ok(await page.locator('.person details').first().evaluate((/** @type {any} */ one) => one.open));
  await page.waitForFunction(() => /0 requests/.test(
    /** @type {HTMLElement} */ (document.querySelector('#traffic')).innerText));
  const network = log.map(({ url }) => url).filter((url) => ACCURATE.test(url));
  assert.ok(network.length >= 23);
  assert.deepEqual(errors.filter((error) => !/ERR_EMPTY_RESPONSE|Failed to load/.test(error)), []);

  // The next visit has the accurate one at once.
  log.length = 0;
  await page.reload();
  await choose(page, PORTRAIT);
  await resultShown(page);
  assert.deepEqual(await names(page), second);
  assert.ok(await page.isHidden('#refine'));
  assert.deepEqual(log.filter(({ url }) => /tflite|humg/.test(url)), []);
});

test('who has enough stays with the fast one, at the next visit too', async () => {
  const server = withheld(ACCURATE);
  const { page } = await open({ server });
  await choose(page, PORTRAIT);
  await resultShown(page);
  await says(page, /First names/);
  const first = await names(page);
  await page.click('text=Stay with the fast one');
  await page.waitForSelector('#refine', { state: 'hidden' });
  assert.deepEqual(await names(page), first, 'the result stays');
  const asked = server.asked();
  await page.reload();
  await choose(page, PORTRAIT);
  await resultShown(page);
  assert.deepEqual(await names(page), first);
  assert.equal(server.asked(), asked);
  assert.match(await page.innerText('#networks summary'), /Fast/);
});

test('visitors who save data are asked first', async () => {
  const { page, server: { log } } = await open({ script: () => {
    Object.defineProperty(navigator, 'connection', { value: { saveData: true } });
  } });
  await choose(page, PORTRAIT);
  await resultShown(page);
  await says(page, /A closer look needs 2\d\.\d MB/);
  await page.waitForTimeout(500);
  assert.deepEqual(log.filter(({ url }) => ACCURATE.test(url)), []);
  await page.click('text=Look again, more closely');
  await says(page, /Looked again/);
  assertNativeOrder(await names(page), PORTRAIT, GALLERY);
});

test('an accurate network that does not come is said, and can be tried again', async () => {
  let broken = true;
  const { page } = await open({ server: { intercept({ url = '' }, response) {
    if (!broken || !ACCURATE.test(url)) return false;
    response.writeHead(404).end();
    return true;
  } } });
  await choose(page, PORTRAIT);
  await resultShown(page);
  await says(page, /did not arrive/);
  const first = await names(page);
  assert.equal(first.length, 5);
  broken = false;
  await page.click('#refine >> text=Try again');
  await says(page, /Looked again/);
  assert.notDeepEqual(await names(page), first);
});

test('what is under way is not interrupted: another photo, an open window', async () => {
  const server = withheld(ACCURATE);
  const { page, server: { log } } = await open({ server });
  await choose(page, PORTRAIT);
  await resultShown(page);
  await says(page, /First names/);
  await choose(page, OTHER);
  await resultShown(page);
  await says(page, /First names/);
  assertNativeOrder(await names(page), OTHER, LIGHT_GALLERY, 'hse-mobilenet');
  await page.click('.person .why >> nth=0');
  await page.waitForSelector('#why[open]');
  const before = await names(page);
  server.release();
  await page.waitForFunction(() => performance.getEntriesByType('resource')
    .some(({ name }) => /facenet\.tflite\.22$/.test(name)));
  await page.waitForTimeout(2000);
  assert.deepEqual(await names(page), before);
  assert.ok(log.length);
  await page.click('#why [data-do=close]');
  await says(page, /Looked again/);
  assertNativeOrder(await names(page), OTHER, GALLERY);
});

test('all faces, and several photos of one person, are looked at again', async () => {
  const server = withheld(ACCURATE);
  const { page } = await open({ server });
  await choose(page, GROUP);
  await resultShown(page);
  await page.click('[data-action=all]');
  await page.waitForSelector('#everyone:not([hidden])');
  server.release();
  await says(page, /Looked again, more closely: (the same people|\d of 5|one of 5)/);
  const several = withheld(ACCURATE);
  const { page: other } = await open({ server: several });
  await other.setInputFiles('#file', [PORTRAIT, OTHER].map((file) => inProject(file)));
  await resultShown(other);
  await says(other, /First names/);
  several.release();
  await says(other, /Looked again/);
  assert.equal((await names(other)).length, 5);
});

// ---- The same in the engine ------------------------------------------------------------------

/** @type {typeof import('../web/engine/humshakal.js').Humshakal} */
let Humshakal;

before(async () => {
  await need('build/site/models/manifest.json');
  ({ Humshakal } = await import(new URL('humshakal.js', site).href));
});

/** @type {import('../web/engine/humshakal.js').Humshakal[]} */
const made = [];

/** On a device of its own: what one has fetched is kept for all of the same address. */
async function begin() {
  const one = await Humshakal.create({ refine: true, baseURL: `${site.href}?${made.length}` });
  made.push(one);
  return one;
}

after(() => made.forEach((one) => one.close()));

test('the facade begins with the light network, and goes on to the other', async () => {
  const offers = await Humshakal.offers({ refine: true });
  assert.deepEqual([offers.model.id, offers.better?.model.id], ['hse-mobilenet-vggface2', 'facenet-vggface2']);
  assert.ok(offers.total < 5.4e6, `${offers.total} bytes`);
  const one = await begin();
  assert.equal(one.info.embedder.id, 'hse-mobilenet-vggface2');
  assert.equal(one.better?.id, 'facenet-vggface2');
  const light = await one.match(await photo(PORTRAIT));
  /** @type {string[]} */
  const order = [];
  const refining = one.refine({ before: async () => {
    order.push('before');
    assert.equal(one.info.embedder.id, 'hse-mobilenet-vggface2');
    await one.match(await photo(PORTRAIT));
    order.push('matched');
  } }).then(() => order.push('refined'));
  await refining;
  assert.deepEqual(order, ['before', 'matched', 'refined']);
  assert.deepEqual([one.info.embedder.id, one.better], ['facenet-vggface2', null]);
  const accurate = await one.match(await photo(PORTRAIT));
  assert.notDeepEqual(accurate.map(({ name }) => name), light.map(({ name }) => name));
  assertNativeOrder(accurate.map(({ name }) => name), PORTRAIT, GALLERY);
  await one.refine(); // nothing is left to do
});

test('calls that are under way are answered by the network they were made to', async () => {
  const one = await begin();
  const images = await Promise.all(Array.from({ length: 4 }, () => photo(PORTRAIT)));
  const light = await one.embed(images[0]);
  /** @type {Promise<Float32Array[]> | null} */
  let calls = null;
  await one.refine({ before: async () => {
    calls = Promise.all(images.map((image) => one.embed(image)));
  } });
  for (const embedding of await /** @type {any} */ (calls)) assert.deepEqual(embedding, light);
  assert.equal((await one.embed(images[0])).length, one.info.embedder.dimension);
});

test('a closer look can be called off, and closed with the rest', async () => {
  const one = await begin();
  await assert.rejects(one.refine({ signal: AbortSignal.abort() }), { name: 'AbortError' });
  assert.equal((await one.match(await photo(PORTRAIT))).length, 5);
  const refining = one.refine();
  one.close();
  await assert.rejects(refining, { code: 'HUM_ERROR_STATE' });
});

test('a network or gallery that was asked for is what is taken', async () => {
  for (const wanted of [{ model: 'facenet-vggface2' }, { gallery: 'presidents' }]) {
    const { model, better } = await Humshakal.offers({ refine: true, ...wanted });
    assert.deepEqual([model.id, better], ['facenet-vggface2', null]);
  }
});
