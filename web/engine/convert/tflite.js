/**
 * Writer of the TensorFlow Lite model format: the subset that face networks need. Field
 * and code numbers: tensorflow/lite/schema/schema.fbs, version 3.
 *
 * The same model gives the same bytes. Constants are asked for one at a time while
 * writing, so that beside the file itself only one of them is in memory.
 *
 * @typedef {typeof import('flatbuffers')} Flatbuffers
 * @typedef {Float32Array | Uint16Array | Int32Array | Int8Array} Values
 * @typedef {{values: Values, scales?: Float32Array}} Constant scales: of i8, one for each
 *   output channel, which are the first axis
 * @typedef {object} Tensor
 * @property {string} name
 * @property {number[]} shape
 * @property {'f32' | 'f16' | 'i32' | 'i8'} type
 * @property {() => Constant} [constant] absent: computed
 * @typedef {'activation' | 'axis' | 'depthMultiplier' | 'filterH' | 'filterW' | 'keepDims' | 'padding'
 *   | 'strideH' | 'strideW'} Option
 * @typedef {Partial<Record<Option, number | boolean>>} Options
 * @typedef {object} Operator
 * @property {keyof typeof OPERATORS} op
 * @property {number} version
 * @property {number[]} inputs tensor numbers
 * @property {number[]} outputs
 * @property {Options} [options]
 * @typedef {object} Model
 * @property {string} description
 * @property {Tensor[]} tensors
 * @property {Operator[]} operators
 * @property {number[]} inputs
 * @property {number[]} outputs
 * @property {Record<string, string>} metadata
 */

const TYPES = {
  f32: { code: 0, width: 4 },
  f16: { code: 1, width: 2 },
  i32: { code: 2, width: 4 },
  i8: { code: 9, width: 1 },
};

/** Padding and ActivationFunctionType of the schema. */
export const PADDING = { same: 0, valid: 1 };
export const ACTIVATION = { none: 0, relu: 1, relu6: 3 };

/** @typedef {[Option, 'Int8' | 'Int32']} OptionField */

/** @type {OptionField[]} */
const CONV = [
  ['padding', 'Int8'],
  ['strideW', 'Int32'],
  ['strideH', 'Int32'],
];
/** @type {OptionField[]} */
const POOL = [...CONV, ['filterW', 'Int32'], ['filterH', 'Int32'], ['activation', 'Int8']];

/** code: BuiltinOperator; options: its number in the BuiltinOptions union; fields: the
    options' leading fields, in order. Those not given keep the schema's default.
    @satisfies {Record<string, {code: number, options: number, fields: OptionField[]}>} */
const OPERATORS = {
  ADD: { code: 0, options: 11, fields: [['activation', 'Int8']] },
  AVERAGE_POOL_2D: { code: 1, options: 5, fields: POOL },
  CONCATENATION: { code: 2, options: 10, fields: [['axis', 'Int32'], ['activation', 'Int8']] },
  CONV_2D: { code: 3, options: 1, fields: [...CONV, ['activation', 'Int8']] },
  DEPTHWISE_CONV_2D: {
    code: 4,
    options: 2,
    fields: [...CONV, ['depthMultiplier', 'Int32'], ['activation', 'Int8']],
  },
  DEQUANTIZE: { code: 6, options: 0, fields: [] },
  FULLY_CONNECTED: { code: 9, options: 8, fields: [['activation', 'Int8']] },
  LOGISTIC: { code: 14, options: 0, fields: [] },
  MAX_POOL_2D: { code: 17, options: 5, fields: POOL },
  MUL: { code: 18, options: 21, fields: [['activation', 'Int8']] },
  RESHAPE: { code: 22, options: 0, fields: [] }, // the shape is its second input
  MEAN: { code: 40, options: 27, fields: [['keepDims', 'Int8']] },
};

/** Weights lie at multiples of this, so that SIMD code can use them where they are. */
const ALIGNMENT = 16;

/** @param {number[]} shape */
export const elements = (shape) => shape.reduce((product, extent) => product * extent, 1);

/** Names for flatbuffers' calls as we use them; everything is aligned to its own width. */
class Writer {
  /** @param {Flatbuffers} flatbuffers @param {number} capacity bytes */
  constructor(flatbuffers, capacity) {
    this.b = new flatbuffers.Builder(capacity);
    // Buffer 0 stays empty: it is the one that computed tensors name.
    this.buffers = [this.table([])];
  }

  /** @param {Uint8Array} data */
  bytes(data) {
    this.b.prep(ALIGNMENT, data.length);
    return this.b.createByteVector(data);
  }

  /** One of the model's buffers. @param {number} data where its bytes are @returns its number */
  buffer(data) {
    return this.buffers.push(this.table([[0, 'Offset', data]])) - 1;
  }

  /** @param {'Int32' | 'Float32' | 'Offset'} type @param {ArrayLike<number>} values */
  vector(type, values) {
    this.b.startVector(4, values.length, 4);
    for (let i = values.length - 1; i >= 0; i--) {
      this.b[/** @type {const} */ (`add${type}`)](values[i]);
    }
    return this.b.endVector();
  }

  /** A vector of 64-bit zeros. @param {number} length */
  longZeros(length) {
    this.b.startVector(8, length, 8);
    for (let i = 0; i < length; i++) this.b.addInt64(0n);
    return this.b.endVector();
  }

  /** @param {string} string */
  text(string) {
    return this.b.createString(string);
  }

  /** @param {[number, 'Int8' | 'Int32' | 'Offset', number][]} fields number, type, value;
      a value of 0 is left out, which every field of ours reads as 0 */
  table(fields) {
    this.b.startObject(Math.max(0, ...fields.map(([number]) => number + 1)));
    for (const [number, type, value] of fields) {
      this.b[/** @type {const} */ (`addField${type}`)](number, value, 0);
    }
    return this.b.endObject();
  }
}

/** @param {Tensor} tensor */
function constantBytes(tensor) {
  return tensor.constant ? elements(tensor.shape) * TYPES[tensor.type].width : 0;
}

/** @param {Writer} w @param {Tensor} tensor @param {Constant} constant its own */
function writeConstant(w, tensor, { values, scales }) {
  if (values.byteLength !== constantBytes(tensor) || (tensor.type === 'i8') !== !!scales) {
    throw new Error(`constant '${tensor.name}' does not fit its tensor`);
  }
  const { buffer, byteOffset, byteLength } = values;
  const data = w.bytes(new Uint8Array(buffer, byteOffset, byteLength));
  let quantization = 0;
  if (scales) {
    const scale = w.vector('Float32', scales);
    const zeroPoint = w.longZeros(scales.length);
    quantization = w.table([
      [2, 'Offset', scale],
      [3, 'Offset', zeroPoint], // the axis of the scales, field 6, is 0
    ]);
  }
  return { buffer: w.buffer(data), quantization };
}

/** @param {Writer} w @param {Tensor[]} tensors @param {(share: number) => void} onProgress */
function writeTensors(w, tensors, onProgress) {
  const total = constantsBytes(tensors);
  let written = 0;
  return tensors.map((tensor) => {
    let stored = { buffer: 0, quantization: 0 };
    if (tensor.constant) {
      stored = writeConstant(w, tensor, tensor.constant());
      written += constantBytes(tensor);
      onProgress(written / total);
    }
    const shape = w.vector('Int32', tensor.shape);
    const name = w.text(tensor.name);
    return w.table([
      [0, 'Offset', shape],
      [1, 'Int8', TYPES[tensor.type].code],
      [2, 'Int32', stored.buffer],
      [3, 'Offset', name],
      [4, 'Offset', stored.quantization],
    ]);
  });
}

/** @param {Tensor[]} tensors */
function constantsBytes(tensors) {
  return tensors.reduce((sum, tensor) => sum + constantBytes(tensor), 0);
}

/** @param {Writer} w @param {Record<string, string>} metadata */
function writeMetadata(w, metadata) {
  return Object.entries(metadata).map(([name, text]) => {
    const buffer = w.buffer(w.bytes(new TextEncoder().encode(text)));
    const nameAt = w.text(name);
    return w.table([
      [0, 'Offset', nameAt],
      [1, 'Int32', buffer],
    ]);
  });
}

/** @param {Writer} w @param {Operator} operator @param {number} codeIndex */
function writeOperator(w, operator, codeIndex) {
  const type = OPERATORS[operator.op].options;
  const inputs = w.vector('Int32', operator.inputs);
  const outputs = w.vector('Int32', operator.outputs);
  const options = type && writeOptions(w, operator);
  return w.table([
    [0, 'Int32', codeIndex],
    [1, 'Offset', inputs],
    [2, 'Offset', outputs],
    [3, 'Int8', type],
    [4, 'Offset', options],
  ]);
}

/** @param {Writer} w @param {Operator} operator */
function writeOptions(w, { op, options = {} }) {
  /** @type {OptionField[]} */
  const fields = OPERATORS[op].fields;
  return w.table(fields.map(([name, type], i) => [i, type, Number(options[name] ?? 0)]));
}

/** @param {Writer} w @param {Operator[]} operators */
function writeOperators(w, operators) {
  // One code for each operator and version in use.
  const codes = new Map(operators.map((o) => [`${o.op} ${o.version}`, o]));
  const keys = [...codes.keys()];
  const tables = operators.map((o) =>
    writeOperator(w, o, keys.indexOf(`${o.op} ${o.version}`)),
  );
  // Codes below 127 stand in both fields, for readers from before the second one.
  const codeTables = [...codes.values()].map(({ op, version }) =>
    w.table([
      [0, 'Int8', OPERATORS[op].code],
      [2, 'Int32', version],
      [3, 'Int32', OPERATORS[op].code],
    ]),
  );
  return { tables, codeTables };
}

/** Room for everything at once: to grow, the builder would copy what it has.
    @param {Model} model */
function capacityFor({ tensors, operators }) {
  const scales = tensors.reduce((sum, { type, shape }) => sum + (type === 'i8' ? shape[0] : 0), 0);
  return constantsBytes(tensors) + 12 * scales + 512 * (tensors.length + operators.length) + 65536;
}

/**
 * @param {Model} model
 * @param {object} use
 * @param {Flatbuffers} use.flatbuffers
 * @param {(share: number) => void} [use.onProgress] told 0..1
 */
export function writeTflite(model, { flatbuffers, onProgress = () => {} }) {
  const w = new Writer(flatbuffers, capacityFor(model));
  // From the leaves to the root, as FlatBuffers must be.
  const tensors = writeTensors(w, model.tensors, onProgress);
  const metadataTables = writeMetadata(w, model.metadata);
  const operators = writeOperators(w, model.operators);
  const graphParts = [
    w.vector('Offset', tensors),
    w.vector('Int32', model.inputs),
    w.vector('Int32', model.outputs),
    w.vector('Offset', operators.tables),
    w.text('main'),
  ];
  const graph = w.table(graphParts.map((part, i) => [i, 'Offset', part]));
  const codes = w.vector('Offset', operators.codeTables);
  const graphs = w.vector('Offset', [graph]);
  const description = w.text(model.description);
  const buffers = w.vector('Offset', w.buffers);
  const metadata = w.vector('Offset', metadataTables);
  const root = w.table([
    [0, 'Int32', 3],
    [1, 'Offset', codes],
    [2, 'Offset', graphs],
    [3, 'Offset', description],
    [4, 'Offset', buffers],
    [6, 'Offset', metadata],
  ]);
  w.b.finish(root, 'TFL3');
  return /** @type {Uint8Array<ArrayBuffer>} */ (w.b.asUint8Array());
}
