/**
 * How long the browser's processes have had a processor. Unlike the time on the clock it
 * does not grow while other programs have their turn, so it can be compared on a busy
 * machine.
 */

import { readFileSync, readdirSync } from 'node:fs';

const NANOSECONDS = 1e-6; // in milliseconds

/**
 * A clock that shows milliseconds, summed over all threads of all processes of the
 * browser: it decodes pictures in threads, and shows pages with the help of others. null
 * where the system does not tell.
 * @param {import('playwright-core').Browser} browser
 * @returns {Promise<(() => number) | null>}
 */
export async function processorClock(browser) {
  if (used(process.pid) === null) return null;
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return () => processInfo.reduce((sum, { id }) => sum + (used(id) ?? 0), 0);
}

/** @param {number} process */
function used(process) {
  const folder = `/proc/${process}/task`;
  try {
    return readdirSync(folder).reduce((sum, thread) => (
      sum + Number(readFileSync(`${folder}/${thread}/schedstat`, 'latin1').split(' ')[0])
    ), 0) * NANOSECONDS;
  } catch {
    return null;
  }
}
