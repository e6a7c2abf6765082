/**
 * The engine and the facade in a real browser, worker and all. emrun serves the project's
 * folder, opens browser.html and ends with the exit code that this script reports:
 *
 *     emrun --serve-root . --kill-exit --browser chromium tests/browser.html
 *
 * Opened by hand, from any server of the project's folder, the page shows the same lines.
 */

import { Assets } from '../build/site/engine/assets.js';
import { bestBuild } from '../build/site/engine/simd.js';
import { Humshakal } from '../build/site/humshakal.js';
import { Engine } from '../build/site/engine/wasm.js';

const SITE = new URL('../build/site/', import.meta.url);
const SAMPLES = ['portrait-1.jpg', 'portrait-2.jpg', 'portrait-3.jpg', 'group.jpg'];

// ---- Reporting -----------------------------------------------------------------------------

let lines = 0;

/** emrun's protocol: numbered lines, then the exit code. @param {string} text */
async function tell(text) {
  await fetch('stdio.html', { method: 'POST', body: text }).catch(() => {});
}

/** @param {string} text */
function print(text) {
  const log = /** @type {HTMLElement} */ (document.getElementById('log'));
  log.textContent += `${text}\n`;
  lines += 1;
  return tell(`^out^${lines}^${text}`);
}

/** @param {unknown} condition @param {string} message */
function check(condition, message) {
  if (!condition) throw new Error(message);
}

/** @param {Promise<unknown>} work @param {string} code */
async function rejects(work, code) {
  const error = await work.then(() => null, (reason) => reason);
  check(error?.code === code, `expected ${code}, found ${error}`);
}

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
function cosine(a, b) {
  return Array.from(a).reduce((sum, value, i) => sum + value * b[i], 0);
}

// ---- What the tests share --------------------------------------------------------------------

/** @param {string} file */
async function bytes(file) {
  const response = await fetch(new URL(file, SITE));
  check(response.ok, `${file}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** @param {string} name */
const sample = async (name) => new Blob([await bytes(`samples/${name}`)]);

const assets = new Assets(SITE);
const manifest = await assets.manifest();

/** An engine of one build in this thread. @param {string} build @param {object} [options] */
async function engine(build, options) {
  const { script, file } = manifest.engines.find((/** @type {any} */ { id }) => id === build);
  const { default: factory } = await import(new URL(script, SITE).href);
  const started = await Engine.start(factory, await bytes(file));
  for (const entry of manifest.models) {
    const load = async () => /** @type {const} */ ([await assets.bytes(entry),
      await assets.bytes(entry.recipe)]);
    if (entry.task === 'detector') started.loadDetector(...await load());
    else if (entry.id === manifest.defaults.model) started.loadEmbedder(...await load(), options);
  }
  return started;
}

// ---- The tests ---------------------------------------------------------------------------------

/** @type {Record<string, () => Promise<string | void>>} */
const TESTS = {
  async 'the facade runs in a worker, with the best build'() {
    const humshakal = await Humshakal.create();
    const { info } = humshakal;
    check(info.worker === true, 'no worker');
    // emrun sends the headers that give a page threads.
    const threads = Math.min(4, navigator.hardwareConcurrency);
    const build = `${bestBuild()}${crossOriginIsolated && threads > 1 ? '-threads' : ''}`;
    check(crossOriginIsolated, 'emrun did not isolate the page');
    check(info.build === build, `${info.build} instead of ${build}`);
    check(info.threads === threads && !info.threadsFailed, `${info.threads} threads`);
    const { faces } = await humshakal.detect(await sample('group.jpg'));
    check(faces.length === 5, `${faces.length} faces in group.jpg instead of 5`);
    const matches = await humshakal.match(await sample('portrait-1.jpg'));
    check(new Set(matches.map(({ name }) => name)).size === 5, 'not five different people');
    humshakal.close();
    return `${info.build} build, ${info.threads} threads`;
  },

  async 'a photo gives the same face whether the engine or the browser decodes it'() {
    const humshakal = await Humshakal.create({ gallery: null });
    let lowest = 1;
    for (const name of SAMPLES) {
      const blob = await sample(name);
      const expected = await humshakal.embed(blob);
      const bitmap = await createImageBitmap(blob);
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
      context.drawImage(bitmap, 0, 0);
      const pixels = context.getImageData(0, 0, bitmap.width, bitmap.height);
      for (const photo of [bitmap, pixels]) {
        lowest = Math.min(lowest, cosine(await humshakal.embed(photo), expected));
      }
    }
    humshakal.close();
    // Seen: 0.9969. The browser's JPEG decoder smooths colour differently from stb_image.
    check(lowest >= 0.99, `lowest cosine ${lowest}`);
    return `lowest cosine ${lowest.toFixed(6)}`;
  },

  async 'both builds agree, with float and with int8 activations'() {
    const lowest = { float: 1, int8: 1 };
    for (const kind of /** @type {const} */ (['float', 'int8'])) {
      const options = { floatActivations: kind === 'float' };
      const [simd, relaxed] = [await engine('simd', options), await engine('relaxed', options)];
      for (const name of SAMPLES) {
        const photo = await bytes(`samples/${name}`);
        simd.photoDecode(photo);
        relaxed.photoDecode(photo);
        const [face] = simd.detect();
        lowest[kind] = Math.min(lowest[kind], cosine(simd.embed(face), relaxed.embed(face)));
      }
    }
    check(lowest.float >= 0.9999, `float: lowest cosine ${lowest.float}`);
    check(lowest.int8 >= 0.999, `int8: lowest cosine ${lowest.int8}`);
    return `lowest cosine ${lowest.float.toFixed(6)} float, ${lowest.int8.toFixed(6)} int8`;
  },

  async 'photo after photo uses no more memory'() {
    const steady = await engine(/** @type {string} */ (bestBuild()));
    /** @param {string} name */
    const look = async (name) => {
      steady.photoDecode(await bytes(`samples/${name}`));
      steady.embed(steady.detect()[0]);
    };
    for (const name of SAMPLES) await look(name);
    const before = steady.memory;
    for (let i = 0; i < 40; i += 1) await look(SAMPLES[i % SAMPLES.length]);
    check(steady.memory === before, `${before} bytes grew to ${steady.memory}`);
    return `${(before / 1e6).toFixed(0)} MB`;
  },

  async 'damaged photos are errors, and the worker lives on'() {
    const humshakal = await Humshakal.create({ gallery: null });
    const blob = await sample('portrait-3.jpg');
    const expected = await humshakal.embed(blob);
    for (const size of [4, 50, 100]) {
      await rejects(humshakal.detect(blob.slice(0, size)), 'HUM_ERROR_FORMAT');
    }
    await rejects(humshakal.detect(new Blob([])), 'HUM_ERROR_FILE');
    await rejects(humshakal.detect(new Blob(['<html>'])), 'HUM_ERROR_FILE');
    await rejects(humshakal.detect({ data: new Uint8Array(3), width: 1, height: 1 }),
      'HUM_ERROR_ARGUMENT');
    check(cosine(await humshakal.embed(blob), expected) > 0.999999, 'the embedding changed');
    humshakal.close();
  },

  async 'closing rejects what is pending'() {
    const humshakal = await Humshakal.create({ waitFor: 'detector' });
    const pending = humshakal.match(await sample('group.jpg'));
    humshakal.close();
    await rejects(pending, 'HUM_ERROR_STATE');
    await rejects(humshakal.detect(await sample('group.jpg')), 'HUM_ERROR_STATE');
  },
};

await tell('^pageload^');
let failed = 0;
for (const [name, run] of Object.entries(TESTS)) {
  try {
    const detail = await run();
    await print(`ok - ${name}${detail ? ` (${detail})` : ''}`);
  } catch (error) {
    failed += 1;
    await print(`not ok - ${name}: ${error}`);
  }
}
await print(`${Object.keys(TESTS).length - failed} passed, ${failed} failed`);
document.title = failed ? 'FAIL' : 'PASS';
await tell(`^exit^${failed ? 1 : 0}`);
