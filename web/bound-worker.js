/**
 * Starts a module of this site as a worker, through a blob: address. A content security
 * policy in the page's <meta> binds such a worker, but not one that is loaded from an
 * address of its own, and workers are the threads that hold photos and weights.
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

/** A blob: address that runs a script of this site. @param {string} href */
export function boundScript(href) {
  const source = new Blob([`import ${JSON.stringify(href)};`], { type: 'text/javascript' });
  return URL.createObjectURL(source);
}

/** @type {{createScriptURL: (address: string) => any} | undefined} */
let policy;

/**
 * Pages that require Trusted Types accept a worker's address only from a named policy.
 * @param {string} address
 * @returns {any}
 */
export function trusted(address) {
  const types = /** @type {any} */ (globalThis).trustedTypes;
  if (!types) return address;
  policy ??= types.createPolicy('humshakal', {
    /** @param {string} url */
    createScriptURL: (url) => url,
  });
  return policy?.createScriptURL(address);
}
