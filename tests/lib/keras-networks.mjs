/**
 * The three VGGFace networks in TensorFlow.js operations, written from their description
 * and not from the converter: the independent implementation that the converter and the
 * engine are compared with. NHWC, float32.
 *
 * A network asks a source for its weights, by Keras' names, in the order of Keras' layers:
 *   source.tensor(layer, weight, shape, x)   x: what the layer works on, to make weights
 *                                            that suit it
 *   source.plain(kind)                       a layer without weights
 */

/** @typedef {any} Tensor */

/** Names of its own for the layers that Keras numbers. */
function conv(tf, source, x, layer, [side, out], { strides = 1, bias = false } = {}) {
  const kernel = source.tensor(layer, 'kernel:0', [side, side, x.shape[3], out], x);
  const y = tf.conv2d(x, kernel, strides, 'same');
  return bias ? tf.add(y, source.tensor(layer, 'bias:0', [out], y)) : y;
}

function norm(tf, source, x, layer, epsilon) {
  const weight = (name) => source.tensor(layer, name, [x.shape[3]], x);
  const [gamma, beta] = [weight('gamma:0'), weight('beta:0')];
  const [mean, variance] = [weight('moving_mean:0'), weight('moving_variance:0')];
  return tf.add(
    tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, epsilon))), gamma),
    beta,
  );
}

function relu(tf, source, x) {
  source.plain('activation');
  return tf.relu(x);
}

function residualNetwork(tf, image, source, { excite, epsilon, top }) {
  const stages = {};
  const convNorm = (x, layer, shape, options) =>
    norm(tf, source, conv(tf, source, x, layer, shape, options), `${layer}/bn`, epsilon);

  const exciteBlock = (x, name) => {
    source.plain('global_average_pooling2d');
    source.plain('reshape');
    let g = tf.mean(x, [1, 2], true);
    g = relu(
      tf,
      source,
      conv(tf, source, g, `${name}_1x1_down`, [1, x.shape[3] / 16], { bias: true }),
    );
    g = conv(tf, source, g, `${name}_1x1_up`, [1, x.shape[3]], { bias: true });
    source.plain('activation');
    source.plain('multiply');
    return tf.mul(x, tf.sigmoid(g));
  };

  const block = (x, name, [narrow, wide], strides, first) => {
    let y = relu(tf, source, convNorm(x, `${name}_1x1_reduce`, [1, narrow], { strides }));
    y = relu(tf, source, convNorm(y, `${name}_3x3`, [3, narrow]));
    y = convNorm(y, `${name}_1x1_increase`, [1, wide]);
    if (excite) y = exciteBlock(y, name);
    const shortcut = first ? convNorm(x, `${name}_1x1_proj`, [1, wide], { strides }) : x;
    source.plain('add');
    return relu(tf, source, tf.add(y, shortcut));
  };

  source.plain('input');
  let x = relu(tf, source, convNorm(image, 'conv1/7x7_s2', [7, 64], { strides: 2 }));
  stages.conv1 = x;
  source.plain('max_pooling2d');
  x = tf.maxPool(x, 3, 2, 'valid');
  const plan = { 2: [3, 64, 256], 3: [4, 128, 512], 4: [6, 256, 1024], 5: [3, 512, 2048] };
  for (const [stage, [blocks, narrow, wide]] of Object.entries(plan)) {
    for (let b = 1; b <= blocks; b++) {
      const strides = b === 1 && stage !== '2' ? 2 : 1;
      x = block(x, `conv${stage}_${b}`, [narrow, wide], strides, b === 1);
    }
    stages[`conv${stage}`] = x;
  }
  source.plain('avg_pool');
  const pooled = tf.reshape(tf.avgPool(x, 7, 7, 'valid'), [-1, 2048]);
  if (top) {
    source.plain('flatten');
    source.tensor('classifier', 'kernel:0', [2048, 8631], pooled);
    source.tensor('classifier', 'bias:0', [8631], pooled);
  }
  return { stages, embedding: pooled };
}

export function resnet50(tf, image, source, { top = false } = {}) {
  return residualNetwork(tf, image, source, { excite: false, epsilon: 0.001, top });
}

export function senet50(tf, image, source, { top = false } = {}) {
  return residualNetwork(tf, image, source, { excite: true, epsilon: 0.0001, top });
}

export function vgg16(tf, image, source, { top = false } = {}) {
  const stages = {};
  let x = image;
  source.plain('input');
  const plan = [
    [64, 64],
    [128, 128],
    [256, 256, 256],
    [512, 512, 512],
    [512, 512, 512],
  ];
  plan.forEach((widths, block) => {
    widths.forEach((width, i) => {
      const name = `conv${block + 1}_${i + 1}`;
      x = tf.relu(conv(tf, source, x, name, [3, width], { bias: true }));
    });
    source.plain(`pool${block + 1}`);
    x = tf.maxPool(x, 2, 2, 'valid');
    stages[`pool${block + 1}`] = x;
  });
  if (!top) return { stages, embedding: tf.mean(x, [1, 2]) };
  source.plain('flatten');
  let y = tf.reshape(x, [x.shape[0], 7 * 7 * 512]);
  for (const name of ['fc6', 'fc7']) {
    const kernel = source.tensor(name, 'kernel:0', [y.shape[1], 4096], y);
    const sum = tf.matMul(y, kernel);
    y = tf.relu(tf.add(sum, source.tensor(name, 'bias:0', [4096], sum)));
    source.plain(`${name}/relu`);
    stages[name] = y;
  }
  source.tensor('fc8', 'kernel:0', [4096, 2622], y);
  source.tensor('fc8', 'bias:0', [2622], y);
  source.plain('fc8/softmax');
  return { stages, embedding: tf.mean(x, [1, 2]), fc7: y };
}

export const NETWORKS = { resnet50, senet50, vgg16 };
