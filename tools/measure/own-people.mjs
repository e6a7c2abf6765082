/**
 * "Your own people" at its work: so many photos of a phone are given as a folder, with two
 * engines. How many a second, beside the command line; how much memory the page's renderer has
 * on the way; and what is left when the tab is closed in the middle and opened again.
 *
 *     node tools/measure/own-people.mjs [--photos 1000] [--megapixels 12] [--keep FOLDER]
 *
 * The photos are made of those of the tests, enlarged on a canvas, then copied with another
 * comment in each, so that each is another file. --keep: where they are made, and stay.
 * Needs tools/demo.sh and tools/setup/tests.sh. Linux only.
 */

import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launch } from '../../tests/lib/browser.mjs';
import { serve } from '../serve.mjs';
import { rendererMemory, startBare } from './bare.mjs';

const { values } = parseArgs({ options: {
  photos: { type: 'string', default: '1000' },
  megapixels: { type: 'string', default: '12' },
  keep: { type: 'string' },
} });

const SOURCES = ['build/photos/test/labeled', 'build/photos/test/groups', 'build/photos/samples',
  'build/photos/presidents'];
const total = Number(values.photos);
const folder = values.keep ?? await mkdtemp(join(tmpdir(), 'humshakal-own-'));

/** A photo enlarged to so many megapixels. @param {any} page @param {string} file @returns {Promise<Buffer>} */
async function enlarged(page, file) {
  const made = await page.evaluate(async (/** @type {[string, number]} */ [photo, pixels]) => {
    const answer = await fetch(`data:image/*;base64,${photo}`);
    const bitmap = await createImageBitmap(await answer.blob());
    const scale = Math.sqrt(pixels / (bitmap.width * bitmap.height));
    const canvas = new OffscreenCanvas(bitmap.width * scale, bitmap.height * scale);
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
    return new Promise((done) => {
      const reader = new FileReader();
      reader.onload = () => done(String(reader.result).split(',')[1]);
      reader.readAsDataURL(blob);
    });
  }, [await readFile(file, 'base64'), Number(values.megapixels) * 1e6]);
  return Buffer.from(String(made), 'base64');
}

async function makePhotos() {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length >= total) return;
  const files = (await Promise.all(SOURCES.map(async (source) => (
    (await readdir(source, { recursive: true })).filter((name) => name.endsWith('.jpg'))
      .map((name) => join(source, name)))))).flat().sort();
  const browser = await launch('chromium');
  const page = await browser.newPage();
  for (const [i, file] of files.slice(0, total).entries()) {
    const bytes = await enlarged(page, file);
    for (let k = i; k < total; k += files.length) {
      const comment = Buffer.from(`copy ${k}`);
      const head = Buffer.from([0xff, 0xfe, 0, comment.length + 2]);
      await writeFile(join(folder, `${k}.jpg`),
        Buffer.concat([bytes.subarray(0, 2), head, comment, bytes.subarray(2)]));
    }
  }
  await browser.close();
}

/** @param {any} page */
async function text(page) {
  return await page.value("document.querySelector('#reading-text').textContent") ?? '';
}

/** @param {any} page @returns {Promise<number>} photos that are done */
const done = async (page) => Number(/^([\d,]+)/.exec(await text(page))?.[1].replace(',', '') ?? 0);

const over = "!document.querySelector('#crowd').hidden || !document.querySelector('#notice').hidden";
const wait = (/** @type {number} */ ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

/** Gives the folder; until so many photos are done, or all. @param {any} browser @param {any} page @param {number} until */
async function read(browser, page, until = Infinity) {
  const start = performance.now();
  await page.give('#folder-files', folder);
  for (let next = 100; ;) {
    await wait(200);
    const now = await done(page);
    if (now >= next) {
      const { now: memory } = await rendererMemory(browser.call);
      console.log(`${now} photos: ${memory.toFixed(0)} MB, ${(now / (performance.now() - start) * 1000).toFixed(1)} a second`);
      next += 100;
    }
    if (now >= until || await page.value(over)) return (performance.now() - start) / 1000;
  }
}

await makePhotos();
const server = await serve('build/site');
const browser = await startBare();
const address = new URL('people.html', server.url).href;
let page = await browser.open(address);
await wait(2000);
console.log(`${total} photos of ${values.megapixels} megapixels, in the page:`);
const seconds = await read(browser, page);
const { most } = await rendererMemory(browser.call);
console.log(`${seconds.toFixed(1)} s, ${(total / seconds).toFixed(2)} photos a second, ${most.toFixed(0)} MB at most.`);
console.log(await page.value("document.querySelector('#about .quiet').textContent"));
await browser.close();

const start = performance.now();
const told = JSON.parse(execFileSync('build/native/humshakal', ['group', folder, '--json'],
  { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] }));
const native = (performance.now() - start) / 1000;
console.log(`The command line: ${native.toFixed(1)} s, ${(total / native).toFixed(2)} photos a second, ${
  told.people.length} people.`);

console.log('Closed in the middle:');
const again = await startBare();
page = await again.open(address);
await wait(2000);
await read(again, page, total / 2);
const before = await done(page);
await page.close();
page = await again.open(address);
await page.until("!document.querySelector('#kept').hidden");
await page.value("document.querySelector('#kept [data-does=open]').click()");
await page.until(over);
const kept = await page.value("document.querySelector('#about .quiet').textContent");
const rest = await read(again, page);
console.log(`${before} photos were done, and then there were: ${kept}`);
console.log(`The rest took ${rest.toFixed(1)} s: ${await page.value("document.querySelector('#about .quiet').textContent")}`);
await again.close();
await server.close();
if (!values.keep) await rm(folder, { recursive: true });
