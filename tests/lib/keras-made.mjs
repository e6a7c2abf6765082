/**
 * Made weights: what a trained network might have, from a seed. Kernels are He-scaled;
 * batch normalisation and biases are fitted to what really arrives at them when made
 * pictures run through the network, and then disturbed, so that activations keep a natural
 * range through all layers and different pictures lead to different embeddings.
 */

import { NETWORKS } from './keras-networks.mjs';
import { readKeras } from './keras-h5.mjs';

/** Seeded numbers: mulberry32, and normally distributed ones by Box and Muller. */
export class Random {
  constructor(text) {
    this.state = 2166136261;
    for (const c of text) this.state = Math.imul(this.state ^ c.codePointAt(0), 16777619);
  }

  /** 0 <= x < 1 */
  uniform(least = 0, most = 1) {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return least + (most - least) * (((t ^ (t >>> 14)) >>> 0) / 2 ** 32);
  }

  normal() {
    if (this.spare !== undefined) {
      const spare = this.spare;
      this.spare = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}

/** Pictures like none and yet like photos: soft blobs of all sizes, and a little noise. */
export function madePictures(count, size, seed) {
  return Array.from({ length: count }, (_, n) => {
    const random = new Random(`${seed} picture ${n}`);
    const blobs = Array.from({ length: 40 }, () => ({
      x: random.uniform(0, size),
      y: random.uniform(0, size),
      radius: size * 0.5 * random.uniform(0.08, 1) ** 2,
      colour: [0, 1, 2].map(() => random.uniform(-90, 90)),
    }));
    const pixels = new Float32Array(size * size * 3);
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const at = (y * size + x) * 3;
        for (const blob of blobs) {
          const weight = Math.exp(
            -((x - blob.x) ** 2 + (y - blob.y) ** 2) / (2 * blob.radius ** 2),
          );
          for (let c = 0; c < 3; c++) pixels[at + c] += weight * blob.colour[c];
        }
        for (let c = 0; c < 3; c++) {
          pixels[at + c] = Math.max(-128, Math.min(127, pixels[at + c] + 6 * random.normal()));
        }
      }
    }
    return pixels;
  });
}

/** Drops the low half of each float, so that a last bit of difference in what is measured
    does not show in what is made. */
function coarse(values) {
  const bits = new Uint32Array(values.buffer);
  bits.forEach((b, i) => {
    bits[i] = (b + 0x8000) & 0xffff0000;
  });
  return values;
}

/** Mean and standard deviation of each channel. */
function statistics(tf, x) {
  const axes = x.shape.slice(0, -1).map((_, i) => i);
  const { mean, variance } = tf.tidy(() => tf.moments(x, axes));
  return { mean: mean.dataSync(), deviation: variance.dataSync().map(Math.sqrt) };
}

class Maker {
  /** @type {import('./keras-h5.mjs').Layer[]} */
  layers = [];
  #counts = new Map();

  constructor(tf, seed) {
    this.tf = tf;
    this.seed = seed;
  }

  plain(kind) {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    const named = /^(avg_pool|pool\d|fc\d\/|flatten$)/.test(kind);
    this.layers.push({ name: named ? kind : `${kind}_${count}`, weights: [] });
  }

  tensor(layer, name, shape, x) {
    const data = this.#make(layer, name, shape, x);
    if (this.layers.at(-1)?.name !== layer) this.layers.push({ name: layer, weights: [] });
    this.layers.at(-1).weights.push({ name, shape, data });
    return this.tf.tensor(data, shape);
  }

  #make(layer, name, shape, x) {
    const random = new Random(`${this.seed} ${layer} ${name}`);
    const fill = (make) => {
      const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
      for (let i = 0; i < values.length; i++) values[i] = make(i);
      return values;
    };
    if (name === 'kernel:0') {
      const inputs = shape.slice(0, -1).reduce((a, b) => a * b, 1);
      // Twice the variance where a ReLU takes half of it away again.
      const deviation = Math.sqrt((/_up$|^classifier$|^fc8$/.test(layer) ? 1 : 2) / inputs);
      return fill(() => deviation * random.normal());
    }
    if (name === 'bias:0' && !/^(conv\d_\d$|fc[67]$)/.test(layer))
      return fill(() => 0.1 * random.normal());
    if (name === 'gamma:0') {
      // The branches of a residual network are small beside what they are added to.
      const [least, most] = /_increase\/bn$/.test(layer) ? [0.2, 0.6] : [0.7, 1.3];
      return fill(() => random.uniform(least, most));
    }
    if (name === 'beta:0') return fill(() => 0.2 * random.normal());
    const { mean, deviation } = statistics(this.tf, x);
    const of = {
      'bias:0': (i) => -mean[i] + 0.3 * deviation[i] * random.normal(),
      'moving_mean:0': (i) => mean[i] + 0.1 * deviation[i] * random.normal(),
      'moving_variance:0': (i) => deviation[i] ** 2 * random.uniform(0.8, 1.25) + 1e-4,
    };
    return coarse(fill(of[name]));
  }
}

/**
 * The layers of a made network, to be written by writeKeras.
 * @param {any} tf
 * @param {keyof NETWORKS} network
 * @param {{top?: boolean, seed?: string}} [options]
 */
export function makeNetwork(tf, network, { top = false, seed = 'made' } = {}) {
  const maker = new Maker(tf, `${seed} ${network}`);
  tf.tidy(() => {
    const pictures = madePictures(4, 224, seed).map((pixels) =>
      tf.tensor(pixels, [224, 224, 3]),
    );
    NETWORKS[network](tf, tf.stack(pictures), maker, { top });
  });
  return maker.layers;
}

/**
 * Runs the oracle on pictures [224,224,3], with the weights of a file.
 * @param {any} tf
 * @param {keyof NETWORKS} network
 * @param {Uint8Array} bytes of a Keras file
 * @param {Float32Array[]} pictures
 * @param {{top?: boolean}} [options]
 * @returns {Promise<Record<string, Float32Array>[]>} by stage; `embedding`, perhaps `fc7`
 */
export async function runOracle(tf, network, bytes, pictures, { top = false } = {}) {
  const file = await readKeras(bytes);
  /** @type {Map<string, any>} */
  const kept = new Map();
  const source = {
    plain() {},
    tensor(layer, name, shape) {
      const key = `${layer}/${name}`;
      if (!kept.has(key)) {
        const { shape: found, data } = file.get(layer, name);
        if (found.join() !== shape.join())
          throw new Error(`${key}: [${found}], expected [${shape}]`);
        kept.set(key, tf.keep(tf.tensor(data, shape)));
      }
      return kept.get(key);
    },
  };
  try {
    return pictures.map((pixels) =>
      tf.tidy(() => {
        const image = tf.tensor(pixels, [1, 224, 224, 3]);
        const { stages, ...rest } = NETWORKS[network](tf, image, source, { top });
        return Object.fromEntries(
          Object.entries({ ...stages, ...rest }).map(([name, tensor]) => [
            name,
            tensor.dataSync().slice(),
          ]),
        );
      }),
    );
  } finally {
    kept.forEach((tensor) => tensor.dispose());
    file.close();
  }
}
