/**
 * The networks that are measured. VGGFace's own weights may not be passed on, so those
 * networks have made ones: how long an inference takes does not depend on what they hold.
 */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { madeFile } from '../../tests/lib/keras-cache.mjs';
import { Graph } from '../../web/engine/convert/graph.js';
import { convertKeras } from '../../web/engine/convert/index.js';
import { writeTflite } from '../../web/engine/convert/tflite.js';
import { convertTfjs } from '../convert/tfjs.mjs';
import { converterPackages } from '../packages.mjs';

/** @typedef {'int8' | 'f16' | 'f32'} Dtype */

/**
 * @typedef {object} Network
 * @property {string} id
 * @property {string} name
 * @property {Dtype} dtype  of the weights in the file
 * @property {string} file  relative to the project, without .tflite
 * @property {'embedder' | 'detector'} task
 * @property {boolean} [alone]  there is no f32 file: peers run this one's weights as f32 too
 */

const ROOT = new URL('../../', import.meta.url);
const FOLDER = 'build/bench';

/** @type {[string, string, Dtype][]} what is converted here */
const MADE = [
  ['hse-mobilenet', 'HSE MobileNet', 'f16'],
  ['hse-mobilenet', 'HSE MobileNet', 'f32'],
  ['resnet50', 'VGGFace2 ResNet-50', 'int8'],
  ['resnet50', 'VGGFace2 ResNet-50', 'f16'],
  ['resnet50', 'VGGFace2 ResNet-50', 'f32'],
  ['senet50', 'VGGFace2 SE-ResNet-50', 'int8'],
  ['senet50', 'VGGFace2 SE-ResNet-50', 'f32'],
  ['vgg16', 'VGGFace VGG-16', 'int8'],
  ['vgg16', 'VGGFace VGG-16', 'f32'],
];

/** @type {Network[]} */
export const NETWORKS = [
  { id: 'facenet', name: 'FaceNet', dtype: 'int8', file: 'build/models/facenet',
    task: 'embedder', alone: true },
  { id: 'hse-mobilenet', name: 'HSE MobileNet', dtype: 'int8',
    file: 'build/models/hse-mobilenet', task: 'embedder' },
  ...MADE.map(([id, name, dtype]) => (/** @type {Network} */ (
    { id, name, dtype, file: `${FOLDER}/${id}-${dtype}`, task: 'embedder' }))),
  { id: 'blazeface-short', name: 'BlazeFace, near', dtype: 'f16',
    file: 'build/models/blazeface-short', task: 'detector', alone: true },
];

/** What the part `search` wants besides: something that gives so many numbers. @type {Network} */
const SHORT = { id: 'dimension', name: 'a network of 64 numbers', dtype: 'f32',
  file: `${FOLDER}/dimension-64`, task: 'embedder' };
const SHORT_DIMENSION = 64;
const SHORT_RECIPE = `id = short
name = Short
task = embedder
channels = rgb
mean = 0 0 0
scale = 1
crop = square
box = 0 0 1 1
mirror = no
`;

/** Converts what is not there yet. @param {Network[]} networks @param {(line: string) => void} say */
export async function ensure(networks, say) {
  const key = await converterKey();
  const stamp = new URL(`${FOLDER}/converter`, ROOT);
  if (await readFile(stamp, 'utf8').catch(() => '') !== key) {
    await rm(new URL(FOLDER, ROOT), { recursive: true, force: true });
    await mkdir(new URL(FOLDER, ROOT), { recursive: true });
    await writeFile(stamp, key);
  }
  for (const network of [...networks, SHORT]) {
    const target = new URL(`${network.file}.tflite`, ROOT);
    if (existsSync(target) || !network.file.startsWith(FOLDER)) continue;
    say(`Converting ${network.name}, ${network.dtype} ...`);
    const { model, recipe } = await convert(network);
    // One run of the network a face: not averaged with the mirror image.
    await writeFile(new URL(`${network.file}.recipe`, ROOT),
      recipe.replace('mirror = yes', 'mirror = no'));
    await writeFile(`${fileURLToPath(target)}.part`, model);
    await rename(`${fileURLToPath(target)}.part`, target);
  }
}

/** What is made depends on the code that made it. */
async function converterKey() {
  const hash = createHash('sha256');
  for (const folder of ['web/engine/convert/', 'tools/convert/', 'tests/lib/']) {
    const names = await readdir(new URL(folder, ROOT));
    for (const name of names.filter((one) => folder !== 'tests/lib/'
      || one.startsWith('keras-')).sort()) {
      hash.update(await readFile(new URL(`${folder}${name}`, ROOT)));
    }
  }
  return hash.digest('hex');
}

/** @param {Network} network */
async function convert({ id, dtype }) {
  const packages = await converterPackages();
  if (id === SHORT.id) return { model: short(packages.flatbuffers), recipe: SHORT_RECIPE };
  if (id !== 'hse-mobilenet') {
    return convertKeras(await madeFile(/** @type {any} */ (id)), { packages, dtype });
  }
  const read = (/** @type {string} */ suffix) => readFile(
    new URL(`build/models/${id}.${suffix}`, ROOT));
  const recipe = (await read('recipe')).toString();
  const model = convertTfjs(JSON.parse((await read('json')).toString()),
    new Uint8Array(await read('bin')),
    { packages, output: 'global_pooling/Mean', recipe, dtype });
  return { model, recipe };
}

/** @param {typeof import('flatbuffers')} flatbuffers */
function short(flatbuffers) {
  const graph = new Graph('f32');
  const weights = {
    kernel: { name: 'kernel', shape: [SHORT_DIMENSION, 1, 1, 3],
      read: () => Float32Array.from({ length: SHORT_DIMENSION * 3 }, (_, i) => Math.sin(i)) },
    bias: () => new Float32Array(SHORT_DIMENSION),
  };
  const picture = graph.conv('conv', graph.input('image', [1, 32, 32, 3]), weights);
  const outputs = [graph.globalMean('embedding', picture)];
  const { tensors, operators, inputs } = graph;
  return writeTflite({ description: 'made to measure', tensors, operators, inputs, outputs,
    metadata: {} }, { flatbuffers });
}
