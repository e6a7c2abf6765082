/** The converter of uint8 TensorFlow Lite models, on the real Inception-v3. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { convertQuantised } from '../tools/convert/quantised.mjs';
import { importPackage } from '../tools/packages.mjs';
import { ConvertError } from '../web/engine/convert/refuse.js';
import { folder, readNpy, run } from './lib/cli.mjs';
import { inProject, need } from './lib/project.mjs';

const SOURCE = 'build/models/inception-uint8.lite';
const OUTPUT = 'InceptionV3/Logits/AvgPool_1a_8x8/AvgPool';
const CLOTHING = inProject('../shared/eval/clothing');

/** @type {typeof import('flatbuffers')} */
let flatbuffers;
/** @type {Uint8Array} */
let file;

before(async () => {
  await need(SOURCE);
  flatbuffers = await importPackage('models', 'flatbuffers');
  file = new Uint8Array(readFileSync(inProject(SOURCE)));
});

/** @param {import('node:test').TestContext} t @param {'int8' | 'f32'} dtype */
function converted(t, dtype) {
  const path = join(folder(t), `inception-${dtype}.tflite`);
  execFileSync(process.execPath, [inProject('tools/convert.mjs'), inProject(SOURCE), '-o', path, '--output', OUTPUT,
    '--recipe', inProject('models/pictures/inception-v3.recipe'), '--dtype', dtype]);
  return path;
}

/** @param {string} model @param {string[]} photos @param {string} out */
function embeddings(model, photos, out) {
  const { status, stderr } = run(['embed', '--no-detect', '--model', model, ...photos, '-o', out]);
  assert.equal(status, 0, stderr);
  return readNpy(readFileSync(out)).rows;
}

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
const cosine = (a, b) => Array.from(a).reduce((sum, value, i) => sum + value * b[i], 0);

test('Inception-v3 is converted, runs, and its int8 weights say what its floats say', (t) => {
  const photos = readdirSync(inProject('build/photos/samples')).filter((name) => name.endsWith('.jpg'))
    .map((name) => inProject(`build/photos/samples/${name}`));
  const place = folder(t);
  const exact = embeddings(converted(t, 'f32'), photos, join(place, 'f32.npy'));
  const int8 = embeddings(converted(t, 'int8'), photos, join(place, 'int8.npy'));
  assert.equal(exact[0].length, 2048);
  exact.forEach((row, i) => {
    // Seen: 0.9935 to 0.9962.
    assert.ok(cosine(row, int8[i]) > 0.985, `${photos[i]}: ${cosine(row, int8[i])}`);
    exact.slice(i + 1).forEach((other) => assert.ok(cosine(row, other) < 0.97));
  });
});

test('it tells clothing apart', { skip: !existsSync(CLOTHING) && 'the pictures to measure with are not here' }, (t) => {
  const model = converted(t, 'int8');
  const place = folder(t);
  // Every tenth of the gallery's pictures, every fifth of the probes.
  const take = (/** @type {string} */ split, /** @type {number} */ each) => readdirSync(join(CLOTHING, split)).flatMap((kind) => (
    readdirSync(join(CLOTHING, split, kind)).sort().filter((_, i) => i % each === 0)
      .map((name) => ({ kind, path: join(CLOTHING, split, kind, name) }))));
  const [gallery, probes] = [take('gallery', 3), take('probes', 5)];
  const rows = embeddings(model, gallery.map(({ path }) => path), join(place, 'g.npy'));
  const right = embeddings(model, probes.map(({ path }) => path), join(place, 'p.npy')).filter((probe, i) => {
    const nearest = rows.reduce((best, row, k) => (cosine(row, probe) > cosine(rows[best], probe) ? k : best), 0);
    return gallery[nearest].kind === probes[i].kind;
  }).length;
  t.diagnostic(`${right} of ${probes.length} have the kind of the nearest of ${gallery.length}`);
  assert.ok(right / probes.length > 0.6, `${right} of ${probes.length}`);
});

test('what is no such model is refused by name, and damaged ones end with an error or a model', () => {
  const use = { packages: { flatbuffers }, output: OUTPUT, recipe: 'x' };
  assert.throws(() => convertQuantised(new Uint8Array(100), use), /its mark TFL3 is missing/);
  assert.throws(() => convertQuantised(file, { ...use, output: 'nothing' }), /there is no node 'nothing'/);
  assert.throws(() => convertQuantised(file.subarray(0, 5000), use), ConvertError);
  assert.throws(() => convertQuantised(new Uint8Array(readFileSync(inProject('build/models/facenet.tflite'))), use), ConvertError);
  let seed = 5;
  const random = (/** @type {number} */ below) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed % below;
  };
  // The tables lie behind the weights.
  const graph = { ...use, output: 'InceptionV3/InceptionV3/Conv2d_1a_3x3/Relu' };
  let refused = 0;
  for (let i = 0; i < 300; i += 1) {
    const bytes = file.slice();
    for (let k = 0; k < 3; k += 1) bytes[i % 2 ? random(3000) : bytes.length - 1 - random(120_000)] = random(256);
    try {
      convertQuantised(bytes, graph);
    } catch (error) {
      assert.ok(error instanceof ConvertError, /** @type {Error} */ (error).stack);
      refused += 1;
    }
  }
  assert.ok(refused > 20, `${refused} refused`);
});
