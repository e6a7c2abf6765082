/**
 * How much memory the page's renderer has while photos of a phone are given one by one.
 *
 *     node tools/measure/memory.mjs [--photos 300] [--megapixels 12] [--network Fast]
 *         [--from build/photos/presidents] [--threads] [--details]
 *
 * In Chromium at phone size. The photos are made of those in --from, each enlarged on a
 * canvas and saved as a JPEG of its own. --details: what Chromium itself says the memory is
 * for, at the end. Needs tools/demo.sh and tools/setup/tests.sh. Linux only: resident memory
 * is read in /proc.
 */

import { readFile, readdir, rm, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launch } from '../../tests/lib/browser.mjs';
import { serve } from '../serve.mjs';
import { NETWORKS, renderers } from './renderers.mjs';

const { values } = parseArgs({ options: {
  photos: { type: 'string', default: '300' },
  megapixels: { type: 'string', default: '12' },
  network: { type: 'string', default: '' },
  from: { type: 'string', default: 'build/photos/presidents' },
  threads: { type: 'boolean', default: false },
  details: { type: 'boolean', default: false },
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

/** Megabytes by what Chromium's allocators say, largest first. @param {any} browser */
async function details(browser) {
  const session = await browser.newBrowserCDPSession();
  /** @type {any[]} */
  const events = [];
  session.on('Tracing.dataCollected', (/** @type {any} */ { value }) => events.push(...value));
  await session.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: {
    includedCategories: ['disabled-by-default-memory-infra'], excludedCategories: ['*'] } });
  await session.send('Tracing.requestMemoryDump', { levelOfDetail: 'detailed' });
  const complete = new Promise((done) => { session.once('Tracing.tracingComplete', done); });
  await session.send('Tracing.end');
  await complete;
  for (const { pid, args } of events) {
    const allocators = args?.dumps?.allocators;
    if (!allocators) continue;
    const lines = Object.entries(allocators)
      .map(([name, { attrs }]) => ({ name, size: parseInt(attrs.size?.value ?? '0', 16) / 1e6 }))
      .filter(({ name, size }) => size > 4 && name.split('/').length < 4)
      .sort((a, b) => b.size - a.size);
    console.log(`process ${pid}`);
    for (const { name, size } of lines.slice(0, 40)) console.log(`  ${size.toFixed(0).padStart(6)}  ${name}`);
  }
}

const photos = await makePhotos();
const browser = await launch('chromium');
const server = await serve('build/site', { isolate: values.threads });
const context = await browser.newContext({ viewport: { width: 360, height: 740 },
  deviceScaleFactor: 3, isMobile: true, hasTouch: true });
const page = await context.newPage();
page.setDefaultTimeout(120_000);
if (values.network) {
  await page.addInitScript((/** @type {string} */ model) => {
    if (!location.protocol.startsWith('http')) return;
    localStorage.setItem('humshakal-choice:/', JSON.stringify({ model }));
  }, NETWORKS[/** @type {keyof typeof NETWORKS} */ (values.network)]);
}
await page.goto(server.url);
const total = Number(values.photos);
let most = 0;
for (let i = 0; i < total; i += 1) {
  await page.setInputFiles('#file', photos[i % photos.length]);
  await page.waitForFunction(() => document.querySelector('#progress:not([hidden])'));
  await page.waitForFunction(() => document.querySelector('#progress[hidden]'));
  if (i === 0) await page.waitForTimeout(5000); // the closer look
  const [megabytes] = await renderers(browser);
  most = Math.max(most, megabytes);
  if (i < 5 || (i + 1) % 25 === 0) console.log(`${i + 1} photos: ${megabytes.toFixed(0)} MB`);
}
await page.waitForTimeout(3000);
const [end] = await renderers(browser);
console.log(`Most ${most.toFixed(0)} MB, 3 seconds after the last ${end.toFixed(0)} MB; shown: ${
  (await page.innerText('#results h2')).trim()}`);
if (values.details) await details(browser);
await browser.close();
await server.close();
await rm(folder, { recursive: true });
