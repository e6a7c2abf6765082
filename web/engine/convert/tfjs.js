/**
 * TensorFlow.js graph models -> our graph, for networks that are one chain of layers, as
 * MobileNet is: convolutions, each with the batch normalisation (Mul, Add) and activation
 * behind it, then the mean over the picture. The chain that leads to the wanted output is
 * converted; heads beyond it fall away. Anything else in it is refused by name.
 */

import { Graph } from './graph.js';
import { elements } from './tflite.js';
import { printable, refuse } from './refuse.js';
import { fromHalf } from './weights.js';

/** @typedef {{name: string, op: string, input?: string[], attr?: Record<string, any>}} Node */

/** @param {string} input `name`, `name:0` or `^control` */
const nodeName = (input) => input.replace(/:0$/, '');

/** Reads the constants of a weights manifest from its concatenated shards. */
class Constants {
  /** @type {Map<string, {shape: number[], read: () => Float32Array}>} */
  #named = new Map();

  /** @param {any[]} manifest @param {Uint8Array} bytes */
  constructor(manifest, bytes) {
    let at = 0;
    for (const { name, shape, dtype, quantization } of manifest.flatMap(
      (group) => group.weights,
    )) {
      const stored = quantization?.dtype ?? dtype;
      const width = { float32: 4, int32: 4, float16: 2 }[stored];
      if (!width)
        refuse(
          `weight '${printable(name)}' has type ${printable(String(stored))}; ` +
            'float32, float16 and int32 are read',
        );
      const count = elements(shape);
      const [start, end] = [at, at + count * width];
      if (end > bytes.length) {
        refuse(
          `the weights end at byte ${bytes.length}, inside '${printable(name)}' (bytes ` +
            `${start} to ${end}): the .bin file is not complete`,
        );
      }
      this.#named.set(name, {
        shape,
        read: () => {
          const view = new DataView(bytes.buffer, bytes.byteOffset + start, end - start);
          const values = new Float32Array(count);
          for (let i = 0; i < count; i++) {
            values[i] =
              stored === 'float16'
                ? fromHalf(view.getUint16(2 * i, true))
                : stored === 'int32'
                  ? view.getInt32(4 * i, true)
                  : view.getFloat32(4 * i, true);
          }
          const faulty = values.findIndex((value) => !Number.isFinite(value));
          if (faulty >= 0) refuse(`weight '${printable(name)}' holds ${values[faulty]}`);
          return values;
        },
      });
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

/** The nodes from the picture to the output. */
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

const decode = (base64) => atob(base64 ?? '');

/** The stride of a convolution; what we do not convert is refused. */
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

/** One convolution with everything folded into it. */
class Layer {
  clip = { least: -Infinity, most: Infinity };

  constructor(node, kernel) {
    this.node = node;
    this.depthwise = node.op !== 'Conv2D';
    this.shape = kernel.shape;
    this.read = kernel.read;
    const [, , channels, out] = kernel.shape;
    if (this.depthwise && out !== 1) {
      refuse(`'${printable(node.name)}' has ${out} filters for each channel; one is converted`);
    }
    this.channels = this.depthwise ? channels : out;
    this.factor = new Float64Array(this.channels).fill(1);
    this.shift = new Float64Array(this.channels);
  }

  /** x -> x * factor, or x + shift, a number a channel. */
  affine(node, values) {
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

  get clipped() {
    return this.clip.least !== -Infinity || this.clip.most !== Infinity;
  }

  get activation() {
    const { least, most } = this.clip;
    if (least === -Infinity && most === Infinity) return 'none';
    if (least === 0 && most === Infinity) return 'relu';
    if (least === 0 && most === 6) return 'relu6';
    return refuse(
      `'${printable(this.node.name)}' is clipped to ${least}..${most}; ReLU and ReLU6 ` +
        'are converted',
    );
  }

  /** @param {Graph} graph @param {number} x */
  addTo(graph, x) {
    const [height, width, channels] = this.shape;
    const expected = graph.shape(x)[3];
    if (channels !== expected) {
      refuse(
        `'${printable(this.node.name)}' takes ${channels} channels where ${expected} come`,
      );
    }
    const each = height * width * (this.depthwise ? 1 : channels);
    const kernel = {
      name: this.node.name,
      shape: this.depthwise
        ? [1, height, width, channels]
        : [this.channels, height, width, channels],
      read: (from, to) => {
        const values = this.read();
        // Depthwise kernels lie as the format wants them; the others turn HWIO -> OHWI.
        if (this.depthwise) return values.map((v, i) => v * this.factor[i % channels]);
        const rows = new Float32Array((to - from) * each);
        for (let row = from; row < to; row++) {
          for (let i = 0; i < each; i++) {
            rows[(row - from) * each + i] = values[i * this.channels + row] * this.factor[row];
          }
        }
        return rows;
      },
    };
    const weights = { kernel, bias: () => Float32Array.from(this.shift) };
    const how = { stride: stride(this.node), activation: this.activation };
    const name = this.node.name;
    return this.depthwise
      ? graph.depthwise(name, x, weights, how)
      : graph.conv(name, x, weights, how);
  }
}

/** @param {Node} node @param {Constants} constants */
function meanAxes(node, constants) {
  const axes = [...constants.get(node.input[1]).read()].map((axis) =>
    axis < 0 ? axis + 4 : axis,
  );
  if (axes.sort().join() !== '1,2' || node.attr?.keep_dims?.b) {
    refuse(`'${printable(node.name)}' is not the mean over height and width`);
  }
}

/**
 * @param {any} model the parsed model.json
 * @param {Uint8Array} bytes its weight shards, in order
 * @param {{dtype: import('./graph.js').Dtype, output: string}} choice
 */
export function buildFromTfjs(model, bytes, { dtype, output }) {
  const nodes = model?.modelTopology?.node;
  if (
    model?.format !== 'graph-model' ||
    !Array.isArray(nodes) ||
    !Array.isArray(model.weightsManifest)
  ) {
    refuse('not a TensorFlow.js graph model: expected a JSON file with format "graph-model"');
  }
  const constants = new Constants(model.weightsManifest, bytes);
  const [picture, ...path] = chain(nodes, output, constants);
  const shape = (picture.attr?.shape?.shape?.dim ?? []).map(({ size }) => Number(size));
  if (shape.length !== 4 || shape.slice(1).some((extent) => !(extent > 0))) {
    refuse(
      `the input '${printable(picture.name)}' has the shape [${shape}]; expected a picture ` +
        'of fixed size',
    );
  }
  const graph = new Graph(dtype);
  let x = graph.input('image', [1, ...shape.slice(1)]);
  /** @type {Layer | undefined} the layer that is still being put together */
  let layer;
  const finish = () => {
    if (layer) x = layer.addTo(graph, x);
    layer = undefined;
  };
  for (const node of path) {
    const constant = () => constants.get(node.input.find((input) => constants.has(input)));
    const opening = { Conv2D: 1, DepthwiseConv2dNative: 1, Mean: 1 }[node.op];
    if (opening) {
      finish();
      if (node.op === 'Mean') {
        meanAxes(node, constants);
        x = graph.globalMean('embedding', x);
      } else {
        layer = new Layer(node, constant());
      }
    } else if (!layer) {
      refuse(`'${printable(node.name)}' (${printable(node.op)}) does not follow a convolution`);
    } else if (['Mul', 'Add', 'AddV2', 'BiasAdd'].includes(node.op) && !layer.clipped) {
      layer.affine(node, constant().read());
    } else if (node.op === 'Relu') {
      layer.clip.least = Math.max(layer.clip.least, 0);
    } else if (node.op === 'Relu6') {
      layer.clip = { least: 0, most: 6 };
    } else if (node.op === 'Minimum' || node.op === 'Maximum') {
      const [bound, more] = constant().read();
      if (more !== undefined) refuse(`'${printable(node.name)}' has more than one bound`);
      if (node.op === 'Minimum') layer.clip.most = Math.min(layer.clip.most, bound);
      else layer.clip.least = Math.max(layer.clip.least, bound);
    } else {
      refuse(`'${printable(node.name)}' (${printable(node.op)}) cannot be converted`);
    }
  }
  finish();
  return { graph, embedding: x };
}
