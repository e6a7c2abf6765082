/**
 * The page's side of the service worker (sw.js): it is installed before the engine starts,
 * so that the engine's threads stand behind the gate as well, on the first visit too. And
 * the page's own count of what passed.
 */

import { trusted } from '../../engine/humshakal.js';
import { VERSION } from './version.js';

/** A service worker starts in a fraction of a second, or not at all (private windows). */
const PATIENCE = 5000;

/** A newer one takes over in a fraction of a second, or, in Chromium, sometimes not at all. */
const TAKE_OVER = 2000;

/**
 * What went over the network since markReady(). guarded: the service worker counts, for all
 * tabs and threads of this site. Without it the browser's Performance API does, which knows
 * what this document asked for. sent: bytes of addresses; requests have no body.
 * @typedef {object} Traffic
 * @property {boolean} guarded
 * @property {boolean} late     because nothing was heard of it
 * @property {boolean} ready
 * @property {number} requests
 * @property {number} sent
 * @property {number} received
 * @property {number} refused  requests that the gate stopped
 */

/** @type {Traffic} */
let traffic = { guarded: false, late: false, ready: false, requests: 0, sent: 0, received: 0, refused: 0 };

/** @type {(traffic: Traffic) => void} */
let onTraffic = () => {};

/** @param {Partial<Traffic>} changes */
function count(changes) {
  traffic = { ...traffic, ...changes };
  onTraffic(traffic);
}

/** @param {string} file @param {number} received @param {boolean} [refused] */
function add(file, received, refused = false) {
  if (!traffic.ready) return;
  if (refused) count({ refused: traffic.refused + 1 });
  else {
    count({ requests: traffic.requests + 1, sent: traffic.sent + file.length,
      received: traffic.received + received });
  }
}

/** From here on it counts; everything the page needs is on the device. */
export function markReady() {
  if (!traffic.ready) count({ ready: true });
}

/**
 * Installs the service worker and waits until it stands between this page and the network.
 * @param {object} [listeners]
 * @param {(traffic: Traffic) => void} [listeners.onTraffic]
 * @param {(use: () => void) => void} [listeners.onNewer]  another version of the site is
 *   here; use() takes it, and loads the page again
 * @returns {Promise<boolean>}  whether it does
 */
export async function startGate({ onTraffic: listener = onTraffic, onNewer = () => {} } = {}) {
  onTraffic = listener;
  if (loadMixedAgain()) return new Promise(() => {});
  try {
    const { serviceWorker } = navigator; // which throws where site data is blocked
    if (!serviceWorker) throw new Error('this browser offers none here');
    serviceWorker.addEventListener('message', ({ data }) => {
      const { file, received, refused } = data.traffic;
      add(file, received, refused);
    });
    await inTime(install(serviceWorker, onNewer));
    count({ guarded: true });
  } catch (error) {
    console.warn(`The service worker could not be installed (${error}).`);
    countWithoutGate();
  }
  return traffic.guarded;
}

/**
 * Where the page is of one version and its scripts of another, because the browser changed the
 * service worker between the two or kept one of them longer, it is loaded again. Once: after
 * that it makes do with what came. A page that names no version is its author's own.
 * @returns {boolean}  whether this page is given up
 */
function loadMixedAgain() {
  const { version = VERSION } = document.documentElement.dataset;
  const { again = false, ...state } = history.state ?? {};
  const mixed = version !== VERSION;
  if (mixed !== again) history.replaceState(mixed ? { ...state, again: true } : state, '');
  if (mixed && !again) location.reload();
  return mixed && !again;
}

/** @param {Promise<void>} installed */
async function inTime(installed) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => {
      count({ late: true });
      reject(new Error(`nothing was heard of it for ${PATIENCE / 1000} seconds`));
    }, PATIENCE);
  });
  await Promise.race([installed, late]).finally(() => clearTimeout(timer));
}

/**
 * @param {ServiceWorkerContainer} serviceWorker
 * @param {(use: () => void) => void} onNewer
 */
async function install(serviceWorker, onNewer) {
  const registration = await serviceWorker.register(trusted('sw.js'), { updateViaCache: 'none' });
  watchVersions(serviceWorker, registration, onNewer);
  if (serviceWorker.controller) return;
  const controlled = new Promise((resolve) => {
    serviceWorker.addEventListener('controllerchange', resolve, { once: true });
  });
  // A page that was loaded past the service worker, as a forced reload does, has to ask.
  registration.active?.postMessage('claim');
  await controlled;
}

/** Has the service worker keep all files of the page, for visits without a network. */
export async function keepPage() {
  const { port1, port2 } = new MessageChannel();
  const answered = new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
  });
  navigator.serviceWorker.controller?.postMessage('keep', [port2]);
  const problem = await answered;
  if (problem) console.warn(`Not every file of the page could be kept (${problem}).`);
}

function countWithoutGate() {
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { name, transferSize } = /** @type {PerformanceResourceTiming} */ (entry);
      if (/^https?:/.test(name)) add(new URL(name).href.slice(origin.length), transferSize);
    }
  }).observe({ type: 'resource' });
}

/**
 * A newer version waits until no page uses the old one. A visitor who has just come gets it
 * at once; others are asked, because their photo would be gone.
 * @param {ServiceWorkerContainer} serviceWorker
 * @param {ServiceWorkerRegistration} registration
 * @param {(use: () => void) => void} onNewer
 */
function watchVersions(serviceWorker, registration, onNewer) {
  const hadOne = Boolean(serviceWorker.controller);
  let asked = false;
  const take = () => {
    asked = true;
    registration.waiting?.postMessage('update');
  };
  const use = () => {
    // Another tab has taken it, or Chromium keeps it waiting until the page is loaded anew.
    setTimeout(() => location.reload(), registration.waiting ? TAKE_OVER : 0);
    take();
  };
  serviceWorker.addEventListener('controllerchange', () => {
    if (asked) location.reload();
    else if (hadOne) onNewer(use);
  });
  if (registration.waiting && hadOne) take();
  registration.addEventListener('updatefound', () => {
    const { installing } = registration;
    installing?.addEventListener('statechange', () => {
      if (installing.state === 'installed' && serviceWorker.controller) onNewer(use);
    });
  });
}
