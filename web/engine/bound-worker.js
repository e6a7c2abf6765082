/**
 * Starts a module of this site as a worker that the page's content security policy binds:
 * workers are the threads that hold photos and weights. Where the service worker answers
 * (sw.js), the policy comes with the module. Elsewhere it starts through a blob: address,
 * because a policy in the page's <meta> binds such a worker, but not one that is loaded
 * from an address of its own. (Firefox asks the network for what a blob: worker imports,
 * past the service worker, so that way alone would not do without a network.)
 * @param {string} file  beside this one
 * @param {string} name  shown by the browser's tools
 */
export function startBoundWorker(file, name) {
  const address = boundScript(new URL(file, import.meta.url).href);
  const worker = new Worker(trusted(address), { type: 'module', name });
  // The address is needed until the worker has read it, which its first message proves.
  worker.addEventListener('message', () => URL.revokeObjectURL(address), { once: true });
  return worker;
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
  return navigator.serviceWorker?.controller?.scriptURL === new URL('../sw.js', import.meta.url).href;
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
  policy ??= trustedTypes.createPolicy('humshakal', { createScriptURL: (url) => url });
  return policy.createScriptURL(address);
}
