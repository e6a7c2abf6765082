/** Photos that other applications hand over: shared with the installed page, or opened with it. */

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import {
  choose, choseAccurate, guarded, inBoth, names, notice, open, resultShown,
} from './lib/page.mjs';
import { inProject, site } from './lib/project.mjs';

const PORTRAIT = 'build/photos/samples/portrait-1.jpg';
const OTHER = 'build/photos/samples/portrait-2.jpg';
const ALLOWED = { serviceWorkers: 'allow' };

/** As in the window of an installed page. */
function installed() {
  const real = window.matchMedia;
  window.matchMedia = (query) => (/standalone/.test(query)
    ? { ...real(query), matches: true } : real.call(window, query));
}

/** A page that is ready without a network, and the address of its site.
 * @param {(() => void)[]} script */
async function ready(script) {
  const opened = await open({ context: ALLOWED, script: [choseAccurate, ...script] });
  await choose(opened.page, OTHER);
  await resultShown(opened.page);
  await guarded(opened.page);
  return { ...opened, address: new URL('./', opened.page.url()).href };
}

/**
 * What the share sheet of a phone sends, and any form can: from a page of another site.
 * @param {any} page @param {string} to @param {string | string[]} files
 */
async function share(page, to, files) {
  const elsewhere = createServer((_, response) => response.setHeader('Content-Type', 'text/html')
    .end(`<form method="post" enctype="multipart/form-data" action="${to}share">
      <input type="file" name="photo" multiple><button>Share</button></form>`)).listen(0);
  const { port } = /** @type {import('node:net').AddressInfo} */ (elsewhere.address());
  await page.goto(`http://localhost:${port}/`);
  await page.setInputFiles('input', [files].flat().map(inProject));
  await page.click('button');
  await page.waitForURL(to);
  elsewhere.close();
}

/** What lies in a cache beyond the files of the site. @param {any} page */
const cached = (page) => page.evaluate(async () => {
  const found = [];
  for (const name of await caches.keys()) {
    for (const { url } of await (await caches.open(name)).keys()) found.push(url);
  }
  return found.filter((url) => /(share|shared|jpg|jpeg)$/.test(url) && !/\/samples\//.test(url));
});

inBoth('a photo shared with the installed page gives five names, and goes nowhere', async () => {
  const { page, server, address, errors } = await ready([installed]);
  const before = server.log.length;
  await share(page, address, PORTRAIT);
  const noted = errors.length; // Firefox notes what the page that was left still waited for
  await resultShown(page);
  assert.equal((await names(page)).length, 5);
  assert.deepEqual(server.log.slice(before).filter(({ method, bytesReceived }) => (
    method !== 'GET' || bytesReceived)), []);
  assert.deepEqual(server.log.slice(before).filter(({ url }) => url.includes('share')
    && !url.includes('/page/share/')), []);
  assert.deepEqual(await cached(page), []);
  assert.deepEqual(errors.slice(noted), []);
  // It is given once: a page that is loaded again begins empty.
  await page.reload();
  await page.waitForSelector('#chooser');
  assert.equal(await page.isVisible('#results'), false);
});

test('several shared photos are taken together; what is no photo gets its sentence', async () => {
  const { page, address } = await ready([installed]);
  await share(page, address, [PORTRAIT, OTHER]);
  await page.waitForSelector('#several:not([hidden])', { timeout: 60_000 });
  await share(page, address, 'LICENSE');
  assert.match(await notice(page), /not a photo that can be read/);
});

test('in a tab it is asked first, since any site can send a picture there', async () => {
  const { page, address } = await ready([]);
  await share(page, address, PORTRAIT);
  assert.match(await notice(page), /A picture was sent to this page/);
  assert.equal(await page.isVisible('#photo'), false);
  await page.click('#notice button >> text=Look at it');
  await resultShown(page);
  assert.equal((await names(page)).length, 5);
});

test('a share that came to nothing is said', async () => {
  const { page, address } = await ready([installed]);
  await page.goto(`${address}?shared`);
  assert.match(await notice(page), /not there any more/);
  assert.equal(page.url(), address);
});

test('a file that is opened with the installed page is looked at', async () => {
  const { page } = await open({ script: [choseAccurate, () => {
    Object.defineProperty(window, 'launchQueue', { value: {
      setConsumer: (/** @type {any} */ consumer) => { Object.assign(window, { launch: consumer }); },
    } });
  }] });
  await page.waitForFunction(() => 'launch' in window);
  const base64 = (await readFile(inProject(PORTRAIT))).toString('base64');
  await page.evaluate((/** @type {string} */ text) => {
    const file = new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], 'photo.jpg');
    return /** @type {any} */ (window).launch({ files: [{ getFile: async () => file }] });
  }, base64);
  await resultShown(page);
  assert.equal((await names(page)).length, 5);
});

test('the web manifest sends shared photos where the service worker takes them', async () => {
  const manifest = JSON.parse(await readFile(new URL('manifest.webmanifest', site), 'utf8'));
  const { action, method, params: { files: [{ name }] } } = manifest.share_target;
  const [, path, field] = /path: '(\w+)', field: '(\w+)'/.exec(
    await readFile(new URL('sw.js', site), 'utf8')) ?? [];
  assert.deepEqual([action, method, name], [`./${path}`, 'POST', field]);
  assert.equal(manifest.file_handlers[0].action, './');
});
