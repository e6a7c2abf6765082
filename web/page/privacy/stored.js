/**
 * What this site keeps on the device, and how it is removed. Sites of one host name share
 * their storage, so every name in it carries its site's path or address, behind the first colon.
 */

const SITE = new URL('../../', import.meta.url);

/** @param {string} name */
function isOurs(name) {
  const [kind, at = ''] = name.split(/:(.*)/s);
  return kind.startsWith('humshakal-') && new URL('./', new URL(at, SITE.origin)).href === SITE.href;
}

/**
 * Removes everything of this site.
 * @returns {Promise<{files: number, bytes: number, settings: number, people: boolean,
 *   worker: boolean}>}  what there was
 */
export async function wipe() {
  // The service worker first: it would fetch and keep files again.
  const registration = await navigator.serviceWorker?.getRegistration(SITE.href);
  const worker = registration?.scope === SITE.href && await registration.unregister();
  let [files, bytes, settings] = [0, 0, 0];
  for (const name of (await globalThis.caches?.keys() ?? []).filter(isOurs)) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      files += 1;
      bytes += (await (await cache.match(request))?.blob())?.size ?? 0;
    }
    await caches.delete(name);
  }
  for (const storage of [localStorage, sessionStorage]) {
    for (const name of Object.keys(storage).filter(isOurs)) {
      storage.removeItem(name);
      settings += 1;
    }
  }
  return { files, bytes, settings, people: await wipePeople(), worker };
}

/**
 * Collections of the visitor's own people. Pages that have one open let go of it.
 * @returns {Promise<boolean>}  whether there were any
 */
async function wipePeople() {
  if (!globalThis.indexedDB) return false;
  const there = (await indexedDB.databases()).flatMap(({ name }) => (name && isOurs(name) ? [name] : []));
  await Promise.all(there.map((name) => new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = resolve;
    request.onerror = () => reject(request.error);
  })));
  return there.length > 0;
}
