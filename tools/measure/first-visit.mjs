/**
 * What a first visitor waits for, and how much is sent: cold profile, one line of so many
 * Mbit/s for all that the server sends, 40 ms away. Beside face-api.js (tiny detector) and
 * Human, whose files come from the same server; they stop at the description of the face.
 *
 *     node tools/measure/first-visit.mjs [--mbit 10,1.6] [--runs 3] [--site build/site]
 *         [--only humshakal] [--cut 3000000]
 *
 * desktop: 1200 x 900. phone: 360 x 740, and Chromium's main thread slowed down four times
 * (it cannot slow workers). --cut: every connection dies after so many bytes. Texts and
 * WebAssembly are sent in gzip, as GitHub Pages does. Medians. Needs tools/demo.sh and
 * tools/setup/tests.sh.
 */

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { launch } from '../../tests/lib/browser.mjs';
import { summarise } from '../bench/timing.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const LATENCY = 40;
const CHUNK = 8192;
const HEADERS = 300; // of an answer, about
const PACKED = new Set(['.html', '.css', '.js', '.mjs', '.json', '.svg', '.wasm', '.webmanifest',
  '.recipe']);
const TYPES = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript',
  '.mjs': 'text/javascript', '.json': 'application/json', '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm', '.jpg': 'image/jpeg', '.png': 'image/png',
  '.webmanifest': 'application/manifest+json' };

const { values } = parseArgs({ options: {
  mbit: { type: 'string', default: '10,1.6' },
  runs: { type: 'string', default: '3' },
  site: { type: 'string', default: 'build/site' },
  only: { type: 'string', default: '' },
  cut: { type: 'string', default: '0' },
} });

const SITE = resolve(ROOT, values.site);

/** A page that describes the largest face of a photo with a peer's engine. */
const peerPage = (/** @type {string} */ name, /** @type {string} */ detector) => `<!doctype html>
<title>${name}</title><script type="module">
const { prepare } = await import('/tools/bench/engines/${name}.js');
const photo = fetch('/samples/portrait-2.jpg').then(async (r) => new Uint8Array(await r.arrayBuffer()));
const work = await prepare({ threads: 1, people: 45, detector: '${detector}' });
const { faces } = await work(await photo, 1);
document.body.id = faces.length ? 'done' : 'none';
</script><body>`;

/** @param {string} path  of an address @returns {Promise<Buffer>} */
async function contentOf(path) {
  if (path === '/peer/face-api.html') return Buffer.from(peerPage('face-api', 'tiny'));
  if (path === '/peer/human.html') return Buffer.from(peerPage('human', ''));
  const inProject = path.startsWith('/tools/') || path.startsWith('/build/');
  return readFile(resolve(inProject ? ROOT : SITE, `.${path}`));
}

/** @param {number} mbit @param {number} cut  bytes; 0: never */
async function throttled(mbit, cut) {
  const rate = (mbit * 1e6) / 8 / 1000; // bytes a millisecond
  let free = 0; // when the line is
  const sent = { bytes: 0, files: /** @type {string[]} */ ([]) };
  /** @type {WeakMap<import('node:net').Socket, number>} */
  const left = new WeakMap();
  /** @param {number} bytes */
  const line = async (bytes) => {
    free = Math.max(free, performance.now()) + bytes / rate;
    sent.bytes += bytes;
    await new Promise((done) => { setTimeout(done, free - performance.now()); });
  };
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent((request.url ?? '/').split('?')[0]);
    const file = path.endsWith('/') ? `${path}index.html` : path;
    await new Promise((done) => { setTimeout(done, LATENCY); });
    let body = await contentOf(file).catch(() => null);
    if (!body) {
      response.writeHead(404).end();
      return;
    }
    sent.files.push(file);
    const tag = `"${body.length}"`;
    /** @type {Record<string, string | number>} */
    const headers = { 'Content-Type': TYPES[/** @type {keyof typeof TYPES} */ (extname(file))]
      ?? 'application/octet-stream', ETag: tag, 'Cache-Control': 'max-age=600' };
    if (request.headers['if-none-match'] === tag) {
      await line(HEADERS);
      response.writeHead(304, headers).end();
      return;
    }
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (PACKED.has(extname(file))) {
      body = gzipSync(body);
      headers['Content-Encoding'] = 'gzip';
    } else if (from) {
      headers['Content-Range'] = `bytes ${from}-${body.length - 1}/${body.length}`;
      body = body.subarray(from);
    }
    response.writeHead(from ? 206 : 200, { ...headers, 'Content-Length': body.length });
    await line(HEADERS);
    const { socket } = request;
    for (let at = 0; at < body.length; at += CHUNK) {
      const chunk = body.subarray(at, at + CHUNK);
      await line(chunk.length);
      if (response.destroyed) return;
      response.write(chunk);
      const room = (left.get(socket) ?? (cut || Infinity)) - chunk.length;
      left.set(socket, room);
      if (room <= 0) {
        socket.end();
        return;
      }
    }
    response.end();
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', () => done(undefined)); });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}/`, sent, close: () => {
    server.close();
    server.closeAllConnections();
  } };
}

/**
 * Ours: a click on the second sample as soon as it is there; in the first, face-api.js's tiny
 * detector finds no face.
 * @param {any} page @param {(what: string) => void} mark
 */
async function ours(page, mark) {
  const there = (/** @type {string} */ selector) => page.waitForFunction(
    (/** @type {string} */ wanted) => document.querySelector(wanted), selector,
    { polling: 'raf', timeout: 600_000 });
  await there('.samples button');
  mark('samples');
  await page.click('.samples button >> nth=1');
  await there('#results:not([hidden]) .person');
  mark('names');
  if (!await page.$('#refine')) return;
  await page.waitForFunction(() => /Looked again/.test(
    /** @type {HTMLElement} */ (document.querySelector('#refine')).innerText), null,
  { polling: 'raf', timeout: 600_000 });
  mark('refined');
}

/** @param {any} page @param {(what: string) => void} mark */
async function peer(page, mark) {
  await page.waitForSelector('body[id]', { state: 'attached', timeout: 600_000 });
  if (await page.$('#none')) throw new Error(`${page.url()} found no face.`);
  mark('names');
}

const VISITS = [
  { name: 'Humshakal', path: '', steps: ours },
  { name: 'face-api.js, tiny detector', path: 'peer/face-api.html', steps: peer },
  { name: 'Human', path: 'peer/human.html', steps: peer },
].filter(({ name }) => name.toLowerCase().includes(values.only.toLowerCase()));

const DEVICES = [
  { device: 'desktop', viewport: { width: 1200, height: 900 }, slow: 1 },
  { device: 'phone', viewport: { width: 360, height: 740 }, slow: 4 },
];

/** @typedef {Record<string, {seconds: number, bytes: number}>} Marks */

/**
 * @param {any} browser
 * @param {number} mbit
 * @param {typeof VISITS[0]} visit
 * @param {typeof DEVICES[0]} on
 */
async function measure(browser, mbit, { path, steps }, { viewport, slow }) {
  const server = await throttled(mbit, Number(values.cut));
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  if (slow > 1) {
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: slow });
  }
  /** @type {Marks} */
  const marks = {};
  const start = performance.now();
  await page.goto(server.url + path, { waitUntil: 'commit' });
  await steps(page, (what) => {
    marks[what] = { seconds: (performance.now() - start) / 1000, bytes: server.sent.bytes };
  });
  const counts = new Map();
  for (const file of server.sent.files) counts.set(file, (counts.get(file) ?? 0) + 1);
  const twice = [...counts].filter(([, count]) => count > 1).map(([file]) => file);
  await context.close();
  server.close();
  return { marks, twice };
}

const browser = await launch('chromium');
console.log('Mbit/s  device   page                        samples   names s     MB   refined s     MB'
  + '  asked for twice');
for (const mbit of values.mbit.split(',').map(Number)) {
  for (const on of DEVICES) {
    for (const visit of VISITS) {
      /** @type {Awaited<ReturnType<typeof measure>>[]} */
      const runs = [];
      for (let run = 0; run < Number(values.runs); run += 1) {
        runs.push(await measure(browser, mbit, visit, on));
      }
      /** @param {string} what @param {'seconds' | 'bytes'} unit */
      const median = (what, unit) => summarise(
        runs.map(({ marks }) => marks[what]?.[unit] ?? NaN)).median;
      /** @param {number} value @param {number} digits @param {number} width */
      const cell = (value, digits, width) => (
        (Number.isNaN(value) ? '-' : value.toFixed(digits)).padStart(width));
      const seconds = (/** @type {string} */ what) => cell(median(what, 'seconds'), 1, 9);
      const megabytes = (/** @type {string} */ what) => cell(median(what, 'bytes') / 1e6, 2, 7);
      console.log(`${String(mbit).padStart(6)}  ${on.device.padEnd(7)}  ${visit.name.padEnd(26)}${
        seconds('samples')}${seconds('names')}${megabytes('names')} ${seconds('refined')}${
        megabytes('refined')}  ${runs[0].twice.length}`);
      if (values.only) console.log(`        ${runs[0].twice.join(' ')}`);
    }
  }
}
await browser.close();
