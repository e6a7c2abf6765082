/** What leaves the device, what is kept on it, offline visits, and updates of the site. */

import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { serve } from '../tools/serve.mjs';
import {
  PATIENCE, choose, choseAccurate, guarded, inBoth, names, open, resultShown,
} from './lib/page.mjs';
import { inProject, site } from './lib/project.mjs';

const PORTRAIT = 'build/photos/samples/portrait-1.jpg';
const ALLOWED = { serviceWorkers: 'allow' };

/** Real photos, each of another person. @param {number} count */
async function photos(count) {
  const root = inProject('build/photos/presidents');
  const found = [];
  for (const entry of (await readdir(root, { withFileTypes: true, recursive: true }))) {
    if (/\.(jpe?g|png)$/i.test(entry.name)) found.push(join(entry.parentPath, entry.name));
  }
  assert.ok(found.length >= count);
  return found.sort().slice(0, count);
}

/** Waits until the page says that it is ready and counts. @param {any} page */
const counting = (page) => page.waitForFunction(() => /ready/.test(
  /** @type {HTMLElement} */ (document.querySelector('#traffic span')).innerText));

inBoth('once ready, 20 photos cause no request and not a byte', async () => {
  const { page, server } = await open({ context: ALLOWED });
  await page.click('.samples button >> nth=0');
  await resultShown(page);
  await counting(page);
  for (const { bytesReceived, method, url } of server.log) {
    assert.deepEqual([bytesReceived, method, url.includes('?')], [0, 'GET', false], url);
  }
  const before = server.log.length;
  for (const file of await photos(20)) {
    const [last] = await names(page);
    await page.setInputFiles('#file', file);
    await page.waitForFunction(() => !document.querySelector('#progress')?.hasAttribute('hidden')
      || !document.querySelector('#notice')?.hasAttribute('hidden'));
    await page.waitForSelector('#results:not([hidden]), #notice:not([hidden])');
    assert.ok(last);
  }
  assert.deepEqual(server.log.slice(before), []);
  assert.equal(await page.innerText('#traffic span'),
    'Since it was ready: 0 requests, 0 bytes sent.');
});

test('the counter counts: a network downloaded later, and what the gate stops', async () => {
  const { page, server } = await open({ context: ALLOWED, script: choseAccurate });
  await choose(page, PORTRAIT);
  await resultShown(page);
  await counting(page);
  const before = server.log.length;
  await page.evaluate(() => fetch('icon.svg?face=1').catch(() => {}));
  await page.waitForFunction(() => /One request was stopped/.test(
    /** @type {HTMLElement} */ (document.querySelector('#traffic')).innerText));
  assert.equal(server.log.length, before);
  await page.click('#networks summary');
  await page.click('#networks label >> text=Fast');
  await resultShown(page);
  await page.waitForFunction(() => /[4-9] requests for files of this site, \d+ bytes sent/.test(
    /** @type {HTMLElement} */ (document.querySelector('#traffic')).innerText));
  const passed = server.log.slice(before).map(({ url }) => url.slice(1));
  const sent = passed.reduce((sum, file) => sum + file.length, 0);
  assert.match(await page.innerText('#traffic span'), new RegExp(
    `${passed.length} requests for files of this site, ${sent} bytes sent .*3\\.2 MB received`));
});

test('without a service worker the page counts by itself and says so', async () => {
  const { page } = await open(); // which blocks it
  await choose(page, PORTRAIT);
  await resultShown(page);
  await counting(page);
  assert.match(await page.innerText('#traffic span'),
    /^Since it was ready: 0 requests, 0 bytes sent\. The service worker .* (could not start|has not started)/);
  await page.evaluate(() => fetch('icon.svg?face=1', { cache: 'reload' }));
  await page.waitForFunction(() => /one request .* 16 bytes sent/.test(
    /** @type {HTMLElement} */ (document.querySelector('#traffic')).innerText));
});

test('the gate is there before the engine, and the engine’s own thread is behind it', async () => {
  const { page, server } = await open({ context: ALLOWED });
  await choose(page, PORTRAIT); // at once, on the first visit
  await resultShown(page);
  const [worker] = page.workers();
  const tried = await worker.evaluate((/** @type {string} */ own) => Promise.all([
    `${own}icon.svg?face=1`, `${own}elsewhere`, `${own}icon.svg`,
  ].map((url) => fetch(url).then(({ status }) => status, () => 'stopped'))), server.url);
  assert.deepEqual(tried, ['stopped', 'stopped', 200]);
});

test('another service worker, whose address browsers would fetch past the gate, is refused', async () => {
  const { page, server } = await open({ context: ALLOWED });
  await guarded(page);
  const said = await page.evaluate(() => {
    const policy = /** @type {any} */ (window).trustedTypes.createPolicy('humshakal',
      { createScriptURL: (/** @type {string} */ url) => url });
    return navigator.serviceWorker.register(policy.createScriptURL('sw.js?face=1'))
      .then(() => 'registered', String);
  });
  assert.match(said, /one service worker/);
  assert.equal(server.log.some(({ url }) => url.includes('?')), false);
});

test('every answer of the service worker carries the policy, whatever the server says', async () => {
  const { page, server } = await open({ context: ALLOWED });
  await guarded(page);
  const meta = await page.getAttribute('meta[http-equiv=Content-Security-Policy]', 'content');
  const found = await page.evaluate(() => Promise.all(
    ['./', 'engine/worker.js', 'engine/humshakal-simd.mjs', 'privacy.html', 'models/blazeface-short.recipe']
      .map((file) => fetch(file).then(({ headers }) => headers.get('content-security-policy')))));
  assert.deepEqual(new Set(found), new Set([`${meta}; frame-ancestors 'none'`]));
  const response = await page.goto(`${server.url}no-such-page`);
  assert.equal(response.status(), 404);
  assert.match(response.headers()['content-security-policy'], /default-src 'none'/);
  assert.equal(server.log.some(({ url }) => url.includes('no-such-page')), false);
  await page.goto(`${server.url}?from=a-friend`); // a query stays here
  await page.waitForSelector('.samples img[src]');
  assert.equal(server.log.some(({ url }) => url.includes('from=')), false);
});

inBoth('the second visit works without a network, and the privacy page too', async () => {
  const { page, server } = await open({ context: ALLOWED });
  await page.click('.samples button >> nth=0');
  await resultShown(page);
  await counting(page);
  const online = await names(page);
  await server.close();
  await page.reload();
  await page.click('.samples button >> nth=0');
  await resultShown(page);
  assert.deepEqual(await names(page), online);
  await page.goto(`${server.url}privacy.html`);
  assert.match(await page.innerText('h1'), /Privacy/);
});

inBoth('what is kept can be removed, and is said', async () => {
  const { page, server } = await open({ context: ALLOWED });
  await page.click('.samples button >> nth=0');
  await resultShown(page);
  await counting(page);
  await page.evaluate(() => {
    localStorage.setItem(`humshakal-choice:${location.pathname}`, '{}');
    localStorage.setItem('humshakal-choice:/another/site/', '{}');
    localStorage.setItem('something-else', '1');
    return caches.open('humshakal-assets-1:/another/site/');
  });
  await page.goto(`${server.url}privacy.html`);
  await page.click('#wipe');
  await page.waitForFunction(() => /Removed/.test(
    /** @type {HTMLElement} */ (document.querySelector('#wiped')).innerText));
  // 20 MB more where the page was left in the moment in which a network is there whole and
  // in the parts that it came in.
  assert.match(await page.innerText('#wiped'),
    /^Removed: \d{2,3} files, [35]\d\.\d MB\. One setting\. The service worker/);
  assert.deepEqual(await page.evaluate(async () => [await caches.keys(),
    Object.keys(localStorage).sort(), (await navigator.serviceWorker.getRegistrations()).length]),
  [['humshakal-assets-1:/another/site/'], ['humshakal-choice:/another/site/', 'something-else'], 0]);
  await page.click('#wipe');
  await page.waitForFunction(() => /nothing to remove/.test(
    /** @type {HTMLElement} */ (document.querySelector('#wiped')).innerText));
});

test('an update of the site arrives whole: at once for who comes, on a word for who is there', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'humshakal-'));
  t.after(() => rm(folder, { recursive: true }));
  const files = ['index.html', 'page/words/words.js'];
  await cp(inProject('build/site'), folder, { recursive: true });
  /** Another version: a page and a script that belong together. @param {string} mark */
  const publish = async (mark) => {
    for (const file of files) {
      const source = await readFile(new URL(file, site), 'utf8');
      await writeFile(join(folder, file), file.endsWith('.html')
        ? source.replace('<body>', `<body data-version="${mark}">`)
        : `${source}\ndocument.documentElement.dataset.script = '${mark}';\n`);
    }
    execFileSync(process.execPath, [inProject('tools/setup/files.mjs'), folder]);
  };
  await publish('one');
  const served = await serve(folder);
  t.after(() => served.close());
  const { page } = await open({ context: ALLOWED, address: served.url });
  const versions = () => page.evaluate(() => [document.body.dataset.version,
    document.documentElement.dataset.script]);
  await guarded(page);
  await page.reload();
  assert.deepEqual(await versions(), ['one', 'one']);

  // Browsers look for it at a visit, and sometimes in between.
  const look = () => page.evaluate(() => navigator.serviceWorker.getRegistration()
    .then((registration) => { registration?.update(); }));
  await publish('two');
  await look();
  await page.waitForSelector('#update:not([hidden])');
  assert.deepEqual(await versions(), ['one', 'one'], 'whoever is there keeps the old one, whole');
  await page.click('#update:not([hidden]) button');
  await page.waitForSelector('body[data-version=two]');
  await page.waitForSelector('html[data-script=two]', { state: 'attached' });
  assert.equal(await page.isVisible('#update'), false);

  await publish('three');
  await look();
  await page.waitForSelector('#update:not([hidden])');
  // An arrival. Chromium sometimes keeps the new worker waiting, in spite of skipWaiting(),
  // until the next one; what is there is whole at any time.
  const arrived = (/** @type {number} */ timeout) => page.waitForSelector(
    'html[data-script=three] body[data-version=three]', { timeout });
  await page.reload();
  await arrived(4000).catch(async () => {
    assert.deepEqual(await versions(), ['two', 'two']);
    await page.reload();
    await arrived(PATIENCE);
  });
});

test('the list of the site’s files is whole, and a page with another policy is refused', async (t) => {
  const { kept, rare, large } = JSON.parse((await readFile(new URL('files.js', site), 'utf8'))
    .replace('self.SITE = ', '').replace(/;\n$/, ''));
  const present = (await readdir(site, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(inProject('build/site/').length));
  assert.deepEqual([...Object.keys({ ...kept, ...rare }), ...large, 'files.js'].sort(), present.sort());
  const folder = await mkdtemp(join(tmpdir(), 'humshakal-'));
  t.after(() => rm(folder, { recursive: true }));
  const html = await readFile(new URL('index.html', site), 'utf8');
  await writeFile(join(folder, 'index.html'), html);
  await writeFile(join(folder, 'sw.js'), '');
  await writeFile(join(folder, 'more.html'), html.replace("connect-src 'self'", 'connect-src *'));
  assert.throws(() => execFileSync(process.execPath,
    [inProject('tools/setup/files.mjs'), folder], { stdio: 'pipe' }), /more\.html has another/);
});

test('the web manifest is one that browsers install, and its icons are what it says', async () => {
  const { page, server } = await open();
  const { icons, ...manifest } = await page.evaluate(() => fetch(
    /** @type {HTMLLinkElement} */ (document.querySelector('link[rel=manifest]')).href)
    .then((response) => response.json()));
  assert.equal(manifest.display, 'standalone');
  assert.equal(new URL(manifest.start_url, server.url).href, server.url);
  for (const { src, sizes, type } of icons) {
    const size = await page.evaluate(async (/** @type {string} */ address) => {
      const image = new Image();
      image.src = address;
      await image.decode();
      return `${image.naturalWidth}x${image.naturalHeight}`;
    }, src);
    if (type === 'image/png') assert.equal(size, sizes, src);
  }
  assert.ok(icons.some((/** @type {any} */ { purpose }) => purpose === 'maskable'));
});
