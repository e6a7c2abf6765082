/** What the engine keeps in the browser: by which name, how much of it, and in several tabs. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from './lib/page.mjs';

/** A page that does not start the engine by itself. */
const QUIET = { path: 'privacy.html' };

/** What assets.js fetches. */
const LARGE = /\.(wasm|humg|recipe|tflite(\.\d+)?)$/;

/** @param {any} page  @returns {Promise<void>} */
const start = (page) => page.evaluate(async () => {
  const { Humshakal } = await import(new URL('humshakal.js', document.baseURI).href);
  (await Humshakal.create()).close();
});

/** @param {any} page */
const offers = (page) => page.evaluate(async () => {
  const { Humshakal } = await import(new URL('humshakal.js', document.baseURI).href);
  const { missing, total, stored, model, models } = await Humshakal.offers();
  const { stored: modelStored } = models.find(({ id }) => id === model.id);
  return { missing, total, stored, modelStored };
});

test('two tabs that come at the same time download each file once', async () => {
  const { page, context, server } = await open(QUIET);
  const other = await context.newPage();
  await other.goto(new URL('privacy.html', server.url).href);
  server.log.length = 0;
  await Promise.all([start(page), start(other)]);
  const files = server.log.map(({ url }) => url).filter((url) => LARGE.test(url));
  assert.ok(files.length > 25, `${files.length} files`);
  assert.deepEqual(files.filter((url, i) => files.indexOf(url) !== i), []);
});

test('two tabs that keep networks at the same time lose none', async () => {
  const { page, context, server } = await open(QUIET);
  const other = await context.newPage();
  await other.goto(new URL('privacy.html', server.url).href);
  const add = (/** @type {any} */ tab, /** @type {string} */ name) => tab.evaluate(async (prefix) => {
    const { assetsOf } = await import(new URL('engine/assets.js', document.baseURI).href);
    const assets = assetsOf(new URL('./', document.baseURI));
    await Promise.all(['a', 'b', 'c', 'd'].map((letter) => assets.addOwn('models',
      { id: prefix + letter, name: letter, task: 'embedder', file: letter },
      new TextEncoder().encode(prefix + letter))));
  }, name);
  await Promise.all([add(page, 'one-'), add(other, 'two-')]);
  const ids = await page.evaluate(async () => {
    const { Humshakal } = await import(new URL('humshakal.js', document.baseURI).href);
    return (await Humshakal.offers()).models.filter(({ own }) => own).map(({ id }) => id);
  });
  assert.deepEqual(ids.sort(), ['one-a', 'one-b', 'one-c', 'one-d', 'two-a', 'two-b', 'two-c', 'two-d']);
});

test('a full storage is told, and costs a download at the next visit only', async () => {
  const { page, server } = await open({ ...QUIET, script: () => {
    Cache.prototype.put = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
  } });
  const before = await offers(page);
  assert.deepEqual(before, { missing: before.total, total: before.total, stored: false, modelStored: false });
  await start(page);
  assert.deepEqual(await offers(page), { missing: 0, total: before.total, stored: false, modelStored: false });
  server.log.length = 0;
  await start(page);
  assert.deepEqual(server.log.filter(({ url }) => LARGE.test(url)), []);
});

test('what is kept is told too', async () => {
  const { page } = await open(QUIET);
  await start(page);
  const { missing, stored, modelStored } = await offers(page);
  assert.deepEqual([missing, stored, modelStored], [0, true, true]);
});

test('once all parts of a file are there it is kept whole, and what interrupted that is cleared up', async () => {
  const { page, server } = await open(QUIET);
  const kept = () => page.evaluate(async () => {
    const name = (await caches.keys()).find((one) => one.startsWith('humshakal-assets'));
    const keys = (await (await caches.open(name)).keys()).map(({ url }) => url.split('/').at(-1));
    const { models } = await (await fetch('models/manifest.json')).json();
    const { sha256, parts } = models.find(({ parts: in_ }) => in_?.length > 20);
    return { whole: keys.includes(sha256),
      parts: parts.filter((part) => keys.includes(part.sha256)).length };
  });
  await start(page);
  for (let i = 0; i < 50 && (await kept()).parts; i += 1) await page.waitForTimeout(100);
  assert.deepEqual(await kept(), { whole: true, parts: 0 });
  // As if the page had been closed between the two.
  await page.evaluate(async () => {
    const cache = await caches.open((await caches.keys()).find((one) => one.startsWith('humshakal-assets')));
    const { models } = await (await fetch('models/manifest.json')).json();
    const { parts } = models.find(({ parts: in_ }) => in_?.length > 20);
    const key = new URL(`stored/${parts[3].sha256}`, document.baseURI).href;
    await cache.put(key, new Response(await (await fetch(parts[3].file)).blob()));
  });
  assert.deepEqual(await kept(), { whole: true, parts: 1 });
  server.log.length = 0;
  await start(page);
  assert.deepEqual(await kept(), { whole: true, parts: 0 });
  assert.deepEqual(server.log.filter(({ url }) => LARGE.test(url)), []);
});

test('files that an older version kept are taken over, without another site’s', async () => {
  const { page, server } = await open(QUIET);
  await start(page);
  // As that version kept them: in a cache named by path, which another origin's site shares.
  await page.evaluate(async () => {
    const [name] = (await caches.keys()).filter((one) => one.startsWith('humshakal-assets'));
    const [from, to] = [await caches.open(name), await caches.open('humshakal-assets-1:/')];
    for (const key of await from.keys()) await to.put(key, await from.match(key));
    await to.put('https://other.example/stored/abc', new Response('theirs'));
    await caches.delete(name);
  });
  await page.reload();
  server.log.length = 0;
  const { missing, stored } = await offers(page);
  assert.deepEqual([missing, stored], [0, true]);
  const left = await page.evaluate(async () => {
    const found = {};
    for (const name of await caches.keys()) {
      found[name] = (await (await caches.open(name)).keys()).map(({ url }) => url);
    }
    return found;
  });
  assert.deepEqual(left['humshakal-assets-1:/'], ['https://other.example/stored/abc']);
  assert.ok(left[`humshakal-assets-2:${server.url}`].length > 5);
});

test('an entry of the visitor’s own that is damaged is left out, and the others remain', async () => {
  const { page } = await open(QUIET);
  const found = await page.evaluate(async () => {
    const { assetsOf } = await import(new URL('engine/assets.js', document.baseURI).href);
    const assets = assetsOf(new URL('./', document.baseURI));
    const about = { name: 'Mine', task: 'embedder', file: 'mine' };
    await assets.addOwn('models', { ...about, id: 'good' }, new Uint8Array(5));
    await assets.addOwn('models', { ...about, id: 'bad' }, new Uint8Array(6));
    await assets.addOwn('models', { ...about, id: 'facenet-vggface2' }, new Uint8Array(7));
    const cache = await caches.open((await caches.keys())[0]);
    const key = new URL('stored/own.json', document.baseURI).href;
    const own = await (await cache.match(key)).json();
    own.models[1].bytes = -1;
    await cache.put(key, new Response(JSON.stringify(own)));
    const { Humshakal } = await import(new URL('humshakal.js', document.baseURI).href);
    return (await Humshakal.offers()).models.map(({ id, own: isOwn = false }) => [id, isOwn]);
  });
  assert.deepEqual(found.filter(([, own]) => own), [['good', true]]);
  assert.equal(found.filter(([id]) => id === 'facenet-vggface2').length, 1, 'the site’s');
});

/** @type {Record<string, () => void>} */
const BROKEN = {
  'opens never': () => {
    // 5 s of waiting are 50 ms here.
    const wait = window.setTimeout;
    Object.assign(window, { setTimeout: (/** @type {() => void} */ run, /** @type {number} */ ms) => (
      wait(run, ms === 5000 ? 50 : ms)) });
    CacheStorage.prototype.open = () => new Promise(() => {});
  },
  'cannot be reached': () => {
    Object.defineProperty(window, 'caches', { get() { throw new DOMException('no', 'SecurityError'); } });
  },
  'cannot be read': () => {
    const fail = () => Promise.reject(new DOMException('broken', 'UnknownError'));
    Object.assign(Cache.prototype, { match: fail, keys: fail, delete: fail, put: fail });
  },
  'has no locks': () => {
    LockManager.prototype.request = () => Promise.reject(new DOMException('no', 'SecurityError'));
  },
};

for (const [how, script] of Object.entries(BROKEN)) {
  test(`storage that ${how} does not keep the engine from starting`, async () => {
    const { page } = await open({ ...QUIET, script });
    await start(page);
    assert.equal((await offers(page)).missing, 0);
  });
}
