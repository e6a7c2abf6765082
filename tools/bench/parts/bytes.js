/**
 * What the site sends a visitor until it can be used, and once more on the next visit: each
 * answer's body, in gzip where that is smaller, as hosts of static files send it. Runs in
 * Node: the visitor is a page of its own, and the server's log tells what was sent.
 */

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { serve } from '../../serve.mjs';

export const WHAT = 'what build/site sends a visitor, in gzip as hosts of static files do';

const BUILD = new URL('../../../build/', import.meta.url);

/** What peers need for the same: their JavaScript and WebAssembly, without networks. */
const RUNTIMES = [
  ['LiteRT.js', 'tests', '@litertjs/core/dist/index.js',
    '@litertjs/core/wasm/litert_wasm_internal.js', '@litertjs/core/wasm/litert_wasm_internal.wasm'],
  ['ONNX Runtime Web', 'tests', 'onnxruntime-web/dist/ort.wasm.bundle.min.mjs',
    'onnxruntime-web/dist/ort-wasm-simd-threaded.wasm'],
  ['TensorFlow.js', 'tests', '@tensorflow/tfjs-core/dist/tf-core.min.js',
    '@tensorflow/tfjs-backend-cpu/dist/tf-backend-cpu.min.js',
    '@tensorflow/tfjs-backend-wasm/dist/tf-backend-wasm.min.js',
    '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm'],
  ['Human, without its wasm', 'models', '@vladmandic/human/dist/human.esm.js'],
  ['face-api.js, without its wasm', 'models', '@vladmandic/face-api/dist/face-api.esm.js'],
];

/** Hosts leave these as they are. */
const PACKED = /\.(jpe?g|png|webp)$/;

/** @type {[string, (address: string) => boolean][]} */
const KINDS = [
  ['JavaScript and WebAssembly', (file) => /\.(m?js|wasm)$/.test(file)],
  ['page, pictures, lists', (file) => /(\/|\.(html|css|json|svg|jpe?g|png|webmanifest))$/.test(file)],
  ['networks and gallery', () => true],
];

/**
 * @param {{browser: import('playwright-core').Browser}} options
 * @returns {Promise<object[]>} rows
 */
export async function drive({ browser }) {
  const folder = fileURLToPath(new URL('site/', BUILD));
  const server = await serve(folder);
  const context = await browser.newContext();
  try {
    const rows = [];
    for (const visit of ['first visit', 'second visit']) {
      const before = server.log.length;
      await result(context, server.url);
      rows.push(...await sent(visit, folder, server.log.slice(before)));
    }
    const [{ files, megabytes }] = rows;
    return [...rows, { subject: 'programs alone', engine: 'Humshakal', files, megabytes },
      ...await Promise.all(RUNTIMES.map(([engine, set, ...list]) => programs(engine, set, list)))];
  } finally {
    await context.close();
    await server.close();
  }
}

/** @param {string} engine @param {string} set  of npm packages @param {string[]} list */
async function programs(engine, set, list) {
  const folder = fileURLToPath(new URL(`npm/${set}/node_modules/`, BUILD));
  const sizes = await Promise.all(list.map((file) => size200(folder, `/${file}`)));
  return { subject: 'programs alone', engine, files: list.length,
    megabytes: sizes.reduce((sum, size) => sum + size, 0) / 1e6 };
}

/** A visit: the page is opened and asked about its first sample photo.
    @param {import('playwright-core').BrowserContext} context @param {string} address */
async function result(context, address) {
  const page = await context.newPage();
  await page.goto(address);
  await page.click('.samples button >> nth=0');
  await page.waitForSelector('#results:not([hidden])', { timeout: 60_000 });
  await page.waitForLoadState('networkidle');
  await page.close();
}

/**
 * @param {string} subject
 * @param {string} folder
 * @param {import('../../serve.mjs').Logged[]} log
 */
async function sent(subject, folder, log) {
  const rows = [...KINDS.map(([engine]) => engine), 'together'].map((engine) => (
    { subject, engine, files: 0, megabytes: 0 }));
  for (const { url, status } of log) {
    const [address] = url.split('?', 1);
    const size = status === 200 ? await size200(folder, address) : 0;
    const kind = KINDS.findIndex(([, is]) => is(address));
    for (const row of [rows[kind], rows[KINDS.length]]) {
      row.files += 1;
      row.megabytes += size / 1e6;
    }
  }
  return rows;
}

/** @param {string} folder @param {string} address */
async function size200(folder, address) {
  const file = address.endsWith('/') ? `${address}index.html` : address;
  const content = await readFile(folder + decodeURIComponent(file.slice(1)));
  return PACKED.test(file) ? content.length
    : Math.min(content.length, gzipSync(content).length);
}
