/**
 * The service worker: between the page and the network. It is a gate: only GET requests for
 * files of this site pass, by the list that set-up writes into files.js, and what passes is
 * asked for anew by name, so that neither a query nor a header, a cookie or a body goes
 * along; only a broken download says where it goes on. Every answer gets the page's content
 * security policy, so that workers and new pages are bound by it too, and the headers that
 * give the page shared memory, and with it threads, where the host cannot send them (GitHub
 * Pages). It tells the page what passed.
 *
 * The one exception is what another application shares with the installed page: a POST that
 * ends here.
 *
 * It also keeps the page's own files, one whole version at a time: the next visit works
 * without a network, and no visitor gets half of an update. Networks and galleries are kept
 * by assets.js, under their hashes.
 */

const worker = /** @type {any} */ (self); // its own types clash with those of the page

worker.importScripts('files.js');

/**
 * version: of all files together. policy: of the page. kept: the page's own files with
 * their SHA-256. rare: those that are kept once they were wanted. large: what else may be asked
 * for.
 * @type {{version: string, policy: string, kept: Record<string, string>,
 *   rare: Record<string, string>, large: string[]}}
 */
const { version, policy, kept, rare, large } = worker.SITE;
const hashes = { ...kept, ...rare };
const LIST = `self.SITE = ${JSON.stringify(worker.SITE)};\n`;

const SCOPE = new URL('./', self.location.href);
const CACHES = /^humshakal-page-[0-9a-f]+:/;
const CACHE = `humshakal-page-${version}:${SCOPE.pathname}`;

const HEADERS = {
  'Content-Security-Policy': `${policy}; frame-ancestors 'none'`,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(self), microphone=(), geolocation=(), payment=(), usb=(), '
    + 'serial=(), hid=(), midi=(), display-capture=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-DNS-Prefetch-Control': 'off',
};

/** A little less than the page's own (engine/patience.js), which tries again after it. */
const SCRIPT_PATIENCE = 7000;

/** By the end of a name. @type {Record<string, string>} */
const TYPES = { html: 'text/html; charset=utf-8', css: 'text/css', js: 'text/javascript',
  mjs: 'text/javascript' };

// The first visit gets the gate at once, before a photo is chosen. Later on there is one
// already, and its successor waits until all of the new version is here.
worker.addEventListener('install', (/** @type {any} */ event) => {
  event.waitUntil(worker.registration.active ? keepAll('no-cache') : worker.skipWaiting());
});
worker.addEventListener('activate', (/** @type {any} */ event) => {
  event.waitUntil(ifItCan(noteOlder).then(() => worker.clients.claim()));
});
worker.addEventListener('message', (/** @type {any} */ event) => {
  const { data, ports: [port] } = event;
  if (data === 'update') worker.skipWaiting();
  else if (data === 'shared') port.postMessage(handOver());
  else if (data === 'claim') worker.clients.claim();
  else if (data === 'keep') {
    event.waitUntil(keepAll('force-cache').then(() => '', String).then((problem) => port.postMessage(problem)));
  }
});
worker.addEventListener('fetch', (/** @type {any} */ event) => {
  event.respondWith(isShare(event.request) ? takeShared(event) : answer(event));
  if (event.request.mode === 'navigate') event.waitUntil(ifItCan(forgetOlder));
});

/**
 * The file that a request means, or null where the page has no business. It may have been
 * opened with a query, which is not passed on.
 * @param {Request} request
 */
function fileOf({ method, mode, url }) {
  const { origin, pathname, search } = new URL(url);
  if (method !== 'GET' || origin !== SCOPE.origin || !pathname.startsWith(SCOPE.pathname)
    || (search !== '' && mode !== 'navigate')) return null;
  const path = pathname.slice(SCOPE.pathname.length);
  const file = path === '' || path.endsWith('/') ? `${path}index.html` : path;
  return Object.hasOwn(hashes, file) || large.includes(file) ? file : null;
}

/** @param {{request: Request, clientId: string, resultingClientId: string}} event */
async function answer({ request, clientId, resultingClientId }) {
  if (request.url === new URL('files.js', SCOPE).href) return guarded(LIST, {}); // for a copy of the site
  const file = fileOf(request);
  if (file) {
    // A window that is loaded again gets the new version, whichever it had.
    const older = request.mode === 'navigate' ? undefined
      : await ifItCan(() => olderFile(file, clientId, resultingClientId));
    return older ?? await ifItCan(() => keptFile(file))
      ?? await (file.endsWith('js') && !Object.hasOwn(rare, file) ? passInTime(file, request) : pass(file, request));
  }
  tell({ refused: true, file: '', received: 0 });
  return request.mode === 'navigate' && request.method === 'GET'
    ? guarded('This site has no such page.\n', { status: 404 }) : Response.error();
}

/**
 * Storage is an extra: where it is full or broken, files come over the network.
 * @template T
 * @param {() => Promise<T>} work
 */
async function ifItCan(work) {
  try {
    return await work();
  } catch (error) {
    console.warn(`The page's files cannot be kept (${error}).`);
    return undefined;
  }
}

/** @param {string} file @returns {Promise<Response | undefined>} */
async function keptFile(file) {
  return (await caches.open(CACHE)).match(file);
}

/**
 * @param {string} file
 * @param {{cache?: RequestCache, signal?: AbortSignal, headers?: Headers}} how
 */
async function pass(file, { cache, signal, headers: asked } = {}) {
  const response = await fetch(new URL(file, SCOPE), { cache, signal, credentials: 'omit',
    referrerPolicy: 'no-referrer', headers: rangeOf(file, asked) });
  const { status, statusText, headers, ok } = response;
  if (!ok || !Object.hasOwn(hashes, file)) {
    return guarded(response.body?.pipeThrough(counter(file)), { status, statusText, headers });
  }
  const bytes = await response.arrayBuffer();
  tell({ refused: false, file, received: bytes.byteLength });
  const answered = guarded(bytes, { status, statusText, headers });
  if (await sha256(bytes) === hashes[file]) {
    // Kept with the right type, whatever the server called it this time.
    const type = TYPES[file.replace(/.*\./, '')];
    if (type) answered.headers.set('Content-Type', type);
    await ifItCan(async () => (await caches.open(CACHE)).put(file, answered.clone()));
  } else {
    worker.registration.update(); // the site is newer than this list of its files
  }
  return answered;
}

/**
 * A broken download goes on where it was: the one header that passes, for large files only,
 * and at multiples of 64 kB, which say no more than that it broke there (engine/download.js).
 * @param {string} file
 * @param {Headers} [asked]
 * @returns {Record<string, string>}
 */
function rangeOf(file, asked) {
  const [range, from] = /^bytes=(\d+)-$/.exec(asked?.get('range') ?? '') ?? [];
  return range && large.includes(file) && Number(from) % 65_536 === 0 ? { Range: range } : {};
}

/** Scripts that did not come in time. @type {Set<string>} */
const late = new Set();

/**
 * A script that does not come is given up. The next request for it goes past the browser's
 * own cache, where it would wait for the one that never ends.
 * @param {string} file
 * @param {Request} request
 */
async function passInTime(file, { cache, signal }) {
  const stop = new AbortController();
  signal.addEventListener('abort', () => stop.abort());
  const timer = setTimeout(() => {
    late.add(file);
    stop.abort();
  }, SCRIPT_PATIENCE);
  try {
    return await pass(file, { cache: late.has(file) ? 'reload' : cache, signal: stop.signal });
  } finally {
    clearTimeout(timer);
  }
}

/** Passes bytes on and tells how many there were. @param {string} file */
function counter(file) {
  let received = 0;
  return new TransformStream({
    transform(chunk, controller) {
      received += chunk.length;
      controller.enqueue(chunk);
    },
    flush: () => tell({ refused: false, file, received }),
  });
}

/** @param {BodyInit | undefined} body @param {ResponseInit} init */
function guarded(body, init) {
  const headers = new Headers(init.headers);
  for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
  return new Response(body, { ...init, headers });
}

/**
 * Tells all windows of this site, whoever asked.
 * @param {{refused: boolean, file: string, received: number}} traffic
 */
async function tell(traffic) {
  const windows = await worker.clients.matchAll({ type: 'window', includeUncontrolled: true });
  for (const client of windows) client.postMessage({ traffic });
}

/**
 * Gets those files of this version that are not here yet; all of them, or it fails.
 * @param {RequestCache} way  of the first try: the page may have just fetched them
 */
async function keepAll(way) {
  const cache = await caches.open(CACHE);
  await Promise.all(Object.keys(kept).map(async (file) => {
    if (await cache.match(file)) return;
    await pass(file, { cache: way });
    if (way !== 'no-cache' && !await cache.match(file)) await pass(file, { cache: 'no-cache' });
    if (!await cache.match(file)) throw new Error(`${file} is not that of version ${version}.`);
  }));
}

// ---- Photos shared with the installed page ------------------------------------------------

/** As the web manifest says it (share_target). */
const SHARE = { path: 'share', field: 'photo' };

/** Milliseconds that a photo waits for the page which is being opened for it. */
const SHARED_FOR = 60_000;

/** What was shared and not yet taken: in memory only. @type {File[]} */
let shared = [];

/** The page has them, or does not come. */
let forgetShared = () => {};

/** @param {Request} request */
function isShare({ method, mode, url }) {
  return method === 'POST' && mode === 'navigate' && url === new URL(SHARE.path, SCOPE).href;
}

/**
 * Takes what another application shares, which goes no further than to the page that is
 * opened for it.
 * @param {any} event
 */
async function takeShared(event) {
  const form = await event.request.formData().catch(() => new FormData());
  forgetShared();
  shared = form.getAll(SHARE.field).filter((/** @type {unknown} */ one) => one instanceof File);
  event.waitUntil(new Promise((resolve) => {
    const timer = setTimeout(() => forgetShared(), SHARED_FOR);
    forgetShared = () => {
      clearTimeout(timer);
      shared = [];
      resolve(undefined);
    };
  }));
  return Response.redirect(new URL('./?shared', SCOPE).href, 303);
}

/** Gives the page what was shared, once. */
function handOver() {
  const files = shared;
  forgetShared();
  return files;
}

// ---- Windows of an older version -----------------------------------------------------------

/*
 * When a visitor takes a new version in one window, others go on running the one before: for
 * as long as they live they and their workers get its files, so that no window has parts of
 * two versions. Which windows these are stands in this version's cache, since a service
 * worker is stopped and started again at any time.
 */
const OLDER = 'older-windows';

/** @returns {Promise<string[]>} caches of other versions of this site */
async function otherCaches() {
  return (await caches.keys()).filter((name) => CACHES.test(name) && name !== CACHE
    && name.replace(CACHES, '') === SCOPE.pathname);
}

async function noteOlder() {
  const there = await worker.clients.matchAll({ type: 'all' });
  await keepOlder(there.map((/** @type {{id: string}} */ { id }) => id));
  await forgetOlder();
}

/** @type {Promise<string[]> | null} null: not read yet */
let older = null;

/** @param {string[]} ids */
async function keepOlder(ids) {
  older = Promise.resolve(ids);
  await (await caches.open(CACHE)).put(OLDER, new Response(JSON.stringify(ids)));
}

function keptOlder() {
  older ??= caches.open(CACHE).then((cache) => cache.match(OLDER))
    .then((response) => response?.json() ?? []);
  return older;
}

/**
 * The file as an older window's version has it; nothing for others.
 * @param {string} file
 * @param {string} clientId
 * @param {string} resultingClientId  a worker that is being started
 * @returns {Promise<Response | undefined>}
 */
async function olderFile(file, clientId, resultingClientId) {
  const ids = await keptOlder();
  if (!ids.includes(clientId)) return undefined;
  if (resultingClientId) await keepOlder([...ids, resultingClientId]);
  for (const name of await otherCaches()) {
    const response = await (await caches.open(name)).match(file);
    if (response) return response;
  }
  return undefined;
}

/** Removes what no window needs any more. */
async function forgetOlder() {
  const names = await otherCaches();
  if (names.length === 0) return;
  const ids = await keptOlder();
  const live = await worker.clients.matchAll({ type: 'all', includeUncontrolled: true });
  if (live.some((/** @type {{id: string}} */ { id }) => ids.includes(id))) return;
  const { installing, waiting } = worker.registration; // asked last: one of them may be newer
  if (installing || waiting) return;
  for (const name of names) await caches.delete(name);
}

/** @param {ArrayBuffer} bytes */
async function sha256(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
