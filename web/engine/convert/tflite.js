/**
 * Writer of the TensorFlow Lite model format: the subset that face networks need. Field
 * and code numbers: tensorflow/lite/schema/schema.fbs, version 3.
 *
 * The same model gives the same bytes. Constants are asked for one at a time while
 * writing, so that beside the file itself only one of them is in memory.
 *
 * @typedef {Float32Array | Uint16Array | Int32Array | Int8Array} Values
 * @typedef {{values: Values, scales?: Float32Array}} Constant scales: one an output channel
 * @typedef {object} Tensor
 * @property {string} name
 * @property {number[]} shape
 * @property {'f32' | 'f16' | 'i32' | 'i8'} type
 * @property {() => Constant} [constant] absent: computed
 * @property {number} [axis] of the scales; quantised tensors have it
 * @typedef {object} Operator
 * @property {keyof OPERATORS} op
 * @property {number} version
 * @property {number[]} inputs tensor numbers
 * @property {number[]} outputs
 * @property {Record<string, number | boolean>} [options]
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

const CONV = [
  ['padding', 'Int8'],
  ['strideW', 'Int32'],
  ['strideH', 'Int32'],
];
const POOL = [...CONV, ['filterW', 'Int32'], ['filterH', 'Int32'], ['activation', 'Int8']];

/** code: BuiltinOperator; options: its number in the BuiltinOptions union; fields: the
    options' leading fields, in order. Those not given keep the schema's default. */
const OPERATORS = {
  ADD: { code: 0, options: 11, fields: [['activation', 'Int8']] },
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
  constructor(flatbuffers, capacity) {
    this.b = new flatbuffers.Builder(capacity);
  }

  bytes(data) {
    this.b.prep(ALIGNMENT, data.length);
    return this.b.createByteVector(data);
  }

  /** @param {'Int32' | 'Int64' | 'Float32' | 'Offset'} type */
  vector(type, values) {
    const width = type === 'Int64' ? 8 : 4;
    this.b.startVector(width, values.length, width);
    for (let i = values.length - 1; i >= 0; i--) this.b[`add${type}`](values[i]);
    return this.b.endVector();
  }

  text(string) {
    return this.b.createString(string);
  }

  /** @param {[number, 'Int8' | 'Int32' | 'Offset', number][]} fields number, type, value;
      a value of 0 is left out, which every field of ours reads as 0 */
  table(fields) {
    this.b.startObject(Math.max(0, ...fields.map(([number]) => number + 1)));
    for (const [number, type, value] of fields) this.b[`addField${type}`](number, value, 0);
    return this.b.endObject();
  }
}

/** @param {Tensor} tensor */
function constantBytes(tensor) {
  return tensor.constant ? elements(tensor.shape) * TYPES[tensor.type].width : 0;
}

/** Writes one tensor's values and scales. */
function writeConstant(w, tensor) {
  const { values, scales } = tensor.constant();
  if (values.byteLength !== constantBytes(tensor) || (tensor.axis === undefined) === !!scales) {
    throw new Error(`constant '${tensor.name}' does not fit its tensor`);
  }
  const { buffer, byteOffset, byteLength } = values;
  const data = w.bytes(new Uint8Array(buffer, byteOffset, byteLength));
  if (!scales) return { data, quantization: 0 };
  const scale = w.vector('Float32', scales);
  const zeroPoint = w.vector('Int64', new BigInt64Array(scales.length));
  const quantization = w.table([
    [2, 'Offset', scale],
    [3, 'Offset', zeroPoint],
    [6, 'Int32', tensor.axis],
  ]);
  return { data, quantization };
}

function writeOperator(w, operator, codeIndex) {
  const { options: type, fields } = OPERATORS[operator.op];
  const inputs = w.vector('Int32', operator.inputs);
  const outputs = w.vector('Int32', operator.outputs);
  const value = (name) => Number(operator.options?.[name] ?? 0);
  const options = type && w.table(fields.map(([name, as], i) => [i, as, value(name)]));
  return w.table([
    [0, 'Int32', codeIndex],
    [1, 'Offset', inputs],
    [2, 'Offset', outputs],
    [3, 'Int8', type],
    [4, 'Offset', options],
  ]);
}

/**
 * @param {Model} model
 * @param {object} use
 * @param {typeof import('flatbuffers')} use.flatbuffers
 * @param {(share: number) => void} [use.onProgress] told 0..1
 * @returns {Uint8Array}
 */
export function writeTflite(model, { flatbuffers, onProgress = () => {} }) {
  const { tensors } = model;
  const total = tensors.reduce((sum, tensor) => sum + constantBytes(tensor), 0);
  const scales = tensors.reduce((sum, { axis, shape }) => sum + (shape[axis] ?? 0), 0);
  // Room for everything at once: to grow, the builder would copy what it has.
  const capacity =
    total + 12 * scales + 512 * (tensors.length + model.operators.length) + 65536;
  const w = new Writer(flatbuffers, capacity);

  // From the leaves to the root, as FlatBuffers must be. Buffer 0 stays empty: it is the
  // one that computed tensors name.
  const buffers = [w.table([])];
  let written = 0;
  const tensorTables = tensors.map((tensor) => {
    let buffer = 0;
    let quantization = 0;
    if (tensor.constant) {
      const constant = writeConstant(w, tensor);
      quantization = constant.quantization;
      buffer = buffers.push(w.table([[0, 'Offset', constant.data]])) - 1;
      written += constantBytes(tensor);
      onProgress(written / total);
    }
    const shape = w.vector('Int32', tensor.shape);
    const name = w.text(tensor.name);
    return w.table([
      [0, 'Offset', shape],
      [1, 'Int8', TYPES[tensor.type].code],
      [2, 'Int32', buffer],
      [3, 'Offset', name],
      [4, 'Offset', quantization],
    ]);
  });
  const metadataTables = Object.entries(model.metadata).map(([name, text]) => {
    const data = w.bytes(new TextEncoder().encode(text));
    const buffer = buffers.push(w.table([[0, 'Offset', data]])) - 1;
    const nameAt = w.text(name);
    return w.table([
      [0, 'Offset', nameAt],
      [1, 'Int32', buffer],
    ]);
  });

  /** @type {Map<string, Operator>} one code for each operator and version in use */
  const codes = new Map(model.operators.map((o) => [`${o.op} ${o.version}`, o]));
  const codeKeys = [...codes.keys()];
  const operatorTables = model.operators.map((o) =>
    writeOperator(w, o, codeKeys.indexOf(`${o.op} ${o.version}`)),
  );
  // Codes below 127 stand in both fields, for readers from before the second one.
  const codeTables = [...codes.values()].map(({ op, version }) =>
    w.table([
      [0, 'Int8', OPERATORS[op].code],
      [2, 'Int32', version],
      [3, 'Int32', OPERATORS[op].code],
    ]),
  );

  const graphParts = [
    w.vector('Offset', tensorTables),
    w.vector('Int32', model.inputs),
    w.vector('Int32', model.outputs),
    w.vector('Offset', operatorTables),
    w.text('main'),
  ];
  const graph = w.table(graphParts.map((part, i) => [i, 'Offset', part]));
  const codesAt = w.vector('Offset', codeTables);
  const graphs = w.vector('Offset', [graph]);
  const description = w.text(model.description);
  const buffersAt = w.vector('Offset', buffers);
  const metadata = w.vector('Offset', metadataTables);
  const root = w.table([
    [0, 'Int32', 3],
    [1, 'Offset', codesAt],
    [2, 'Offset', graphs],
    [3, 'Offset', description],
    [4, 'Offset', buffersAt],
    [6, 'Offset', metadata],
  ]);
  w.b.finish(root, 'TFL3');
  return w.b.asUint8Array();
}
