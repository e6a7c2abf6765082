/** Builds a model layer by layer, keeping the shapes. */

import { ACTIVATION, elements, PADDING, writeTflite } from './tflite.js';
import { store } from './weights.js';

/**
 * @typedef {import('./weights.js').Rows} Rows
 * @typedef {import('./weights.js').Storage} Storage
 * @typedef {() => Float32Array} Bias
 * @typedef {{kernel: Rows, bias: Bias}} Weights kernel: OHWI, [out, in] for a fully connected
 *   layer, or [1, H, W, C] for a depthwise one
 * @typedef {keyof typeof ACTIVATION} Activation
 * @typedef {keyof typeof PADDING} Padding
 * @typedef {{stride?: number, activation?: Activation, padding?: Padding}} How default: "same"
 * @typedef {{size: number, stride: number, padding?: Padding}} PoolHow
 * @typedef {'f32' | 'f16' | 'int8'} Dtype
 */

/** The convolution that reads the picture itself is known by its few channels. */
const PICTURE_CHANNELS = 4;

/** In int8 models, kernels of at most this many weights stay f16. In MobileNet that is the
    first pointwise convolution: it costs 1.4 kB and brings TAR at FAR 1 % from 0.623 to 0.628
    (f32: 0.630; 720 photos of 16 film actors). Limits of 8,192 and 16,384 gained nothing more;
    nor did rounding each row so that its errors add up to nothing. */
const SMALL_KERNEL = 2048;

/** Where the engine looks for a model's recipe (src/tflite.c). */
const RECIPE = 'humshakal.recipe';

/** Tensors are named by their numbers; a layer's method returns that of its output. */
export class Graph {
  /** @type {import('./tflite.js').Tensor[]} */
  tensors = [];
  /** @type {import('./tflite.js').Operator[]} */
  operators = [];
  /** @type {number[]} */
  inputs = [];
  /** @type {number | undefined} the tensor with the axes of globalMean */
  #axes;

  /** @param {Dtype} dtype @param {{smallKernel?: number}} [options] */
  constructor(dtype, { smallKernel = SMALL_KERNEL } = {}) {
    this.dtype = dtype;
    this.smallKernel = smallKernel;
  }

  /** @param {string} name @param {number[]} shape */
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
   * @param {How} [how]
   */
  conv(name, x, { kernel, bias }, { stride = 1, activation = 'none', padding = 'same' } = {}) {
    const [, height, width, channels] = this.shape(x);
    const [out, down, across] = kernel.shape;
    // The first convolution is a thousandth of the weights, and everything hangs on it.
    const storage =
      this.dtype === 'int8' && channels <= PICTURE_CHANNELS ? 'f32' : this.#storage(kernel);
    return this.#operator(name, 'CONV_2D', {
      version: storage === 'i8' ? 5 : 1,
      inputs: [x, this.#kernel(kernel, storage), this.#bias(name, out, bias)],
      shape: [1, extent(height, down, stride, padding), extent(width, across, stride, padding), out],
      options: {
        padding: PADDING[padding],
        strideW: stride,
        strideH: stride,
        activation: ACTIVATION[activation],
      },
    });
  }

  /**
   * As conv, with one filter for each channel.
   * @param {string} name
   * @param {number} x
   * @param {Weights} weights
   * @param {How} [how]
   */
  depthwise(name, x, { kernel, bias }, { stride = 1, activation = 'none' } = {}) {
    const [, height, width, channels] = this.shape(x);
    // Nine weights a channel: int8 would save next to nothing, and XNNPACK has no depthwise
    // kernel for int8 weights with float activations.
    const storage = this.dtype === 'f32' ? 'f32' : 'f16';
    return this.#operator(name, 'DEPTHWISE_CONV_2D', {
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

  /**
   * @param {string} name
   * @param {number} x [1, in]
   * @param {Weights} weights
   * @param {{activation?: Activation}} [how]
   */
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

  /** @param {string} name @param {number} x @param {PoolHow} how  default: without padding */
  maxPool(name, x, how) {
    return this.#pool(name, 'MAX_POOL_2D', x, how);
  }

  /** The mean of what lies under the window, without padding. @param {string} name
   * @param {number} x @param {PoolHow} how */
  averagePool(name, x, how) {
    return this.#pool(name, 'AVERAGE_POOL_2D', x, how);
  }

  /** Along the channels. @param {string} name @param {number[]} parts of the same height and width */
  concatenate(name, parts) {
    const [, height, width] = this.shape(parts[0]);
    const channels = parts.reduce((sum, part) => sum + this.shape(part)[3], 0);
    return this.#operator(name, 'CONCATENATION', {
      inputs: parts,
      shape: [1, height, width, channels],
      options: { axis: 3, activation: ACTIVATION.none },
    });
  }

  /**
   * @param {string} name
   * @param {'MAX_POOL_2D' | 'AVERAGE_POOL_2D'} op
   * @param {number} x
   * @param {PoolHow} how
   */
  #pool(name, op, x, { size, stride, padding = 'valid' }) {
    const [, height, width, channels] = this.shape(x);
    return this.#operator(name, op, {
      inputs: [x],
      shape: [1, extent(height, size, stride, padding), extent(width, size, stride, padding), channels],
      options: {
        padding: PADDING[padding],
        strideW: stride,
        strideH: stride,
        filterW: size,
        filterH: size,
      },
    });
  }

  /**
   * The mean over height and width: [1, C], or [1, 1, 1, C] with keepDims.
   * @param {string} name
   * @param {number} x
   * @param {{keepDims?: boolean}} [how]
   */
  globalMean(name, x, { keepDims = false } = {}) {
    const channels = this.shape(x)[3];
    this.#axes ??= this.#integers('height and width', [1, 2]);
    return this.#operator(name, 'MEAN', {
      inputs: [x, this.#axes],
      shape: keepDims ? [1, 1, 1, channels] : [1, channels],
      options: { keepDims },
    });
  }

  /** [1, H, W, C] -> [1, H * W * C]. @param {string} name @param {number} x */
  flatten(name, x) {
    const shape = [1, elements(this.shape(x))];
    const inputs = [x, this.#integers(`${name} shape`, shape)];
    return this.#operator(name, 'RESHAPE', { inputs, shape });
  }

  /**
   * @param {string} name
   * @param {number} a
   * @param {number} b
   * @param {{activation?: Activation}} [how]
   */
  add(name, a, b, { activation = 'none' } = {}) {
    return this.#operator(name, 'ADD', {
      inputs: [a, b],
      shape: this.shape(a),
      options: { activation: ACTIVATION[activation] },
    });
  }

  /**
   * @param {string} name
   * @param {number} a
   * @param {number} b of the same shape, or [1, 1, 1, C]: one factor for each channel
   */
  multiply(name, a, b) {
    return this.#operator(name, 'MUL', {
      inputs: [a, b],
      shape: this.shape(a),
      options: { activation: ACTIVATION.none },
    });
  }

  /** @param {string} name @param {number} x */
  sigmoid(name, x) {
    return this.#operator(name, 'LOGISTIC', { inputs: [x], shape: this.shape(x) });
  }

  /**
   * The model file (.tflite), with its recipe inside.
   * @param {number} output
   * @param {object} use
   * @param {string} use.recipe
   * @param {import('./tflite.js').Flatbuffers} use.flatbuffers
   * @param {(share: number) => void} [use.onProgress] told 0..1
   */
  write(output, { recipe, flatbuffers, onProgress }) {
    const { tensors, operators, inputs } = this;
    return writeTflite(
      {
        description: 'converted by Humshakal',
        tensors,
        operators,
        inputs,
        outputs: [output],
        metadata: { [RECIPE]: recipe },
      },
      { flatbuffers, onProgress },
    );
  }

  /** @param {import('./tflite.js').Tensor} tensor */
  #tensor(tensor) {
    return this.tensors.push(tensor) - 1;
  }

  /** @param {string} name @param {number[]} values */
  #integers(name, values) {
    const constant = () => ({ values: Int32Array.from(values) });
    return this.#tensor({ name, shape: [values.length], type: 'i32', constant });
  }

  /**
   * @param {string} name
   * @param {import('./tflite.js').Operator['op']} op
   * @param {object} what
   * @param {number[]} what.inputs
   * @param {number[]} what.shape of its output
   * @param {import('./tflite.js').Options} [what.options]
   * @param {number} [what.version]
   */
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
    const constant = () => store(kernel, storage);
    const stored = this.#tensor({ name, shape, type: storage, constant });
    if (storage !== 'f16') return stored;
    // The operators take f32; DEQUANTIZE of a constant is how the format says f16 weights.
    const inputs = [stored];
    return this.#operator(`${name} as f32`, 'DEQUANTIZE', { version: 3, inputs, shape });
  }

  /** @param {string} name @param {number} length @param {Bias} read */
  #bias(name, length, read) {
    const constant = () => ({ values: read() });
    return this.#tensor({ name: `${name} bias`, shape: [length], type: 'f32', constant });
  }
}

/** How often a window of this size fits. @param {number} side @param {number} size
 * @param {number} stride @param {Padding} padding */
function extent(side, size, stride, padding) {
  return padding === 'same' ? Math.ceil(side / stride) : Math.floor((side - size) / stride) + 1;
}
