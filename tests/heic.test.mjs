/** HEIC photos, as phones take them, in browsers that cannot read them. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gridOf } from './lib/heic-grid.mjs';
import { choose, choseAccurate, faulty, guarded, inBoth, keptWhole, markOld, matched, names, notice, open, PATIENCE, photoShown, resultShown } from './lib/page.mjs';
import { inProject } from './lib/project.mjs';

const PORTRAIT = 'build/photos/samples/portrait-1.jpg';

/** What a visitor fetches for the first one. */
const FILES = ['/engine/heic-worker.js', '/engine/heic.js', '/engine/heic/libheif.mjs', '/engine/heic/libheif.wasm'];

/** @type {string} */
let folder;
/** @type {Buffer} */
let heic;

/** @param {string} program @param {string[]} args */
const run = (program, ...args) => execFileSync(program, args, { stdio: 'ignore', cwd: folder });

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'humshakal-heic-'));
  run('heif-enc', '-q', '90', inProject(PORTRAIT), '-o', 'photo.heic');
  heic = await readFile(join(folder, 'photo.heic'));
  assert.equal(heic.toString('latin1', 4, 12), 'ftypheic');
});

after(() => rm(folder, { recursive: true, force: true }));

/** @param {Buffer} buffer */
const photo = (buffer) => ({ name: 'IMG_1.HEIC', mimeType: 'image/heic', buffer });

/** The same picture in a file that says it has other measures. @param {number} width @param {number} height */
function sized(width, height) {
  const other = Buffer.from(heic);
  const at = other.indexOf('ispe');
  other.writeUInt32BE(width, at + 8);
  other.writeUInt32BE(height, at + 12);
  return other;
}

/** @param {{log: {url: string}[]}} server */
const asked = ({ log }) => log.map(({ url }) => url).filter((url) => url.includes('heic')).sort();

/** Counts the photos that go to a worker as they are: to libheif. */
function countDecoded() {
  const { postMessage } = Worker.prototype;
  const counted = /** @type {any} */ (globalThis);
  counted.decoded = 0;
  Worker.prototype.postMessage = function post(/** @type {any} */ message, /** @type {any} */ ...rest) {
    if (message.bytes) counted.decoded += 1;
    return postMessage.call(this, message, ...rest);
  };
}

inBoth('the same five names as of the JPEG; what reads it comes once, when it is wanted', async () => {
  const { page, errors, server } = await open({ script: [choseAccurate, countDecoded] });
  const expected = await matched(page, PORTRAIT);
  await photoShown(page);
  assert.deepEqual(asked(server), []);
  assert.deepEqual(await matched(page, photo(heic)), expected);
  assert.equal(expected.length, 5);
  await photoShown(page);
  assert.equal(await page.locator('#photo .face').count(), 1);
  assert.deepEqual(asked(server), FILES);
  // Looked at and shown, it is decoded once.
  assert.equal(await page.evaluate('decoded'), 1);
  await matched(page, photo(Buffer.concat([heic, Buffer.from('another')])));
  assert.equal(await page.evaluate('decoded'), 2);
  assert.deepEqual(asked(server), FILES);
  assert.deepEqual(errors, []);
});

inBoth('a grid of tiles that is to be turned, as iPhones write it', async () => {
  run('jpegtran', '-crop', '704x832+0+0', '-outfile', 'whole.jpg', inProject(PORTRAIT));
  const tiles = ['+0+0', '+352+0', '+0+416', '+352+416'].map((place, i) => {
    run('jpegtran', '-crop', `352x416${place}`, '-outfile', `tile-${i}.jpg`, 'whole.jpg');
    return `tile-${i}.jpg`;
  });
  run('heif-enc', '-q', '90', ...tiles, '-o', 'tiles.heic');
  run('jpegtran', '-rotate', '90', '-outfile', 'turned.jpg', 'whole.jpg');
  const turned = { name: 'a.jpg', mimeType: 'image/jpeg', buffer: await readFile(join(folder, 'turned.jpg')) };
  const { page, errors } = await open({ script: choseAccurate });
  const expected = await matched(page, turned);
  const grid = gridOf(await readFile(join(folder, 'tiles.heic')),
    { columns: 2, rows: 2, width: 704, height: 832, quarters: 3 });
  assert.deepEqual(await matched(page, photo(grid)), expected);
  await photoShown(page);
  assert.deepEqual(await page.$eval('#photo canvas', (/** @type {any} */ canvas) => (
    Number((canvas.width / canvas.height).toFixed(3)))), Number((832 / 704).toFixed(3)));
  assert.deepEqual(errors, []);
});

test('turned as HEIC itself says it, not as EXIF does beside it', async () => {
  const { page } = await open({ script: choseAccurate });
  await cp(inProject(PORTRAIT), join(folder, 'exif.jpg'));
  run('exiftool', '-q', '-overwrite_original', '-Orientation#=6', 'exif.jpg');
  run('heif-enc', '-q', '90', 'exif.jpg', '-o', 'exif.heic');
  // ISO 23008-12, A.2.1: what EXIF says of it is for information only. Phones write both.
  await matched(page, photo(await readFile(join(folder, 'exif.heic'))));
  assert.deepEqual(await page.$eval('#photo canvas', (/** @type {any} */ { width, height }) => [width, height]),
    [730, 848]);
});

inBoth('all that takes a photo takes it', async () => {
  run('heif-enc', '-q', '90', '-p', 'chroma=444', inProject(PORTRAIT), '-o', 'full.heic');
  const { page, errors } = await open();
  const sizes = await page.evaluate(async (/** @type {number[][]} */ files) => {
    const { Humshakal, pictureOf, turned } = await import(new URL('humshakal.js', document.baseURI).href);
    const engine = await Humshakal.create();
    const found = [];
    for (const bytes of files) {
      const blob = new Blob([new Uint8Array(bytes)]);
      const { width, height, faces } = await engine.detect(blob);
      const whole = await pictureOf(blob, 5000);
      const small = await pictureOf(blob, 100);
      const after = await createImageBitmap(await turned(blob));
      const people = await engine.match(blob, { k: 3 });
      found.push([width, height, faces.length, whole.width, whole.height, small.height,
        after.width, after.height, people.length]);
    }
    await engine.close();
    return found;
  }, [[...heic], [...await readFile(join(folder, 'full.heic'))]]);
  const expected = [730, 848, 1, 730, 848, 100, 848, 730, 3];
  assert.deepEqual(sizes, [expected, expected]);
  assert.deepEqual(errors, []);
});

test('it is kept for a visit without a network, once it was wanted', async () => {
  const { page, context, server } = await open({ script: choseAccurate, context: { serviceWorkers: 'allow' } });
  await guarded(page);
  const expected = await matched(page, photo(heic));
  await keptWhole(page, ['engine/heic/libheif.mjs', 'engine/heic/libheif.wasm']);
  await server.close();
  await context.setOffline(true);
  await page.reload();
  assert.deepEqual(await matched(page, photo(heic)), expected);
});

for (const [file, what, fault] of /** @type {[string, string, (response: any) => void][]} */ ([
  ['/engine/heic/libheif.wasm', 'broken off', (response) => response.destroy()],
  ['/engine/heic/libheif.wasm', 'a web page', (response) => response.end('<!doctype html><p>Log in</p>')],
  ['/engine/heic/libheif.mjs', 'not there', (response) => response.writeHead(404).end()],
  ['/engine/heic-worker.js', 'not there', (response) => response.writeHead(404).end()],
])) {
  test(`what reads it does not come (${file}, ${what}): that is said, and it goes on once it comes`, async () => {
    const broken = faulty(file, fault);
    const { page } = await open({ script: choseAccurate, server: { intercept: broken.intercept } });
    await choose(page, photo(heic));
    assert.match(await notice(page), /does not read HEIC photos by itself[\s\S]*Check the connection[\s\S]*JPEG/);
    broken.mend();
    await choose(page, photo(heic));
    await resultShown(page);
  });
}

test('a damaged one is refused, however it is damaged, and the next photo is looked at', async () => {
  const { page } = await open({ script: choseAccurate });
  await choose(page, photo(heic.subarray(0, 700)));
  assert.match(await notice(page), /This HEIC photo is damaged[\s\S]*Save it as JPEG/);
  const outcomes = await page.evaluate(async (/** @type {number[]} */ whole) => {
    const { Humshakal } = await import(new URL('humshakal.js', document.baseURI).href);
    const humshakal = await Humshakal.create();
    let seed = 7;
    const random = (/** @type {number} */ below) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed % below;
    };
    const found = { faces: 0, refused: 0, slowest: 0, other: /** @type {string[]} */ ([]) };
    for (let i = 0; i < 100; i += 1) {
      const bytes = new Uint8Array(whole);
      for (let k = 0; k < 1 + random(8); k += 1) bytes[12 + random(i % 2 ? 600 : bytes.length - 12)] ^= 1 << random(8);
      const cut = i % 5 ? bytes : bytes.subarray(0, 20 + random(bytes.length - 20));
      const from = performance.now();
      try {
        await humshakal.detect(new Blob([cut]));
        found.faces += 1;
      } catch (error) {
        const { code } = /** @type {any} */ (error);
        if (code === 'HUM_ERROR_FILE' || code === 'HUM_ERROR_LIMIT') found.refused += 1;
        else found.other.push(String(error));
      }
      found.slowest = Math.max(found.slowest, performance.now() - from);
    }
    humshakal.close();
    return found;
  }, [...heic]);
  assert.deepEqual(outcomes.other, []);
  assert.ok(outcomes.refused > 20 && outcomes.faces + outcomes.refused === 100, JSON.stringify(outcomes));
  assert.ok(outcomes.slowest < 30_000, JSON.stringify(outcomes)); // none had to be given up
  // It makes libheif end itself.
  await choose(page, photo(await readFile(inProject('tests/fixtures/pictures/of-itself.heic'))));
  assert.match(await notice(page), /This HEIC photo is damaged|No face found/);
  await choose(page, photo(heic));
  await resultShown(page);
  assert.equal((await names(page)).length, 5);
});

test('crops, quarters and mirrors of HEIC are those of the file', async () => {
  const { page } = await open({ script: choseAccurate });
  const sizes = await page.evaluate(async (/** @type {Record<string, number[]>} */ files) => {
    const { pictureOf } = await import(new URL('engine/humshakal.js', document.baseURI).href);
    /** @type {Record<string, number[]>} */
    const found = {};
    for (const [name, bytes] of Object.entries(files)) {
      const picture = await pictureOf(new Blob([new Uint8Array(bytes)]), 1000);
      found[name] = [picture.width, picture.height];
    }
    return found;
  }, Object.fromEntries(await Promise.all(['plain', 'irot1', 'irot1-imir1', 'alpha'].map(async (name) => (
    [name, [...await readFile(inProject(`tests/fixtures/pictures/${name}.heic`))]])))));
  const [width, height] = sizes.plain;
  assert.notEqual(width, height);
  assert.deepEqual([sizes.irot1, sizes['irot1-imir1'], sizes.alpha], [[height, width], [height, width], [width, height]]);
});

test('one that says it is monstrous is refused before it is decoded, and so is a file too large', async () => {
  const { page } = await open({ script: choseAccurate });
  for (const [width, height] of [[8001, 8000], [60_000, 60_000], [1, 65_000_000]]) {
    await markOld(page);
    await choose(page, photo(sized(width, height)));
    assert.match(await notice(page), /larger than 64 megapixels/, `${width} x ${height}`);
    await matched(page, PORTRAIT);
  }
  const said = await page.evaluate(async (/** @type {number[]} */ bytes) => {
    const { pictureOf } = await import(new URL('humshakal.js', document.baseURI).href);
    const large = new Blob([new Uint8Array(bytes), new Uint8Array(64 << 20)]);
    return pictureOf(large, 100).then(() => '', (/** @type {any} */ { code }) => code);
  }, [...heic]);
  assert.equal(said, 'HUM_ERROR_LIMIT');
  // Fewer than it has: libheif holds the picture to it.
  await choose(page, photo(sized(10, 10)));
  assert.match(await notice(page), /This HEIC photo is damaged/);
});

/** A decoder that says when it begins, and never ends. */
const ENDLESS = `export default () => ({
  heif_context_alloc() {
    const request = new XMLHttpRequest();
    request.open('GET', new URL('/begun', import.meta.url), false);
    request.send();
    for (;;);
  },
});`;

test('a decoder that never ends is ended, and so is one that has nothing to do', async () => {
  let endless = true;
  const { page, server } = await open({ script: choseAccurate, server: {
    intercept({ url }, response) {
      if (!endless || url !== '/engine/heic/libheif.mjs') return false;
      response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(ENDLESS);
      return true;
    },
  } });
  const until = async (/** @type {() => unknown} */ reached) => {
    const end = Date.now() + PATIENCE;
    while (!reached()) {
      assert.ok(Date.now() < end, String(reached));
      await page.evaluate('0');
    }
  };
  await matched(page, PORTRAIT);
  await photoShown(page);
  const without = page.workers().length;
  await page.clock.install();
  await choose(page, photo(heic));
  await until(() => server.log.some(({ url }) => url === '/begun'));
  await page.clock.fastForward(59_000);
  assert.equal(await page.locator('#notice:not([hidden])').count(), 0);
  await page.clock.fastForward(2_000);
  assert.match(await notice(page), /This HEIC photo is damaged/);
  await until(() => page.workers().length === without);

  endless = false;
  await matched(page, photo(heic));
  await photoShown(page);
  assert.equal(page.workers().length, without + 1);
  await page.clock.fastForward(16_000);
  await until(() => page.workers().length === without);
  await matched(page, photo(Buffer.concat([heic, Buffer.from('another')])));
});
