/**
 * Jobs that overlap: nothing of an older one reaches the page, whatever the two are. First
 * the object itself, then each pair of what a visitor can begin.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Job } from '../web/page/job.js';
import { choose, notice, open, refined, resultShown } from './lib/page.mjs';
import { inProject } from './lib/project.mjs';

// ---- A job -------------------------------------------------------------------------------

/** @returns {{shown: number[], job: Job<number>}} */
function jobOf() {
  /** @type {number[]} */
  const shown = [];
  return { shown, job: new Job((value) => shown.push(value)) };
}

test('a job that has ended shows nothing, and goes no further than where it waits', async () => {
  const { shown, job } = jobOf();
  let reached = false;
  /** @type {unknown[]} */
  const failures = [];
  const running = job.run(async () => {
    job.show(1);
    await job.wait(new Promise(() => {}));
    reached = true;
  }, (error) => failures.push(error));
  job.end();
  await running;
  job.show(2);
  assert.deepEqual({ shown, reached, failures }, { shown: [1], reached: false, failures: [] });
  assert.equal(job.signal.aborted, true);
  await assert.rejects(job.wait(3), { name: 'AbortError' });
});

test('a job tells of its own failure while it shows, and ends with its work', async () => {
  const { shown, job } = jobOf();
  await job.run(async () => {
    assert.equal(await job.wait(Promise.resolve(7)), 7);
    throw new Error('odd');
  }, () => job.show(4));
  job.show(5);
  assert.deepEqual(shown, [4]);
});

test('what fails after the end is nobody’s business', async () => {
  const { job } = jobOf();
  /** @type {(error: Error) => void} */
  let fail = () => {};
  const work = new Promise((_, reject) => { fail = reject; });
  const running = job.run(() => job.wait(work), () => assert.fail('told of it'));
  job.end();
  fail(new Error('too late'));
  await running;
});

// ---- Pairs in the page -------------------------------------------------------------------

const ONE = 'build/photos/samples/portrait-1.jpg';
const OTHER = ['build/photos/samples/portrait-2.jpg', 'build/photos/samples/portrait-3.jpg'];
/** Its id in the manifest. */
const HSE = 'hse-mobilenet-vggface2';
const LINK = '#result=Somebody:0.500:0.9000';

/** Counts the calls of workers that are under way, as pendingCalls. */
function countCalls() {
  const all = /** @type {any} */ (globalThis);
  const { postMessage } = Worker.prototype;
  const waiting = new Map();
  all.pendingCalls = () => [...waiting.values()].reduce((sum, ids) => sum + ids.size, 0);
  Worker.prototype.postMessage = function (/** @type {any} */ message, /** @type {any} */ ...rest) {
    if (message.op) {
      if (!waiting.has(this)) {
        waiting.set(this, new Set());
        this.addEventListener('message', ({ data }) => waiting.get(this)?.delete(data.id));
      }
      waiting.get(this).add(message.id);
    }
    return postMessage.call(this, message, ...rest);
  };
  const { terminate } = Worker.prototype;
  Worker.prototype.terminate = function () {
    waiting.delete(this);
    return terminate.call(this);
  };
}

/** @param {any} page @param {string} type @param {object} [detail] */
const send = (page, type, detail = {}) => page.evaluate(
  (/** @type {any} */ [name, what]) => {
    document.dispatchEvent(new CustomEvent(name, { detail: what }));
  }, [type, detail]);

/** @param {any} page @returns {Promise<string[]>} */
const shownNames = (page) => page.locator('#results:not([hidden]) .person h3').allInnerTexts();

/** @param {any} page @param {RegExp} network */
async function shownWith(page, network) {
  await page.waitForFunction((/** @type {string} */ name) => document.querySelector(
    '#networks summary')?.textContent?.includes(name), network.source);
}

/**
 * What a visitor begins, and by what it is told that the page shows it and nothing else.
 * @type {Record<string, {begin: (page: any) => Promise<unknown>,
 *   shows: (page: any) => Promise<unknown>}>}
 */
const JOBS = {
  photo: {
    begin: (page) => choose(page, ONE),
    shows: async (page) => {
      await page.waitForSelector('#results:not([hidden])');
      assert.equal(await page.isVisible('#several'), false);
    },
  },
  several: {
    begin: (page) => page.setInputFiles('#file', OTHER.map(inProject)),
    shows: (page) => page.waitForSelector('#several:not([hidden])'),
  },
  network: {
    begin: (page) => send(page, 'model', { model: HSE }),
    shows: async (page) => {
      await shownWith(page, /Fast/);
      await page.waitForSelector('#results:not([hidden])');
    },
  },
  weights: {
    begin: (page) => page.setInputFiles('#weights', { name: 'odd.h5',
      mimeType: 'application/octet-stream', buffer: Buffer.from('no weights at all') }),
    shows: async (page) => assert.match(await notice(page), /These weights cannot be used|weights/i),
  },
  adaption: {
    begin: (page) => send(page, 'action', { name: 'adapt' }),
    shows: async (page) => {
      await page.waitForFunction(() => /less accurate/.test(
        document.querySelector('#sources')?.textContent ?? ''));
      await page.waitForSelector('#results:not([hidden])');
    },
  },
  forget: {
    begin: (page) => send(page, 'forget', { id: 'own-none' }),
    shows: (page) => page.waitForSelector('#progress', { state: 'hidden' }),
  },
  link: {
    begin: (page) => page.evaluate((/** @type {string} */ hash) => {
      history.replaceState(null, '', './');
      location.hash = hash;
    }, LINK),
    shows: (page) => page.waitForSelector('#shared:not([hidden])'),
  },
  camera: {
    begin: (page) => send(page, 'camera', { does: 'open' }),
    shows: async (page) => {
      await page.waitForSelector('#camera[open]');
      await send(page, 'camera', { does: 'close' });
    },
  },
  problem: {
    begin: (page) => send(page, 'problem', { text: 'Nothing that can be looked at.' }),
    shows: async (page) => assert.match(await notice(page), /Nothing that can be looked at/),
  },
};

/** Those after which another network or gallery may be in use. */
const CHANGES = ['network', 'adaption', 'weights'];

/** What the page is at, in words that do not move. @param {any} page */
const looks = (page) => page.evaluate(() => ['#results', '#several', '#notice', '#shared',
  '#progress', '#everyone', '#camera'].map((id) => {
  const element = /** @type {HTMLElement} */ (document.querySelector(id));
  return [id, element.getClientRects().length > 0 ? element.innerText : null];
}));

for (const [first, one] of Object.entries(JOBS)) {
  test(`${first}, and then anything else: only that is shown`, async () => {
    const { page, errors } = await open({ script: countCalls });
    await choose(page, ONE);
    await resultShown(page);
    await refined(page);
    const names = await shownNames(page);
    for (const [second, other] of Object.entries(JOBS)) {
      /** Both, and where that changed the network, the first photo again with the site's. */
      const both = async () => {
        await one.begin(page);
        await other.begin(page);
        await other.shows(page);
        const before = await looks(page);
        await page.waitForFunction(() => /** @type {any} */ (globalThis).pendingCalls() === 0);
        if (second !== 'camera' && second !== 'forget') assert.deepEqual(await looks(page), before);
        if (![first, second].some((name) => CHANGES.includes(name))) return;
        await send(page, 'model', {});
        await choose(page, ONE);
        await shownWith(page, /Accurate/);
        await resultShown(page);
        assert.deepEqual(await shownNames(page), names);
      };
      await both().catch((cause) => {
        throw new Error(`${first}, then ${second}: ${cause.message}`, { cause });
      });
    }
    assert.deepEqual(errors, []);
  });
}

test('a photo ends a conversion, wherever it is', async () => {
  /** @type {() => void} */
  let asked = () => {};
  const converting = new Promise((resolve) => { asked = () => resolve(null); });
  const { page, errors } = await open({ server: { intercept: ({ url }) => {
    if (url !== '/engine/convert/index.js') return false;
    asked(); // and is never answered
    return true;
  } } });
  await choose(page, ONE);
  await resultShown(page);
  const before = page.workers().length;
  await page.setInputFiles('#weights', { name: 'mine.h5', mimeType: 'application/octet-stream',
    buffer: Buffer.from('\x89HDF\r\n\x1a\n', 'latin1') });
  await converting;
  await choose(page, ONE);
  await resultShown(page);
  assert.equal(page.workers().length, before, 'the conversion’s worker is gone');
  assert.deepEqual(errors, []);
});
