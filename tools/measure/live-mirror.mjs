/**
 * How often the live mirror looks, and whether the page's memory stays as it is.
 *
 *     node tools/measure/live-mirror.mjs [--seconds 60] [--photo build/photos/samples/portrait-1.jpg]
 *
 * In Chromium, whose camera sees the photo as a film; with each network, one and two threads.
 * Needs build/site and tools/setup/tests.sh. Linux only: memory is read in /proc.
 */

import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { launch } from '../../tests/lib/browser.mjs';
import { serve } from '../serve.mjs';
import { rendererMemory } from './bare.mjs';

const { values } = parseArgs({ options: {
  seconds: { type: 'string', default: '60' },
  photo: { type: 'string', default: 'build/photos/samples/portrait-1.jpg' },
} });
const seconds = Number(values.seconds);

const NETWORKS = { Accurate: 'facenet-vggface2', Fast: 'hse-mobilenet-vggface2' };

const folder = await mkdtemp(join(tmpdir(), 'humshakal-live-'));
const film = join(folder, 'photo.mjpeg');
await copyFile(values.photo, film);

/** The engine is asked for each look. */
function count() {
  const page = /** @type {any} */ (globalThis);
  page.looks = 0;
  const real = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function counted(/** @type {any} */ ...args) {
    if (args[0]?.op === 'look') page.looks += 1;
    return Reflect.apply(real, this, args);
  };
}

/** @param {keyof typeof NETWORKS} network @param {boolean} isolate  with threads */
async function measure(network, isolate) {
  const browser = await launch('chromium', ['--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${film}`]);
  const server = await serve('build/site', { isolate });
  const context = await browser.newContext({ permissions: ['camera'], serviceWorkers: 'block' });
  const page = await context.newPage();
  await page.addInitScript(count);
  await page.addInitScript((/** @type {string} */ model) => {
    if (!location.protocol.startsWith('http')) return;
    localStorage.setItem('humshakal-choice:/', JSON.stringify({ model }));
  }, NETWORKS[network]);
  await page.goto(server.url);
  await page.click('#use-camera');
  await page.waitForSelector('#camera .view.live');
  await page.click('[data-do=mirror]');
  await page.waitForSelector('#camera .mirror:not([hidden])', { timeout: 120_000 });
  await page.waitForTimeout(3000);
  const looks = () => page.evaluate(() => /** @type {any} */ (globalThis).looks);
  const [before, start] = [await looks(), performance.now()];
  const session = await browser.newBrowserCDPSession();
  const memory = async () => (await rendererMemory((method) => session.send(method))).now;
  const megabytes = [await memory()];
  for (let left = seconds; left > 0; left -= 60) {
    await page.waitForTimeout(1000 * Math.min(60, left));
    megabytes.push(await memory());
  }
  const rate = 1000 * (await looks() - before) / (performance.now() - start);
  console.log(`${network}, ${isolate ? 'threads' : 'one thread'}: ${rate.toFixed(1)} looks a second; ${
    await page.innerText('#camera [role=status]')}; renderer ${
    megabytes.map((value) => value.toFixed(0)).join(', ')} MB`);
  await browser.close();
  await server.close();
}

for (const network of /** @type {const} */ (['Accurate', 'Fast'])) {
  for (const isolate of [false, true]) await measure(network, isolate);
}
await rm(folder, { recursive: true });
