/**
 * The service worker: between the page and the network. It lets through what the page
 * needs, GET requests for files of this site, and nothing else; it adds the headers that
 * give the page shared memory, and with it threads, where the host cannot send them (GitHub
 * Pages); and it keeps the page's own small files, so that the next visit works without a
 * network. Networks and galleries are kept by assets.js, under their hashes.
 */

const SCOPE = new URL('./', self.location.href);
const CACHE = `humshakal-page-1:${SCOPE.pathname}`;

const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

const worker = /** @type {any} */ (self); // its own types clash with those of the page

worker.addEventListener('install', () => worker.skipWaiting());
worker.addEventListener('activate', (/** @type {any} */ event) => {
  event.waitUntil(worker.clients.claim());
});
worker.addEventListener('fetch', (/** @type {any} */ event) => {
  event.respondWith(answer(event.request));
});

/**
 * Whether the page has any business with an address. The page itself may have been opened
 * with a query, which is not passed on.
 * @param {Request} request
 */
function isAllowed({ method, mode, url }) {
  const { origin, pathname, search } = new URL(url);
  return method === 'GET' && origin === SCOPE.origin && pathname.startsWith(SCOPE.pathname)
    && (search === '' || mode === 'navigate');
}

/** What assets.js keeps itself. @param {string} url */
const isLarge = (url) => /\.(wasm|humg|recipe|tflite(\.\d+)?)$/.test(new URL(url).pathname);

/** @param {Request} request */
async function answer(request) {
  if (!isAllowed(request)) return Response.error();
  const { origin, pathname } = new URL(request.url);
  const url = origin + pathname;
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request.mode === 'navigate' ? url : request);
    if (response.status === 200 && !isLarge(url)) await cache.put(url, response.clone());
    return isolated(response);
  } catch (error) {
    const kept = await cache.match(url);
    if (kept) return isolated(kept);
    throw error;
  }
}

/** @param {Response} response */
function isolated(response) {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
  const { status, statusText } = response;
  const body = [204, 205, 304].includes(status) ? null : response.body;
  return new Response(body, { status, statusText, headers });
}
