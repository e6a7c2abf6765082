/**
 * Damaged inputs for what is read in JavaScript: the site's manifest, the list of what a
 * visitor brought along, links to results, Keras files. Each ends in a result or in a
 * refusal with a sentence. (tools/fuzz.sh does the same for what is read in C.)
 */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { KerasFile } from '../web/engine/convert/keras.js';
import { ConvertError } from '../web/engine/convert/refuse.js';
import { HumError, Humshakal } from '../web/engine/humshakal.js';
import { readResultLink, writeResultLink } from '../web/page/share/result-link.js';
import { damagedBytes, damagedJson, damagedText, fuzz, oneOf } from './lib/damage.mjs';
import { writeKeras } from './lib/keras-h5.mjs';
import { inProject } from './lib/project.mjs';

/** @typedef {import('./lib/keras-made.mjs').Random} Random */

// ---- A site and a browser's storage ---------------------------------------------------------

/** What the site answers, whatever it is asked for. @type {Buffer<ArrayBuffer>} */
let answer;
/** What the storage holds, by address. @type {Map<string, Buffer<ArrayBuffer>>} */
let stored = new Map();
const real = { fetch: globalThis.fetch, caches: globalThis.caches, warn: console.warn };

/** Whatever its name. */
const cache = /** @type {any} */ ({
  match: async (/** @type {string} */ key) => (
    stored.has(key) ? new Response(stored.get(key)) : undefined),
  put: async (/** @type {string} */ key, /** @type {Response} */ response) => {
    stored.set(key, Buffer.from(await response.arrayBuffer()));
  },
  delete: async (/** @type {string} */ key) => stored.delete(key),
  keys: async () => [...stored.keys()].map((url) => ({ url })),
});

/** @type {any} */
let manifest;
before(async () => {
  manifest = JSON.parse(await readFile('build/site/models/manifest.json', 'utf8'));
  globalThis.fetch = async () => new Response(answer);
  globalThis.caches = /** @type {any} */ ({ open: async () => cache, has: async () => false });
  console.warn = () => {};
});
after(() => {
  Object.assign(globalThis, { fetch: real.fetch, caches: real.caches });
  console.warn = real.warn;
});
afterEach(() => stored.clear());

/** Each site is asked for its manifest once. */
let sites = 0;
const newSite = () => `https://site.test/${sites += 1}/`;

/** Whoever reads names must not be deceived by what cannot be seen in them. */
const UNSEEN = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/u;

/** @param {import('../web/engine/humshakal.js').Offers} offers */
function checkOffers({ total, missing, model, models, galleries, samples }) {
  assert.ok(Number.isSafeInteger(total) && missing >= 0 && missing <= total);
  assert.ok(models.some(({ id }) => id === model.id));
  for (const list of [models, galleries]) {
    assert.equal(new Set(list.map(({ id }) => id)).size, list.length, 'no id comes twice');
  }
  for (const entry of [...models, ...galleries, ...samples]) {
    for (const text of Object.values(entry).filter((value) => typeof value === 'string')) {
      assert.doesNotMatch(text, UNSEEN);
    }
  }
}

test('a damaged manifest', (t) => fuzz(t, {
  cases: 2000,
  refusal: HumError,
  async attempt(random) {
    answer = damagedJson(manifest, random);
    checkOffers(await Humshakal.offers({ baseURL: newSite() }));
  },
}));

// ---- What is stored on the device -------------------------------------------------------------

/**
 * What is kept after a network was brought along and a gallery was adapted to it; now and
 * then with the ids of the site's.
 * @param {Random} random
 */
function ownEntries(random) {
  const content = Buffer.from('what a visitor brought along');
  const file = { own: true, bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex') };
  const embedder = manifest.models.find((/** @type {any} */ m) => m.task === 'embedder');
  const { people, photos, id: adaptedFrom } = manifest.galleries[0];
  const model = { ...embedder, ...file, id: oneOf(random, ['own', 'own', embedder.id]),
    file: 'weights.h5', recipe: undefined, parts: undefined };
  const gallery = { id: oneOf(random, ['for-own', 'for-own', adaptedFrom]), name: 'A gallery',
    file: 'A gallery, adapted', model: model.id, people, photos, pictures: true, unused: 3,
    adaptedFrom, ...file };
  return { content, own: { models: [model], galleries: [gallery] } };
}

test('a damaged list of what the visitor brought along: the rest remains', async (t) => {
  const survivors = { models: 0, galleries: 0 };
  await fuzz(t, {
    cases: 1500,
    async attempt(random) {
      const { content, own } = ownEntries(random);
      const site = newSite();
      answer = Buffer.from(JSON.stringify(manifest));
      stored = new Map([[`${site}stored/own.json`, damagedJson(own, random)],
        [`${site}stored/${own.models[0].sha256}`, content]]);
      const offers = await Humshakal.offers({ baseURL: site });
      checkOffers(offers);
      survivors.models += offers.models.filter((model) => model.own).length;
      survivors.galleries += offers.galleries.filter((gallery) => gallery.own).length;
      const { id } = oneOf(random, offers.models);
      await Humshakal.removeModel(id, { baseURL: site });
      const left = await Humshakal.offers({ baseURL: site });
      assert.ok(!left.models.some((model) => model.own && model.id === id));
      assert.ok(!left.galleries.some((gallery) => gallery.own && gallery.model === id));
    },
  });
  assert.ok(survivors.models > 0 && survivors.galleries > 0);
});

// ---- Links to results ---------------------------------------------------------------------------

const PAGE = 'https://example.org/a/';
const LINKS = [
  [{ name: 'Zachary Taylor', score: 0.312, strangers: 0.9912 },
    { name: 'A:b, c & d#e', score: -0.1, strangers: -1 }],
  [{ name: 'अमिताभ बच्चन', score: 1, strangers: 0 }],
  ['a', 'b', 'c', 'd', 'e'].map((name, i) => ({ name, score: i / 5, strangers: i / 10 })),
].map((people) => new URL(writeResultLink(PAGE, people)).hash);

test('a damaged link to a result', (t) => fuzz(t, {
  cases: 20000,
  refusal: Error,
  attempt(random) {
    const people = readResultLink(damagedText(oneOf(random, LINKS), random));
    assert.ok(people.length >= 1 && people.length <= 5);
    for (const { name, score, strangers } of people) {
      assert.ok(name.length >= 1 && name.length <= 80 && !UNSEEN.test(name), name);
      assert.ok(Math.abs(score) <= 1 && Math.abs(strangers) <= 1);
    }
    const again = readResultLink(new URL(writeResultLink(PAGE, people)).hash);
    assert.deepEqual(again.map(({ name }) => name), people.map(({ name }) => name));
  },
}));

// ---- Keras files --------------------------------------------------------------------------------

/** A network of two layers. @type {Map<string, Record<string, number[]>>} */
const EXPECTED = new Map([
  ['conv/7x7', { 'kernel:0': [7, 7, 3, 4] }],
  ['conv/7x7/bn', { 'gamma:0': [4], 'beta:0': [4] }],
]);

/** In the formats of older and newer versions of HDF5, plain and compressed. */
async function kerasFiles() {
  const layers = [...EXPECTED].map(([name, weights]) => ({
    name,
    weights: Object.entries(weights).map(([weight, shape]) => ({
      name: weight, shape, data: new Float32Array(shape.reduce((a, b) => a * b)).fill(0.5) })),
  }));
  return Promise.all([writeKeras(layers), writeKeras(layers, { compress: true }),
    writeKeras(layers, { compress: true, libver: ['v110', 'v114'] })]);
}

const HDF5 = 'build/npm/models/node_modules/h5wasm/dist/esm/hdf5_hl.js';

/** A library that has stopped itself answers nothing from then on. */
const STOPPED = /Aborted|unreachable|out of bounds|RuntimeError/;

/** The HDF5 library anew: an address that was not imported yet. @returns {Promise<any>} */
const library = (n = 0) => import(`${pathToFileURL(inProject(HDF5))}?${n}`);

test('a damaged Keras file', async (t) => {
  const files = await kerasFiles();
  let libraries = 0;
  let h5wasm = await library();
  await fuzz(t, {
    cases: 1500,
    refusal: ConvertError,
    async attempt(random) {
      const bytes = damagedBytes(oneOf(random, files), random);
      try {
        readWeights(await KerasFile.open(bytes, h5wasm));
      } catch (error) {
        if (STOPPED.test(String(error))) h5wasm = await library(libraries += 1);
        throw error;
      }
    },
  });
});

/** @param {KerasFile} file */
function readWeights(file) {
  try {
    file.check('a network', EXPECTED);
    for (const [layer, weights] of EXPECTED) {
      for (const name of Object.keys(weights)) assert.ok(file.read(layer, name).length);
    }
  } finally {
    file.close();
  }
}
