/**
 * How much memory the page's renderer has while photos of a phone are given one by one.
 *
 *     node tools/measure/memory.mjs [--photos 300] [--megapixels 12] [--threads]
 *         [--from build/photos/presidents]
 *
 * In Chromium at phone size, a first visit. The photos are made of those in --from, each
 * enlarged on a canvas and saved as a JPEG. Needs tools/demo.sh and tools/setup/tests.sh.
 * Linux only.
 */

import { readFile, readdir, rm, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launch } from '../../tests/lib/browser.mjs';
import { serve } from '../serve.mjs';
import { summarise } from '../bench/timing.js';
import { rendererMemory, startBare } from './bare.mjs';

const { values } = parseArgs({ options: {
  photos: { type: 'string', default: '300' },
  megapixels: { type: 'string', default: '12' },
  from: { type: 'string', default: 'build/photos/presidents' },
  threads: { type: 'boolean', default: false },
} });

const VARIANTS = 10;

const folder = await mkdtemp(join(tmpdir(), 'humshakal-memory-'));

/** Photos of so many megapixels, three to four as phones take them. @returns {Promise<string[]>} */
async function makePhotos() {
  const width = Math.round(Math.sqrt(Number(values.megapixels) * 1e6 * 3 / 4));
  const names = (await readdir(values.from, { recursive: true }))
    .filter((name) => name.endsWith('.jpg')).sort().slice(0, VARIANTS);
  const browser = await launch('chromium');
  const page = await browser.newPage();
  const paths = [];
  for (const [i, name] of names.entries()) {
    const bytes = await readFile(join(values.from, name), 'base64');
    const made = await page.evaluate(async (/** @type {[string, number]} */ [photo, side]) => {
      const answer = await fetch(`data:image/jpeg;base64,${photo}`);
      const bitmap = await createImageBitmap(await answer.blob());
      const canvas = new OffscreenCanvas(side, Math.round(side * 4 / 3));
      const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
      const scale = Math.max(canvas.width / bitmap.width, canvas.height / bitmap.height);
      context.drawImage(bitmap, 0, 0, bitmap.width * scale, bitmap.height * scale);
      const url = URL.createObjectURL(await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 }));
      const blob = await (await fetch(url)).blob();
      return new Promise((done) => {
        const reader = new FileReader();
        reader.onload = () => done(String(reader.result).split(',')[1]);
        reader.readAsDataURL(blob);
      });
    }, /** @type {[string, number]} */ ([bytes, width]));
    paths.push(join(folder, `${i}.jpg`));
    await writeFile(paths[i], Buffer.from(String(made), 'base64'));
  }
  await browser.close();
  return paths;
}

const photos = await makePhotos();
const browser = await startBare();
const server = await serve('build/site', { isolate: values.threads });
const page = await browser.open(server.url);
const total = Number(values.photos);
const memories = [];
for (let i = 0; i < total; i += 1) {
  await page.give('#file', photos[i % photos.length]);
  await page.until("document.querySelector('#progress:not([hidden])')");
  await page.until("document.querySelector('#progress[hidden]')");
  if (i === 0) await new Promise((done) => { setTimeout(done, 5000); }); // the closer look
  memories.push((await rendererMemory(browser.call)).now);
  if (i < 5 || (i + 1) % 25 === 0) console.log(`${i + 1} photos: ${memories[i].toFixed(0)} MB`);
}
await new Promise((done) => { setTimeout(done, 3000); });
const { now, most } = await rendererMemory(browser.call);
console.log(`Behind the photos ${summarise(memories).median.toFixed(0)} MB (median; most ${
  Math.max(...memories).toFixed(0)}), 3 seconds later ${now.toFixed(0)}, ever ${most.toFixed(0)}; shown: ${
  await page.value("document.querySelector('#results h2').innerText.trim()")}`);
await browser.close();
await server.close();
await rm(folder, { recursive: true });
