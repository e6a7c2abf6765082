/**
 * How many threads the engine gets. Threads need shared memory, which browsers give only to
 * pages that are cross-origin isolated: by headers of the server, or by those that sw.js adds.
 */

/** More than four are hardly faster for one face, and take the device from others. */
const MOST = 4;

/**
 * @param {number} [wanted]  default: as many as are good here
 * @param {boolean} [isolated]  default: as the page is now
 */
export function threadCount(wanted = MOST, isolated = globalThis.crossOriginIsolated ?? false) {
  const { navigator } = globalThis;
  if (!isolated || !navigator || isIos(navigator)) return 1; // Node 20 has no navigator
  return Math.max(1, Math.min(wanted, MOST, navigator.hardwareConcurrency || 1));
}

/**
 * Safari on phones and tablets ends pages for the memory that threads reserve. Tablets
 * call themselves Macs, which have no touch screens.
 * @param {Navigator} navigator
 */
function isIos({ userAgent, maxTouchPoints }) {
  return /iPhone|iPad|iPod/.test(userAgent) || (/Mac/.test(userAgent) && maxTouchPoints > 1);
}
