/**
 * The WebAssembly engine gives the embeddings of the native one, on every photo of the
 * tests. What may differ is the order of sums: it can move a rounding to int8, and it can
 * let one more candidate into a face's averaged box, which then shifts by a tenth of a
 * pixel. So the network is compared on the same box, and the whole pipeline besides.
 */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { before, test } from 'node:test';
import { inProject, need, site } from './lib/project.mjs';

/** @type {any} */
let engine;
/** @type {string[]} */
let photos;
/** @type {any} */
let manifest;
/** @type {import('../web/engine/assets.js').Assets} */
let assets;

/** @param {string} file */
const read = async (file) => new Uint8Array(await readFile(new URL(file, site)));

before(async () => {
  await need('build/site/models/manifest.json');
  await need('build/native/humshakal');
  const names = await readdir(inProject('build/photos'), { recursive: true });
  photos = names.filter((name) => /^(samples|test\/(labeled|unknown|groups))\/.*\.jpe?g$/.test(name))
    .map((name) => `build/photos/${name}`).sort();
  assert.ok(photos.length >= 30, `${photos.length} photos`);

  const { Assets } = await import(new URL('engine/assets.js', site).href);
  assets = new Assets(site);
  manifest = await assets.manifest();
  const { Engine } = await import(new URL('engine/wasm.js', site).href);
  const { default: factory } = await import(new URL('engine/humshakal-simd.mjs', site).href);
  engine = await Engine.start(factory, await read('engine/humshakal-simd.wasm'));
  for (const entry of manifest.models) {
    if (entry.task !== 'detector') continue;
    engine.loadDetector(await assets.bytes(entry), await assets.bytes(entry.recipe));
  }
});

/** @param {{floatActivations: boolean, sameBox: boolean, least: number}} options */
async function compare({ floatActivations, sameBox, least }) {
  const entry = manifest.models
    .find((/** @type {any} */ { id }) => id === manifest.defaults.model);
  engine.loadEmbedder(await assets.bytes(entry), await assets.bytes(entry.recipe),
    { floatActivations });
  const native = JSON.parse(execFileSync(inProject('build/native/humshakal'),
    ['embed', '--json', ...(floatActivations ? ['--exact'] : []), ...photos],
    { cwd: inProject('.'), encoding: 'utf8', maxBuffer: 1 << 28 })).photos;
  assert.equal(native.length, photos.length);
  let [lowest, which] = [2, ''];
  for (const [i, name] of photos.entries()) {
    engine.photoDecode(new Uint8Array(await readFile(inProject(name))));
    const { face, embedding } = native[i];
    const mine = engine.embed(sameBox ? { ...face, points: face.points.flat() } : engine.detect()[0]);
    const cosine = mine.reduce((/** @type {number} */ sum, /** @type {number} */ value,
      /** @type {number} */ j) => sum + value * embedding[j], 0);
    if (cosine < lowest) [lowest, which] = [cosine, name];
  }
  const line = `lowest cosine of ${photos.length} photos: ${lowest.toFixed(6)} (${which})`;
  console.log(line);
  assert.ok(lowest >= least, `${line}; at least ${least} was expected`);
}

// Seen: 1.000000, 0.9996, 0.9996 and 1.000000.
test('float activations, same box', () => compare(
  { floatActivations: true, sameBox: true, least: 0.9999 }));
test('int8 activations, same box', () => compare(
  { floatActivations: false, sameBox: true, least: 0.999 }));
test('int8 activations, whole pipeline', () => compare(
  { floatActivations: false, sameBox: false, least: 0.999 }));
test('float activations, whole pipeline', () => compare(
  { floatActivations: true, sameBox: false, least: 0.9999 }));
