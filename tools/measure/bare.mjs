/**
 * Chromium by its own protocol, with nothing switched on that a visitor's has not: where a
 * driver watches the network, as Playwright does, the page's process keeps up to 100 MB of
 * what was fetched, in case somebody asks for it. Linux only: memory is read in /proc.
 */

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHROMIUM } from '../../tests/lib/browser.mjs';

/** @param {string[]} [args] */
export async function startBare(args = []) {
  const profile = await mkdtemp(join(tmpdir(), 'humshakal-bare-'));
  const child = spawn(CHROMIUM.path, [...CHROMIUM.args, `--user-data-dir=${profile}`,
    '--remote-debugging-pipe', ...args], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
  const [, , , commands, answers] = /** @type {any[]} */ (child.stdio);
  /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
  const waiting = new Map();
  let last = 0;
  let text = '';
  answers.setEncoding('utf8');
  answers.on('data', (/** @type {string} */ part) => {
    const messages = (text + part).split('\0');
    text = messages.pop() ?? '';
    for (const { id, result, error } of messages.map((message) => JSON.parse(message))) {
      const call = waiting.get(id);
      waiting.delete(id);
      if (error) call?.reject(new Error(error.message));
      else call?.resolve(result);
    }
  });

  /** @param {string} method @param {object} [params] @param {string} [sessionId] @returns {Promise<any>} */
  const call = (method, params = {}, sessionId = undefined) => new Promise((resolve, reject) => {
    last += 1;
    waiting.set(last, { resolve, reject });
    commands.write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
  });

  return {
    call,

    /**
     * A new page, with the size and pixels of a phone.
     * @param {string} url
     */
    async open(url) {
      const { targetId } = await call('Target.createTarget', { url: 'about:blank' });
      const { sessionId } = await call('Target.attachToTarget', { targetId, flatten: true });
      await call('Emulation.setDeviceMetricsOverride',
        { width: 360, height: 740, deviceScaleFactor: 3, mobile: true }, sessionId);
      await call('Page.navigate', { url }, sessionId);
      /** @param {string} expression @param {object} [how] */
      const evaluate = (expression, how) => call('Runtime.evaluate',
        { expression, awaitPromise: true, returnByValue: true, ...how }, sessionId);
      const page = {
        /** @param {string} expression */
        value: async (expression) => (await evaluate(expression)).result.value,

        /** Until it is so. @param {string} expression */
        async until(expression) {
          for (const end = Date.now() + 120_000; !await page.value(expression);) {
            if (Date.now() > end) throw new Error(`It never came to this: ${expression}`);
            await new Promise((done) => { setTimeout(done, 20); });
          }
        },

        close: () => call('Target.closeTarget', { targetId }),

        /** @param {string} selector @param {string} file  or a folder */
        async give(selector, file) {
          const { result } = await evaluate(`document.querySelector('${selector}')`,
            { returnByValue: false });
          await call('DOM.setFileInputFiles', { files: [file], objectId: result.objectId }, sessionId);
        },
      };
      await page.until("document.readyState === 'complete'");
      return page;
    },

    async close() {
      await call('Browser.close').catch(() => {});
      await new Promise((done) => { child.once('exit', done); });
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/**
 * Resident megabytes of the largest renderer, which is that of the page: now, and the most
 * that it ever had.
 * @param {(method: string) => Promise<any>} call
 */
export async function rendererMemory(call) {
  const { processInfo } = await call('SystemInfo.getProcessInfo');
  let found = { now: 0, most: 0 };
  for (const { id } of processInfo.filter((/** @type {any} */ { type }) => type === 'renderer')) {
    const status = await readFile(`/proc/${id}/status`, 'utf8');
    const field = (/** @type {string} */ name) => (
      Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1000);
    if (field('VmRSS') > found.now) found = { now: field('VmRSS'), most: field('VmHWM') };
  }
  return found;
}
