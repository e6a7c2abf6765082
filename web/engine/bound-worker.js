/**
 * Workers of this site, and how the page knows that they are there. All of them run bound by
 * the page's content security policy: they are the threads that hold photos and weights.
 */

import { HumError } from './errors.js';
import { SCRIPT_PATIENCE, missing } from './patience.js';

/**
 * @template M
 * @typedef {object} Listeners
 * @property {(message: M) => void} onMessage
 * @property {(error: HumError) => void} onMissing  its script did not arrive
 * @property {(why: string) => void} onCrash  it has ended, or does not know what it does
 */

/**
 * Starts a module as a worker. Where the service worker answers (sw.js), the policy comes
 * with the module. Elsewhere it starts through a blob: address, because a policy in the
 * page's <meta> binds such a worker, but not one that is loaded from an address of its own.
 * (Firefox asks the network for what a blob: worker imports, past the service worker, so
 * that way alone would not do without a network.)
 * @template M
 * @param {string} file  beside this one; it calls sayAlive()
 * @param {string} name  shown by the browser's tools
 * @param {Listeners<M>} listeners
 */
export function startBoundWorker(file, name, { onMessage, onMissing, onCrash }) {
  const address = boundScript(new URL(file, import.meta.url).href);
  const worker = new Worker(trusted(address), { type: 'module', name });
  let alive = false;
  const giveUp = (/** @type {string} */ why) => onMissing(missing(
    `${file}, or a file it needs,`, why));
  const timer = setTimeout(() => giveUp(
    `nothing was heard for ${SCRIPT_PATIENCE / 1000} seconds`), SCRIPT_PATIENCE);
  worker.onerror = (event) => {
    event.preventDefault();
    clearTimeout(timer);
    const why = event.message ?? 'no message';
    if (alive) onCrash(why);
    else giveUp(why);
  };
  worker.onmessage = ({ data }) => {
    if (!('life' in data)) {
      onMessage(data);
      return;
    }
    alive = true;
    clearTimeout(timer);
    URL.revokeObjectURL(address); // it has read it
    // Who waits for the lock of a worker's life gets it at its end, however that came.
    if (data.life) {
      navigator.locks.request(data.life, () => onCrash('it ended by itself')).catch(() => {});
    }
  };
  return worker;
}

/**
 * The worker's side: tells that its script is here, and the name of a lock that it holds
 * until its end. A worker that ends by itself says nothing, and no event tells of it.
 */
export function sayAlive() {
  const life = `humshakal-life-${Math.random()}`;
  const live = () => {
    self.postMessage({ life });
    return new Promise(() => {});
  };
  const { locks } = navigator;
  if (locks) locks.request(life, live).catch(() => self.postMessage({ life: null }));
  else self.postMessage({ life: null });
}

/** An address that runs a script of this site as a bound worker. @param {string} href */
export function boundScript(href) {
  if (isGuarded()) return href;
  const source = new Blob([`import ${JSON.stringify(href)};`], { type: 'text/javascript' });
  return URL.createObjectURL(source);
}

/** Whether this site's service worker answers for the scripts that are asked for here. */
function isGuarded() {
  if (!globalThis.document) return /^https?:$/.test(globalThis.location?.protocol ?? '');
  try {
    return navigator.serviceWorker?.controller?.scriptURL === new URL('../sw.js', import.meta.url).href;
  } catch {
    return false; // site data is blocked
  }
}

/**
 * What is used of the browser's trustedTypes. Its policies give a TrustedScriptURL, which is
 * taken in a string's place.
 * @typedef {{createScriptURL: (address: string) => string}} Policy
 * @typedef {{createPolicy: (name: string, rules: Policy) => Policy}} TrustedTypes
 */

/** @type {Policy | undefined} */
let policy;

/**
 * Pages that require Trusted Types accept a worker's address only from a named policy.
 * @param {string} address
 */
export function trusted(address) {
  const { trustedTypes } = /** @type {{trustedTypes?: TrustedTypes}} */ (globalThis);
  if (!trustedTypes) return address;
  try {
    policy ??= trustedTypes.createPolicy('humshakal', { createScriptURL: (url) => url });
  } catch (cause) {
    throw new HumError('HUM_ERROR_BROWSER', 'The content security policy of this page does not '
      + 'let the engine start: its trusted-types do not list "humshakal".', { cause });
  }
  return policy.createScriptURL(address);
}
