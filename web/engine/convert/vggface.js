/**
 * The three VGGFace networks of the keras-vggface project, from a file of their weights.
 *
 * ResNet-50 and SE-ResNet-50: Cao, Shen, Xie, Parkhi, Zisserman, "VGGFace2: A dataset for
 * recognising faces across pose and age", FG 2018. VGG-16: Parkhi, Vedaldi, Zisserman,
 * "Deep Face Recognition", BMVC 2015. What a network is made of stands once, where it is
 * built; the list of weights that a file must hold follows from that.
 */

import { Graph } from './graph.js';
import { vggfaceRecipe } from './recipes.js';
import { printable, refuse } from './refuse.js';
import { elements } from './tflite.js';

/**
 * @typedef {import('./keras.js').KerasFile} KerasFile
 * @typedef {'resnet50' | 'senet50' | 'vgg16'} Network
 * @typedef {'pool' | 'fc7'} Layer whose output is the embedding: the pooled features, or the
 *   4,096 numbers of the paper's descriptor, which VGG-16 with top has
 * @typedef {object} Vggface
 * @property {Network} network
 * @property {string} recipe how photos are prepared for it
 * @property {Graph} graph
 * @property {number[]} stages tensors: what each of the five stages ends with
 * @property {number} embedding tensor
 * @property {string} [classifier] the layer whose columns are the classes, in files with top
 */

const SIZE = 224;
const STAGES = [
  // blocks, width inside, width out
  [3, 64, 256],
  [4, 128, 512],
  [6, 256, 1024],
  [3, 512, 2048],
];

/** Collects the weights that a network asks for, and gives them once they are checked. */
class Weights {
  /** @type {Map<string, Record<string, number[]>>} */
  expected = new Map();

  /** @param {KerasFile} file */
  constructor(file) {
    this.file = file;
  }

  /**
   * @param {string} layer
   * @param {number[]} shape as stored: outputs last
   * @returns {import('./graph.js').Weights}
   */
  withBias(layer, shape) {
    this.expected.set(layer, { 'kernel:0': shape, 'bias:0': shape.slice(-1) });
    return {
      kernel: this.#kernel(layer, shape, (values) => values),
      bias: () => this.file.read(layer, 'bias:0'),
    };
  }

  /**
   * A convolution without bias, and the batch normalisation behind it, as one.
   * @param {string} layer
   * @param {number[]} shape as stored: outputs last
   * @param {number} epsilon of the normalisation
   * @returns {import('./graph.js').Weights}
   */
  normalised(layer, shape, epsilon) {
    const norm = `${layer}/bn`;
    const channels = shape.slice(-1);
    this.expected.set(layer, { 'kernel:0': shape });
    this.expected.set(norm, {
      'gamma:0': channels,
      'beta:0': channels,
      'moving_mean:0': channels,
      'moving_variance:0': channels,
    });
    const factors = () => {
      const gamma = this.file.read(norm, 'gamma:0');
      const variance = this.file.read(norm, 'moving_variance:0');
      const negative = variance.findIndex((value) => value < 0);
      if (negative >= 0) {
        refuse(
          `'${norm}/moving_variance:0' holds ${variance[negative]}; a variance is not negative`,
        );
      }
      return Float64Array.from(gamma, (value, i) => value / Math.sqrt(variance[i] + epsilon));
    };
    const width = elements(shape.slice(0, -1));
    return {
      kernel: this.#kernel(layer, shape, (values, from) => {
        const factor = factors();
        return values.map((value, i) => value * factor[from + Math.floor(i / width)]);
      }),
      bias: () => {
        const mean = this.file.read(norm, 'moving_mean:0');
        const factor = factors();
        return this.file.read(norm, 'beta:0').map((value, i) => value - mean[i] * factor[i]);
      },
    };
  }

  /**
   * @param {string} layer
   * @param {number[]} shape as stored: outputs last
   * @param {(values: Float32Array, from: number) => Float32Array} finish given some rows as
   *   they are stored, and the number of the first
   * @returns {import('./graph.js').Rows}
   */
  #kernel(layer, shape, finish) {
    return {
      name: layer,
      shape: [...shape.slice(-1), ...shape.slice(0, -1)],
      read: (from, to) => finish(this.file.read(layer, 'kernel:0', from, to), from),
    };
  }
}

/** Squeeze and excitation: each channel times a factor that follows from all their means.
    @param {Graph} graph @param {Weights} weights @param {string} name @param {number} x */
function excite(graph, weights, name, x) {
  const channels = graph.shape(x)[3];
  const [down, up] = [`${name}_1x1_down`, `${name}_1x1_up`];
  let g = graph.globalMean(`${name} squeeze`, x, { keepDims: true });
  g = graph.conv(down, g, weights.withBias(down, [1, 1, channels, channels / 16]), {
    activation: 'relu',
  });
  g = graph.conv(up, g, weights.withBias(up, [1, 1, channels / 16, channels]));
  return graph.multiply(`${name} scale`, x, graph.sigmoid(`${name} gate`, g));
}

/**
 * Both residual networks; squeeze: with squeeze and excitation.
 * @param {Graph} graph
 * @param {Weights} weights
 * @param {{squeeze: boolean, epsilon: number}} kind
 */
function residual(graph, weights, { squeeze, epsilon }) {
  /** @type {(name: string, x: number, side: number, out: number,
   *   how?: import('./graph.js').How) => number} */
  const conv = (name, x, side, out, how) => {
    const shape = [side, side, graph.shape(x)[3], out];
    return graph.conv(name, x, weights.normalised(name, shape, epsilon), how);
  };

  const stages = [];
  let x = graph.input('image', [1, SIZE, SIZE, 3]);
  x = conv('conv1/7x7_s2', x, 7, 64, { stride: 2, activation: 'relu' });
  stages.push(x);
  x = graph.maxPool('pool1', x, { size: 3, stride: 2 });
  STAGES.forEach(([blocks, inside, out], s) => {
    for (let block = 1; block <= blocks; block++) {
      const name = `conv${s + 2}_${block}`;
      const stride = block === 1 && s > 0 ? 2 : 1;
      const shortcut = block > 1 ? x : conv(`${name}_1x1_proj`, x, 1, out, { stride });
      let y = conv(`${name}_1x1_reduce`, x, 1, inside, { stride, activation: 'relu' });
      y = conv(`${name}_3x3`, y, 3, inside, { activation: 'relu' });
      y = conv(`${name}_1x1_increase`, y, 1, out);
      if (squeeze) y = excite(graph, weights, name, y);
      x = graph.add(name, y, shortcut, { activation: 'relu' });
    }
    stages.push(x);
  });
  return { stages, embedding: graph.globalMean('embedding', x) };
}

/** @param {Graph} graph @param {Weights} weights @param {Layer} layer */
function vgg16(graph, weights, layer) {
  /** @type {number[]} */
  const stages = [];
  let x = graph.input('image', [1, SIZE, SIZE, 3]);
  [
    [2, 64],
    [2, 128],
    [3, 256],
    [3, 512],
    [3, 512],
  ].forEach(([convs, out], s) => {
    for (let i = 1; i <= convs; i++) {
      const name = `conv${s + 1}_${i}`;
      const shape = [3, 3, graph.shape(x)[3], out];
      x = graph.conv(name, x, weights.withBias(name, shape), { activation: 'relu' });
    }
    x = graph.maxPool(`pool${s + 1}`, x, { size: 2, stride: 2 });
    stages.push(x);
  });
  if (layer === 'pool') return { stages, embedding: graph.globalMean('embedding', x) };
  x = graph.flatten('flatten', x);
  for (const name of ['fc6', 'fc7']) {
    const shape = [graph.shape(x)[1], 4096];
    x = graph.fullyConnected(name, x, weights.withBias(name, shape), { activation: 'relu' });
  }
  return { stages, embedding: x };
}

/** What a file with the classifier holds beyond the features.
    @type {Record<Network, Record<string, number[]>>} */
const TOPS = {
  resnet50: { classifier: [2048, 8631] },
  senet50: { classifier: [2048, 8631] },
  vgg16: { fc6: [7 * 7 * 512, 4096], fc7: [4096, 4096], fc8: [4096, 2622] },
};

/** The layer whose columns are the classes. */
const CLASSIFIERS = { resnet50: 'classifier', senet50: 'classifier', vgg16: 'fc8' };

/** Kernels of so many weights stay f16 where fc7 is the embedding: those up to conv3_1. fc7
    hangs on single places of the last convolution, not on means over them. With the first
    convolutions in int8 its lowest cosine to f32 is 0.980 (made weights, 8 faces); in f16 it
    is 0.992, for 0.5 MB more of 135. */
const FC7_SMALL_KERNEL = 300000;

/**
 * Which network the file holds.
 * @param {KerasFile} file
 * @returns {Network}
 */
function recognise(file) {
  const has = (/** @type {string} */ layer) => Boolean(file.layers.get(layer)?.size);
  if (has('conv2_1_1x1_down')) return 'senet50';
  if (has('conv1/7x7_s2')) return 'resnet50';
  if (has('conv1_1')) return 'vgg16';
  const names = [...file.layers].filter(([, weights]) => weights.size).map(([name]) => name);
  return refuse(
    'the file is none of the VGGFace networks (resnet50, senet50, vgg16): its layers ' +
      `with weights are ${names.slice(0, 4).map(printable).join(', ') || 'none'}` +
      `${names.length > 4 ? ', ...' : ''}`,
  );
}

/**
 * @param {KerasFile} file
 * @param {{dtype: import('./graph.js').Dtype, layer: Layer}} choice
 * @returns {Vggface}
 */
export function buildVggface(file, { dtype, layer }) {
  const network = recognise(file);
  if (layer === 'fc7' && network !== 'vgg16') {
    refuse(`layer 'fc7' is a layer of VGG-16; the file holds ${network}`);
  }
  const withTop = Boolean(file.layers.get(CLASSIFIERS[network])?.size);
  if (layer === 'fc7' && !withTop) {
    refuse('the file has no fc7: it is a file without top; take rcmalli_vggface_tf_vgg16.h5');
  }
  const graph = new Graph(dtype, layer === 'fc7' ? { smallKernel: FC7_SMALL_KERNEL } : {});
  const weights = new Weights(file);
  // Epsilons: the authors' own in SE-ResNet-50, Keras' default in ResNet-50.
  const squeeze = network === 'senet50';
  const { stages, embedding } =
    network === 'vgg16'
      ? vgg16(graph, weights, layer)
      : residual(graph, weights, { squeeze, epsilon: squeeze ? 1e-4 : 1e-3 });
  if (withTop) {
    for (const [name, shape] of Object.entries(TOPS[network])) weights.withBias(name, shape);
  }
  file.check(network, weights.expected);
  const recipe = vggfaceRecipe(network, layer);
  const classifier = withTop ? CLASSIFIERS[network] : undefined;
  return { network, recipe, graph, stages, embedding, classifier };
}
