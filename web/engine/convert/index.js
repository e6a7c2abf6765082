/**
 * The converter: bytes in, bytes out. It runs in Node and in a browser's worker alike; who
 * calls it hands over the two packages it needs.
 *
 * @typedef {object} Packages
 * @property {typeof import('flatbuffers')} flatbuffers
 * @property {typeof import('h5wasm')} [h5wasm] for Keras files
 */

import { extractClassifier } from './classifier.js';
import { KerasFile } from './keras.js';
import { vggfaceRecipe } from './recipes.js';
import { buildFromTfjs } from './tfjs.js';
import { writeTflite } from './tflite.js';
import { buildVggface } from './vggface.js';

export { ConvertError } from './refuse.js';

export const DTYPES = ['int8', 'f16', 'f32'];
export const LAYERS = ['pool', 'fc7'];

/** Where the engine looks for a model's recipe (src/tflite.c). */
const RECIPE = 'humshakal.recipe';

function write(graph, outputs, { recipe, packages, onProgress }) {
  return writeTflite(
    {
      description: 'converted by Humshakal',
      tensors: graph.tensors,
      operators: graph.operators,
      inputs: graph.inputs,
      outputs,
      metadata: { [RECIPE]: recipe },
    },
    { flatbuffers: packages.flatbuffers, onProgress },
  );
}

/**
 * A published VGGFace file (.h5) -> a model (.tflite) with its recipe.
 * @param {Uint8Array | Blob} source
 * @param {object} options
 * @param {Packages} options.packages
 * @param {import('./graph.js').Dtype} [options.dtype] of the weights
 * @param {'pool' | 'fc7'} [options.layer] fc7: only of VGG-16 with top
 * @param {number} [options.stage] 1 to 5: make the channel means of this stage the embedding,
 *   to compare implementations stage by stage
 * @param {{labels: Uint8Array, wanted?: string[]}} [options.classifier] extract it as well
 * @param {(share: number) => void} [options.onProgress] told 0..1
 */
export async function convertKeras(
  source,
  { packages, dtype = 'int8', layer = 'pool', stage, classifier, onProgress },
) {
  const file = await KerasFile.open(source, packages.h5wasm);
  try {
    const built = buildVggface(file, { dtype, layer });
    const { network, graph } = built;
    const people = classifier && extractClassifier(file, built, classifier);
    const recipe = vggfaceRecipe(network, layer);
    const embedding = stage
      ? graph.globalMean(`stage ${stage}`, built.stages[stage - 1])
      : built.embedding;
    const model = write(graph, [embedding], { recipe, packages, onProgress });
    return { network, recipe, people, model };
  } finally {
    file.close();
  }
}

/**
 * A TensorFlow.js graph model -> a model (.tflite) with the recipe given.
 * @param {any} model the parsed model.json
 * @param {Uint8Array} bytes its weight shards, in order
 * @param {object} options
 * @param {Packages} options.packages
 * @param {string} options.output the node that is the embedding
 * @param {string} options.recipe text
 * @param {import('./graph.js').Dtype} [options.dtype]
 * @param {(share: number) => void} [options.onProgress]
 */
export function convertTfjs(
  model,
  bytes,
  { packages, output, recipe, dtype = 'int8', onProgress },
) {
  const { graph, embedding } = buildFromTfjs(model, bytes, { dtype, output });
  return write(graph, [embedding], { recipe, packages, onProgress });
}
