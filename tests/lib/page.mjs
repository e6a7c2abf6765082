/** What the tests of the page share: browsers, pages on servers of their own, and steps. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, test } from 'node:test';
import { serve } from '../../tools/serve.mjs';
import { BROWSER, launch } from './browser.mjs';
import { inProject, need } from './project.mjs';

/** How long the engine may take on a slow machine; nothing is measured by it. */
export const PATIENCE = 60_000;

/** @type {Map<string, Promise<any>>} started when a test wants them first */
const browsers = new Map();
let current = BROWSER;
/** @type {any[]} closed after each test: contexts and servers */
let opened = [];

before(() => need('build/site/models/manifest.json'));

after(async () => {
  for (const browser of browsers.values()) await (await browser).close();
});

afterEach(async () => {
  for (const one of opened) await one.close();
  opened = [];
});

/**
 * A test that runs once in each browser.
 * @param {string} title
 * @param {(context: import('node:test').TestContext) => Promise<void>} run
 */
export function inBoth(title, run) {
  for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
    test(`${title} (${name})`, async (context) => {
      current = name;
      try {
        await run(context);
      } finally {
        current = BROWSER;
      }
    });
  }
}

function currentBrowser() {
  const started = browsers.get(current) ?? launch(current);
  browsers.set(current, started);
  return started;
}

/**
 * A page of its own on a server of its own, without the service worker unless asked for:
 * with it the first visit differs from the second.
 * @param {object} [how]
 * @param {Parameters<typeof serve>[1]} [how.server]
 * @param {object} [how.context]
 * @param {(() => void) | (() => void)[]} [how.script]  runs before the page's own scripts
 * @param {string} [how.path]  another page than the first
 * @param {'load' | 'commit'} [how.goto]  until when the page is waited for
 * @param {string} [how.address]  instead of the server's
 * @param {any} [how.browser]  one that was launched in another way
 */
export async function open({ server: serverOptions, context: contextOptions, script,
  path = '', goto: waitUntil = 'load', address, browser: other } = {}) {
  const server = await serve(inProject('build/site'), serverOptions);
  const started = other ?? await currentBrowser();
  const context = await started.newContext({ serviceWorkers: 'block', ...contextOptions });
  opened.push(context, server);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  /** @type {string[]} */
  const errors = [];
  page.on('pageerror', (/** @type {Error} */ error) => errors.push(String(error)));
  page.on('console', (/** @type {any} */ message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  for (const one of [script ?? []].flat()) await page.addInitScript(one);
  await page.goto(address ?? new URL(path, server.url).href, { waitUntil });
  return { page, server, errors, context };
}

/**
 * A server that answers for one file in its own way, until that is mended.
 * @param {string} file  its path
 * @param {(response: import('node:http').ServerResponse) => void} fault
 */
export function faulty(file, fault) {
  let broken = true;
  return {
    mend() {
      broken = false;
    },
    /** @type {NonNullable<NonNullable<Parameters<typeof serve>[1]>['intercept']>} */
    intercept({ url }, response) {
      if (!broken || url !== file) return false;
      fault(response);
      return true;
    },
  };
}

/** @param {any} page @param {string | {name: string, mimeType: string, buffer: Buffer}} file */
export async function choose(page, file) {
  await page.setInputFiles('#file', typeof file === 'string' ? inProject(file) : file);
}

/** @param {string} name @param {Uint8Array} bytes */
export const named = (name, bytes) => ({ name, mimeType: 'image/jpeg', buffer: Buffer.from(bytes) });

/** Waits for the outcome, which must not be a notice. @param {any} page */
export async function resultShown(page) {
  await page.waitForSelector('#results:not([hidden]), #notice:not([hidden])');
  assert.equal(await page.locator('#notice:not([hidden])').count(), 0,
    await page.locator('#notice').textContent());
}

/** @param {any} page @returns {Promise<string>} */
export async function notice(page) {
  await page.waitForSelector('#notice:not([hidden])');
  return page.innerText('#notice');
}

/** Waits until the service worker stands between the page and the network. @param {any} page */
export const guarded = (page) => page.evaluate(async () => {
  const { serviceWorker } = navigator;
  if (serviceWorker.controller) return;
  await new Promise((done) => {
    serviceWorker.addEventListener('controllerchange', done, { once: true });
  });
});

/** A script for open(): the visitor has chosen the accurate network, so none comes before it. */
export function choseAccurate() {
  if (!location.protocol.startsWith('http')) return; // the blank page before the first
  const key = `humshakal-choice:${new URL('./', location.href).pathname}`;
  if (localStorage.getItem(key) === null) { // a test may choose another one afterwards
    localStorage.setItem(key, JSON.stringify({ model: 'facenet-vggface2' }));
  }
}

/**
 * A server that keeps files back until they are released: then they have to be asked for
 * anew.
 * @param {RegExp} files  their paths
 * @param {number} [first]  bytes that are sent before
 */
export function withheld(files, first = 0) {
  /** @type {(() => void)[]} */
  const waiting = [];
  let held = true;
  return {
    /** How often they were asked for until then. */
    asked: () => waiting.length,
    release() {
      held = false;
      waiting.forEach((go) => go());
    },
    /** @type {NonNullable<NonNullable<Parameters<typeof serve>[1]>['intercept']>} */
    intercept({ url = '' }, response) {
      if (!held || !files.test(url)) return false;
      if (first > 0) {
        response.writeHead(200, { 'Content-Type': 'application/octet-stream' });
        response.write(Buffer.alloc(first));
      }
      waiting.push(() => response.destroy());
      return true;
    },
  };
}

/** Waits for the closer look, after a first visit's first names. @param {any} page */
export const refined = (page) => page.waitForFunction(() => /Looked again/.test(
  /** @type {HTMLElement} */ (document.querySelector('#refine')).innerText));

/** @param {any} page @returns {Promise<string[]>} */
export const names = (page) => page.locator('#results .person h3').allInnerTexts();

/**
 * Gives a photo and waits for its people.
 * @param {any} page
 * @param {any} file
 * @returns {Promise<string[]>}
 */
export async function matched(page, file) {
  await markOld(page);
  await choose(page, file);
  await page.waitForSelector('#results:not([hidden]) .person:not(.old)');
  return names(page);
}

/** Marks the people who are shown, so that the next ones can be told from them. @param {any} page */
export const markOld = (page) => page.evaluate(() => {
  for (const person of document.querySelectorAll('#results .person')) person.classList.add('old');
});

/** The photo on the page, its pixels in a text; waits until it can be seen. @param {any} page @returns {Promise<string>} */
export async function photoShown(page) {
  await page.waitForSelector('#photo .frame:not([hidden])');
  return page.$eval('#photo canvas', (/** @type {any} */ canvas) => canvas.toDataURL());
}

/**
 * Waits until a promise made in the page is true; Playwright's waitForFunction() takes the
 * promise itself for a yes.
 * @template A
 * @param {any} page
 * @param {(argument: A) => Promise<boolean>} isSo
 * @param {A} [argument]
 */
export async function until(page, isSo, argument) {
  const end = Date.now() + 30_000;
  while (!await page.evaluate(isSo, argument)) {
    if (Date.now() > end) throw new Error(`This never came true: ${isSo}`);
    await page.waitForTimeout(50);
  }
}

/**
 * Waits until the service worker keeps all that the page needs, and these files.
 * @param {any} page
 * @param {string[]} [more]
 */
export async function keptWhole(page, more = []) {
  const { kept } = JSON.parse((await readFile(inProject('build/site/files.js'), 'utf8'))
    .replace('self.SITE = ', '').replace(/;\n$/, ''));
  await until(page, async (/** @type {string[]} */ files) => {
    const name = (await caches.keys()).find((one) => one.startsWith('humshakal-page-'));
    const cache = name && await caches.open(name);
    if (!cache) return false;
    const scope = name.replace(/^.*?:/, '');
    const here = new Set((await cache.keys()).map(({ url }) => new URL(url).pathname.slice(scope.length)));
    return files.every((file) => here.has(file));
  }, [...Object.keys(kept), ...more]);
}
