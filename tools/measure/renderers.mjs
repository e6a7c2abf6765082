/** What measurements of the page's memory share. Linux only: /proc is read. */

import { readFile } from 'node:fs/promises';

/** By what the page calls them. */
export const NETWORKS = { Accurate: 'facenet-vggface2', Fast: 'hse-mobilenet-vggface2' };

/** Resident megabytes of each renderer, largest first: that of the page. @param {any} browser */
export async function renderers(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const all = [];
  for (const { id } of processInfo.filter((/** @type {any} */ { type }) => type === 'renderer')) {
    const status = await readFile(`/proc/${id}/status`, 'utf8');
    all.push(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1000);
  }
  return all.sort((a, b) => b - a);
}
