/** LiteRT.js: Google's runtime for .tflite files, XNNPACK inside. */

import { PEERS } from '../files.js';
import { loadAndCompile, loadLiteRt, Tensor } from '@litertjs/core';

export const NAME = 'LiteRT.js';

/** Once per page: it has one global runtime. */
export async function start() {
  await loadLiteRt(`${PEERS}@litertjs/core/wasm/`, { threads: false });
}

/**
 * @param {Uint8Array} model
 * @returns {Promise<(input: Float32Array) => Promise<Float32Array[]>>} copies in and out
 */
export async function load(model) {
  const compiled = await loadAndCompile(onePicture(model), { accelerator: 'wasm' });
  const [{ shape }] = compiled.getInputDetails();
  return async (input) => {
    const tensor = new Tensor(input, shape);
    const outputs = await compiled.run(tensor);
    tensor.delete();
    return outputs.map((output) => {
      const copy = output.toTypedArray().slice();
      output.delete();
      return copy;
    });
  };
}

/**
 * A copy of a model whose tensors promise one picture where they left the number open:
 * this runtime takes no tensor of another shape than the signature states.
 * @param {Uint8Array} model
 */
function onePicture(model) {
  const copy = model.slice();
  const view = new DataView(copy.buffer);
  const follow = (/** @type {number} */ at) => at + view.getUint32(at, true);
  // FlatBuffers: a table begins with the distance back to the list of its fields' places.
  const field = (/** @type {number} */ table, /** @type {number} */ id) => {
    const fields = table - view.getInt32(table, true);
    const entry = 4 + 2 * id;
    const place = entry < view.getUint16(fields, true) ? view.getUint16(fields + entry, true) : 0;
    return place ? follow(table + place) : 0;
  };
  const items = (/** @type {number} */ vector) => (
    Array.from({ length: vector ? view.getUint32(vector, true) : 0 },
      (_, i) => vector + 4 + 4 * i));
  const [SUBGRAPHS, TENSORS, SIGNATURE] = [2, 0, 7];
  for (const graph of items(field(follow(0), SUBGRAPHS))) {
    for (const tensor of items(field(follow(graph), TENSORS))) {
      for (const length of items(field(follow(tensor), SIGNATURE))) {
        if (view.getInt32(length, true) === -1) view.setInt32(length, 1, true);
      }
    }
  }
  return copy;
}
