/** The picture of a result, and the link with its names and scores. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { isResultLink, readResultLink, writeResultLink } from '../web/page/share/result-link.js';
import { choose, choseAccurate, inBoth, names, notice, open, resultShown } from './lib/page.mjs';

const PORTRAIT = 'build/photos/samples/portrait-1.jpg';
const PAGE = 'https://example.org/a/';
const PEOPLE = [{ name: 'Zachary Taylor', score: 0.312, strangers: 0.9912 },
  { name: 'A:b, c & d#e', score: -0.1, strangers: -1 }];

// ---- The picture -------------------------------------------------------------------------

/** The types of the parts of a PNG file. @param {Buffer} png */
function chunks(png) {
  const types = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    types.push(png.toString('latin1', at + 4, at + 8));
  }
  return types;
}

/** The file that is shared, saved and copied. @param {any} page */
async function file(page) {
  return Buffer.from(await page.evaluate(async () => {
    const { cardFile } = await import(new URL('page/share/draw-card.js', document.baseURI).href);
    const made = await cardFile(document.querySelector('#card canvas'));
    return [...new Uint8Array(await made.arrayBuffer())];
  }));
}

/** The colours of the place where the own face is. @param {any} page @returns {Promise<number>} */
const colours = (page) => page.evaluate(() => {
  const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector('#card canvas'));
  // Inside the circle, off the edge that is smoothed.
  const { data } = /** @type {any} */ (canvas.getContext('2d')).getImageData(110, 120, 130, 130);
  return new Set(new Uint32Array(data.buffer)).size;
});

inBoth('the card: the own face left out, in squares or shown; no metadata in the file', async () => {
  const { page, errors } = await open({ script: choseAccurate });
  await choose(page, PORTRAIT);
  await resultShown(page);
  await page.click('#make-card');
  await page.waitForSelector('#card[open]');
  const size = await page.evaluate(() => {
    const { width, height } = /** @type {HTMLCanvasElement} */ (document.querySelector('#card canvas'));
    return [width, height];
  });
  assert.deepEqual(size, [1080, 1350]);
  const description = await page.getAttribute('#card canvas', 'aria-label');
  for (const name of await names(page)) assert.ok(description.includes(name), name);

  assert.deepEqual([...new Set(chunks(await file(page)))], ['IHDR', 'IDAT', 'IEND']);

  // Left out means that the file does not depend on the face at all: with another one it
  // is the same.
  const digest = () => page.evaluate(() => /** @type {HTMLCanvasElement} */ (
    document.querySelector('#card canvas')).toDataURL());
  const without = await digest();
  await page.check('#card [value=squares]');
  assert.notEqual(await digest(), without);
  const few = await colours(page);
  assert.ok(few <= 64 && few > 8, `${few} colours`);
  await page.check('#card [value=shown]');
  assert.ok(await colours(page) > 1000, 'the face itself has many more');
  await page.check('#card [value=none]');
  assert.equal(await digest(), without);

  await page.check('#card [value=shown]');
  await page.click('#card-close');
  await page.click('#make-card');
  assert.equal(await page.isChecked('#card [value=none]'), true, 'each card asks anew');
  assert.deepEqual(errors, []);
});

test('squares keep nothing finer than their means', async () => {
  const { page } = await open({ script: choseAccurate });
  const found = await page.evaluate(async () => {
    const { drawCard, SQUARES } = await import(new URL('page/share/draw-card.js', document.baseURI).href);
    // Two faces that differ in every pixel, but not in the mean of any square.
    const face = (/** @type {number} */ turn) => {
      const picture = new ImageData(192, 192);
      for (let i = 0; i < 192 * 192; i += 1) {
        const [x, y] = [i % 192, Math.floor(i / 192)];
        const light = (x + y + turn) % 2 ? 60 : 180;
        picture.data.set([light, light, light, 255], 4 * i);
      }
      return picture;
    };
    const card = { heading: 'A', people: [], note: '', address: '' };
    const drawn = [0, 1].map((turn) => ['squares', 'shown'].map((kind) => {
      const canvas = document.createElement('canvas');
      drawCard(canvas, { ...card, face: face(turn) }, kind);
      return canvas.toDataURL();
    }));
    return { SQUARES, squares: drawn[0][0] === drawn[1][0], shown: drawn[0][1] === drawn[1][1] };
  });
  assert.deepEqual(found, { SQUARES: 8, squares: true, shown: false });
});

test('that file is shared, saved and copied', async () => {
  const { page } = await open({ context: { permissions: ['clipboard-read', 'clipboard-write'] },
    script: () => {
      Object.assign(navigator, {
        canShare: () => true,
        share: (/** @type {any} */ { files, ...rest }) => {
          Object.assign(globalThis, { given: [files[0].name, files[0].type, files[0].size > 20_000,
            Object.keys(rest)] });
          return Promise.resolve();
        },
      });
    } });
  await choose(page, PORTRAIT);
  await resultShown(page);
  await page.click('#make-card');
  await page.click('#card-share');
  await page.waitForFunction(() => 'given' in globalThis);
  assert.deepEqual(await page.evaluate(() => /** @type {any} */ (globalThis).given),
    ['humshakal.png', 'image/png', true, []]);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#card-save')]);
  assert.equal(download.suggestedFilename(), 'humshakal.png');
  assert.deepEqual(await readFile(await download.path()), await file(page));
  await page.click('#card-copy');
  await page.waitForFunction(() => /copied/.test(document.querySelector('#card [role=status]')?.textContent ?? ''));
  assert.deepEqual(await page.evaluate(async () => (await navigator.clipboard.read())[0].types),
    ['image/png']);
  await page.click('#card-link');
  await page.waitForFunction(() => /link is copied/.test(document.querySelector('#card [role=status]')?.textContent ?? ''));
  const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
  assert.equal(link.search, '');
  assert.deepEqual(readResultLink(link.hash).map(({ name }) => name), await names(page));
});

// ---- The link ----------------------------------------------------------------------------

test('a link gives back the names and scores, behind the #', () => {
  const link = new URL(writeResultLink(PAGE, PEOPLE));
  assert.equal(link.href.split('#')[0], PAGE);
  assert.equal(isResultLink(link.hash), true);
  assert.deepEqual(readResultLink(link.hash), PEOPLE);
});

test('whatever the names of a gallery are, the link can be read', () => {
  const hindi = 'अमिताभ हरिवंश राय श्रीवास्तव बच्चन और उनके परिवार के सब लोग ';
  const odd = [hindi.repeat(3), `${hindi}२`, `${'A'.repeat(79)}𝒜`, 'Text\u202eturned\n<b>', '\u200e'];
  const people = odd.map((name, i) => ({ name, score: i / 10, strangers: 0.5 }));
  const read = readResultLink(new URL(writeResultLink(PAGE, people)).hash);
  assert.equal(read.length, 5);
  assert.match(read[0].name, /^अमिताभ.*…$/);
  assert.equal(read[3].name, 'Textturnedb');
  assert.deepEqual(read.map(({ score }) => score), [0, 0.1, 0.2, 0.3, 0.4]);
});

/** @type {Record<string, [string, RegExp]>} */
const BAD_LINKS = {
  'nothing in it': ['', /not a name and two numbers/],
  'six people': [[1, 2, 3, 4, 5, 6].map((n) => `P${n}:0:0`).join(), /6 people/],
  'somebody twice': ['A:0:0,A:0:0', /twice/],
  'too long': [`A:0:0${'0'.repeat(4000)}`, /characters/],
  'a long name': [`${'A'.repeat(81)}:0:0`, /plain characters/],
  'no name': [':0:0', /plain characters/],
  markup: ['%3Cimg%20src=x%3E:0:0', /plain characters/],
  'text turned around': ['A%E2%80%AEB:0:0', /plain characters/],
  'a line break': ['A%0AB:0:0', /plain characters/],
  'a broken escape': ['%E0%A4%A:0:0', /not written as addresses are/],
  'not a number': ['A:NaN:0', /not a number/],
  infinity: ['A:Infinity:0', /not a number/],
  'an exponent': ['A:1e0:0', /not a number/],
  'out of range': ['A:1.5:0', /not a number/],
  'a hexadecimal number': ['A:0x1:0', /not a number/],
  'a field too many': ['A:0:0:0', /not a name and two numbers/],
};

test('a link that is not what it should be is refused, with the reason', () => {
  for (const [what, [text, reason]] of Object.entries(BAD_LINKS)) {
    assert.throws(() => readResultLink(`#result=${text}`), reason, what);
  }
});

inBoth('opening a link shows somebody’s result, marked as unverified', async () => {
  const { page, server, errors } = await open({ script: choseAccurate });
  await page.goto(writeResultLink(server.url, PEOPLE));
  await page.waitForSelector('#shared:not([hidden])');
  assert.match(await page.innerText('#shared'),
    /Somebody’s result\s+.*Nobody has checked them[\s\S]*Zachary Taylor \(cosine 0\.31, closer than 99\.1\u00a0%/);
  assert.equal(server.log.some(({ url }) => /result=|Zachary/.test(url)), false);
  await page.click('#shared button');
  assert.equal(await page.isVisible('#shared'), false);
  assert.equal(page.url(), server.url);
  await page.goto(`${server.url}#result=A:NaN:0`);
  assert.match(await notice(page), /This link is damaged/);
  await choose(page, PORTRAIT);
  await resultShown(page);
  assert.deepEqual(errors, []);
});
