/**
 * What goes wrong around the page: slips of the visitor, parts of the site that do not come,
 * and browsers that keep or hide things.
 */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import {
  choose, choseAccurate, faulty, guarded, inBoth, named, names, notice, open, photoShown,
  resultShown, until,
} from './lib/page.mjs';
import { inProject } from './lib/project.mjs';

const PORTRAIT = 'build/photos/samples/portrait-1.jpg';
const OTHERS = ['build/photos/samples/portrait-2.jpg', 'build/photos/samples/portrait-3.jpg'];

/** @typedef {import('node:http').ServerResponse} Response */

const missing = (/** @type {Response} */ response) => response.writeHead(404).end('no');
const silent = () => {};

// ---- Slips -------------------------------------------------------------------------------

test('pasted text and a bad file leave the last result to go back to', async () => {
  const { page, errors } = await open({ script: choseAccurate });
  await choose(page, PORTRAIT);
  await resultShown(page);
  const before = await names(page);
  await page.evaluate(() => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', 'Hello');
    document.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
  });
  await notice(page);
  await page.getByRole('button', { name: 'Back to the result' }).click();
  await resultShown(page);
  assert.deepEqual(await names(page), before);

  await choose(page, named('no-photo.jpg', Buffer.from('no photo')));
  await notice(page);
  await choose(page, named('nor-this.jpg', Buffer.from('no photo either')));
  await notice(page);
  await page.getByRole('button', { name: 'Back to the result' }).click();
  await resultShown(page);
  assert.deepEqual(await names(page), before);
  await photoShown(page);
  await page.getByRole('button', { name: 'Whole picture' }).or(
    page.locator('[data-action=whole]')).first().click();
  await resultShown(page);
  assert.deepEqual(errors, []);
});

test('text and pictures of the page that are dragged about raise no veil', async () => {
  const { page } = await open({ script: choseAccurate });
  /** @param {boolean} own @param {Record<string, string>} data */
  const veiled = (own, data) => page.evaluate(([inside, given]) => {
    const dataTransfer = new DataTransfer();
    for (const [type, text] of Object.entries(given)) dataTransfer.setData(type, text);
    const tell = (/** @type {string} */ type) => document.body.dispatchEvent(
      new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    if (inside) tell('dragstart');
    tell('dragenter');
    const shown = !(/** @type {HTMLElement} */ (document.querySelector('#veil')).hidden);
    tell('dragleave');
    if (inside) tell('dragend');
    return shown;
  }, /** @type {const} */ ([own, data]));
  assert.equal(await veiled(true, { 'text/plain': 'selected' }), false);
  assert.equal(await veiled(true, { 'text/uri-list': 'https://example.org/' }), false);
  assert.equal(await veiled(false, { 'text/plain': 'from elsewhere' }), false);
  assert.equal(await veiled(false, { 'text/uri-list': 'https://example.org/a.jpg' }), true);
});

test('another network after several photos have failed keeps the photos', async () => {
  const server = faulty('/models/facenet.tflite.1', missing);
  const { page } = await open({ server, script: choseAccurate });
  await page.setInputFiles('#file', OTHERS.map(inProject));
  await notice(page);
  await page.click('#networks summary');
  await page.click('#networks li:nth-child(2) input');
  await page.waitForSelector('#several:not([hidden])');
  assert.match(await page.innerText('#several h2'), /2 photos/);
});

test('forgetting a network that is not used leaves the result and the engine where they are', async () => {
  const { page, errors } = await open({ script: choseAccurate });
  await choose(page, PORTRAIT);
  await resultShown(page);
  const before = await names(page);
  const engine = page.workers();
  await page.evaluate(() => document.dispatchEvent(
    new CustomEvent('forget', { detail: { id: 'own-none' } })));
  await page.waitForFunction(() => document.querySelectorAll('#networks li').length === 2);
  assert.deepEqual(await names(page), before);
  assert.equal(await page.isVisible('#results'), true);
  await choose(page, PORTRAIT);
  await resultShown(page);
  assert.deepEqual(page.workers(), engine);
  assert.deepEqual(errors, []);
});

// ---- Parts that do not come --------------------------------------------------------------

/** @type {Record<string, [string, (response: Response) => void]>} */
const LOST_MODULES = {
  'is missing': ['/page/why/why.js', missing],
  'is a web page': ['/page/why/why.js', (response) => response.writeHead(200,
    { 'Content-Type': 'text/html' }).end('<!doctype html>')],
  'is cut': ['/page/main.js', (response) => response.writeHead(200,
    { 'Content-Type': 'text/javascript' }).end('import {')],
  'never answers': ['/page/why/why.js', silent],
  'is the first and never answers': ['/guard.js', silent],
};

for (const [what, [file, fault]] of Object.entries(LOST_MODULES)) {
  inBoth(`a script of the page that ${what}: the page says so`, async () => {
    const { page } = await open({ server: faulty(file, fault), goto: 'commit' });
    await page.waitForFunction(() => {
      const late = document.querySelector('#late');
      return late && [...document.styleSheets].length > 0
        && getComputedStyle(late).position === 'fixed'
        && getComputedStyle(late).visibility === 'visible';
    }, null, { timeout: 10_000 });
    assert.match(await page.innerText('#late'), /has not arrived.*load the page again/s);
  });
}

inBoth('a style that never answers: the page works without it', async () => {
  const { page } = await open({ server: faulty('/style.css', silent), goto: 'commit' });
  await page.waitForSelector('#late', { state: 'detached', timeout: 30_000 });
  await choose(page, PORTRAIT);
  await resultShown(page);
});

test('a site whose manifest names what is not there is said to be damaged', async () => {
  const manifest = JSON.parse(await readFile(inProject('build/site/models/manifest.json'), 'utf8'));
  for (const change of [{ engines: [] }, { defaults: { model: 'none' } }]) {
    const { page } = await open({ server: { intercept: ({ url }, response) => {
      if (url !== '/models/manifest.json') return false;
      response.writeHead(200, { 'Content-Type': 'application/json' })
        .end(JSON.stringify({ ...manifest, ...change }));
      return true;
    } } });
    assert.match(await notice(page), /A file of this site is damaged/);
  }
});

test('a page that works says nothing of missing parts', async () => {
  const { page } = await open({ script: choseAccurate });
  await choose(page, PORTRAIT);
  await resultShown(page);
  assert.equal(await page.isVisible('#late'), false);
});

for (const file of ['/sw.js', '/files.js']) {
  inBoth(`${file} never answers: the page works without it, and says so`, async () => {
    const { page } = await open({ context: { serviceWorkers: 'allow' }, server: faulty(file, silent) });
    await choose(page, PORTRAIT);
    await resultShown(page);
    await page.waitForFunction(() => /has not started/.test(
      document.querySelector('#traffic')?.textContent ?? ''));
  });
}

test('without its manifest nothing else is downloaded, and "Try again" makes the page whole', async () => {
  const server = faulty('/models/manifest.json', missing);
  const { page, server: { log } } = await open({ server });
  await notice(page);
  server.mend();
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.waitForSelector('#chooser .samples li');
  assert.match(await page.innerText('#download'), /\d+\.\d MB/);
  assert.equal(await page.locator('#networks li').count(), 2);
  assert.deepEqual(log.filter(({ url }) => /tflite|humg|wasm$/.test(url)), []);
});

test('behind the service worker a broken download goes on where it was, and no other range passes', async () => {
  const part = await readFile(inProject('build/site/models/facenet.tflite.1'));
  /** @type {string[]} */
  const ranges = [];
  let broken = false;
  /** @type {() => void} */
  let cut = () => {};
  const { page } = await open({ context: { serviceWorkers: 'allow' }, script: choseAccurate,
    server: { intercept: ({ url, headers: { range } }, response) => {
      if (range) ranges.push(`${url} ${range}`);
      if (url !== '/models/facenet.tflite.1' || (broken && !range)) return false;
      if (!broken) {
        broken = true;
        response.writeHead(200, { 'Content-Length': part.length });
        response.write(part.subarray(0, 300_000));
        cut = () => response.socket?.end();
        return true;
      }
      const from = Number(/\d+/.exec(range ?? '')?.[0]);
      const rest = part.subarray(from);
      response.writeHead(206, { 'Content-Length': rest.length,
        'Content-Range': `bytes ${from}-${part.length - 1}/${part.length}` }).end(rest);
      return true;
    } } });
  await choose(page, PORTRAIT);
  // Nothing is missing but the rest of that part.
  await page.waitForFunction(() => {
    const [, loaded, total] = /([\d.]+) of ([\d.]+) MB/.exec(
      document.querySelector('#progress-text')?.textContent ?? '') ?? [];
    return Number(total) > 20 && Number(total) - Number(loaded) < 0.85;
  });
  cut();
  await resultShown(page);
  assert.equal(ranges.length, 1);
  assert.match(ranges[0], /^\/models\/facenet\.tflite\.1 bytes=(65536|131072|196608|262144)-$/);
  await page.evaluate(async () => {
    for (const [file, range] of [['models/facenet.tflite.2', 'bytes=12345-'],
      ['models/facenet.tflite.2', 'bytes=0-65535'], ['index.html', 'bytes=65536-']]) {
      await (await fetch(file, { headers: { Range: range } })).arrayBuffer();
    }
  });
  assert.equal(ranges.length, 1);
});

test('a network that cannot be fetched now: there is one on the device', async () => {
  const server = faulty('/models/hse-mobilenet.tflite.1', missing);
  const { page } = await open({ server, script: choseAccurate });
  await choose(page, PORTRAIT);
  await resultShown(page);
  await page.click('#networks summary');
  await page.click('#networks li:nth-child(2) input');
  await notice(page);
  await page.getByRole('button', { name: 'Use the network that is on this device' }).click();
  await resultShown(page);
  assert.match(await page.innerText('#networks summary'), /Accurate/);
});

test('a small picture of the gallery that is damaged is left out of the card', async () => {
  const { page, errors } = await open({ script: choseAccurate });
  await choose(page, PORTRAIT);
  await resultShown(page);
  await page.evaluate(() => {
    globalThis.createImageBitmap = () => Promise.reject(new DOMException('', 'InvalidStateError'));
  });
  await page.click('#make-card');
  await page.waitForSelector('#card[open]');
  assert.deepEqual(errors, []);
});

test('a card that takes its time does not come up over something else', async () => {
  const { page } = await open({ script: choseAccurate });
  await choose(page, PORTRAIT);
  await resultShown(page);
  await page.evaluate(() => {
    const real = globalThis.createImageBitmap;
    const all = /** @type {any} */ (globalThis);
    const held = new Promise((resolve) => { all.letGo = resolve; });
    globalThis.createImageBitmap = async (/** @type {any[]} */ ...args) => {
      await held;
      return Reflect.apply(real, globalThis, args);
    };
  });
  await page.click('#make-card');
  await page.evaluate(() => document.dispatchEvent(
    new CustomEvent('problem', { detail: { text: 'Something else.' } })));
  await notice(page);
  await page.evaluate(async () => {
    /** @type {any} */ (globalThis).letGo();
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  });
  assert.equal(await page.isVisible('#card'), false);
});

// ---- Browsers ----------------------------------------------------------------------------

test('a page that was loaded past the service worker gets it back', async () => {
  const { page, context } = await open({ context: { serviceWorkers: 'allow' } });
  await guarded(page);
  const devtools = await context.newCDPSession(page);
  const loaded = page.waitForEvent('load');
  await devtools.send('Page.reload', { ignoreCache: true });
  await loaded;
  await guarded(page);
  await choose(page, PORTRAIT);
  await resultShown(page);
  assert.doesNotMatch(await page.innerText('#traffic'), /not started|private windows/);
});

test('two windows: one takes a new version, the other keeps all of the old one', async () => {
  let version = 'one';
  const list = await readFile(inProject('build/site/files.js'), 'utf8');
  /** @param {string} mark */
  const other = (mark) => list.replace(/"version": "[0-9a-f]+"/, `"version": "${mark === 'one'
    ? '1'.repeat(16) : '2'.repeat(16)}"`);
  const { page, context, server } = await open({ context: { serviceWorkers: 'allow' },
    server: { intercept: ({ url }, response) => {
      if (url !== '/files.js') return false;
      response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(other(version));
      return true;
    } } });
  await choose(page, PORTRAIT);
  await resultShown(page);
  await page.waitForFunction(() => /Since it was ready/.test(
    document.querySelector('#traffic')?.textContent ?? ''));
  const second = await context.newPage();
  await second.goto(server.url);
  version = 'two';
  await page.evaluate(async () => {
    await (await navigator.serviceWorker.getRegistration())?.update();
  });
  await page.waitForSelector('#update:not([hidden])');
  await Promise.all([page.waitForEvent('load'), page.click('#update button')]);
  await second.waitForSelector('#update:not([hidden])');
  const caches = () => second.evaluate(async () => (await globalThis.caches.keys())
    .filter((name) => name.startsWith('humshakal-page-')).map((name) => name.slice(15, 16)).sort());
  assert.deepEqual(await caches(), ['1', '2'], 'the other window still runs the old one');
  await second.close();
  await page.reload();
  await page.reload();
  await until(page, async () => (await globalThis.caches.keys())
    .filter((name) => name.startsWith('humshakal-page-')).length === 1);
});

test('a service worker whose storage is full or broken lets the page be', async () => {
  const source = await readFile(inProject('build/site/sw.js'), 'utf8');
  const { page } = await open({ context: { serviceWorkers: 'allow' },
    server: { intercept: ({ url }, response) => {
      if (url !== '/sw.js') return false;
      response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(
        `Cache.prototype.put = Cache.prototype.match = () => Promise.reject(new Error('full'));\n${
          source}`);
      return true;
    } } });
  await guarded(page);
  await choose(page, PORTRAIT);
  await resultShown(page);
  await page.reload();
  await choose(page, PORTRAIT);
  await resultShown(page);
});

test('where there is no room to keep anything, the page says so once it is ready', async () => {
  const { page } = await open({ script: () => {
    Cache.prototype.put = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
  } });
  await choose(page, PORTRAIT);
  await resultShown(page);
  assert.match(await page.innerText('#download'), /no room to keep it on this device/);
  assert.equal(await page.isVisible('#download button'), false);
});

test('where a site may keep nothing, another language still comes', async () => {
  const { page } = await open({ script: () => {
    const refuse = () => { throw new DOMException('blocked', 'SecurityError'); };
    Object.defineProperty(globalThis, 'localStorage', { get: refuse });
  } });
  await page.click('#languages button[lang=hi]');
  await page.waitForSelector('html[lang=hi]', { state: 'attached' });
  await page.waitForSelector('#chooser .samples li');
});

test('where pixels are altered, the picture of a result cannot be saved, and that is said', async () => {
  const { page } = await open({ script: () => {
    const real = OffscreenCanvasRenderingContext2D.prototype.getImageData;
    OffscreenCanvasRenderingContext2D.prototype.getImageData = function altered(
      /** @type {[number, number, number, number]} */ ...args) {
      const pixels = real.apply(this, args);
      pixels.data[0] ^= 1;
      return pixels;
    };
  } });
  await choose(page, PORTRAIT);
  await resultShown(page);
  await page.click('#make-card');
  await page.waitForSelector('#card[open]');
  assert.match(await page.innerText('#card [role=status]'), /alters the pixels/);
  assert.equal(await page.isVisible('#card-save'), false);
  assert.equal(await page.isVisible('#card-copy'), false);
  assert.equal(await page.isVisible('#card-share'), false);
});

test('a photo that was chosen before the scripts were there is looked at', async () => {
  /** @type {(value: unknown) => void} */
  let letGo = () => {};
  const held = new Promise((resolve) => { letGo = resolve; });
  const main = await readFile(inProject('build/site/page/main.js'));
  const { page } = await open({ goto: 'commit', server: { intercept: ({ url }, response) => {
    if (url !== '/page/main.js') return false;
    held.then(() => response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(main));
    return true;
  } } });
  await choose(page, PORTRAIT);
  letGo(null);
  await resultShown(page);
});
