/** ONNX Runtime Web, its WebAssembly backend: kernels of its own (MLAS). */

import { PEERS } from '../files.js';
import { toOnnx } from '../onnx.js';

/** @typedef {import('../tflite.js').Graph} Graph */

export const NAME = 'ONNX Runtime Web';
export const FILES = ['onnxruntime-web/dist/ort-wasm-simd-threaded.wasm'];

/** @type {any} */
let ort;

/** Once per page: it has one global runtime. @param {number} threads */
export async function start(threads = 1) {
  ort = await import(`${PEERS}onnxruntime-web/dist/ort.wasm.bundle.min.mjs`);
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.wasmPaths = `${PEERS}onnxruntime-web/dist/`;
}

/**
 * @param {Graph} graph
 * @param {([number, number] | undefined)[] | null} [ranges]  as of toOnnx
 */
export function convert(graph, ranges) {
  return toOnnx(graph, ranges);
}

/**
 * @param {Uint8Array} model  ONNX
 * @param {Graph} graph  that it was made from
 * @returns {Promise<(input: Float32Array) => Promise<Float32Array[]>>}
 *   input: as arrange() gives it; copies in and out
 */
export async function load(model, graph) {
  const session = await ort.InferenceSession.create(model,
    { executionProviders: ['wasm'], graphOptimizationLevel: 'all' });
  const [, height, width, channels] = graph.tensors[graph.input].shape;
  return async (input) => {
    const tensor = new ort.Tensor('float32', input, [1, channels, height, width]);
    const results = await session.run({ [session.inputNames[0]]: tensor });
    return session.outputNames.map((/** @type {string} */ name) => results[name].data);
  };
}

/** [H,W,C] -> [C,H,W]. @param {Float32Array} input @param {number} channels */
export function arrange(input, channels = 3) {
  const places = input.length / channels;
  return Float32Array.from(input, (_, i) => (
    input[i % places * channels + Math.floor(i / places)]));
}
