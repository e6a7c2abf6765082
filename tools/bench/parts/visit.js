/**
 * How long a second visitor waits: from the navigation until the page says that it is ready,
 * and, of another visit, until the five people of a sample photo that is clicked at once are
 * there. Everything is on the device by then. Runs in Node, as `bytes` does.
 */

import { fileURLToPath } from 'node:url';
import { serve } from '../../serve.mjs';
import { summarise } from '../timing.js';

export const WHAT = 'the second visit of build/site, from the navigation on';

const SITE = fileURLToPath(new URL('../../../build/site/', import.meta.url));

/** @typedef {import('playwright-core').Page} Page */

/**
 * Waits for an element in every frame; Playwright's own waiting looks twice a second only.
 * @param {Page} page
 * @param {string} selector
 */
const there = (page, selector) => page.waitForFunction(
  (wanted) => document.querySelector(wanted), selector, { polling: 'raf' });

/** @type {Record<string, (page: Page) => Promise<unknown>>} */
const MILESTONES = {
  'ready to match': (page) => there(page, '#traffic span:not(:empty)'),
  'five people, of a sample clicked at once': async (page) => {
    await there(page, '.samples button');
    await page.click('.samples button >> nth=0');
    await there(page, '#results:not([hidden])');
  },
};

/**
 * @param {{browser: import('playwright-core').Browser, runs: number}} options
 * @returns {Promise<object[]>} rows
 */
export async function drive({ browser, runs }) {
  const server = await serve(SITE);
  const context = await browser.newContext();
  /** @param {(page: Page) => Promise<unknown>} milestone */
  const visit = async (milestone) => {
    const page = await context.newPage();
    const start = performance.now();
    await page.goto(server.url, { waitUntil: 'commit' });
    await milestone(page);
    const time = performance.now() - start;
    await page.waitForLoadState('networkidle');
    await page.close();
    return time;
  };
  try {
    await visit(MILESTONES['five people, of a sample clicked at once']);
    const rows = [];
    for (const [subject, milestone] of Object.entries(MILESTONES)) {
      const times = [];
      for (let run = 0; run < runs; run += 1) times.push(await visit(milestone));
      rows.push({ subject, engine: 'Humshakal', ...summarise(times) });
    }
    return rows;
  } finally {
    await context.close();
    await server.close();
  }
}
