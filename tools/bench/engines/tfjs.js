/**
 * TensorFlow.js on its WebAssembly backend: the graph of a .tflite file in its fused
 * operations, with the same weights as f32, which is the only type it computes in.
 */

import { PEERS } from '../files.js';
import { floats, integers } from '../tflite.js';

/** @typedef {import('../tflite.js').Graph} Graph */
/** @typedef {import('../tflite.js').Operator} Operator */

export const NAME = 'TensorFlow.js';
export const FILES = ['@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm'];

const PACKAGES = `${PEERS}@tensorflow/`;
export const wasmPath = `${PACKAGES}tfjs-backend-wasm/dist/`;

/** @type {any} */
let tf;

/** Once per page: it has one global backend. @param {number} threads */
export async function start(threads = 1) {
  for (const file of ['tfjs-core/dist/tf-core.min.js',
    'tfjs-backend-cpu/dist/tf-backend-cpu.min.js', // for what the other backend lacks
    'tfjs-backend-wasm/dist/tf-backend-wasm.min.js']) await script(`${PACKAGES}${file}`);
  tf = /** @type {any} */ (globalThis).tf;
  limitThreads(tf, threads);
  tf.wasm.setThreadsCount(threads);
  tf.wasm.setWasmPaths(wasmPath);
  if (!await tf.setBackend('wasm')) throw new Error('its wasm backend does not start');
  if (tf.wasm.getThreadsCount() !== threads) {
    throw new Error(`it runs ${tf.wasm.getThreadsCount()} threads where ${threads} are wanted`);
  }
}

/** Before the backend starts. @param {any} library @param {number} threads */
export function limitThreads(library, threads) {
  library.env().set('WASM_HAS_MULTITHREAD_SUPPORT', threads > 1);
  // It takes half of what the machine is said to have.
  Object.defineProperty(navigator, 'hardwareConcurrency', { value: 2 * threads });
}

/** @param {string} address */
function script(address) {
  return new Promise((done, failed) => {
    const element = document.createElement('script');
    element.src = address;
    element.onload = done;
    element.onerror = () => failed(new Error(`${address} cannot be loaded`));
    document.head.append(element);
  });
}

/**
 * @param {Graph} graph
 * @returns {(input: Float32Array) => Promise<Float32Array[]>} copies in and out
 */
export function load(graph) {
  const walk = walker(graph);
  return async (input) => {
    const outputs = tf.tidy(() => {
      const values = walk(input);
      return graph.outputs.map((i) => values[i]);
    });
    const copies = await Promise.all(outputs.map((/** @type {any} */ one) => one.data()));
    tf.dispose(outputs);
    return copies;
  };
}

/**
 * The least and the largest value of every computed tensor, for a picture.
 * @param {Graph} graph
 * @param {Float32Array} input
 * @returns {([number, number] | undefined)[]} by tensor number
 */
export function ranges(graph, input) {
  const walk = walker(graph);
  return tf.tidy(() => walk(input).map((/** @type {any} */ value) => (
    [tf.min(value).dataSync()[0], tf.max(value).dataSync()[0]])));
}

/** @param {Graph} graph @returns {(input: Float32Array) => any[]} tensors by number */
function walker(graph) {
  const steps = graph.operators.map((operator) => (
    { output: operator.output, run: tf.tidy(() => STEPS[operator.op](graph, operator)) }));
  return (input) => {
    /** @type {any[]} */
    const values = [];
    values[graph.input] = tf.tensor(input, graph.tensors[graph.input].shape);
    for (const { output, run } of steps) values[output] = run(values);
    return values;
  };
}

const ACTIVATIONS = ['linear', 'relu', '', 'relu6'];

/** @param {Graph} graph @param {number} i */
function weights({ tensors }, i) {
  return i === undefined || i < 0 ? undefined
    : tf.keep(tf.tensor(floats(tensors[i]), tensors[i].shape));
}

/** How a filter goes over a picture. @param {Operator} operator */
function moves({ options: { strideH, strideW, padding } }) {
  return { strides: [strideH, strideW], pad: padding ? 'valid' : 'same' };
}

/** @param {string} fused @param {(kernel: any) => any} turn */
function convolution(fused, turn) {
  return (/** @type {Graph} */ graph, /** @type {Operator} */ operator) => {
    const [x, w, b] = operator.inputs;
    const filter = tf.keep(turn(weights(graph, w)));
    const bias = weights(graph, b);
    const how = { filter, bias, ...moves(operator),
      activation: ACTIVATIONS[operator.options.activation] };
    return (/** @type {any[]} */ values) => tf.fused[fused]({ x: values[x], ...how });
  };
}

/** @param {(a: any, b: any) => any} compute */
function binary(compute) {
  return (/** @type {Graph} */ graph, /** @type {Operator} */ { inputs: [a, b], options }) => {
    const constant = graph.tensors[b].data ? weights(graph, b) : null;
    return (/** @type {any[]} */ values) => {
      const result = compute(values[a], constant ?? values[b]);
      return options.activation ? tf[ACTIVATIONS[options.activation]](result) : result;
    };
  };
}

/** @type {Record<string, (graph: Graph, operator: Operator) => (values: any[]) => any>} */
const STEPS = {
  CONV_2D: convolution('conv2d', (kernel) => tf.transpose(kernel, [1, 2, 3, 0])),
  DEPTHWISE_CONV_2D: convolution('depthwiseConv2d',
    (kernel) => tf.reshape(kernel, [...kernel.shape.slice(1), 1])),
  FULLY_CONNECTED: (graph, { inputs: [x, w, b], options }) => {
    // Turned here: with transposeB this backend's fused product is wrong.
    const [matrix, bias] = [tf.keep(tf.transpose(weights(graph, w))), weights(graph, b)];
    return (values) => tf.fused.matMul({ a: values[x], b: matrix, bias,
      activation: ACTIVATIONS[options.activation] });
  },
  MAX_POOL_2D: (_, operator) => {
    const { filterH, filterW } = operator.options;
    const { pad, strides } = moves(operator);
    return (values) => tf.maxPool(values[operator.inputs[0]], [filterH, filterW], strides, pad);
  },
  MEAN: ({ tensors }, { inputs: [x, axes], options }) => {
    const over = integers(tensors[axes]);
    return (values) => tf.mean(values[x], over, Boolean(options.keepDims));
  },
  CONCATENATION: (_, { inputs, options }) => (
    (values) => tf.concat(inputs.map((i) => values[i]), options.axis)),
  PAD: ({ tensors }, { inputs: [x, amounts] }) => {
    const flat = integers(tensors[amounts]);
    const pairs = tensors[x].shape.map((_, i) => flat.slice(2 * i, 2 * i + 2));
    return (values) => tf.pad(values[x], pairs);
  },
  RESHAPE: ({ tensors }, { inputs: [x], output }) => (
    (values) => tf.reshape(values[x], tensors[output].shape)),
  ADD: binary((a, b) => tf.add(a, b)),
  MUL: binary((a, b) => tf.mul(a, b)),
  RELU: (_, { inputs: [x] }) => (values) => tf.relu(values[x]),
  LOGISTIC: (_, { inputs: [x] }) => (values) => tf.sigmoid(values[x]),
};
