/** HEIC photos, as phones take them, in browsers that cannot read them. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { choose, choseAccurate, guarded, inBoth, keptWhole, matched, names, notice, open, resultShown } from './lib/page.mjs';
import { inProject } from './lib/project.mjs';

const PORTRAIT = 'build/photos/samples/portrait-1.jpg';

/** @type {string} */
let folder;
/** @type {Buffer} */
let heic;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'humshakal-heic-'));
  execFileSync('heif-enc', ['-q', '90', inProject(PORTRAIT), '-o', join(folder, 'photo.heic')], { stdio: 'ignore' });
  heic = await readFile(join(folder, 'photo.heic'));
  assert.equal(heic.toString('latin1', 4, 12), 'ftypheic');
});

after(() => rm(folder, { recursive: true, force: true }));

/** @param {Buffer} buffer */
const photo = (buffer) => ({ name: 'IMG_1.HEIC', mimeType: 'image/heic', buffer });

inBoth('the same names as of the JPEG; what reads it comes once, when it is wanted', async () => {
  const { page, errors, server } = await open({ script: choseAccurate });
  const expected = await matched(page, PORTRAIT);
  const asked = () => server.log.filter(({ url }) => url.includes('heic')).map(({ url }) => url);
  assert.deepEqual(asked(), []);
  const found = await matched(page, photo(heic));
  assert.deepEqual(found.slice(0, 3), expected.slice(0, 3));
  assert.equal(await page.locator('#photo .face').count(), 1);
  const first = asked();
  assert.ok(first.includes('/engine/heic/libheif-bundle.mjs'), first.join());
  await matched(page, photo(Buffer.concat([heic, Buffer.from('another')])));
  assert.deepEqual(asked(), first);
  assert.deepEqual(errors, []);
});

test('it is kept for a visit without a network, once it was wanted', async () => {
  const { page, context, server } = await open({ script: choseAccurate, context: { serviceWorkers: 'allow' } });
  await guarded(page);
  const expected = await matched(page, photo(heic));
  await keptWhole(page, ['engine/heic/libheif-bundle.mjs']);
  await server.close();
  await context.setOffline(true);
  await page.reload();
  assert.deepEqual(await matched(page, photo(heic)), expected);
});

test('turned as HEIC itself says it, not as EXIF does beside it', async () => {
  const { page } = await open({ script: choseAccurate });
  await cp(inProject(PORTRAIT), join(folder, 'turned.jpg'));
  execFileSync('exiftool', ['-q', '-overwrite_original', '-Orientation#=6', join(folder, 'turned.jpg')]);
  execFileSync('heif-enc', ['-q', '90', join(folder, 'turned.jpg'), '-o', join(folder, 'turned.heic')], { stdio: 'ignore' });
  // ISO 23008-12, A.2.1: what EXIF says of it is for information only. Phones write both.
  await matched(page, photo(await readFile(join(folder, 'turned.heic'))));
  assert.deepEqual(await page.$eval('#photo canvas', (/** @type {any} */ { width, height }) => [width, height]),
    [730, 848]);
});

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
    const found = { faces: 0, refused: 0, other: /** @type {string[]} */ ([]) };
    for (let i = 0; i < 100; i += 1) {
      const bytes = new Uint8Array(whole);
      for (let k = 0; k < 1 + random(8); k += 1) bytes[12 + random(i % 2 ? 600 : bytes.length - 12)] ^= 1 << random(8);
      const cut = i % 5 ? bytes : bytes.subarray(0, 20 + random(bytes.length - 20));
      try {
        await humshakal.detect(new Blob([cut]));
        found.faces += 1;
      } catch (error) {
        const { code } = /** @type {any} */ (error);
        if (code === 'HUM_ERROR_FILE') found.refused += 1;
        else found.other.push(String(error));
      }
    }
    humshakal.close();
    return found;
  }, [...heic]);
  assert.deepEqual(outcomes.other, []);
  assert.ok(outcomes.refused > 20 && outcomes.faces + outcomes.refused === 100, JSON.stringify(outcomes));
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
