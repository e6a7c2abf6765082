/**
 * TensorFlow.js graph models -> our graph, for networks that are one chain of layers, as
 * MobileNet is: convolutions, each with the batch normalisation (Mul, Add) and activation
 * behind it, then the mean over the picture. The chain that leads to the wanted output is
 * converted; heads beyond it fall away. Anything else in it is refused by name.
 */

import { Graph } from '../../web/engine/convert/graph.js';
import { printable, refuse } from '../../web/engine/convert/refuse.js';
import { elements } from '../../web/engine/convert/tflite.js';

/**
 * A parsed model.json, as far as it is read. Numbers may come as text.
 * @typedef {object} Model
 * @property {string} [format]
 * @property {{node?: Node[]}} [modelTopology]
 * @property {{paths?: string[], weights: Weight[]}[]} [weightsManifest]
 *
 * @typedef {{name: string, op: string, input?: string[], attr?: Attributes}} Node
 * @typedef {{list?: {i?: (number | string)[]}}} Integers
 * @typedef {{s?: string}} Base64
 * @typedef {object} Attributes
 * @property {Integers} [strides]
 * @property {Integers} [dilations]
 * @property {Base64} [padding]
 * @property {Base64} [data_format]
 * @property {{b?: boolean}} [keep_dims]
 * @property {{shape?: {dim?: {size: number | string}[]}}} [shape]
 *
 * @typedef {{name: string, shape: number[], dtype: string, quantization?: {dtype: string}}} Weight
 * @typedef {{shape: number[], read: () => Float32Array}} Constant
 */

/** @param {number} half the 16 bits of a number in IEEE half precision */
export function fromHalf(half) {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent
    ? sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
    : sign * fraction * 2 ** -24;
}

/**
 * @typedef {object} Stored
 * @property {number} width bytes of a weight
 * @property {(view: DataView, offset: number) => number} at reads the one that lies there
 */

/** @type {Record<string, Stored>} */
const STORED = {
  float32: { width: 4, at: (view, offset) => view.getFloat32(offset, true) },
  int32: { width: 4, at: (view, offset) => view.getInt32(offset, true) },
  float16: { width: 2, at: (view, offset) => fromHalf(view.getUint16(offset, true)) },
};

/** @param {string} input `name`, `name:0` or `^control` */
const nodeName = (input) => input.replace(/:0$/, '');

/** Reads the constants of a weights manifest from its concatenated shards. */
class Constants {
  /** @type {Map<string, Constant>} */
  #named = new Map();

  /** @param {Weight[]} weights @param {Uint8Array} bytes */
  constructor(weights, bytes) {
    let at = 0;
    for (const { name, shape, dtype, quantization } of weights) {
      const type = quantization?.dtype ?? dtype;
      const stored = Object.hasOwn(STORED, type)
        ? STORED[type]
        : refuse(
            `weight '${printable(name)}' has type ${printable(String(type))}; ` +
              'float32, float16 and int32 are read',
          );
      const end = at + elements(shape) * stored.width;
      if (end > bytes.length) {
        refuse(
          `the weights end at byte ${bytes.length}, inside '${printable(name)}' (bytes ` +
            `${at} to ${end}): the .bin file is not complete`,
        );
      }
      const view = new DataView(bytes.buffer, bytes.byteOffset + at, end - at);
      this.#named.set(name, { shape, read: () => readWeight(name, stored, view) });
      at = end;
    }
    if (at !== bytes.length) {
      refuse(`the model describes ${at} bytes of weights, the .bin file has ${bytes.length}`);
    }
  }

  /** @param {string} name */
  get(name) {
    return (
      this.#named.get(nodeName(name)) ?? refuse(`constant '${printable(name)}' is missing`)
    );
  }

  /** @param {string} name */
  has(name) {
    return this.#named.has(nodeName(name));
  }
}

/** @param {string} name @param {Stored} stored @param {DataView} view */
function readWeight(name, { width, at }, view) {
  const values = new Float32Array(view.byteLength / width);
  for (let i = 0; i < values.length; i++) values[i] = at(view, i * width);
  const faulty = values.findIndex((value) => !Number.isFinite(value));
  if (faulty >= 0) refuse(`weight '${printable(name)}' holds ${values[faulty]}`);
  return values;
}

/**
 * The nodes from the picture to the output.
 * @param {Node[]} nodes
 * @param {string} output
 * @param {Constants} constants
 */
function chain(nodes, output, constants) {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  /** @type {Node[]} */
  const path = [];
  for (let name = output; ;) {
    const node =
      byName.get(nodeName(name)) ?? refuse(`the graph has no node '${printable(name)}'`);
    if (path.includes(node)) refuse(`node '${printable(name)}' depends on itself`);
    path.unshift(node);
    if (node.op === 'Placeholder') return path;
    const from = (node.input ?? []).filter((input) => !constants.has(input));
    if (from.length !== 1) {
      refuse(
        `node '${printable(name)}' (${printable(node.op)}) has ${from.length} computed ` +
          'inputs; only chains of layers are converted',
      );
    }
    name = from[0];
  }
}

/** The constant that a node works with. @param {Node} node @param {Constants} constants */
function constantOf(node, constants) {
  const name = node.input?.find((input) => constants.has(input));
  return name === undefined
    ? refuse(`'${printable(node.name)}' (${printable(node.op)}) has no constant input`)
    : constants.get(name);
}

const decode = (/** @type {string | undefined} */ base64) => atob(base64 ?? '');

/** The stride of a convolution; what we do not convert is refused. @param {Node} node */
function stride(node) {
  const { strides, dilations, padding, data_format: format } = node.attr ?? {};
  const [n, height, width, channels] = (strides?.list?.i ?? []).map(Number);
  if (
    n !== 1 ||
    channels !== 1 ||
    height !== width ||
    ![1, 2].includes(height) ||
    (dilations?.list?.i ?? []).some((rate) => Number(rate) !== 1) ||
    decode(padding?.s) !== 'SAME' ||
    (format && decode(format.s) !== 'NHWC')
  ) {
    refuse(
      `'${printable(node.name)}' is not a "same" NHWC convolution of stride 1 or 2 ` +
        'without dilation',
    );
  }
  return height;
}

const AFFINE = ['Mul', 'Add', 'AddV2', 'BiasAdd'];
const CONVOLUTIONS = ['Conv2D', 'DepthwiseConv2dNative'];

/** One convolution with everything folded into it. */
class Layer {
  clip = { least: -Infinity, most: Infinity };

  /** @param {Node} node @param {Constant} kernel */
  constructor(node, kernel) {
    this.node = node;
    this.depthwise = node.op !== 'Conv2D';
    this.shape = kernel.shape;
    this.read = kernel.read;
    const [, , channels, out] = kernel.shape;
    if (kernel.shape.length !== 4) {
      refuse(
        `the kernel of '${printable(node.name)}' has the shape [${kernel.shape}]; expected ` +
          'four extents',
      );
    }
    if (this.depthwise && out !== 1) {
      refuse(`'${printable(node.name)}' has ${out} filters for each channel; one is converted`);
    }
    this.channels = this.depthwise ? channels : out;
    this.factor = new Float64Array(this.channels).fill(1);
    this.shift = new Float64Array(this.channels);
  }

  /**
   * Folds a node behind the convolution into it.
   * @param {Node} node
   * @param {() => Float32Array} constant what the node works with
   */
  fold(node, constant) {
    if (AFFINE.includes(node.op) && !this.clipped) this.#affine(node, constant());
    else if (node.op === 'Relu') this.#clipTo(0, Infinity);
    else if (node.op === 'Relu6') this.#clipTo(0, 6);
    else if (node.op === 'Minimum') this.#clipTo(-Infinity, bound(node, constant()));
    else if (node.op === 'Maximum') this.#clipTo(bound(node, constant()), Infinity);
    else refuse(`'${printable(node.name)}' (${printable(node.op)}) cannot be converted`);
  }

  /** x -> x * factor, or x + shift, one number for each channel.
      @param {Node} node @param {Float32Array} values */
  #affine(node, values) {
    if (values.length !== this.channels) {
      refuse(
        `'${printable(node.name)}' has ${values.length} values for ${this.channels} channels`,
      );
    }
    values.forEach((value, i) => {
      if (node.op === 'Mul') {
        this.factor[i] *= value;
        this.shift[i] *= value;
      } else {
        this.shift[i] += value;
      }
    });
  }

  /** What was clipped before is clipped again. @param {number} least @param {number} most */
  #clipTo(least, most) {
    const clipped = (/** @type {number} */ x) => Math.min(most, Math.max(least, x));
    this.clip = { least: clipped(this.clip.least), most: clipped(this.clip.most) };
  }

  get clipped() {
    return this.clip.least !== -Infinity || this.clip.most !== Infinity;
  }

  /** @returns {import('../../web/engine/convert/graph.js').Activation} */
  get activation() {
    const { least, most } = this.clip;
    if (!this.clipped) return 'none';
    if (least === 0 && most === Infinity) return 'relu';
    if (least === 0 && most === 6) return 'relu6';
    return refuse(
      `'${printable(this.node.name)}' is clipped to ${least}..${most}; ReLU and ReLU6 ` +
        'are converted',
    );
  }

  /** @param {Graph} graph @param {number} x */
  addTo(graph, x) {
    const { name } = this.node;
    const [height, width, channels] = this.shape;
    const expected = graph.shape(x)[3];
    if (channels !== expected) {
      refuse(`'${printable(name)}' takes ${channels} channels where ${expected} come`);
    }
    const bias = () => Float32Array.from(this.shift);
    const how = { stride: stride(this.node), activation: this.activation };
    if (this.depthwise) {
      const read = () => this.#depthwiseKernel();
      const kernel = { name, shape: [1, height, width, channels], read };
      return graph.depthwise(name, x, { kernel, bias }, how);
    }
    const kernel = { name, shape: [this.channels, height, width, channels], read: this.#rows };
    return graph.conv(name, x, { kernel, bias }, how);
  }

  /** It lies as the format wants it. */
  #depthwiseKernel() {
    return this.read().map((value, i) => value * this.factor[i % this.channels]);
  }

  /** HWIO -> OHWI. @param {number} from @param {number} to */
  #rows = (from, to) => {
    const values = this.read();
    const each = elements(this.shape) / this.channels;
    const rows = new Float32Array((to - from) * each);
    for (let row = from; row < to; row++) {
      for (let i = 0; i < each; i++) {
        rows[(row - from) * each + i] = values[i * this.channels + row] * this.factor[row];
      }
    }
    return rows;
  };
}

/** @param {Node} node Minimum or Maximum @param {Float32Array} values */
function bound(node, values) {
  if (values.length !== 1) {
    refuse(`'${printable(node.name)}' has ${values.length} bounds; one is converted`);
  }
  return values[0];
}

/** @param {Node} node @param {Float32Array} values its constant */
function checkMean(node, values) {
  const axes = [...values].map((axis) => (axis < 0 ? axis + 4 : axis));
  if (axes.sort().join() !== '1,2' || node.attr?.keep_dims?.b) {
    refuse(`'${printable(node.name)}' is not the mean over height and width`);
  }
}

/**
 * @param {Node} picture the Placeholder
 * @returns {number[]} [height, width, channels]
 */
function pictureShape(picture) {
  const shape = (picture.attr?.shape?.shape?.dim ?? []).map(({ size }) => Number(size));
  if (shape.length !== 4 || shape.slice(1).some((extent) => !(extent > 0))) {
    refuse(
      `the input '${printable(picture.name)}' has the shape [${shape}]; expected a picture ` +
        'of fixed size',
    );
  }
  return shape.slice(1);
}

/**
 * @param {Model} model
 * @param {Uint8Array} bytes its weight shards, in order
 * @param {{dtype: import('../../web/engine/convert/graph.js').Dtype, output: string}} choice
 */
function build(model, bytes, { dtype, output }) {
  const nodes = model?.modelTopology?.node;
  const groups = model?.weightsManifest;
  if (model?.format !== 'graph-model' || !Array.isArray(nodes) || !Array.isArray(groups)) {
    refuse('not a TensorFlow.js graph model: expected a JSON file with format "graph-model"');
  }
  const constants = new Constants(groups.flatMap((group) => group.weights), bytes);
  const [picture, ...path] = chain(nodes, output, constants);
  const graph = new Graph(dtype);
  let x = graph.input('image', [1, ...pictureShape(picture)]);
  /** @type {Layer | undefined} the layer that is still being put together */
  let layer;
  const finish = () => {
    if (layer) x = layer.addTo(graph, x);
    layer = undefined;
  };
  for (const node of path) {
    const constant = () => constantOf(node, constants);
    if (node.op === 'Mean') {
      finish();
      checkMean(node, constant().read());
      x = graph.globalMean('embedding', x);
    } else if (CONVOLUTIONS.includes(node.op)) {
      finish();
      layer = new Layer(node, constant());
    } else if (layer) {
      layer.fold(node, () => constant().read());
    } else {
      refuse(`'${printable(node.name)}' (${printable(node.op)}) does not follow a convolution`);
    }
  }
  finish();
  return { graph, embedding: x };
}

/**
 * A TensorFlow.js graph model -> a model (.tflite) with the recipe given.
 * @param {Model} model the parsed model.json
 * @param {Uint8Array} bytes its weight shards, in order
 * @param {object} options
 * @param {{flatbuffers: import('../../web/engine/convert/tflite.js').Flatbuffers}} options.packages
 * @param {string} options.output the node that is the embedding
 * @param {string} options.recipe text
 * @param {import('../../web/engine/convert/graph.js').Dtype} [options.dtype]
 * @param {(share: number) => void} [options.onProgress] told 0..1
 */
export function convertTfjs(
  model,
  bytes,
  { packages, output, recipe, dtype = 'int8', onProgress },
) {
  const { graph, embedding } = build(model, bytes, { dtype, output });
  return graph.write(embedding, { recipe, flatbuffers: packages.flatbuffers, onProgress });
}
