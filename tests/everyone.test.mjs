/** The page for everyone: WCAG 2.2 AA, keyboard, large text, both directions of writing. */

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { LANGUAGES } from '../web/page/words/say.js';
import { assertForEveryone, assertRoom } from './lib/everyone.mjs';
import { choose, choseAccurate, named, notice, open, resultShown, withheld } from './lib/page.mjs';
import { inProject, site } from './lib/project.mjs';

const GROUP = 'build/photos/samples/group.jpg';
const PORTRAITS = [1, 2].map((number) => inProject(`build/photos/samples/portrait-${number}.jpg`));

/** A camera whose picture is empty: how the page looks around it is the matter here. */
function cameraIn() {
  navigator.mediaDevices.getUserMedia = async () => {
    const canvas = document.createElement('canvas');
    canvas.getContext('2d')?.fillRect(0, 0, 300, 150);
    return canvas.captureStream();
  };
}

/** In the middle of a download, which then has to begin again. */
const networkHeld = () => withheld(/^\/models\/facenet\.tflite\.1$/, 1_000_000);

/**
 * Leads a page through its states and looks at each.
 * @param {any} page
 * @param {ReturnType<typeof withheld>} server
 * @param {(state: string) => Promise<void>} look
 */
async function throughAllStates(page, server, look) {
  await page.waitForSelector('.samples img[src]');
  await look('empty');
  await page.click('#use-camera');
  await page.waitForSelector('#camera [data-do=shoot]:not([hidden])');
  await look('camera');
  await page.click('#camera [data-do=close]');
  await choose(page, GROUP);
  await page.waitForFunction(() => /\d/.test(
    /** @type {HTMLElement} */ (document.querySelector('#progress-text')).innerText));
  await look('busy');
  server.release();
  await page.waitForSelector('#results:not([hidden]), #notice:not([hidden])');
  if (await page.isVisible('#notice')) await page.click('#notice .actions button >> nth=0');
  await resultShown(page);
  for (const summary of await page.locator('.person summary, .meaning summary, #networks summary').all()) {
    await summary.click();
  }
  await look('result');
  await page.click('[data-action=all]');
  await page.waitForSelector('#everyone:not([hidden])');
  await look('all faces');
  await page.setInputFiles('#file', PORTRAITS);
  await page.waitForSelector('#several:not([hidden])');
  await resultShown(page);
  await look('several photos');
  await choose(page, named('x.jpg', Buffer.from('hello')));
  await notice(page);
  await page.click('#notice summary');
  await look('notice');
}

for (const locale of Object.keys(LANGUAGES)) {
  test(`axe finds nothing in any state, light and dark, wide and narrow (${locale})`, async () => {
    const server = networkHeld();
    const { page } = await open({ server, script: cameraIn,
      context: { locale, reducedMotion: 'reduce' } });
    await throughAllStates(page, server, (state) => assertForEveryone(page, `${state}, ${locale}`));
  });
}

test('axe finds nothing on any other page, in any language', async () => {
  const others = (await readdir(site)).filter((name) => name.endsWith('.html') && name !== 'index.html');
  assert.ok(others.includes('licences.html'));
  for (const locale of Object.keys(LANGUAGES)) {
    const { page, server } = await open({ context: { locale, reducedMotion: 'reduce' } });
    for (const name of others) {
      await page.goto(new URL(name, server.url).href);
      await assertForEveryone(page, `${name}, ${locale}`);
    }
  }
});

test('written from right to left, with text of twice the size, everything has its room', async () => {
  for (const [locale, dir, size] of [['en', 'rtl', '100%'], ['hi', 'ltr', '200%']]) {
    const server = networkHeld();
    const { page } = await open({ server, script: cameraIn,
      context: { locale, reducedMotion: 'reduce' } });
    await page.waitForSelector('.languages button');
    await page.evaluate(([direction, fontSize]) => {
      document.documentElement.dir = direction;
      document.documentElement.style.fontSize = fontSize;
    }, [dir, size]);
    await throughAllStates(page, server, async (state) => {
      for (const width of [320, 640, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        await assertRoom(page, `${state}, ${locale}, ${dir}, ${size}, ${width} px`);
      }
    });
  }
});

test('every stop of the Tab key is seen, and lies under nothing', async () => {
  const { page } = await open({ script: choseAccurate,
    context: { reducedMotion: 'reduce', viewport: { width: 360, height: 740 } } });
  await choose(page, GROUP);
  await resultShown(page);
  await page.click('.meaning summary');
  await page.focus('.brand'); // after which the Tab key goes on
  const stops = [];
  for (;;) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const element = /** @type {HTMLElement} */ (document.activeElement);
      if (element === document.body) return null;
      const shown = /** @type {Element} */ (element.matches('input[type=file]')
        ? element.closest('label') : element);
      const { outlineStyle, outlineWidth } = getComputedStyle(shown);
      const { left, top, width, height } = shown.getBoundingClientRect();
      const there = document.elementFromPoint(left + width / 2, top + height / 2);
      return { name: shown.id || shown.getAttribute('aria-label') || shown.textContent?.trim(),
        outline: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
        uncovered: Boolean(there && (shown.contains(there) || there.contains(shown))) };
    });
    if (!stop || stops.length > 60) break;
    stops.push(stop);
  }
  assert.ok(stops.length > 25 && stops.length < 60, `${stops.length} stops`);
  assert.deepEqual(stops.filter(({ outline, uncovered }) => !outline || !uncovered), []);
});

test('who wants less motion gets none', async () => {
  const moves = async (/** @type {'reduce' | 'no-preference'} */ reducedMotion) => {
    const { page } = await open({ context: { reducedMotion } });
    await page.evaluate(() => {
      /** @type {any} */ (globalThis).moved = [];
      for (const type of ['animationstart', 'transitionrun']) {
        addEventListener(type, ({ target }) => (
          /** @type {any} */ (globalThis).moved.push(/** @type {Element} */ (target).className)));
      }
    });
    await page.hover('#choose');
    await page.click('.samples button >> nth=0');
    await resultShown(page);
    await page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState === 'finished'));
    return page.evaluate(() => /** @type {any} */ (globalThis).moved);
  };
  assert.ok((await moves('no-preference')).includes('person'));
  assert.deepEqual(await moves('reduce'), []);
});

test('with forced colours what is chosen, how much and where to press can still be seen', async () => {
  const { page } = await open({ context: { forcedColors: 'active', reducedMotion: 'reduce' } });
  await choose(page, GROUP);
  await resultShown(page);
  const { chosen, other, bar, ground, whole, button } = await page.evaluate(() => {
    const style = (/** @type {string} */ selector) => (
      getComputedStyle(/** @type {Element} */ (document.querySelector(selector))));
    return {
      chosen: style('button.face[aria-pressed=true]').borderColor,
      other: style('button.face[aria-pressed=false]').borderColor,
      bar: style('.bar span').backgroundColor,
      ground: style('.bar').backgroundColor,
      whole: style('.bar').outlineStyle,
      button: style('#choose').borderStyle,
    };
  });
  assert.notEqual(chosen, other);
  assert.notEqual(bar, ground);
  assert.deepEqual([whole, button], ['solid', 'solid']);
});

test('axe finds nothing in the windows and lists of the other ways in', async () => {
  const { page } = await open({ context: { reducedMotion: 'reduce' } });
  await page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'));
  });
  await page.click('#use-camera');
  await page.waitForSelector('#camera [data-do=retry]:not([hidden])');
  await assertForEveryone(page, 'camera');
  await page.keyboard.press('Escape');
  await page.setInputFiles('#file', ['portrait-1', 'portrait-2'].map(
    (name) => inProject(`build/photos/samples/${name}.jpg`)));
  await resultShown(page);
  await assertForEveryone(page, 'several photos');
  await page.click('#results .why >> nth=0');
  await page.waitForFunction(() => /\d/.test(document.querySelector('#why-step')?.textContent ?? ''));
  await page.click('#why [data-do=act]');
  await page.click('#why summary');
  await assertForEveryone(page, 'why');
  await page.keyboard.press('Escape');
  await choose(page, GROUP);
  await page.waitForSelector('button.face');
  await resultShown(page);
  await page.click('[data-action=all]');
  await page.waitForSelector('#everyone:not([hidden])');
  await assertForEveryone(page, 'all faces');
});
