/** Builds a model layer by layer, keeping the shapes. */

import { ACTIVATION, elements, PADDING } from './tflite.js';
import { store } from './weights.js';

/**
 * @typedef {import('./weights.js').Rows} Rows
 * @typedef {import('./weights.js').Storage} Storage
 * @typedef {{kernel: Rows, bias: () => Float32Array}} Weights kernel: OHWI, [out, in] for a
 *   fully connected layer, or [1, H, W, C] for a depthwise one
 * @typedef {'f32' | 'f16' | 'int8'} Dtype
 */

/** The convolution that reads the picture itself is known by its few channels. */
const PICTURE_CHANNELS = 4;

/** Kernels of no more weights stay f16 in int8 models. It costs MobileNet 1.4 kB, for its
    first pointwise convolution, and brings its TAR at FAR 1 % from 0.623 to 0.628 (f32: 0.630;
    720 photos of 16 film actors). With a limit of 8,192 or 16,384 nothing more was gained;
    nor by rounding each row so that its errors add up to nothing. */
const SMALL_KERNEL = 2048;

export class Graph {
  /** @type {import('./tflite.js').Tensor[]} */
  tensors = [];
  /** @type {import('./tflite.js').Operator[]} */
  operators = [];
  /** @type {number[]} */
  inputs = [];

  /** @param {Dtype} dtype @param {{smallKernel?: number}} [options] */
  constructor(dtype, { smallKernel = SMALL_KERNEL } = {}) {
    this.dtype = dtype;
    this.smallKernel = smallKernel;
  }

  /** @param {number[]} shape */
  input(name, shape) {
    const number = this.#tensor({ name, shape, type: 'f32' });
    this.inputs.push(number);
    return number;
  }

  /** @param {number} tensor */
  shape(tensor) {
    return this.tensors[tensor].shape;
  }

  /**
   * A convolution with bias.
   * @param {string} name
   * @param {number} x
   * @param {Weights} weights
   * @param {{stride?: number, activation?: keyof ACTIVATION}} [how] padding is "same"
   */
  conv(name, x, { kernel, bias }, { stride = 1, activation = 'none' } = {}) {
    const [, height, width, channels] = this.shape(x);
    const out = kernel.shape[0];
    // The first convolution is a thousandth of the weights, and everything hangs on it.
    const storage =
      this.dtype === 'int8' && channels <= PICTURE_CHANNELS ? 'f32' : this.#storage(kernel);
    return this.#operator(name, 'CONV_2D', {
      version: storage === 'i8' ? 5 : 1,
      inputs: [x, this.#kernel(kernel, storage), this.#bias(name, out, bias)],
      shape: [1, Math.ceil(height / stride), Math.ceil(width / stride), out],
      options: {
        padding: PADDING.same,
        strideW: stride,
        strideH: stride,
        activation: ACTIVATION[activation],
      },
    });
  }

  /** As conv, one filter for each channel. */
  depthwise(name, x, { kernel, bias }, { stride = 1, activation = 'none' } = {}) {
    const [, height, width, channels] = this.shape(x);
    // Nine weights a channel: int8 would save next to nothing, and XNNPACK has no depthwise
    // kernel for int8 weights with float activations.
    const storage = this.dtype === 'f32' ? 'f32' : 'f16';
    return this.#operator(name, 'DEPTHWISE_CONV_2D', {
      version: 1,
      inputs: [x, this.#kernel(kernel, storage), this.#bias(name, channels, bias)],
      shape: [1, Math.ceil(height / stride), Math.ceil(width / stride), channels],
      options: {
        padding: PADDING.same,
        strideW: stride,
        strideH: stride,
        depthMultiplier: 1,
        activation: ACTIVATION[activation],
      },
    });
  }

  fullyConnected(name, x, { kernel, bias }, { activation = 'none' } = {}) {
    const storage = this.#storage(kernel);
    const out = kernel.shape[0];
    return this.#operator(name, 'FULLY_CONNECTED', {
      version: storage === 'i8' ? 12 : 1,
      inputs: [x, this.#kernel(kernel, storage), this.#bias(name, out, bias)],
      shape: [1, out],
      options: { activation: ACTIVATION[activation] },
    });
  }

  /** Without padding. */
  maxPool(name, x, { size, stride }) {
    const [, height, width, channels] = this.shape(x);
    const extent = (side) => Math.floor((side - size) / stride) + 1;
    return this.#operator(name, 'MAX_POOL_2D', {
      inputs: [x],
      shape: [1, extent(height), extent(width), channels],
      options: {
        padding: PADDING.valid,
        strideW: stride,
        strideH: stride,
        filterW: size,
        filterH: size,
      },
    });
  }

  /** The mean over height and width: [1, C], or [1, 1, 1, C] with keepDims. */
  globalMean(name, x, { keepDims = false } = {}) {
    const channels = this.shape(x)[3];
    this.#axes ??= this.#tensor({
      name: 'height and width',
      shape: [2],
      type: 'i32',
      constant: () => ({ values: Int32Array.of(1, 2) }),
    });
    return this.#operator(name, 'MEAN', {
      inputs: [x, this.#axes],
      shape: keepDims ? [1, 1, 1, channels] : [1, channels],
      options: { keepDims },
    });
  }

  /** [1, H, W, C] -> [1, H * W * C]. */
  flatten(name, x) {
    const length = this.shape(x).reduce((product, extent) => product * extent, 1);
    const shape = this.#tensor({
      name: `${name} shape`,
      shape: [2],
      type: 'i32',
      constant: () => ({ values: Int32Array.of(1, length) }),
    });
    return this.#operator(name, 'RESHAPE', { inputs: [x, shape], shape: [1, length] });
  }

  add(name, a, b, { activation = 'none' } = {}) {
    return this.#operator(name, 'ADD', {
      inputs: [a, b],
      shape: this.shape(a),
      options: { activation: ACTIVATION[activation] },
    });
  }

  /** b may be [1, 1, 1, C]: one factor a channel. */
  multiply(name, a, b) {
    return this.#operator(name, 'MUL', {
      inputs: [a, b],
      shape: this.shape(a),
      options: { activation: ACTIVATION.none },
    });
  }

  sigmoid(name, x) {
    return this.#operator(name, 'LOGISTIC', { inputs: [x], shape: this.shape(x) });
  }

  /** @type {number | undefined} the tensor with the axes of globalMean */
  #axes;

  #tensor(tensor) {
    return this.tensors.push(tensor) - 1;
  }

  #operator(name, op, { inputs, shape, options, version = 1 }) {
    const output = this.#tensor({ name, shape, type: 'f32' });
    this.operators.push({ op, version, inputs, outputs: [output], options });
    return output;
  }

  /** @param {Rows} kernel @returns {Storage} */
  #storage({ shape }) {
    if (this.dtype !== 'int8') return this.dtype;
    return elements(shape) <= this.smallKernel ? 'f16' : 'i8';
  }

  /** @param {Rows} kernel @param {Storage} storage */
  #kernel(kernel, storage) {
    const { name, shape } = kernel;
    const stored = this.#tensor({
      name,
      shape,
      type: storage,
      constant: () => store(kernel, storage),
      ...(storage === 'i8' && { axis: 0 }),
    });
    if (storage !== 'f16') return stored;
    // The operators take f32; DEQUANTIZE of a constant is how the format says f16 weights.
    return this.#operator(`${name} as f32`, 'DEQUANTIZE', {
      version: 3,
      inputs: [stored],
      shape,
    });
  }

  #bias(name, length, read) {
    return this.#tensor({
      name: `${name} bias`,
      shape: [length],
      type: 'f32',
      constant: () => ({ values: read() }),
    });
  }
}
