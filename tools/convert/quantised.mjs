/**
 * Quantised TensorFlow Lite models of the older kind -> our graph: uint8 with one scale and zero
 * point a tensor, as TensorFlow's training with quantisation in mind made them (2017 to 2019),
 * for picture classifiers of convolutions, pools and concatenations, such as Inception. Weights
 * become floats, (value - zero point) x scale, and are stored anew.
 *
 * Such graphs have no activations where the range of an output begins at 0: the zero point
 * says that nothing below is kept, which is a ReLU.
 */

import { Graph } from '../../web/engine/convert/graph.js';
import { printable, refuse } from '../../web/engine/convert/refuse.js';
import { elements } from '../../web/engine/convert/tflite.js';

/** Field numbers: tensorflow/lite/schema/schema.fbs, version 3. */
const OPERATORS = /** @type {Record<number, 'average' | 'concat' | 'conv' | 'max' | 'reshape'>} */ (
  { 1: 'average', 2: 'concat', 3: 'conv', 17: 'max', 22: 'reshape' });

const UINT8 = 3;
const INT32 = 2;

/** A table of a FlatBuffer. Reading outside of the file throws a RangeError. */
class Table {
  /** @param {DataView} view @param {number} at */
  constructor(view, at) {
    this.view = view;
    this.at = at;
    this.vtable = at - view.getInt32(at, true);
    this.size = view.getUint16(this.vtable, true);
  }

  /** Where a field lies; 0: it has its default. @param {number} number */
  #field(number) {
    const entry = 4 + 2 * number;
    const offset = entry < this.size ? this.view.getUint16(this.vtable + entry, true) : 0;
    return offset && this.at + offset;
  }

  /** @param {number} number @param {number} [otherwise] */
  int(number, otherwise = 0) {
    const at = this.#field(number);
    return at ? this.view.getInt32(at, true) : otherwise;
  }

  /** @param {number} number */
  byte(number) {
    const at = this.#field(number);
    return at ? this.view.getInt8(at) : 0;
  }

  /** @param {number} number @returns {{at: number, length: number}} */
  #vector(number) {
    const field = this.#field(number);
    if (!field) return { at: 0, length: 0 };
    const start = field + this.view.getUint32(field, true);
    const length = this.view.getUint32(start, true);
    if (length > this.view.byteLength) throw new RangeError('a vector is longer than the file');
    return { at: start + 4, length };
  }

  /** @param {number} number */
  table(number) {
    const field = this.#field(number);
    return field ? new Table(this.view, field + this.view.getUint32(field, true)) : null;
  }

  /** @param {number} number */
  tables(number) {
    const { at, length } = this.#vector(number);
    return Array.from({ length }, (_, i) => (
      new Table(this.view, at + 4 * i + this.view.getUint32(at + 4 * i, true))));
  }

  /** @param {number} number */
  ints(number) {
    const { at, length } = this.#vector(number);
    return Array.from({ length }, (_, i) => this.view.getInt32(at + 4 * i, true));
  }

  /** @param {number} number */
  floats(number) {
    const { at, length } = this.#vector(number);
    return Array.from({ length }, (_, i) => this.view.getFloat32(at + 4 * i, true));
  }

  /** @param {number} number */
  longs(number) {
    const { at, length } = this.#vector(number);
    return Array.from({ length }, (_, i) => Number(this.view.getBigInt64(at + 8 * i, true)));
  }

  /** @param {number} number */
  bytes(number) {
    const { at, length } = this.#vector(number);
    if (at + length > this.view.byteLength) throw new RangeError('bytes end behind the file');
    return new Uint8Array(this.view.buffer, this.view.byteOffset + at, length);
  }

  /** @param {number} number */
  text(number) {
    return new TextDecoder().decode(this.bytes(number));
  }
}

/**
 * @typedef {object} Tensor
 * @property {string} name
 * @property {number[]} shape
 * @property {number} type
 * @property {number} scale  0: it is not quantised
 * @property {number} zero
 * @property {Uint8Array} data  empty: it is computed
 */

/** @param {Table} table @param {Table[]} buffers @returns {Tensor} */
function tensorOf(table, buffers) {
  const quantisation = table.table(4);
  const scales = quantisation?.floats(2) ?? [];
  if (scales.length > 1) {
    refuse(`'${printable(table.text(3))}' has ${scales.length} scales; expected one a tensor, of a `
      + 'model that is quantised as a whole');
  }
  const buffer = buffers[table.int(2)] ?? refuse('a tensor names a buffer that is not there');
  return { name: table.text(3), shape: table.ints(0), type: table.byte(1), scale: scales[0] ?? 0,
    zero: quantisation?.longs(3)[0] ?? 0, data: buffer.bytes(0) };
}

/** @param {Uint8Array} file */
function read(file) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < 8 || new TextDecoder().decode(file.subarray(4, 8)) !== 'TFL3') {
    refuse('not a TensorFlow Lite model: its mark TFL3 is missing');
  }
  const model = new Table(view, view.getUint32(0, true));
  const [graph, more] = model.tables(2);
  if (!graph || more) refuse('expected a model of one graph');
  const buffers = model.tables(4);
  const codes = model.tables(1).map((code) => Math.max(code.byte(0), code.int(3)));
  return {
    tensors: graph.tables(0).map((table) => tensorOf(table, buffers)),
    inputs: graph.ints(1),
    operators: graph.tables(3).map((table) => ({ code: codes[table.int(0)],
      inputs: table.ints(1), outputs: table.ints(2), options: table.table(4) })),
  };
}

/** Weights as floats, rows of output channels. @param {Tensor} tensor @returns {import('../../web/engine/convert/graph.js').Rows} */
function rowsOf({ name, shape, type, scale, zero, data }) {
  if (type !== UINT8 || !(scale > 0) || data.length !== elements(shape)) {
    refuse(`the weights '${printable(name)}' are not uint8 with a scale`);
  }
  const row = elements(shape.slice(1));
  return { name, shape, read: (from, to) => Float32Array.from(
    data.subarray(from * row, to * row), (value) => (value - zero) * scale) };
}

/** @param {Tensor} bias @param {number} scale  of an input times that of the weights */
function biasOf({ name, type, data, shape }, scale) {
  if (type !== INT32 || data.length !== 4 * elements(shape)) {
    refuse(`the bias '${printable(name)}' is not int32`);
  }
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return () => Float32Array.from({ length: data.length / 4 }, (_, i) => view.getInt32(4 * i, true) * scale);
}

/**
 * @param {Uint8Array} file
 * @param {{dtype: import('../../web/engine/convert/graph.js').Dtype, output: string}} choice
 */
function build(file, { dtype, output }) {
  const { tensors, inputs, operators } = read(file);
  const tensor = (/** @type {number} */ i) => tensors[i] ?? refuse(`there is no tensor ${i}`);
  const wanted = tensors.findIndex(({ name }) => name === output);
  if (wanted < 0) refuse(`there is no node '${printable(output)}' in the model`);
  const graph = new Graph(dtype);
  /** What each tensor became. @type {Map<number, number>} */
  const made = new Map([[inputs[0], graph.input('image', tensor(inputs[0]).shape)]]);
  const from = (/** @type {number} */ i) => made.get(i)
    ?? refuse(`'${printable(tensor(i).name)}' is used before it is computed`);

  for (const { code, inputs: used, outputs: [to], options } of operators) {
    const op = OPERATORS[code] ?? refuse(`operator ${code} is none that such models need`);
    const { name, zero, shape } = tensor(to);
    /** @type {import('../../web/engine/convert/graph.js').Padding} */
    const padding = options?.byte(0) === 0 ? 'same' : 'valid';
    const how = options && { stride: options.int(1, 1), padding };
    let result;
    if (op === 'reshape') result = from(used[0]); // to [1,C], as the mean leaves it
    else if (op === 'concat') result = graph.concatenate(name, used.map(from));
    else if (!how || options.int(2, 1) !== how.stride) return refuse(`'${printable(name)}' has two strides`);
    else if (op === 'conv') {
      const [picture, kernel, bias] = used.map(tensor);
      const given = options.byte(3);
      result = graph.conv(name, from(used[0]),
        { kernel: rowsOf(kernel), bias: biasOf(bias, picture.scale * kernel.scale) },
        { ...how, activation: given === 3 ? 'relu6' : given === 1 || zero === 0 ? 'relu' : 'none' });
    } else {
      const [width, size] = [options.int(3), options.int(4)];
      const [, height, across] = graph.shape(from(used[0]));
      if (width !== size) return refuse(`the window of '${printable(name)}' is no square`);
      result = op === 'average' && how.padding === 'valid' && size === height && size === across
        ? graph.globalMean(name, from(used[0]))
        : graph[op === 'max' ? 'maxPool' : 'averagePool'](name, from(used[0]), { ...how, size });
    }
    if (elements(graph.shape(result)) !== elements(shape)) {
      refuse(`'${printable(name)}' has the shape ${shape.join(' x ')}, but its layer gives ${
        graph.shape(result).join(' x ')}`);
    }
    made.set(to, result);
    if (to === wanted) return { graph, embedding: result };
  }
  return refuse(`no operator computes '${printable(output)}'`);
}

/**
 * A quantised model -> a model (.tflite) with the recipe given.
 * @param {Uint8Array} file
 * @param {object} options
 * @param {{flatbuffers: import('../../web/engine/convert/tflite.js').Flatbuffers}} options.packages
 * @param {string} options.output the node that is the embedding
 * @param {string} options.recipe text
 * @param {import('../../web/engine/convert/graph.js').Dtype} [options.dtype]
 * @param {(share: number) => void} [options.onProgress] told 0..1
 */
export function convertQuantised(file, { packages, output, recipe, dtype = 'int8', onProgress }) {
  let built;
  try {
    built = build(file, { dtype, output });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refuse(`the file is damaged: ${error.message}`);
  }
  return built.graph.write(built.embedding, { recipe, flatbuffers: packages.flatbuffers, onProgress });
}
