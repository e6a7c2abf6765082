/** The live mirror, in a Chromium whose camera sees a film of real photos. */

import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch } from './lib/browser.mjs';
import { choose, choseAccurate, names, open, resultShown } from './lib/page.mjs';
import { inProject } from './lib/project.mjs';

const PORTRAIT = 'build/photos/samples/portrait-1.jpg';
const OTHER = 'build/photos/samples/portrait-2.jpg';

/** @type {any} */
let browser;
/** @type {string} */
let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'humshakal-live-'));
  const film = join(folder, 'portrait.mjpeg');
  await copyFile(inProject(PORTRAIT), film);
  browser = await launch('chromium', ['--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${film}`]);
});

after(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Every stream that the page gets, and every name that the mirror shows. */
function keep() {
  const page = /** @type {any} */ (globalThis);
  Object.assign(page, { streams: [], said: [] });
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = await real(constraints);
    page.streams.push(stream);
    return stream;
  };
  addEventListener('DOMContentLoaded', () => {
    const status = /** @type {Element} */ (document.querySelector('#camera [role=status]'));
    new MutationObserver(() => page.said.push(status.textContent))
      .observe(status, { childList: true, subtree: true, characterData: true });
  });
}

async function mirrored() {
  const opened = await open({ browser, script: [choseAccurate, keep],
    context: { permissions: ['camera'] } });
  const { page } = opened;
  await page.click('#use-camera');
  await page.waitForSelector('#camera .view.live');
  await page.click('[data-do=mirror]');
  await page.waitForSelector('#camera .mirror:not([hidden])', { timeout: 60_000 });
  return opened;
}

/** @param {any} page @returns {Promise<string[]>} */
const tracks = (page) => page.evaluate(() => /** @type {any} */ (globalThis).streams
  .flatMap((/** @type {MediaStream} */ stream) => stream.getTracks())
  .map((/** @type {MediaStreamTrack} */ track) => track.readyState));

test('the mirror names whom a photo of the same face is most like, and stays with the name', async () => {
  const { page, server, errors } = await mirrored();
  const said = await page.innerText('#camera [role=status]');
  assert.match(said, /^(Looks most like|Closest:) /);
  assert.match(await page.innerText('#camera .mirror .verdict'), /resemblance$/);
  assert.match(await page.innerText('#camera .mirror .credit'), /^Photo: ./);
  assert.equal(await page.isVisible('#camera .view .face'), true);
  await page.evaluate(() => { /** @type {any} */ (globalThis).said.length = 0; });
  const before = server.log.length;
  await page.waitForTimeout(3000);
  assert.deepEqual(await page.evaluate(() => /** @type {any} */ (globalThis).said), [], 'one name');
  assert.deepEqual(server.log.slice(before), [], 'and no request');
  await page.click('[data-do=shoot]');
  await resultShown(page);
  const [best] = await names(page);
  assert.ok(said.includes(best), `${best} of the photo, "${said}" of the mirror`);
  assert.deepEqual(await tracks(page), ['ended']);
  assert.deepEqual(errors, []);
});

test('the mirror is off when it is pressed again, closed or hidden, and so is the camera', async () => {
  const { page } = await mirrored();
  await page.click('[data-do=mirror]');
  await page.waitForSelector('#camera .mirror', { state: 'hidden' });
  assert.equal(await page.getAttribute('[data-do=mirror]', 'aria-pressed'), 'false');
  assert.deepEqual(await tracks(page), ['live']);
  await page.click('[data-do=mirror]');
  await page.waitForSelector('#camera .mirror:not([hidden])');
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { value: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await page.waitForSelector('#camera:not([open])', { state: 'attached' });
  assert.deepEqual(await tracks(page), ['ended']);
});

test('a photo that is pasted while the mirror runs ends it', async () => {
  const { page } = await mirrored();
  await choose(page, OTHER);
  await page.waitForSelector('#camera:not([open])', { state: 'attached' });
  await resultShown(page);
  assert.deepEqual(await tracks(page), ['ended']);
});
