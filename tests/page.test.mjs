/**
 * The page in headless Chromium, with the built site, by what a visitor does and sees. The
 * server's log is the witness of what the page sent.
 */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { serve } from '../tools/serve.mjs';
import { assertNativeOrder } from './lib/native.mjs';
import {
  choose, choseAccurate, faulty, named, names, notice, open as openFirst, resultShown,
} from './lib/page.mjs';
import { emptyPng, png } from './lib/png.mjs';
import { inProject, site } from './lib/project.mjs';

const PORTRAIT = 'build/photos/samples/portrait-1.jpg';
const GROUP = 'build/photos/samples/group.jpg';
const LABELED = 'build/photos/test/labeled';

/** With one network from the beginning; what a first visitor gets besides is in refine.test.mjs.
 * @type {typeof openFirst} */
const open = (how) => openFirst({ script: choseAccurate, ...how });

/** Serves the site with files replaced. @param {Record<string, Uint8Array | string>} files */
function replacing(files) {
  /** @type {NonNullable<Parameters<typeof serve>[1]>['intercept']} */
  const intercept = ({ url }, response) => {
    const found = Object.keys(files).find((file) => url === `/${file}`);
    if (!found) return false;
    const type = found.endsWith('js') ? 'text/javascript' : 'application/octet-stream';
    response.writeHead(200, { 'Content-Type': type }).end(files[found]);
    return true;
  };
  return { intercept };
}

async function readManifest() {
  return JSON.parse(await readFile(new URL('models/manifest.json', site), 'utf8'));
}

// ---- What a visitor does ---------------------------------------------------------------

test('a sample photo in, five different names out, those of the command line', async () => {
  const { page, errors } = await open();
  await page.click('.samples button >> nth=0');
  await resultShown(page);
  const shown = await names(page);
  assert.equal(new Set(shown).size, 5);
  assertNativeOrder(shown, PORTRAIT, inProject('build/site/galleries/presidents.humg'));
  assert.match(await page.innerText('#results h2'), /^(Looks most like|Closest:)/);
  assert.match(await page.innerText('.person .verdict >> nth=0'), /resemblance$/);
  await page.click('.person summary >> nth=0');
  assert.match(await page.innerText('.person dl >> nth=0'), /Closer than\s+.*% of strangers/);
  assert.match(await page.innerText('.person .credit >> nth=0'), /^Photo: ./);
  for (const image of await page.locator('.person .theirs').all()) {
    assert.ok(await image.evaluate((/** @type {any} */ canvas) => canvas.width) >= 64);
  }
  assert.deepEqual(errors, []);
});

test('somebody in the gallery comes first, in a photo it does not hold', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'humshakal-'));
  try {
    const held = 'emily willis/joshua-rondeau-6z_C6OQBb4M-unsplash.jpg';
    await cp(inProject(LABELED), join(folder, 'people'), { recursive: true });
    await rm(join(folder, 'people', held));
    execFileSync(inProject('build/native/humshakal'),
      ['gallery', 'build', join(folder, 'people'), '-o', join(folder, 'people.humg')]);
    const gallery = await readFile(join(folder, 'people.humg'));
    const manifest = await readManifest();
    const presidents = manifest.galleries.find(({ id }) => id === 'presidents');
    Object.assign(presidents, { file: 'galleries/people.humg', bytes: gallery.length,
      sha256: createHash('sha256').update(gallery).digest('hex') });
    const { page } = await open({ server: replacing({
      'models/manifest.json': JSON.stringify(manifest), 'galleries/people.humg': gallery }) });
    await choose(page, `${LABELED}/${held}`);
    await resultShown(page);
    const shown = await names(page);
    assert.equal(shown[0], 'emily willis');
    assert.equal(new Set(shown).size, 4, 'there are only four people');
    assertNativeOrder(shown, `${LABELED}/${held}`, join(folder, 'people.humg'));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('after it is ready the page sends nothing and asks for nothing', async () => {
  const { page, server } = await open();
  await page.click('.samples button >> nth=3'); // which are files of the site
  await page.waitForSelector('.face:nth-child(5)');
  await resultShown(page);
  await page.click('.samples button >> nth=0');
  await resultShown(page);
  const before = server.log.length;
  for (const { bytesReceived, method, url } of server.log) {
    assert.deepEqual([bytesReceived, method, url.includes('?')], [0, 'GET', false], url);
  }
  for (const file of [GROUP, PORTRAIT, 'build/photos/samples/portrait-2.jpg']) {
    await choose(page, file);
    await page.waitForSelector('#progress:not([hidden])', { state: 'attached' });
    await resultShown(page);
  }
  await page.click('.samples button >> nth=3');
  await page.waitForSelector('.face:nth-child(5)');
  await resultShown(page);
  await page.click('button.face >> nth=2');
  await resultShown(page);
  assert.deepEqual(server.log.slice(before), []);

  // The log does see a request, so its silence means something.
  await page.evaluate(() => fetch('icon.svg?leak'));
  assert.equal(server.log.at(-1)?.url, '/icon.svg?leak');
});

test('several faces are buttons, and each gives its own people', async () => {
  const { page } = await open();
  await choose(page, GROUP);
  await resultShown(page);
  const faces = page.locator('button.face');
  assert.equal(await faces.count(), 5);
  const results = new Set();
  for (let i = 0; i < 5; i += 1) {
    await faces.nth(i).click();
    await page.waitForSelector(`button.face:nth-child(${i + 1})[aria-pressed=true]`);
    await resultShown(page);
    results.add((await names(page)).join());
  }
  assert.ok(results.size >= 4, `${results.size} different results`);
  assert.equal(await faces.first().getAttribute('aria-label'), 'Face 1 of 5');
});

test('everything works by keyboard', async () => {
  const { page } = await open();
  await page.waitForSelector('.samples img[src]');
  const focused = () => page.evaluate(() => {
    const element = /** @type {any} */ (document.activeElement);
    return element.id || element.getAttribute('aria-label') || element.querySelector('img')?.alt
      || element.textContent.trim();
  });
  const order = [];
  for (let i = 0; i < 16; i += 1) {
    await page.keyboard.press('Tab');
    order.push(await focused());
  }
  assert.deepEqual(order.slice(0, 12), ['Humshakal', 'English', 'हिन्दी', 'Your own people',
    'Two photos', 'How it works', 'Privacy', 'file', 'use-camera', 'How to check this yourself',
    'Make a gallery of your own people', 'Download now']);
  assert.ok(order.slice(12).every((name) => /portrait|people/i.test(name)), order.join());
  await page.keyboard.press('Enter'); // the last sample, the group
  await resultShown(page);
  await page.focus('button.face >> nth=1');
  await page.keyboard.press('Space');
  await page.waitForSelector('button.face:nth-child(2)[aria-pressed=true]');
  await resultShown(page);
  assert.equal(await focused(), 'Face 2 of 5', 'focus stays where it was');
  await page.focus('.person summary >> nth=0');
  await page.keyboard.press('Enter');
  assert.match(await page.innerText('.person dl >> nth=0'), /Cosine\s+0\.\d{4}/);
});

test('a photo can be dropped and pasted', async () => {
  const { page } = await open();
  const bytes = [...await readFile(inProject(PORTRAIT))];
  for (const type of ['drop', 'paste']) {
    await page.reload();
    await page.waitForSelector('.samples img[src]');
    await page.evaluate(({ type: kind, bytes: content }) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(content)], 'p.jpg', { type: 'image/jpeg' }));
      document.body.dispatchEvent(kind === 'drop'
        ? new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
        : new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
    }, { type, bytes });
    await resultShown(page);
    assert.equal((await names(page)).length, 5);
  }
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData('text/uri-list', 'https://example.org/p.jpg');
    document.body.dispatchEvent(
      new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  });
  assert.match(await notice(page), /fetches nothing from elsewhere/);
});

test('the second visit downloads no network and no gallery again', async () => {
  const { page, server } = await open();
  await page.waitForSelector('#download button:not([hidden])');
  assert.match(await page.innerText('#download'), /one-time download of \d+\.\d MB/);
  await page.click('#download button');
  await page.waitForFunction(() => /Ready/.test(
    /** @type {HTMLElement} */ (document.querySelector('#download')).innerText));
  server.log.length = 0;
  await page.reload();
  await page.waitForFunction(() => /Ready/.test(
    /** @type {HTMLElement} */ (document.querySelector('#download')).innerText));
  await choose(page, PORTRAIT);
  await resultShown(page);
  const large = server.log.filter(({ url }) => /\.(tflite|humg|wasm|recipe)$/.test(url));
  assert.deepEqual(large, []);
});

test('the second visit is ready before a photo is given; the first one waits for it', async () => {
  const { page } = await open({ context: { serviceWorkers: 'allow' } });
  const ready = '#traffic span:not(:empty)';
  await page.waitForSelector('.samples img[src]');
  assert.equal(await page.locator(ready).count(), 0);
  await page.click('#download button');
  await page.waitForSelector(ready);
  await page.reload();
  await page.waitForSelector(ready);
});

test('a stored file that was damaged is noticed and fetched again', async () => {
  const { page, server } = await open();
  await page.click('#download button');
  await page.waitForFunction(() => /Ready/.test(
    /** @type {HTMLElement} */ (document.querySelector('#download')).innerText));
  const damaged = await page.evaluate(async () => {
    const [name] = await caches.keys();
    const cache = await caches.open(name);
    const keys = await cache.keys();
    for (const key of keys) await cache.put(key, new Response('damaged'));
    return keys.length;
  });
  assert.ok(damaged >= 5);
  server.log.length = 0;
  await page.reload();
  await choose(page, PORTRAIT);
  await resultShown(page);
  assert.ok(server.log.some(({ url }) => url.endsWith('.tflite')));
});

test('it works from any path of a host', async () => {
  const { page, server, errors } = await open({ server: { base: '/some/where/humshakal/' } });
  await page.click('.samples button >> nth=1');
  await resultShown(page);
  assert.equal((await names(page)).length, 5);
  assert.deepEqual(server.log.filter(({ status }) => status >= 400), []);
  assert.deepEqual(errors, []);
});

// ---- Photos of all kinds -----------------------------------------------------------------

test('WebP is decoded by the browser, to nearly the same result', async () => {
  const { page } = await open();
  await choose(page, PORTRAIT);
  await resultShown(page);
  const expected = await names(page);
  const webp = await page.evaluate(async () => {
    const image = /** @type {HTMLCanvasElement} */ (document.querySelector('#photo canvas'));
    const canvas = new OffscreenCanvas(image.width, image.height);
    /** @type {any} */ (canvas.getContext('2d')).drawImage(image, 0, 0);
    const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.95 });
    return [...new Uint8Array(await blob.arrayBuffer())];
  });
  await choose(page, named('photo.jpg', Uint8Array.from(webp)));
  await page.waitForFunction(() => /One face/.test(
    /** @type {HTMLElement} */ (document.querySelector('.caption')).innerText));
  await resultShown(page);
  const common = (await names(page)).filter((name) => expected.includes(name));
  assert.ok(common.length >= 4, `${common.length} of five people in common`);
});

test('a JPEG that is coded in another way is not called damaged', async () => {
  const { page } = await open();
  const bytes = await readFile(inProject(PORTRAIT));
  const frame = bytes.indexOf(Buffer.from([0xff, 0xc0]));
  assert.ok(frame > 0, 'a baseline picture');
  bytes[frame + 1] = 0xc5; // hierarchical, which browsers do not decode either
  await choose(page, named('photo.jpg', bytes));
  const said = await notice(page);
  assert.match(said, /cannot be read/);
  assert.doesNotMatch(said, /damaged/);
  assert.match(await page.textContent('#notice'), /hierarchical coding/);
});

test('a photo of too many pixels is scaled down, and that is said', async () => {
  const { page } = await open();
  const large = png(9000, 7500, (x, y) => [(x >> 4) & 255, (y >> 4) & 255, 128]);
  await choose(page, named('large.png', large));
  await page.waitForSelector('#notice:not([hidden])');
  assert.match(await page.innerText('.caption'), /scaled down from 9000 × 7500/);
});

test('a picture without a face: the next step is offered and works', async () => {
  const { page } = await open();
  await choose(page, named('grey.png', png(300, 300, () => [120, 120, 120])));
  assert.match(await notice(page), /No face found[\s\S]*larger, in good light/);
  await page.click('#notice button >> nth=0');
  await resultShown(page);
  assert.equal((await names(page)).length, 5);
});

const BAD_FILES = {
  'an empty file': [new Uint8Array(0), /This file is empty/],
  'a web page': [Buffer.from('<!doctype html><title>x'), /is a web page, not a photo/],
  'an SVG': [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>x</script></svg>'),
    /SVG drawing/],
  'a PDF': [Buffer.from('%PDF-1.7\n'), /PDF document/],
  'a Git LFS pointer': [Buffer.from('version https://git-lfs.github.com/spec/v1\n'), /Git LFS/],
  'a HEIC photo': [Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'),
    /HEIC photo[\s\S]*JPEG/],
  'a text': [Buffer.from('hello'), /not a photo that can be read/],
  'a damaged WebP': [Buffer.from('RIFF\x24\0\0\0WEBPVP8 garbage', 'latin1'), /WebP picture is damaged/],
  'a damaged PNG': [png(50, 50, () => [1, 2, 3]).subarray(0, 90), /damaged/],
  'a header without pixels': [emptyPng(100, 100), /damaged/],
};

for (const [what, [bytes, says]] of Object.entries(BAD_FILES)) {
  test(`${what} gives a sentence and leaves the page working`, async () => {
    const { page, errors } = await open();
    await choose(page, named('photo.jpg', /** @type {Buffer} */ (bytes)));
    assert.match(await notice(page), /** @type {RegExp} */ (says));
    assert.ok(await page.locator('#notice .actions button').count() > 0);
    await choose(page, PORTRAIT);
    await resultShown(page);
    assert.deepEqual(errors, []);
  });
}

// ---- Failures of the site and of the engine ------------------------------------------------

const NETWORK = '/models/facenet.tflite.1';

/** @type {Record<string, [(response: import('node:http').ServerResponse) => void, RegExp]>} */
const SITE_FAULTS = {
  'missing (404)': [(response) => response.writeHead(404).end('no'), /did not finish/],
  'cut short': [(response) => {
    response.writeHead(200, { 'Content-Length': 1000 }).end(Buffer.alloc(1000));
  }, /damaged/],
  'other bytes': [async (response) => {
    const bytes = await readFile(new URL(`.${NETWORK}`, site));
    bytes[1000] ^= 1;
    response.end(bytes);
  }, /damaged/],
  'a web page': [(response) => response.end('<!doctype html><p>Not found'), /damaged/],
};

for (const [what, [fault, says]] of Object.entries(SITE_FAULTS)) {
  test(`the network is ${what}: a sentence, and "Try again" works once it is mended`, async () => {
    const server = faulty(NETWORK, fault);
    const { page } = await open({ server });
    await choose(page, PORTRAIT);
    assert.match(await notice(page), says);
    assert.equal(await page.locator('#photo .face').count(), 1, 'the face is shown all the same');
    server.mend();
    await page.getByRole('button', { name: 'Try again' }).click();
    await resultShown(page);
    assert.equal((await names(page)).length, 5);
  });
}

test('a site without its manifest says that it is incomplete', async () => {
  const { page } = await open({ server: replacing({ 'models/manifest.json': '<!doctype html>' }) });
  assert.match(await notice(page), /A file of this site is damaged/);
});

test('a download can be cancelled and begun again', async () => {
  const server = faulty(NETWORK, (response) => {
    response.writeHead(200, { 'Content-Type': 'application/octet-stream' });
    response.write(Buffer.alloc(2_000_000));
  });
  const { page } = await open({ server });
  await choose(page, PORTRAIT);
  await page.waitForFunction(() => /\d of \d+\.\d MB/.test(
    /** @type {HTMLElement} */ (document.querySelector('#progress-text')).innerText));
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.waitForSelector('.lead');
  await choose(page, PORTRAIT);
  await page.waitForSelector('#progress:not([hidden])');
  await page.keyboard.press('Escape');
  await page.waitForSelector('.lead');
  server.mend();
  await choose(page, PORTRAIT);
  await resultShown(page);
});

test('a trap in the engine is a sentence, and the next photo gets a fresh engine', async () => {
  const engine = await readFile(new URL('engine/humshakal-relaxed.mjs', site), 'utf8');
  // The first search traps, as a fault of ours would.
  const trapping = engine.replace(/export default (\w+);?/, `export default async (options) => {
    const module = await $1(options);
    const search = module._hum_search;
    module._hum_search = (...args) => {
      if (args[2] === 5) throw new WebAssembly.RuntimeError('unreachable');
      return search(...args);
    };
    return module;
  };`);
  assert.notEqual(trapping, engine);
  let traps = true;
  const { page } = await open({ server: { intercept({ url }, response) {
    if (!traps || url !== '/engine/humshakal-relaxed.mjs') return false;
    response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(trapping);
    return true;
  } } });
  await choose(page, PORTRAIT);
  assert.match(await notice(page), /Something went wrong/);
  assert.match(await page.textContent('#notice .code'), /HUM_ERROR_CRASH.*unreachable/);
  traps = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await resultShown(page);
  assert.equal((await names(page)).length, 5);
});

test('a browser without SIMD gets a sentence', async () => {
  const { page } = await open({ script: () => {
    WebAssembly.validate = () => false;
  } });
  assert.match(await notice(page), /cannot run WebAssembly with SIMD[\s\S]*Chrome or Edge/);
});

test('a browser with plain SIMD only uses the plain build', async () => {
  const { page, server } = await open({ script: () => {
    const { validate } = WebAssembly;
    // The relaxed probe is the longer one.
    WebAssembly.validate = (bytes) => bytes.byteLength < 35 && validate(bytes);
  } });
  await choose(page, PORTRAIT);
  await resultShown(page);
  const engines = server.log.map(({ url }) => url).filter((url) => url.endsWith('.wasm'));
  assert.deepEqual(engines, ['/engine/humshakal-simd.wasm']);
});

test('a browser that alters pixels: JPEG works, other pictures are refused', async () => {
  const { page } = await open({ script: () => {
    const real = OffscreenCanvasRenderingContext2D.prototype.getImageData;
    OffscreenCanvasRenderingContext2D.prototype.getImageData = function altered(...args) {
      const image = real.apply(this, args);
      image.data[0] ^= 1;
      return image;
    };
  } });
  await choose(page, PORTRAIT);
  await resultShown(page);
  const gif = Buffer.from('R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw==', 'base64');
  await choose(page, named('photo.gif', gif));
  assert.match(await notice(page), /alters the pixels/);
});

test('plain http, where files cannot be checked, is a sentence', async () => {
  const { page } = await open({ script: () => {
    Object.defineProperty(crypto, 'subtle', { value: undefined });
  } });
  await choose(page, PORTRAIT);
  assert.match(await notice(page), /plain http[\s\S]*https:/);
});

test('full storage is a warning, not a failure', async () => {
  const { page } = await open({ script: () => {
    Cache.prototype.put = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
  } });
  await choose(page, PORTRAIT);
  await resultShown(page);
});

test('opened as a file the page says how to serve it', async () => {
  const { page } = await open({ address: new URL('index.html', site).href });
  await page.waitForSelector('#local-file:not([hidden])');
  assert.match(await page.innerText('#local-file'), /has to come from a server[\s\S]*http\.server/);
  assert.equal(await page.isVisible('#chooser'), false);
});

// ---- For everyone ----------------------------------------------------------------------------

test('what happens is said to those who do not see it', async () => {
  const { page } = await open();
  await choose(page, PORTRAIT);
  await resultShown(page);
  assert.match(await page.textContent('#announce'), /^(Looks most like|Closest:)/);
  await choose(page, named('x.jpg', Buffer.from('hello')));
  await notice(page);
  assert.match(await page.innerText('[role=alert]'), /not a photo/);
});

test('the script of the page stays small', async () => {
  const { gzipSync } = await import('node:zlib');
  const { page, server } = await open();
  await choose(page, PORTRAIT);
  await resultShown(page);
  const scripts = [...new Set(server.log.map(({ url }) => url))]
    .filter((url) => url.endsWith('.js'));
  let bytes = 0;
  for (const url of scripts) {
    bytes += gzipSync(await readFile(new URL(`.${url}`, site)), { level: 9 }).length;
  }
  console.log(`${scripts.length} scripts, ${bytes} bytes gzipped`);
  assert.ok(bytes <= 76_000); // 75,045: a phone at 1.6 Mbit/s has them in 0.4 s
});
