/**
 * The graph of a .tflite file as an ONNX model with the same weights: f32, or int8 in the
 * form that ONNX Runtime turns into its quantised operators (QuantizeLinear and
 * DequantizeLinear around everything; the ranges of the activations measured before).
 * Pictures are [1,C,H,W] there.
 */

import { elements, floats, integers, padding } from './tflite.js';

/** @typedef {import('./tflite.js').Graph} Graph */
/** @typedef {import('./tflite.js').Operator} Operator */

// ---- Protocol buffers; field numbers: onnx.proto3 ----------------------------------------

/** @param {number | bigint} value @returns {number[]} */
function varint(value) {
  const bytes = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

/** @typedef {Uint8Array[]} Pieces */

/** @param {number} field @param {Pieces | Uint8Array | string} content @returns {Pieces} */
function message(field, content) {
  const pieces = typeof content === 'string' ? [new TextEncoder().encode(content)]
    : content instanceof Uint8Array ? [content] : content;
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return [new Uint8Array([...varint(field << 3 | 2), ...varint(length)]), ...pieces];
}

/** @param {number} field @param {number} value @returns {Pieces} */
const integer = (field, value) => [new Uint8Array([...varint(field << 3), ...varint(value)])];

/** @param {Pieces} pieces */
function join(pieces) {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

const TYPES = { f32: 1, u8: 2, i8: 3, i32: 6, i64: 7 };

/** @param {string} name @param {number | number[]} value @returns {Pieces} */
function attribute(name, value) {
  const [INT, INTS] = [2, 7];
  const content = Array.isArray(value)
    ? [...value.flatMap((one) => integer(8, one)), ...integer(20, INTS)]
    : [...integer(3, value), ...integer(20, INT)];
  return message(5, [...message(1, name), ...content]);
}

/** @param {number} field @param {string} name @param {number[]} shape */
function declaration(field, name, shape) {
  const extents = shape.flatMap((extent) => message(1, integer(1, extent)));
  const tensor = [...integer(1, TYPES.f32), ...message(2, extents)];
  return message(field, [...message(1, name), ...message(2, message(1, tensor))]);
}

// ---- The graph -----------------------------------------------------------------------------

/** Of a list that goes with [N,H,W,C]. @template T @param {T[]} list */
const turned = (list) => (list.length === 4 ? [list[0], list[3], list[1], list[2]] : list);

const AXES = [0, 2, 3, 1]; // where an axis of [N,H,W,C] is in [N,C,H,W]

class Builder {
  /** @type {Pieces} */ nodes = [];
  /** @type {Pieces} */ constants = [];
  #count = 0;

  /** @param {Graph} graph @param {([number, number] | undefined)[] | null} ranges */
  constructor(graph, ranges) {
    this.graph = graph;
    this.ranges = ranges;
  }

  /** @param {string} op @param {string[]} inputs @param {string} output
      @param {Record<string, number | number[]>} [attributes] */
  node(op, inputs, output, attributes = {}) {
    this.nodes.push(...message(1, [
      ...inputs.flatMap((input) => message(1, input)), ...message(2, output),
      ...message(4, op),
      ...Object.entries(attributes).flatMap(([name, value]) => attribute(name, value)),
    ]));
    return output;
  }

  /** @param {keyof typeof TYPES} type @param {ArrayLike<number>} values @param {number[]} shape */
  constant(type, values, shape) {
    const name = `c${this.#count++}`;
    const array = { f32: Float32Array, u8: Uint8Array, i8: Int8Array, i32: Int32Array,
      i64: BigInt64Array }[type];
    const list = type === 'i64' ? Array.from(values, BigInt) : values;
    const data = new Uint8Array(/** @type {any} */ (array).from(list).buffer);
    this.constants.push(...message(5, [
      ...shape.flatMap((extent) => integer(1, extent)), ...integer(2, TYPES[type]),
      ...message(8, name), ...message(9, data),
    ]));
    return name;
  }

  /** @param {number} tensor */
  shape(tensor) {
    return this.graph.tensors[tensor].shape;
  }

  /** The scale and zero of a tensor's 8 bits. @param {number} tensor */
  grid(tensor) {
    const [least, most] = this.ranges?.[tensor] ?? [0, 0];
    const [low, high] = [Math.min(0, least), Math.max(0, most)];
    const scale = (high - low) / 255 || 1;
    return { scale, zero: Math.round(-low / scale) };
  }

  /** Through 8 bits and back. @param {string} from @param {number} tensor */
  rounded(from, tensor) {
    const { scale, zero } = this.grid(tensor);
    const grid = [this.constant('f32', [scale], []), this.constant('u8', [zero], [])];
    const stored = this.node('QuantizeLinear', [from, ...grid], `q${tensor}`);
    return this.node('DequantizeLinear', [stored, ...grid], `t${tensor}`);
  }

  /** A computed tensor's last node: its activation, its rounding.
      @param {Operator} operator @param {string} op @param {string[]} inputs
      @param {Record<string, number | number[]>} [attributes] */
  result({ output, options }, op, inputs, attributes) {
    const final = this.ranges ? `f${output}` : `t${output}`;
    let name = options.activation ? `a${output}` : final;
    this.node(op, inputs, name, attributes);
    if (options.activation === 1) name = this.node('Relu', [name], final);
    if (options.activation === 3) {
      const bounds = [0, 6].map((bound) => this.constant('f32', [bound], []));
      name = this.node('Clip', [name, ...bounds], final);
    }
    return this.ranges ? this.rounded(name, output) : name;
  }

  /**
   * Weights, one output channel after another, and the bias.
   * @param {Operator} operator
   * @param {Float32Array} values  [out, each]
   * @param {number[]} shape
   */
  weights({ inputs: [x, , b] }, values, shape) {
    const bias = b === undefined || b < 0 ? new Float32Array(shape[0])
      : floats(this.graph.tensors[b]);
    if (!this.ranges) {
      return [this.constant('f32', values, shape), this.constant('f32', bias, [shape[0]])];
    }
    const each = values.length / shape[0];
    const scales = Float32Array.from({ length: shape[0] }, (_, i) => {
      const row = values.subarray(i * each, (i + 1) * each);
      return row.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127 || 1;
    });
    const whole = values.map((value, i) => Math.round(value / scales[Math.floor(i / each)]));
    const sums = scales.map((scale) => scale * this.grid(x).scale);
    return [
      this.#stored('i8', whole, shape, scales),
      this.#stored('i32', bias.map((value, i) => Math.round(value / sums[i])), [shape[0]], sums),
    ];
  }

  /** @param {'i8' | 'i32'} type @param {Float32Array} values @param {number[]} shape
      @param {Float32Array} scales */
  #stored(type, values, shape, scales) {
    const inputs = [this.constant(type, values, shape),
      this.constant('f32', scales, [shape[0]]),
      this.constant(type, new Float32Array(shape[0]), [shape[0]])];
    return this.node('DequantizeLinear', inputs, `w${this.#count++}`, { axis: 0 });
  }

  /** Strides and zeros of a convolution or pooling. @param {Operator} operator
      @param {number[]} filter */
  window(operator, filter) {
    const [[top, bottom], [left, right]] = padding(this.graph, operator, filter);
    return { kernel_shape: filter, pads: [top, left, bottom, right],
      strides: [operator.options.strideH, operator.options.strideW] };
  }
}

/** @param {Float32Array} values  [O,H,W,I] @param {number[]} shape  of them */
function inputsFirst(values, [out, height, width, inputs]) {
  const places = height * width;
  const result = new Float32Array(values.length);
  for (let o = 0, from = 0; o < out; o += 1) {
    for (let place = 0; place < places; place += 1) {
      for (let i = 0; i < inputs; i += 1, from += 1) {
        result[(o * inputs + i) * places + place] = values[from];
      }
    }
  }
  return result;
}

const named = (/** @type {number} */ tensor) => `t${tensor}`;

/** @type {Record<string, (builder: Builder, operator: Operator) => unknown>} */
const STEPS = {
  CONV_2D(builder, operator) {
    const kernel = builder.graph.tensors[operator.inputs[1]];
    const [out, height, width, inputs] = kernel.shape;
    const values = inputsFirst(floats(kernel), kernel.shape);
    const weights = builder.weights(operator, values, [out, inputs, height, width]);
    return builder.result(operator, 'Conv', [named(operator.inputs[0]), ...weights],
      builder.window(operator, [height, width]));
  },
  DEPTHWISE_CONV_2D(builder, operator) {
    const kernel = builder.graph.tensors[operator.inputs[1]];
    const [, height, width, channels] = kernel.shape;
    const values = inputsFirst(floats(kernel), [1, height, width, channels]);
    const weights = builder.weights(operator, values, [channels, 1, height, width]);
    return builder.result(operator, 'Conv', [named(operator.inputs[0]), ...weights],
      { ...builder.window(operator, [height, width]), group: channels });
  },
  FULLY_CONNECTED(builder, operator) {
    const matrix = builder.graph.tensors[operator.inputs[1]];
    const weights = builder.weights(operator, floats(matrix), matrix.shape);
    return builder.result(operator, 'Gemm', [named(operator.inputs[0]), ...weights],
      { transB: 1 });
  },
  MAX_POOL_2D(builder, operator) {
    const { filterH, filterW } = operator.options;
    return builder.result(operator, 'MaxPool', [named(operator.inputs[0])],
      builder.window(operator, [filterH, filterW]));
  },
  MEAN(builder, operator) {
    const [x] = operator.inputs;
    if (operator.options.keepDims) {
      return builder.result(operator, 'GlobalAveragePool', [named(x)]);
    }
    const mean = builder.node('GlobalAveragePool', [named(x)], `m${operator.output}`);
    const shape = builder.shape(operator.output);
    return builder.result(operator, 'Reshape', [mean, builder.constant('i64', shape, [2])]);
  },
  RESHAPE(builder, operator) {
    const [x] = operator.inputs;
    const flat = builder.shape(x).length !== 4 ? named(x)
      : builder.node('Transpose', [named(x)], `n${operator.output}`, { perm: AXES });
    const shape = builder.shape(operator.output);
    return builder.result(operator, 'Reshape',
      [flat, builder.constant('i64', shape, [shape.length])]);
  },
  CONCATENATION(builder, operator) {
    const axes = builder.shape(operator.output).length;
    const { axis } = operator.options;
    const from = axis < 0 ? axis + axes : axis;
    return builder.result(operator, 'Concat', operator.inputs.map(named),
      { axis: axes === 4 ? AXES[from] : from });
  },
  PAD(builder, operator) {
    const [x, amounts] = operator.inputs;
    const flat = integers(builder.graph.tensors[amounts]);
    const side = (/** @type {number} */ end) => (
      turned(builder.shape(x).map((_, i) => flat[2 * i + end])));
    return builder.result(operator, 'Pad',
      [named(x), builder.constant('i64', [...side(0), ...side(1)], [flat.length])]);
  },
  ADD: binary('Add'),
  MUL: binary('Mul'),
  RELU: (builder, operator) => builder.result(operator, 'Relu', [named(operator.inputs[0])]),
  LOGISTIC: (builder, operator) => (
    builder.result(operator, 'Sigmoid', [named(operator.inputs[0])])),
};

/** @param {string} op */
function binary(op) {
  return (/** @type {Builder} */ builder, /** @type {Operator} */ operator) => {
    const operands = operator.inputs.map((i) => {
      const tensor = builder.graph.tensors[i];
      if (!tensor.data) return named(i);
      if (elements(tensor.shape) !== tensor.shape.at(-1)) throw new Error('a constant picture');
      return builder.constant('f32', floats(tensor), [tensor.shape.at(-1) ?? 1, 1, 1]);
    });
    return builder.result(operator, op, operands);
  };
}

/**
 * @param {Graph} graph
 * @param {([number, number] | undefined)[] | null} [ranges]  of the computed tensors: then
 *   the model is int8
 * @returns {Uint8Array}
 */
export function toOnnx(graph, ranges = null) {
  const builder = new Builder(graph, ranges);
  const shape = (/** @type {number} */ tensor) => turned(graph.tensors[tensor].shape);
  const picture = ranges ? 'picture' : named(graph.input);
  if (ranges) builder.rounded(picture, graph.input);
  for (const operator of graph.operators) STEPS[operator.op](builder, operator);
  const [IR_VERSION, OPERATOR_SET] = [8, 17];
  return join([
    ...integer(1, IR_VERSION),
    ...message(8, integer(2, OPERATOR_SET)),
    ...message(7, [
      ...builder.nodes, ...message(2, 'main'), ...builder.constants,
      ...declaration(11, picture, shape(graph.input)),
      ...graph.outputs.flatMap((output) => declaration(12, named(output), shape(output))),
    ]),
  ]);
}
