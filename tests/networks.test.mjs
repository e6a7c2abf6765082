/**
 * Other networks than the site's first, in the page: its choice of them, and weights that a
 * visitor brings along. Those are made ones, in the layout of the published files.
 */

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { madeFile } from './lib/keras-cache.mjs';
import { malformedFiles } from './lib/keras-malformed.mjs';
import { assertNativeOrder } from './lib/native.mjs';
import { choose, choseAccurate, names, notice, open, resultShown } from './lib/page.mjs';
import { inProject, site } from './lib/project.mjs';

const PORTRAIT = 'build/photos/samples/portrait-1.jpg';
const CACHED = 'build/tests/keras';

/** The path of a file with made weights. */
async function weights(network) {
  await madeFile(network);
  const name = (await readdir(inProject(CACHED))).find((file) => (
    new RegExp(`^${network}-\\w+\\.h5$`).test(file)));
  return inProject(`${CACHED}/${name}`);
}

const networkFiles = (server) => server.log.filter(({ url }) => /tflite|humg/.test(url))
  .map(({ url }) => url);

/** The addresses of a network's parts. */
async function parts(id) {
  const { models } = JSON.parse(await readFile(new URL('models/manifest.json', site), 'utf8'));
  return models.find((model) => model.id === id).parts.map(({ file }) => `/${file}`);
}

async function summary(page) {
  await page.waitForSelector('#networks:not([hidden])');
  return page.innerText('#networks summary');
}

/** Gives the page a weights file and takes the gallery's small pictures. */
async function bring(page, file) {
  await page.setInputFiles('#weights', file);
  assert.match(await notice(page), /ready.*less accurate/s);
  await page.getByRole('button', { name: 'Use the small pictures' }).click();
}

test('the page tells size, work, licence and accuracy of its networks, and switches', async () => {
  const { page, server, errors } = await open({ script: choseAccurate });
  await choose(page, PORTRAIT);
  await resultShown(page);
  await page.click('#networks summary');
  const listed = await page.locator('#networks li').allInnerTexts();
  assert.equal(listed.length, 2);
  for (const text of listed) {
    assert.match(text, /\d+\.\d MB/);
    assert.match(text, /\d\.\d billion multiplications/);
    assert.match(text, /MIT|Apache-2\.0/);
    assert.match(text, /98\.1 %|97\.8 %/);
  }
  assert.match(listed[0], /on this device.*last took \d+\.\d\d s/s);
  assert.match(listed[1], /HSE FaceRec MobileNet.*3\.0 MB to download/s);

  server.log.length = 0;
  await page.click('#networks li:nth-child(2) input');
  await page.waitForFunction(() => /Fast/.test(
    document.querySelector('#networks summary').innerText));
  await resultShown(page);
  assert.deepEqual(networkFiles(server).sort(), [
    '/galleries/presidents-hse-mobilenet.humg', ...await parts('hse-mobilenet-vggface2')]);
  const gallery = inProject('build/site/galleries/presidents-hse-mobilenet.humg');
  assertNativeOrder(await names(page), PORTRAIT, gallery, 'hse-mobilenet');
  await page.reload();
  assert.match(await summary(page), /Fast/, 'the choice is kept');
  await page.click('#networks summary');
  await page.click('#networks li:nth-child(1) input');
  await choose(page, PORTRAIT);
  await resultShown(page);
  assert.match(await summary(page), /Accurate/);
  assert.deepEqual(errors, []);
});

test('small pictures keep most of a gallery’s sense: each still shows its own person', async () => {
  const { page } = await open();
  const { right, total, unused } = await page.evaluate(async () => {
    const { Humshakal } = await import(new URL('humshakal.js', document.baseURI).href);
    const first = await Humshakal.create();
    const shots = await first.match({ data: new Uint8ClampedArray(64 * 64 * 4).fill(128),
      width: 64, height: 64 }, { k: 45, detect: false });
    const { gallery } = await first.adaptGallery('presidents');
    let hits = 0;
    for (const { name, photo } of shots) {
      const [best] = await first.match(photo.thumbnail).catch(() => [{ name: '' }]);
      if (best.name === name) hits += 1;
    }
    first.close();
    return { right: hits, total: shots.length, unused: gallery.unused };
  });
  assert.equal(total, 45);
  assert.ok(right >= 45 - unused - 1 && unused <= 2, `${right} of ${total}, ${unused} unused`);
});

test('published weights are converted in the page, used, and there at the next visit', async (t) => {
  const { page, server, errors } = await open();
  await choose(page, PORTRAIT);
  await resultShown(page);
  const start = performance.now();
  await bring(page, await weights('resnet50'));
  await resultShown(page);
  assert.match(await page.innerText('#results .text'), /small pictures, which is less accurate/);
  assert.match(await page.innerText('#sources'), /less accurate/);
  t.diagnostic(`ResNet-50 from .h5 to the match: ${((performance.now() - start) / 1000).toFixed(1)} s`);
  assert.match(await summary(page), /VGGFace2 ResNet-50/);
  const shown = await names(page);
  assert.equal(new Set(shown).size, 5);
  assert.equal(server.log.reduce((sum, { bytesReceived }) => sum + bytesReceived, 0), 0);

  server.log.length = 0;
  await page.reload();
  await choose(page, PORTRAIT);
  await resultShown(page);
  assert.match(await summary(page), /VGGFace2 ResNet-50/);
  assert.deepEqual(await names(page), shown);
  assert.deepEqual(networkFiles(server), []);

  await page.click('#networks summary');
  await page.getByRole('button', { name: 'Remove it from this device' }).click();
  await page.waitForFunction(() => /Accurate/.test(
    document.querySelector('#networks summary').innerText));
  await resultShown(page);
  assert.match(await summary(page), /Accurate/);
  assert.equal(await page.locator('#networks li').count(), 2);
  const left = await page.evaluate(async () => {
    const cache = await caches.open((await caches.keys())[0]);
    return (await (await cache.match(new URL('stored/own.json', document.baseURI).href))?.json());
  });
  assert.deepEqual(left, { models: [], galleries: [] });
  assert.deepEqual(errors, []);
});

test('a dropped weights file is not taken for a photo', async () => {
  const { page } = await open();
  const transfer = await page.evaluateHandle(() => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(10)], 'rcmalli_vggface_tf_notop_resnet50.h5'));
    return data;
  });
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
  assert.match(await notice(page), /These weights cannot be used.*Not an HDF5 file: 10 bytes/s);
  await page.getByRole('button', { name: 'Go on without it' }).click();
  await page.waitForSelector('.lead');
  assert.match(await summary(page), /Accurate/);
});

test('malformed weights are refused with a sentence in the page too', async () => {
  const files = await malformedFiles();
  const { page, errors } = await open({ server: {
    intercept({ url }, response) {
      const found = files[Number(/^\/malformed\/(\d+)$/.exec(url)?.[1] ?? -1)];
      if (found) response.end(found.bytes);
      return Boolean(found);
    },
  } });
  const said = await page.evaluate(async (count) => {
    const { Humshakal } = await import(new URL('humshakal.js', document.baseURI).href);
    const all = [];
    for (let i = 0; i < count; i += 1) {
      const file = await (await fetch(`malformed/${i}`)).blob();
      all.push(await Humshakal.addModel(file).then(() => 'taken', ({ code, message }) => (
        `${code}: ${message}`)));
    }
    return all;
  }, files.length);
  assert.ok(files.length >= 40);
  files.forEach(({ name, says }, i) => {
    assert.match(said[i], /^HUM_ERROR_WEIGHTS: /, name);
    assert.match(said[i], says, name);
  });
  assert.deepEqual(errors, []);
});

test('a model file that the engine cannot use is refused, and one that it can is taken', async () => {
  const { page } = await open();
  const foreign = await readFile(inProject('build/models/hse-mobilenet.tflite'));
  const model = (name, buffer) => ({ name, mimeType: 'application/octet-stream', buffer });
  await page.setInputFiles('#weights', model('cut.tflite', foreign.subarray(0, 100_000)));
  assert.match(await notice(page), /These weights cannot be used.*This network cannot be used/s);
  await page.setInputFiles('#weights', model('light.tflite', foreign));
  await page.waitForFunction(() => /Fast/.test(
    document.querySelector('#networks summary').innerText));
  assert.equal(await page.locator('#networks li').count(), 2, 'the site’s own, found again');
});

test('without room to keep them the weights are used, and the page says so', async () => {
  const { page } = await open({ script: () => {
    const { put } = Cache.prototype;
    Cache.prototype.put = function limited(key, response) {
      if (String(key).includes('stored/') && globalThis.storageFull) {
        return Promise.reject(new DOMException('full', 'QuotaExceededError'));
      }
      return put.call(this, key, response);
    };
  } });
  await page.evaluate(() => { globalThis.storageFull = true; });
  await page.setInputFiles('#weights', await weights('vgg16'));
  assert.match(await notice(page), /VGGFace VGG-16 is ready.*no room to keep it/s);
  await page.reload();
  await page.waitForSelector('#networks .gone', { state: 'attached' });
  await page.click('#networks summary');
  assert.match(await page.innerText('#networks'), /no longer on this device/);
  assert.match(await summary(page), /Accurate/);
});

test('weights that the browser has cleared away are missed with a sentence', async () => {
  const { page } = await open();
  await bring(page, await weights('resnet50'));
  await page.waitForSelector('.lead');
  await page.evaluate(async () => {
    const cache = await caches.open((await caches.keys())[0]);
    for (const key of await cache.keys()) {
      if (!key.url.endsWith('own.json')) await cache.delete(key);
    }
  });
  await page.reload();
  await choose(page, PORTRAIT);
  assert.match(await notice(page), /gone from this device.*Give the file again/s);
  await page.getByRole('button', { name: 'Use the site’s own network' }).click();
  await resultShown(page);
});

test('a conversion can be cancelled', async () => {
  const { page } = await open();
  await page.setInputFiles('#weights', await weights('resnet50'));
  await page.waitForFunction(() => /: \d+ %/.test(
    document.querySelector('#progress-text').innerText));
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.waitForSelector('.lead');
  await choose(page, PORTRAIT);
  await resultShown(page);
  assert.match(await summary(page), /Accurate/);
});

test('a large download that breaks goes on where it was', async () => {
  const all = await parts('facenet-vggface2');
  assert.ok(all.length >= 20);
  let broken = true;
  const { page, server } = await open({ script: choseAccurate, server: {
    intercept({ url }, response) {
      if (!broken || url !== all[10]) return false;
      response.writeHead(200, { 'Content-Length': 1 << 20 });
      response.write(Buffer.alloc(1000));
      response.destroy();
      return true;
    },
  } });
  await choose(page, PORTRAIT);
  assert.match(await notice(page), /did not finish/);
  broken = false;
  const before = networkFiles(server).filter((url) => all.includes(url));
  assert.deepEqual(all.slice(0, 10).filter((url) => !before.includes(url)), []);
  assert.ok(before.length < all.length, 'then no more was asked for');
  server.log.length = 0;
  await page.getByRole('button', { name: 'Try again' }).click();
  await resultShown(page);
  const rest = all.filter((url) => url === all[10] || !before.includes(url));
  assert.deepEqual(networkFiles(server).filter((url) => all.includes(url)).sort(), rest.sort());
});

test('a gallery that an older version of the page made is removed, and that is said', async () => {
  const { page } = await open();
  await page.evaluate(async () => {
    const { assetsOf } = await import('./engine/assets.js');
    const response = await fetch('galleries/presidents.humg');
    const bytes = new Uint8Array(await response.arrayBuffer());
    bytes[4] = 1; // the version
    const model = 'facenet-vggface2';
    await assetsOf(new URL('./', location.href)).addOwn('galleries',
      { id: 'old', name: 'Old ones', file: 'old', model, people: 45, photos: 45 }, bytes);
    localStorage.setItem(`humshakal-choice:${location.pathname}`,
      JSON.stringify({ model, gallery: 'old' }));
  });
  await page.reload();
  await choose(page, PORTRAIT);
  assert.match(await notice(page),
    /gone from this device.*“Old ones” was made .* by an older version .* removed/s);
  await page.getByRole('button', { name: 'Use the site’s own network' }).click();
  await page.waitForSelector('#results:not([hidden])');
  assert.doesNotMatch(await page.innerText('footer'), /Old ones/);
});
