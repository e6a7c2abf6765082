/** The light embedder as its authors' TensorFlow.js graph: the right answer for ours. */

import { readFile } from 'node:fs/promises';
import { bgrMinus } from './face-crops.mjs';
import { inProject } from './project.mjs';
import { tensorflow } from './tensorflow.mjs';

/** The node that is the embedding. */
export const OUTPUT = 'global_pooling/Mean';
const MEAN = [103.939, 116.779, 123.68];

const file = (name) => inProject(`build/models/hse-mobilenet.${name}`);

/** What is converted: the parsed graph, its weights, our recipe. */
export async function readLight() {
  const json = JSON.parse(await readFile(file('json'), 'utf8'));
  const weights = new Uint8Array(await readFile(file('bin')));
  return { json, weights, recipe: await readFile(file('recipe'), 'utf8') };
}

/**
 * @param {Awaited<ReturnType<typeof readLight>>} light
 * @returns {Promise<(rgba: Uint8ClampedArray) => Float32Array>} the embedding of a crop of
 *   224 x 224, in f32
 */
export async function lightOracle({ json, weights }) {
  const tf = await tensorflow();
  const graph = await tf.loadGraphModel({
    load: async () => ({
      format: json.format,
      modelTopology: json.modelTopology,
      weightSpecs: json.weightsManifest.flatMap((group) => group.weights),
      weightData: weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.length),
    }),
  });
  return (rgba) =>
    tf.tidy(() =>
      graph.execute(tf.tensor(bgrMinus(rgba, MEAN), [1, 224, 224, 3]), OUTPUT).dataSync(),
    );
}
