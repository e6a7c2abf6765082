/** The camera in Chromium, which is given a real photo to see. */

import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch } from './lib/browser.mjs';
import { choseAccurate, names, open, photoShown, resultShown } from './lib/page.mjs';
import { inProject } from './lib/project.mjs';

const PORTRAIT = 'build/photos/samples/portrait-1.jpg';

/** @type {any} a browser with a camera; whether pages may use it is up to its user */
let browser;
/** @type {string} */
let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'humshakal-camera-'));
  const film = join(folder, 'portrait.mjpeg'); // a film of one picture
  await copyFile(inProject(PORTRAIT), film);
  browser = await launch('chromium', ['--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${film}`]);
});

after(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Every stream that the page gets, to see what becomes of it. */
function keepStreams() {
  const page = /** @type {any} */ (globalThis);
  page.streams = [];
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    page.asked = constraints;
    const stream = await real(constraints);
    page.streams.push(stream);
    return stream;
  };
}

/** @param {any} page @returns {Promise<string[]>} */
const tracks = (page) => page.evaluate(() => /** @type {any} */ (globalThis).streams
  .flatMap((/** @type {MediaStream} */ stream) => stream.getTracks())
  .map((/** @type {MediaStreamTrack} */ track) => track.readyState));

/** @param {any} page */
const live = (page) => page.waitForSelector('#camera .view.live');
/** @param {any} page */
const closed = (page) => page.waitForSelector('#camera:not([open])', { state: 'attached' });

/** @param {Parameters<typeof open>[0]} [how] */
const openWithCamera = (how) => open({ browser, script: keepStreams,
  ...how, context: { permissions: ['camera'], ...how?.context } });

test('off until asked; a shot is looked at like any photo, and the camera is off again', async () => {
  const { page, server, errors } = await openWithCamera();
  await page.waitForSelector('.samples img[src]');
  assert.deepEqual(await tracks(page), []);
  await page.click('#use-camera');
  await live(page);
  assert.deepEqual(await tracks(page), ['live']);
  assert.equal(await page.evaluate(() => /** @type {any} */ (globalThis).asked.audio), false);
  const { mirrored, hint } = await page.evaluate(() => ({
    mirrored: getComputedStyle(/** @type {any} */ (document.querySelector('#camera video'))).transform,
    hint: getComputedStyle(/** @type {any} */ (document.querySelector('#camera .view svg'))).visibility,
  }));
  assert.equal(mirrored, 'matrix(-1, 0, 0, 1, 0, 0)');
  assert.equal(hint, 'visible');
  const requests = server.log.length;
  await page.waitForFunction(() => (
    /** @type {HTMLVideoElement} */ (document.querySelector('#camera video')).readyState >= 2));
  await page.click('#camera [data-do=shoot]');
  await resultShown(page);
  assert.deepEqual(await tracks(page), ['ended']);
  await closed(page);
  assert.equal((await names(page)).length, 5);
  assert.match(await page.innerText('.caption'), /One face/);
  assert.deepEqual(server.log.slice(requests).filter(({ bytesReceived }) => bytesReceived), []);
  assert.deepEqual(errors, []);
});

test('the shot is not mirrored: it is what the file shows', async () => {
  const { page } = await openWithCamera();
  await page.click('#use-camera');
  await live(page);
  await page.waitForFunction(() => (
    /** @type {HTMLVideoElement} */ (document.querySelector('#camera video')).readyState >= 2));
  await page.click('#camera [data-do=shoot]');
  await photoShown(page);
  // Two coarse pictures of 8 x 8 are compared: the shot and its mirror image with the file.
  const { same, mirrored } = await page.evaluate(async () => {
    /** @param {CanvasImageSource} image @param {number} flip */
    const small = (image, flip) => {
      const context = /** @type {any} */ (new OffscreenCanvas(8, 8).getContext('2d'));
      context.imageSmoothingQuality = 'high';
      if (flip) context.setTransform(-1, 0, 0, 1, 8, 0);
      context.drawImage(image, 0, 0, 8, 8);
      return [...context.getImageData(0, 0, 8, 8).data];
    };
    const photo = new Image();
    photo.src = 'samples/portrait-1.jpg';
    await photo.decode();
    const file = small(photo, 0);
    const shot = /** @type {HTMLCanvasElement} */ (document.querySelector('#photo canvas'));
    const distance = (/** @type {number[]} */ other) => file.reduce(
      (sum, value, i) => sum + Math.abs(value - other[i]), 0);
    return { same: distance(small(shot, 0)), mirrored: distance(small(shot, 1)) };
  });
  assert.ok(same < mirrored / 2, `${same} as it is, ${mirrored} mirrored`);
});

test('the self-timer says how long it takes, then takes the photo', async () => {
  const { page } = await openWithCamera();
  await page.clock.install();
  await page.click('#use-camera');
  await live(page);
  await page.click('#camera [data-do=timer]');
  for (const [count, says] of [['3', /in 3 seconds/], ['2', /in 2 seconds/], ['1', /in one second/]]) {
    await page.waitForFunction((/** @type {string} */ text) => (
      document.querySelector('#camera .count')?.textContent === text), count);
    assert.match(await page.innerText('#camera [role=status]'), /** @type {RegExp} */ (says));
    assert.deepEqual(await tracks(page), ['live']);
    await page.clock.runFor(1000);
  }
  await page.clock.resume();
  await resultShown(page);
  assert.deepEqual(await tracks(page), ['ended']);
});

/** @type {Record<string, (page: any) => Promise<unknown>>} */
const WAYS_OUT = {
  'its button': (page) => page.click('#camera [data-do=close]'),
  'the Escape key': (page) => page.keyboard.press('Escape'),
  'the page being hidden': (page) => page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { value: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }),
  'the page being left': (page) => page.evaluate(() => dispatchEvent(new Event('pagehide'))),
};

test('the camera goes off on every way out', async () => {
  for (const [what, leave] of Object.entries(WAYS_OUT)) {
    const { page } = await openWithCamera();
    await page.click('#use-camera');
    await live(page);
    await page.click('#camera [data-do=timer]'); // which is not to go off any more
    await leave(page);
    await closed(page);
    assert.deepEqual(await tracks(page), ['ended'], what);
    assert.equal(await page.locator('#stage:not([hidden])').count(), 0, what);
  }
});

test('a camera that comes too late is switched off at once', async () => {
  const { page } = await openWithCamera({ script: () => {
    const page_ = /** @type {any} */ (globalThis);
    const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    page_.streams = [];
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      await new Promise((resolve) => { page_.allow = resolve; });
      const stream = await real(constraints);
      page_.streams.push(stream);
      return stream;
    };
  } });
  await page.click('#use-camera');
  await page.waitForFunction(() => 'allow' in globalThis);
  assert.match(await page.innerText('#camera [role=status]'), /asks whether this page may/);
  await page.click('#camera [data-do=close]');
  await page.evaluate(() => /** @type {any} */ (globalThis).allow());
  await page.waitForFunction(() => /** @type {any} */ (globalThis).streams[0]
    ?.getTracks()[0].readyState === 'ended');
  assert.equal(await page.locator('#camera[open]').count(), 0);
});

test('of two cameras the other can be taken, and is not mirrored when it looks away', async () => {
  const { page } = await openWithCamera({ script: () => {
    const page_ = /** @type {any} */ (globalThis);
    page_.streams = [];
    page_.modes = [];
    const { mediaDevices } = navigator;
    const real = mediaDevices.getUserMedia.bind(mediaDevices);
    mediaDevices.enumerateDevices = async () => /** @type {any} */ (
      ['front', 'back'].map((deviceId) => ({ kind: 'videoinput', deviceId })));
    // A phone's cameras, which look in opposite directions.
    mediaDevices.getUserMedia = async (constraints) => {
      const { ideal } = /** @type {any} */ (constraints).video.facingMode;
      page_.modes.push(ideal);
      const stream = await real({ video: true });
      const [track] = stream.getVideoTracks();
      track.getSettings = () => ({ facingMode: ideal });
      page_.streams.push(stream);
      return stream;
    };
  } });
  await page.click('#use-camera');
  await live(page);
  assert.match(await page.getAttribute('#camera video', 'class'), /mirrored/);
  await page.click('#camera [data-do=turn]');
  await page.waitForSelector('#camera video:not(.mirrored)');
  await live(page);
  assert.deepEqual(await page.evaluate(() => /** @type {any} */ (globalThis).modes),
    ['user', 'environment']);
  assert.deepEqual(await tracks(page), ['ended', 'live'], 'one at a time');
});

test('a refused camera is a sentence with a way out, and can be tried again', async () => {
  const { page, context, server } = await open({ browser, script: keepStreams });
  // Chromium without a window answers the question with no.
  await page.click('#use-camera');
  await page.waitForSelector('#camera [data-do=retry]:not([hidden])');
  assert.match(await page.innerText('#camera [role=status]'),
    /may not use the camera[\s\S]*choose a photo instead/);
  await context.grantPermissions(['camera'], { origin: new URL(server.url).origin });
  await page.click('#camera [data-do=retry]');
  await live(page);
  assert.deepEqual(await tracks(page), ['live']);
});

test('no camera, a busy one, and a page without https are sentences', async () => {
  const { page } = await open({ script: choseAccurate });
  const cases = { NotFoundError: /No camera was found/, NotReadableError: /used by another program/,
    OverconstrainedError: /No camera was found/, OddError: /cannot be used here/ };
  for (const [name, says] of Object.entries(cases)) {
    await page.evaluate((/** @type {string} */ error) => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', error));
    }, name);
    await page.click('#use-camera');
    await page.waitForSelector('#camera [data-do=retry]:not([hidden])');
    assert.match(await page.innerText('#camera [role=status]'), says);
    await page.click('#camera [data-do=close]');
  }
  await page.evaluate(() => {
    Object.defineProperty(navigator, 'mediaDevices', { value: undefined });
    Object.defineProperty(globalThis, 'isSecureContext', { value: false });
  });
  await page.click('#use-camera');
  await page.waitForSelector('#camera [data-do=retry]:not([hidden])');
  assert.match(await page.innerText('#camera [role=status]'), /begins with https:/);
});

test('behind the service worker, whose policy is for this site’s own camera only', async () => {
  const { page } = await openWithCamera({ context: { serviceWorkers: 'allow' } });
  await page.evaluate(() => navigator.serviceWorker.ready);
  const answer = page.waitForResponse((/** @type {any} */ response) => (
    response.fromServiceWorker() && response.request().isNavigationRequest()));
  await page.reload();
  assert.match((await (await answer).allHeaders())['permissions-policy'], /camera=\(self\)/);
  await page.click('#use-camera');
  await live(page);
  assert.deepEqual(await tracks(page), ['live']);
});
