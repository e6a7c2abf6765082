/** LiteRT.js: Google's runtime for .tflite files, XNNPACK inside. */

import { PEERS } from '../files.js';
import { TENSOR, Table } from '../tflite.js';

export const NAME = 'LiteRT.js';
export const FILES = ['@litertjs/core/wasm/litert_wasm_internal.wasm'];

/** @type {typeof import('@litertjs/core')} */
let runtime;
let threads = 1;

/** Fetches its JavaScript. */
export async function prepare() {
  runtime = await import('@litertjs/core');
}

/** Once per page: it has one global runtime. @param {number} count  of threads */
export async function start(count = 1) {
  await prepare();
  threads = count;
  await runtime.loadLiteRt(`${PEERS}@litertjs/core/wasm/`, { threads: count > 1 });
}

/**
 * @param {Uint8Array} model
 * @returns {Promise<(input: Float32Array) => Promise<Float32Array[]>>} copies in and out
 */
export async function load(model) {
  const compiled = await runtime.loadAndCompile(onePicture(model),
    { accelerator: 'wasm', cpuOptions: { numThreads: threads } });
  const [{ shape }] = compiled.getInputDetails();
  return async (input) => {
    const tensor = new runtime.Tensor(input, shape);
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
  const [GRAPHS, TENSORS] = [2, 0];
  for (const graph of Table.root(view).tables(GRAPHS)) {
    for (const tensor of graph.tables(TENSORS)) {
      for (const length of tensor.items(TENSOR.signature)) {
        if (view.getInt32(length, true) === -1) view.setInt32(length, 1, true);
      }
    }
  }
  return copy;
}
