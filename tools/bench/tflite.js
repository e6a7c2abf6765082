/**
 * A .tflite file as plain objects: what is needed to run the same graph, with the same
 * weights, in engines that read other formats. Field and code numbers: TensorFlow's
 * schema.fbs, version 3.
 *
 * @typedef {object} Tensor
 * @property {number[]} shape
 * @property {string} type              f32, f16, i32 or i8, as stored
 * @property {Uint8Array | null} data   null: computed
 * @property {number[]} scales          of i8 weights: one, or one an output channel
 *
 * @typedef {object} Operator
 * @property {string} op
 * @property {number[]} inputs   tensor numbers, -1 for an absent one
 * @property {number} output
 * @property {Record<string, number>} options
 *
 * @typedef {object} Graph
 * @property {Tensor[]} tensors
 * @property {Operator[]} operators  in order of computation, without DEQUANTIZE
 * @property {number} input
 * @property {number[]} outputs
 */

/** FlatBuffers: a table begins with the distance back to the list of its fields' places. */
export class Table {
  /** @param {DataView} view @param {number} at */
  constructor(view, at) {
    this.view = view;
    this.at = at;
  }

  /** @param {DataView} view */
  static root(view) {
    return new Table(view, view.getUint32(0, true));
  }

  /** Where a field is; 0: it has its default. @param {number} field */
  #place(field) {
    const list = this.at - this.view.getInt32(this.at, true);
    const entry = 4 + 2 * field;
    const found = entry < this.view.getUint16(list, true)
      && this.view.getUint16(list + entry, true);
    return found ? this.at + found : 0;
  }

  /** @param {number} field @param {8 | 32} bits */
  number(field, bits = 32, otherwise = 0) {
    const place = this.#place(field);
    if (!place) return otherwise;
    return bits === 8 ? this.view.getInt8(place) : this.view.getInt32(place, true);
  }

  /** @param {number} field */
  table(field) {
    const place = this.#place(field);
    return place ? new Table(this.view, place + this.view.getUint32(place, true)) : null;
  }

  /** The places of a vector's items. @param {number} field @param {number} width */
  items(field, width = 4) {
    const { start, length } = this.vector(field);
    return Array.from({ length }, (_, i) => start + width * i);
  }

  /** @param {number} field */
  vector(field) {
    const place = this.#place(field);
    if (!place) return { start: 0, length: 0 };
    const at = place + this.view.getUint32(place, true);
    return { start: at + 4, length: this.view.getUint32(at, true) };
  }

  /** @param {number} field */
  tables(field) {
    return this.items(field).map((at) => new Table(this.view, at + this.view.getUint32(at, true)));
  }

  /** @param {number} field */
  numbers(field) {
    return this.items(field).map((at) => this.view.getInt32(at, true));
  }

  /** @param {number} field */
  floats(field) {
    return this.items(field).map((at) => this.view.getFloat32(at, true));
  }
}

const MODEL = { codes: 1, graphs: 2, buffers: 4 };
const GRAPH = { tensors: 0, inputs: 1, outputs: 2, operators: 3 };
export const TENSOR = { shape: 0, type: 1, buffer: 2, quantization: 4, signature: 7 };

/** @type {Record<number, string>} */
const TYPES = { 0: 'f32', 1: 'f16', 2: 'i32', 9: 'i8' };

/** Options: name, field, and 8 where it is a byte. @type {[string, number, (8 | 32)?][]} */
const CONV = [['padding', 0, 8], ['strideW', 1], ['strideH', 2], ['activation', 3, 8]];
/** @type {[string, number, (8 | 32)?][]} */
const POOL = [['padding', 0, 8], ['strideW', 1], ['strideH', 2], ['filterW', 3],
  ['filterH', 4], ['activation', 5, 8]];

/** @type {Record<number, {op: string, options: [string, number, (8 | 32)?][]}>} */
const OPERATORS = {
  0: { op: 'ADD', options: [['activation', 0, 8]] },
  2: { op: 'CONCATENATION', options: [['axis', 0], ['activation', 1, 8]] },
  3: { op: 'CONV_2D', options: CONV },
  4: { op: 'DEPTHWISE_CONV_2D', options: [...CONV.slice(0, 3), ['activation', 4, 8]] },
  6: { op: 'DEQUANTIZE', options: [] },
  9: { op: 'FULLY_CONNECTED', options: [['activation', 0, 8]] },
  14: { op: 'LOGISTIC', options: [] },
  17: { op: 'MAX_POOL_2D', options: POOL },
  18: { op: 'MUL', options: [['activation', 0, 8]] },
  19: { op: 'RELU', options: [] },
  22: { op: 'RESHAPE', options: [] },
  34: { op: 'PAD', options: [] },
  40: { op: 'MEAN', options: [['keepDims', 0, 8]] },
};

/** @param {Uint8Array} bytes @returns {Graph} */
export function readModel(bytes) {
  const model = Table.root(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const buffers = model.tables(MODEL.buffers).map((buffer) => {
    const { start, length } = buffer.vector(0);
    return length ? bytes.subarray(start, start + length) : null;
  });
  const codes = model.tables(MODEL.codes)
    .map((code) => Math.max(code.number(0, 8), code.number(3)));
  const [graph] = model.tables(MODEL.graphs);
  const tensors = graph.tables(GRAPH.tensors).map((tensor) => ({
    shape: tensor.numbers(TENSOR.shape).map((extent) => Math.max(1, extent)),
    type: TYPES[tensor.number(TENSOR.type, 8)] ?? 'other',
    data: buffers[tensor.number(TENSOR.buffer)],
    scales: tensor.table(TENSOR.quantization)?.floats(2) ?? [],
  }));
  const operators = graph.tables(GRAPH.operators).map((operator) => {
    const known = OPERATORS[codes[operator.number(0)]];
    if (!known) throw new Error(`operator ${codes[operator.number(0)]} is not known here`);
    const table = operator.table(4);
    return {
      op: known.op,
      inputs: operator.numbers(1),
      output: operator.numbers(2)[0],
      options: Object.fromEntries(known.options.map(([name, field, bits]) => (
        [name, table?.number(field, bits) ?? 0]))),
    };
  });
  return {
    tensors,
    operators: withoutDequantize(tensors, operators),
    input: graph.numbers(GRAPH.inputs)[0],
    outputs: graph.numbers(GRAPH.outputs),
  };
}

/** Stored f16 weights take the place of what is made of them before the first run.
    @param {Tensor[]} tensors @param {Operator[]} operators */
function withoutDequantize(tensors, operators) {
  return operators.filter(({ op, inputs: [from], output }) => {
    if (op !== 'DEQUANTIZE') return true;
    tensors[output] = tensors[from];
    return false;
  });
}

/** @param {number[]} shape */
export const elements = (shape) => shape.reduce((product, extent) => product * extent, 1);

/** @param {Tensor} tensor  i32 @returns {number[]} */
export function integers({ data }) {
  if (!data) throw new Error('a computed tensor where a constant was expected');
  return [...new Int32Array(data.slice().buffer)];
}

/** The weights that a tensor stands for. @param {Tensor} tensor */
export function floats({ shape, type, data, scales }) {
  if (!data) throw new Error('a computed tensor where weights were expected');
  const copy = data.slice().buffer;
  if (type === 'f32') return new Float32Array(copy);
  if (type === 'f16') return Float32Array.from(new Uint16Array(copy), fromHalf);
  if (type !== 'i8') throw new Error(`weights of type ${type}`);
  const each = scales.length === 1 ? Infinity : elements(shape) / shape[0];
  return Float32Array.from(new Int8Array(copy), (value, i) => (
    value * scales[Math.floor(i / each)]));
}

/** @param {number} half  the bits of an f16 */
function fromHalf(half) {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = half >> 10 & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/**
 * Zeros around a picture: [before, after] for height and width.
 * @param {Graph} graph
 * @param {Operator} operator  a convolution or pooling
 * @param {number[]} filter  height, width
 */
export function padding({ tensors }, { inputs: [x], output, options }, filter) {
  return [options.strideH, options.strideW].map((stride, i) => {
    const [from, to] = [tensors[x].shape[1 + i], tensors[output].shape[1 + i]];
    const total = options.padding ? 0 : Math.max(0, (to - 1) * stride + filter[i] - from);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  });
}

/**
 * How many multiplications one run takes, by the type of the weights.
 * @param {Graph} graph
 * @returns {{float: number, int8: number}}
 */
export function multiplications({ tensors, operators }) {
  const sums = { float: 0, int8: 0 };
  for (const { op, inputs: [, w], output } of operators) {
    const places = elements(tensors[output].shape.slice(0, -1));
    const each = {
      CONV_2D: () => elements(tensors[w].shape),
      DEPTHWISE_CONV_2D: () => elements(tensors[w].shape),
      FULLY_CONNECTED: () => elements(tensors[w].shape),
    }[op];
    if (each) sums[tensors[w].type === 'i8' ? 'int8' : 'float'] += places * each();
  }
  return sums;
}
