/**
 * Starts a module of this site as a worker, through a blob: address. A content security
 * policy in the page's <meta> binds such a worker, but not one that is loaded from an
 * address of its own, and workers are the threads that hold photos and weights.
 * @param {string} file  beside this one
 * @param {string} name  shown by the browser's tools
 */
export function startBoundWorker(file, name) {
  const script = new URL(file, import.meta.url).href;
  const source = new Blob([`import ${JSON.stringify(script)};`], { type: 'text/javascript' });
  const address = URL.createObjectURL(source);
  const worker = new Worker(trusted(address), { type: 'module', name });
  // The address is needed until the worker has read it, which its first message proves.
  worker.addEventListener('message', () => URL.revokeObjectURL(address), { once: true });
  return worker;
}

/** @type {{createScriptURL: (address: string) => any} | undefined} */
let policy;

/**
 * Pages that require Trusted Types accept a worker's address only from a named policy.
 * @param {string} address
 */
function trusted(address) {
  const types = /** @type {any} */ (globalThis).trustedTypes;
  if (!types) return address;
  policy ??= types.createPolicy('humshakal', {
    /** @param {string} url */
    createScriptURL: (url) => url,
  });
  return /** @type {any} */ (policy).createScriptURL(address);
}
