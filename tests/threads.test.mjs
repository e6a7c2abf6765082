/** Threads and the service worker that makes them possible on any host. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choose, choseAccurate, guarded, names, open, resultShown } from './lib/page.mjs';

const PORTRAIT = 'build/photos/samples/portrait-1.jpg';
const ALLOWED = { serviceWorkers: 'allow' };

/** What an engine of its own says in the page. */
const info = (page) => page.evaluate(async () => {
  const { Humshakal } = await import(new URL('humshakal.js', document.baseURI).href);
  const humshakal = await Humshakal.create();
  const found = humshakal.info;
  humshakal.close();
  return found;
});

test('on a host that sends no headers the second visit has threads', async () => {
  const { page, server, errors } = await open({ context: ALLOWED, script: choseAccurate });
  await choose(page, PORTRAIT);
  await resultShown(page);
  const one = await names(page);
  await page.waitForSelector('#traffic span:not(:empty)');
  assert.equal(await page.evaluate(() => crossOriginIsolated), false);
  assert.equal((await info(page)).threads, 1);
  await guarded(page);
  server.log.length = 0;
  await page.reload();
  assert.equal(await page.evaluate(() => crossOriginIsolated), true);
  const { threads, build, threadsFailed } = await info(page);
  const cores = await page.evaluate(() => navigator.hardwareConcurrency);
  assert.equal(threads, Math.min(4, cores));
  assert.match(build, cores > 1 ? /-threads$/ : /^(simd|relaxed)$/);
  assert.equal(threadsFailed, null);
  await choose(page, PORTRAIT);
  await resultShown(page);
  assert.deepEqual(await names(page), one, 'threads change no result');
  assert.deepEqual(server.log.filter(({ url }) => url.endsWith('.wasm')), [], 'kept before');
  assert.deepEqual(errors, []);
});

test('threads that cannot start are one thread, and info says why', async () => {
  const { page } = await open({ server: {
    isolate: true,
    intercept({ url }, response) {
      if (!/-threads\.mjs$/.test(url)) return false;
      response.writeHead(500).end();
      return true;
    },
  } });
  const { threads, build, threadsFailed } = await info(page);
  assert.equal(threads, 1);
  assert.doesNotMatch(build, /threads/);
  assert.match(threadsFailed, /threads\.mjs could not be loaded/);
  await choose(page, PORTRAIT);
  await resultShown(page);
});

test('threads that never answer are given up', async () => {
  const { page } = await open({ server: { isolate: true } });
  await page.route('**/engine/*-threads.mjs', (route) => route.fulfill({
    contentType: 'text/javascript', body: 'export default () => new Promise(() => {});' }));
  const { threads, threadsFailed } = await info(page);
  assert.equal(threads, 1);
  assert.match(threadsFailed, /nothing was heard/);
});

test('after the first visit the page works without a network', async () => {
  const { page, context, server } = await open({ context: ALLOWED });
  await page.click('#download button');
  await page.waitForFunction(() => /Ready/.test(document.querySelector('#download').innerText));
  await guarded(page);
  await choose(page, PORTRAIT);
  await resultShown(page);
  await page.waitForSelector('#traffic span:not(:empty)'); // the page is kept
  const online = await names(page);
  await server.close();
  await context.setOffline(true);
  await page.reload();
  await choose(page, PORTRAIT);
  await resultShown(page);
  assert.deepEqual(await names(page), online);
});
