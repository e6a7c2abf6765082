/** The converter's parts, on small made data. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { extractClassifier } from '../tools/convert/classifier.mjs';
import { readNames, writeMatrix } from '../tools/convert/npy.mjs';
import { convertTfjs, fromHalf } from '../tools/convert/tfjs.mjs';
import { converterPackages } from '../tools/packages.mjs';
import { Graph } from '../web/engine/convert/graph.js';
import { ConvertError, convertKeras, withVggface } from '../web/engine/convert/index.js';
import { writeTflite } from '../web/engine/convert/tflite.js';
import { store, toHalf } from '../web/engine/convert/weights.js';
import { cosine, relativeError, unit } from './lib/compare.mjs';
import { embedCrop, startEngine } from './lib/face-crops.mjs';
import { madeFile } from './lib/keras-cache.mjs';
import { Random } from './lib/keras-made.mjs';
import { malformedFiles } from './lib/keras-malformed.mjs';
import { npyStrings } from './lib/npy-strings.mjs';
import { readKeras, writeHdf5 } from './lib/keras-h5.mjs';
import { inProject } from './lib/project.mjs';

let packages;
let engine;
let folder;

before(async () => {
  packages = await converterPackages();
  engine = await startEngine();
  folder = await mkdtemp(join(tmpdir(), 'convert-'));
});

after(async () => {
  engine?.close();
  await rm(folder, { recursive: true, force: true });
});

const refused = (says) => (error) => {
  assert.ok(error instanceof ConvertError, error.stack);
  assert.match(error.message, says);
  return true;
};

// ---- Numbers --------------------------------------------------------------------------

test('half precision: every half survives, the rest rounds to the nearest even', () => {
  const halves = Uint16Array.from({ length: 65536 }, (_, i) => i).filter(
    (h) => (h & 0x7c00) !== 0x7c00,
  );
  const back = new Uint16Array(halves.length);
  assert.ok(toHalf(Float32Array.from(halves, fromHalf), back));
  assert.deepEqual(back, halves);

  const one = (value) => {
    const out = new Uint16Array(1);
    assert.ok(toHalf(Float32Array.of(value), out));
    return fromHalf(out[0]);
  };
  assert.equal(one(1 + 2 ** -11), 1);
  assert.equal(one(1 + 3 * 2 ** -11), 1 + 2 ** -9);
  assert.equal(one(1 + 2 ** -11 + 2 ** -20), 1 + 2 ** -10);
  assert.equal(one(2 ** -25), 0);
  assert.equal(one(3 * 2 ** -25), 2 ** -23);
  assert.equal(one(65519), 65504);
  assert.equal(toHalf(Float32Array.of(65520), new Uint16Array(1)), false);
  assert.equal(toHalf(Float32Array.of(-Infinity), new Uint16Array(1)), false);
});

test('int8: each row has its own scale, and errs by half a step at most', () => {
  const random = new Random('rows');
  const width = 333;
  const matrix = Float32Array.from(
    { length: 3 * width },
    (_, i) => random.normal() * 10 ** ((i / width) | 0),
  );
  matrix.fill(0, 2 * width);
  const rows = {
    name: 'm',
    shape: [3, width],
    read: (from, to) => matrix.subarray(from * width, to * width),
  };
  const { values, scales } = store(rows, 'i8');
  for (let row = 0; row < 2; row++) {
    const part = matrix.subarray(row * width, (row + 1) * width);
    const largest = Math.max(...part.map(Math.abs));
    assert.ok(Math.abs(scales[row] - largest / 127) < 1e-6 * largest);
    part.forEach((value, i) => {
      const q = values[row * width + i];
      assert.ok(
        q >= -127 && Math.abs(q * scales[row] - value) <= scales[row] * 0.5001,
        `${row} ${i}`,
      );
    });
  }
  assert.equal(scales[2], 1);
  assert.ok(values.subarray(2 * width).every((q) => q === 0));
});

test('a weight that f16 cannot hold is refused by name', () => {
  const rows = { name: 'conv9', shape: [1, 2], read: () => Float32Array.of(1, 70000) };
  assert.throws(
    () => store(rows, 'f16'),
    refused(/'conv9' has weights above 65504.*--dtype f32/),
  );
});

// ---- The format, read by the engine ---------------------------------------------------

const RECIPE = `id = test
name = Test
task = embedder
channels = bgr
mean = 10 20 30
scale = 0.01
crop = square
box = 0 0 1 1
`;

const SIDE = 16;

/** One of every layer, and the same in plain loops. */
function everyLayer(dtype) {
  const random = new Random('every layer');
  const made = (name, shape, scale) => {
    const width = shape.slice(1).reduce((a, b) => a * b, 1);
    const values = Float32Array.from(
      { length: shape[0] * width },
      () => scale * random.normal(),
    );
    const bias = Float32Array.from(
      { length: name === 'depthwise' ? shape[3] : shape[0] },
      () => 0.3 * random.normal(),
    );
    return {
      values,
      shape,
      biases: bias,
      bias: () => bias,
      kernel: { name, shape, read: (a, b) => values.slice(a * width, b * width) },
    };
  };
  const w = {
    first: made('first', [48, 3, 3, 3], 0.3),
    wide: made('wide', [64, 1, 1, 48], 0.2),
    depthwise: made('depthwise', [1, 3, 3, 64], 0.4),
    gate: made('gate', [64, 1, 1, 64], 0.2),
    dense: made('dense', [40, 3 * 3 * 64], 0.06),
  };
  const g = new Graph(dtype);
  let x = g.input('image', [1, SIDE, SIDE, 3]);
  x = g.conv('first', x, w.first, { stride: 2, activation: 'relu' });
  x = g.conv('wide', x, w.wide);
  const y = g.depthwise('depthwise', x, w.depthwise, { activation: 'relu6' });
  const gate = g.sigmoid(
    'sigmoid',
    g.conv('gate', g.globalMean('squeeze', y, { keepDims: true }), w.gate),
  );
  x = g.add('add', g.multiply('scale', y, gate), x, { activation: 'relu' });
  x = g.maxPool('pool', x, { size: 3, stride: 2 });
  x = g.fullyConnected('dense', g.flatten('flat', x), w.dense);
  const model = writeTflite(
    {
      description: 'test',
      tensors: g.tensors,
      operators: g.operators,
      inputs: g.inputs,
      outputs: [x],
      metadata: { 'humshakal.recipe': RECIPE },
    },
    packages,
  );
  return { model, run: (image) => reference(w, image) };
}

function reference(w, image) {
  const conv = ({ values, shape: [out, side, , inputs], biases }, x, size, stride) => {
    const to = Math.ceil(size / stride);
    const pad = Math.max(0, (to - 1) * stride + side - size) >> 1;
    const y = new Float64Array(to * to * out);
    for (let r = 0; r < to; r++)
      for (let c = 0; c < to; c++)
        for (let o = 0; o < out; o++) {
          let sum = biases[o];
          for (let i = 0; i < side; i++)
            for (let j = 0; j < side; j++) {
              const [yy, xx] = [r * stride + i - pad, c * stride + j - pad];
              if (yy < 0 || xx < 0 || yy >= size || xx >= size) continue;
              for (let k = 0; k < inputs; k++) {
                sum +=
                  values[((o * side + i) * side + j) * inputs + k] *
                  x[(yy * size + xx) * inputs + k];
              }
            }
          y[(r * to + c) * out + o] = sum;
        }
    return y;
  };
  const depthwise = ({ values, shape: [, , , n], biases }, x, size) => {
    const y = new Float64Array(size * size * n);
    for (let r = 0; r < size; r++)
      for (let c = 0; c < size; c++)
        for (let k = 0; k < n; k++) {
          let sum = biases[k];
          for (let i = -1; i <= 1; i++)
            for (let j = -1; j <= 1; j++) {
              if (r + i < 0 || c + j < 0 || r + i >= size || c + j >= size) continue;
              sum +=
                values[((i + 1) * 3 + j + 1) * n + k] * x[((r + i) * size + c + j) * n + k];
            }
          y[(r * size + c) * n + k] = Math.min(6, Math.max(0, sum));
        }
    return y;
  };
  const relu = (v) => v.map((value) => Math.max(0, value));
  const half = SIDE / 2;
  const x = conv(w.wide, relu(conv(w.first, image, SIDE, 2)), half, 1);
  const y = depthwise(w.depthwise, x, half);
  const means = new Float64Array(64);
  y.forEach((value, i) => {
    means[i % 64] += value / half ** 2;
  });
  const gate = conv(w.gate, means, 1, 1).map((value) => 1 / (1 + Math.exp(-value)));
  const sum = y.map((value, i) => Math.max(0, value * gate[i % 64] + x[i]));
  const pooled = new Float64Array(3 * 3 * 64).fill(-Infinity);
  for (let r = 0; r < 3; r++)
    for (let c = 0; c < 3; c++)
      for (let i = 0; i < 3; i++)
        for (let j = 0; j < 3; j++) {
          for (let k = 0; k < 64; k++) {
            const at = (r * 3 + c) * 64 + k;
            pooled[at] = Math.max(pooled[at], sum[((2 * r + i) * half + 2 * c + j) * 64 + k]);
          }
        }
  return Float64Array.from(w.dense.biases, (bias, o) =>
    pooled.reduce(
      (total, value, i) => total + value * w.dense.values[o * pooled.length + i],
      bias,
    ),
  );
}

test('every layer computes what it says, in every type', (t) => {
  const random = new Random('pixels');
  const rgba = Uint8ClampedArray.from({ length: SIDE * SIDE * 4 }, (_, i) =>
    i % 4 === 3 ? 255 : Math.floor(random.uniform(0, 256)),
  );
  const image = new Float64Array(SIDE * SIDE * 3);
  image.forEach((_, i) => {
    const [pixel, c] = [Math.floor(i / 3), i % 3];
    image[i] = (rgba[4 * pixel + 2 - c] - [10, 20, 30][c]) * 0.01;
  });
  // Observed: f32 8e-7, f16 4e-4; int8: cosine 0.99993, 0.99998 with float activations.
  const cases = [
    ['f32', 1e-5],
    ['f16', 5e-3],
    ['int8', null],
  ];
  for (const [dtype, most] of cases) {
    const { model, run } = everyLayer(dtype);
    const right = unit(run(image));
    engine.loadEmbedder(model, null);
    const found = embedCrop(engine, rgba);
    const error = relativeError(found, right);
    const angle = cosine(found, right);
    t.diagnostic(`${dtype}: relative error ${error.toExponential(1)}, cosine ${angle.toFixed(6)}`);
    if (most) assert.ok(error < most, `${dtype}: ${error}`);
    else {
      assert.ok(angle > 0.9995);
      engine.loadEmbedder(model, null, { floatActivations: true });
      const exact = cosine(embedCrop(engine, rgba), right);
      t.diagnostic(`${dtype}, float activations: cosine ${exact.toFixed(6)}`);
      assert.ok(exact > 0.9999);
    }
  }
});

test('the same model gives the same bytes, with weights at multiples of 16', () => {
  for (const dtype of ['f32', 'f16', 'int8']) {
    const { model } = everyLayer(dtype);
    assert.deepEqual(everyLayer(dtype).model, model);
    // The values of `first`, which is f32 or f16 in all three, are found by their bytes.
    const random = new Random('every layer');
    const start = Float32Array.from({ length: 8 }, () => 0.3 * random.normal());
    const halves = new Uint16Array(8);
    toHalf(start, halves);
    const needle = Buffer.from(dtype === 'f16' ? halves.buffer : start.buffer);
    const at = Buffer.from(model.buffer, model.byteOffset, model.length).indexOf(needle);
    assert.ok(at > 0 && at % 16 === 0, `${dtype}: at ${at}`);
  }
});

// ---- Keras files ----------------------------------------------------------------------

test('files that only look like Keras weights are refused with a sentence', async (t) => {
  const files = await malformedFiles();
  assert.ok(files.length >= 40);
  for (const { name, bytes, says } of files) {
    await t.test(name, () => assert.rejects(convertKeras(bytes, { packages }), refused(says)));
  }
});

test('a good file still converts after all those', async () => {
  const { network, model } = await convertKeras(await madeFile('vgg16'), { packages });
  assert.equal(network, 'vgg16');
  assert.equal(Buffer.from(model.subarray(4, 8)).toString(), 'TFL3');
});

test('fc7 and the classifier need the file with top', async () => {
  const file = await madeFile('vgg16');
  await assert.rejects(
    convertKeras(file, { packages, layer: 'fc7' }),
    refused(/no fc7.*without top/),
  );
  await assert.rejects(
    withVggface(file, { packages }, (network, opened) =>
      extractClassifier(opened, network, { labels: new Uint8Array(0) }),
    ),
    refused(/no classifier/),
  );
  await assert.rejects(
    convertKeras(await madeFile('resnet50'), { packages, layer: 'fc7' }),
    refused(/'fc7' is a layer of VGG-16; the file holds resnet50/),
  );
});

// ---- Names and the classifier ---------------------------------------------------------

test('names are read from NumPy files of every version', () => {
  const names = [' Aamir_Khan', 'Zoë', 'अमिताभ', ''];
  for (const version of [1, 2, 3])
    assert.deepEqual(readNames(npyStrings(names, { version })), names);
  assert.deepEqual(readNames(npyStrings(['A', 'Bcd'], { kind: 'S' })), ['A', 'Bcd']);
  assert.deepEqual(readNames(npyStrings(['A', 'Bcd'], { shape: '(2, 1)' })), ['A', 'Bcd']);
  const good = npyStrings(names);
  assert.throws(() => readNames(good.subarray(0, 5)), refused(/not a NumPy file: 5 bytes/));
  assert.throws(() => readNames(good.subarray(0, 40)), refused(/ends inside its header/));
  assert.throws(() => readNames(good.subarray(0, -1)), refused(/names of/));
  assert.throws(
    () => readNames(writeMatrix(Float32Array.of(1, 2), 1)),
    refused(/not a list of strings.*<f4/),
  );
});

/** A classifier of three people, as an open Keras file gives it. */
const CLASSES = {
  'kernel:0': Float32Array.of(3, 0, 0, 0, 3, 0, 0, 0, 3),
  'bias:0': new Float32Array(3),
};
const opened = { read: (_, name) => CLASSES[name] };
const built = { classifier: 'classifier', embedding: 0, graph: { shape: () => [1, 3] } };

test('the classifier becomes unit vectors without what all classes share', () => {
  const labels = npyStrings([' Aamir_Khan', ' Rekha', ' Om_Puri']);
  const all = extractClassifier(opened, built, { labels });
  assert.deepEqual(all.names, ['Aamir Khan', 'Rekha', 'Om Puri']);
  assert.ok(relativeError(all.vectors.subarray(0, 3), unit([2, -1, -1])) < 1e-6);
  assert.ok(relativeError(all.vectors.subarray(6, 9), unit([-1, -1, 2])) < 1e-6);

  const some = extractClassifier(opened, built, {
    labels,
    wanted: ['om puri', 'Nobody', '', 'Om_Puri', 'REKHA'],
  });
  assert.deepEqual(some.names, ['Rekha', 'Om Puri']);
  assert.deepEqual(some.unknown, ['Nobody']);
  assert.ok(relativeError(some.vectors.subarray(3, 6), unit([-1, -1, 2])) < 1e-6);

  const run =
    (choice, change = {}) =>
    () =>
      extractClassifier(opened, { ...built, ...change }, choice);
  assert.throws(run({ labels, wanted: ['Nobody'] }), refused(/none of the 1 wanted names/));
  assert.throws(
    run({ labels: npyStrings(['A', 'B']) }),
    refused(/has 2, the classifier 3 classes/),
  );
  assert.throws(
    run({ labels }, { graph: { shape: () => [1, 512] } }),
    refused(/works on 3 features, the embedding has 512.*fc7/),
  );
});

test('the classifier of a file with top is written for the gallery', async () => {
  const bytes = await madeFile('resnet50', { top: true });
  const file = join(folder, 'top.h5');
  await writeFile(file, bytes);
  const labels = Array.from({ length: 8631 }, (_, i) => ` Person_${i}`);
  await writeFile(join(folder, 'labels.npy'), npyStrings(labels));
  await writeFile(join(folder, 'names'), 'Person 8630\r\nperson 3\nSomebody Else\n');
  const { status, stdout, stderr } = await convert(
    file,
    '-o',
    join(folder, 'top.tflite'),
    '--classifier',
    join(folder, 'people.npy'),
    '--labels',
    join(folder, 'labels.npy'),
    '--names',
    join(folder, 'names'),
  );
  assert.equal(status, 0, stderr);
  assert.match(stdout, /people\.npy: 2 people/);
  assert.match(stderr, /not among the classes: Somebody Else/);
  assert.equal(await readFile(join(folder, 'people.txt'), 'utf8'), 'Person 3\nPerson 8630\n');

  const npy = await readFile(join(folder, 'people.npy'));
  assert.match(npy.toString('latin1', 0, 128), /'descr': '<f4'.*'shape': \(2, 2048\)/);
  const found = new Float32Array(
    npy.buffer.slice(npy.byteOffset + npy.length - 2 * 2048 * 4, npy.byteOffset + npy.length),
  );
  const keras = await readKeras(bytes);
  const { data } = keras.get('classifier', 'kernel:0');
  keras.close();
  [3, 8630].forEach((person, row) => {
    const right = Float64Array.from({ length: 2048 }, (_, feature) => {
      const classes = data.subarray(feature * 8631, (feature + 1) * 8631);
      return classes[person] - classes.reduce((a, b) => a + b, 0) / 8631;
    });
    assert.ok(relativeError(found.subarray(row * 2048, (row + 1) * 2048), unit(right)) < 1e-5);
  });
});

// ---- Graph models ---------------------------------------------------------------------

/** A small graph model, to be damaged. */
function graphModel() {
  const constant = (name, shape, values, dtype = 'float32') => ({ name, shape, dtype, values });
  const constants = [
    constant(
      'kernel',
      [1, 1, 3, 4],
      Array.from({ length: 12 }, (_, i) => i / 8),
    ),
    constant('factor', [4], [1, 2, 3, 4]),
    constant('shift', [4], [0, 1, 2, 3]),
    constant('six', [], [6]),
    constant('zero', [], [0]),
    constant('axes', [2], [1, 2], 'int32'),
  ];
  const convAttr = {
    strides: { list: { i: ['1', '1', '1', '1'] } },
    padding: { s: btoa('SAME') },
    data_format: { s: btoa('NHWC') },
    dilations: { list: { i: ['1', '1', '1', '1'] } },
  };
  const dim = [-1, SIDE, SIDE, 3].map((size) => ({ size: String(size) }));
  const model = {
    format: 'graph-model',
    modelTopology: {
      node: [
        { name: 'x', op: 'Placeholder', attr: { shape: { shape: { dim } } } },
        { name: 'conv', op: 'Conv2D', input: ['x', 'kernel'], attr: convAttr },
        { name: 'mul', op: 'Mul', input: ['conv', 'factor'] },
        { name: 'add', op: 'Add', input: ['mul', 'shift'] },
        { name: 'relu', op: 'Relu', input: ['add'] },
        { name: 'min', op: 'Minimum', input: ['relu', 'six'] },
        { name: 'max', op: 'Maximum', input: ['min', 'zero'] },
        { name: 'mean', op: 'Mean', input: ['max', 'axes'], attr: {} },
        { name: 'head', op: 'Softmax', input: ['mean'] },
      ],
    },
    weightsManifest: [
      { paths: ['w.bin'], weights: constants.map(({ values, ...rest }) => rest) },
    ],
  };
  const bytes = new Uint8Array(
    constants.flatMap(({ values, dtype }) => [
      ...new Uint8Array((dtype === 'int32' ? Int32Array : Float32Array).from(values).buffer),
    ]),
  );
  return {
    model,
    bytes,
    node: (name) => model.modelTopology.node.find((n) => n.name === name),
  };
}

test('a graph model: batch normalisation folds, ReLU6 is recognised, heads fall away', () => {
  const { model, bytes } = graphModel();
  const options = {
    packages,
    output: 'mean',
    recipe: RECIPE.replace('0.01', '1'),
    dtype: 'f32',
  };
  engine.loadEmbedder(convertTfjs(model, bytes, options), null);
  const rgba = new Uint8ClampedArray(SIDE * SIDE * 4).fill(255);
  // BGR minus the mean: 2, 1, 1
  for (let i = 0; i < SIDE * SIDE; i++) rgba.set([31, 21, 12], 4 * i);
  const x = [2, 1, 1];
  const right = [0, 1, 2, 3].map((o) => {
    const sum = x.reduce((total, value, i) => total + (value * (4 * i + o)) / 8, 0);
    return Math.min(6, Math.max(0, sum * (o + 1) + o));
  });
  assert.ok(relativeError(embedCrop(engine, rgba), unit(right)) < 1e-6);
});

test('graph models that are something else are refused by name', () => {
  const run = (change) => {
    const made = graphModel();
    const bytes = change(made) ?? made.bytes;
    return () => convertTfjs(made.model, bytes, { packages, output: 'mean', recipe: RECIPE });
  };
  const cases = [
    [
      ({ model }) => {
        model.format = 'layers-model';
      },
      /not a TensorFlow\.js graph model/,
    ],
    [({ bytes }) => bytes.subarray(0, -1), /end at byte 95, inside 'axes'.*not complete/],
    [
      ({ bytes }) => new Uint8Array([...bytes, 0]),
      /describes 96 bytes of weights, the \.bin file has 97/,
    ],
    [
      ({ model }) => {
        model.weightsManifest[0].weights[0].dtype = 'complex64';
      },
      /'kernel' has type complex64/,
    ],
    [
      ({ bytes }) => {
        new DataView(bytes.buffer).setFloat32(0, NaN, true);
      },
      /weight 'kernel' holds NaN/,
    ],
    [
      ({ node }) => {
        node('mean').name = 'other';
      },
      /no node 'mean'/,
    ],
    [
      ({ node }) => {
        node('mul').input[0] = 'max';
      },
      /'max' depends on itself|'mul' depends on itself/,
    ],
    [
      ({ node }) => {
        node('relu').input.push('conv');
      },
      /'relu' \(Relu\) has 2 computed inputs/,
    ],
    [
      ({ node }) => {
        node('relu').op = 'Elu';
      },
      /'relu' \(Elu\) cannot be converted/,
    ],
    [
      ({ node }) => {
        node('conv').attr.padding.s = btoa('VALID');
      },
      /'conv' is not a "same"/,
    ],
    [
      ({ node }) => {
        node('conv').attr.strides.list.i = ['1', '2', '1', '1'];
      },
      /'conv' is not a "same"/,
    ],
    [
      ({ node }) => {
        node('min').op = 'Maximum';
      },
      /'conv' is clipped to 6\.\.Infinity/,
    ],
    [
      ({ node, bytes }) => {
        new DataView(bytes.buffer).setFloat32(80, 1, true); // six becomes one
        node('max').op = 'Relu6';
        node('max').input.pop();
      },
      /'conv' is clipped to 0\.\.1;/,
    ],
    [
      ({ node }) => {
        node('mul').input.pop();
      },
      /'mul' \(Mul\) has no constant input/,
    ],
    [
      ({ node }) => {
        node('mean').input.pop();
      },
      /'mean' \(Mean\) has no constant input/,
    ],
    [
      ({ model }) => {
        model.weightsManifest[0].weights[0].shape = [3, 4];
      },
      /the kernel of 'conv' has the shape \[3,4\]/,
    ],
    [
      ({ model }) => {
        model.weightsManifest[0].weights[0].dtype = 'constructor';
      },
      /'kernel' has type constructor/,
    ],
    [
      ({ node }) => {
        node('relu').op = 'constructor';
      },
      /'relu' \(constructor\) cannot be converted/,
    ],
    [
      ({ node }) => {
        node('mean').attr.keep_dims = { b: true };
      },
      /'mean' is not the mean over/,
    ],
    [
      ({ node }) => {
        node('mul').input[1] = 'six';
      },
      /'mul' has 1 values for 4 channels/,
    ],
    [
      ({ node }) => {
        node('conv').op = 'Relu';
      },
      /'conv' \(Relu\) does not follow a convolution/,
    ],
    [
      ({ node }) => {
        node('x').attr.shape.shape.dim[1].size = '-1';
      },
      /the input 'x' has the shape/,
    ],
    [
      ({ node }) => {
        node('x').attr.shape.shape.dim[3].size = '5';
      },
      /'conv' takes 3 channels where 5 come/,
    ],
  ];
  for (const [change, says] of cases) assert.throws(run(change), refused(says), String(says));
});

// ---- The command line -----------------------------------------------------------------

/** @returns {Promise<{status: number, stdout: string, stderr: string}>} */
function convert(...args) {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [inProject('tools/convert.mjs'), ...args],
      (error, stdout, stderr) =>
        resolve({ status: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

test('the command line: same bytes, clear errors, nothing half done', async () => {
  const help = await convert('--help');
  assert.equal(help.status, 0);
  assert.match(help.stdout, /Example:/);

  const wrong = [
    [[], /expected one file/],
    [['a.h5'], /expected the model to write/],
    [['a.h5', 'b.h5', '-o', 'x'], /expected one file/],
    [['a.h5', '-o', 'x', '--dtype', 'int4'], /one of int8, f16, f32, not 'int4'/],
    [['a.h5', '-o', 'x', '--layer', 'fc8'], /one of pool, fc7, not 'fc8'/],
    [['a.json', '-o', 'x'], /needs --output and --recipe/],
    [['a.h5', '-o', 'x', '--recipe', 'r'], /other files take neither/],
    [['a.h5', '-o', 'x', '--classifier', 'c.npy'], /--classifier and --labels go together/],
    [['a.h5', '-o', 'x', '--names', 'n'], /--names goes with --classifier/],
    [['a.h5', '-o', 'x', '--nonsense'], /nonsense/],
    [['no-such-file.h5', '-o', join(folder, 'x')], /no-such-file\.h5/],
  ];
  for (const [args, says] of wrong) {
    const { status, stderr } = await convert(...args);
    assert.equal(status, 2, args.join(' '));
    assert.match(stderr, says);
  }

  const work = await mkdtemp(join(folder, 'work-'));
  await writeFile(join(work, 'bad.json'), '{"format": ');
  const graph = await convert(join(work, 'bad.json'), '-o', join(work, 'bad.tflite'), '--output',
    'x', '--recipe', join(work, 'bad.json'));
  assert.equal(graph.status, 2);
  assert.match(graph.stderr, /^convert: .*bad\.json is not JSON: .*\n$/);

  await writeFile(join(work, 'made.h5'), await madeFile('vgg16'));
  for (const name of ['a', 'b']) {
    const { status, stdout, stderr } = await convert(
      join(work, 'made.h5'),
      '-o',
      join(work, `${name}.tflite`),
    );
    assert.equal(status, 0, stderr);
    assert.match(stdout, /vgg16, int8, \d+ bytes/);
    assert.equal(stderr, '', 'no progress bar where there is no terminal');
  }
  assert.deepEqual(
    await readFile(join(work, 'a.tflite')),
    await readFile(join(work, 'b.tflite')),
  );

  await writeFile(join(work, 'bad.h5'), await writeHdf5((file) => file.create_group('conv1')));
  const bad = await convert(join(work, 'bad.h5'), '-o', join(work, 'bad.tflite'));
  assert.equal(bad.status, 2);
  assert.match(bad.stderr, /^convert: attribute 'layer_names' of '\/' is missing/);
  assert.deepEqual((await readdir(work)).sort(), ['a.tflite', 'b.tflite', 'bad.h5', 'bad.json', 'made.h5']);
});
