/**
 * The converted networks in the engine, beside the independent implementation
 * (tests/lib/keras-networks.mjs, TensorFlow.js), on crops of real faces. The weights are
 * made; whoever has the published ones gets the same arithmetic on them.
 */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { convertTfjs } from '../tools/convert/tfjs.mjs';
import { converterPackages } from '../tools/packages.mjs';
import { ConvertError, convertKeras, withVggface } from '../web/engine/convert/index.js';
import { cosine, relativeError, unit } from './lib/compare.mjs';
import { bgrMinus, embedCrop, faceCrops, startEngine } from './lib/face-crops.mjs';
import { madeFile, oracle } from './lib/keras-cache.mjs';
import { madePictures, makeNetwork } from './lib/keras-made.mjs';
import { writeKeras } from './lib/keras-h5.mjs';
import { malformedValues } from './lib/keras-malformed.mjs';
import { lightOracle, OUTPUT, readLight } from './lib/light-network.mjs';
import { inProject } from './lib/project.mjs';
import { tensorflow } from './lib/tensorflow.mjs';

const FACES = 20;
const V1 = [93.594, 104.7624, 129.1863];
const V2 = [91.4953, 103.8827, 131.0912];

/** Least cosine to the float32 oracle. Observed lowest: in the table that is printed. */
const LEAST = { f32: 0.99999, f16: 0.9999, int8: 0.99 };

const NETWORKS = {
  resnet50: { mean: V2, most: { int8: 24.5e6, f16: 48e6 } },
  senet50: { mean: V2, most: {} },
  vgg16: { mean: V1, most: {} },
};

let packages;
/** @type {import('../web/engine/wasm.js').Engine} */
let engine;
/** @type {{name: string, rgba: Uint8ClampedArray}[]} */
let crops;

before(async () => {
  packages = await converterPackages();
  engine = await startEngine();
});

after(() => engine?.close());

const convert = async (network, options) =>
  convertKeras(await madeFile(network), { packages, ...options });

/** A network in f32 whose embedding is the channel means of one of its five stages. */
const convertStage = async (network, stage) =>
  withVggface(await madeFile(network), { packages, dtype: 'f32' }, ({ recipe, graph, stages }) => {
    const means = graph.globalMean(`stage ${stage}`, stages[stage - 1]);
    const { flatbuffers } = packages;
    return { recipe, model: graph.write(means, { recipe, flatbuffers }) };
  });

/** The crop rule belongs to the recipe; averaging with the mirror image would only hide
    half of a difference. */
function load({ model, recipe }, options) {
  const plain = recipe.replace('mirror = yes', 'mirror = no');
  assert.match(plain, /mirror = no/);
  engine.loadEmbedder(model, new TextEncoder().encode(plain), options);
}

async function ensureCrops() {
  if (crops) return;
  load(await convert('resnet50', { dtype: 'int8' }));
  crops = await faceCrops(engine, FACES, 224);
}

function lowestCosine(right) {
  return Math.min(...crops.map(({ rgba }, i) => cosine(embedCrop(engine, rgba), right[i])));
}

for (const [network, { mean, most }] of Object.entries(NETWORKS)) {
  test(`${network}: embeddings agree with the oracle`, async (t) => {
    await ensureCrops();
    const right = await oracle(
      network,
      crops.map(({ rgba }) => bgrMinus(rgba, mean)),
    );
    const embeddings = right.map(({ embedding }) => embedding);
    for (const dtype of ['f32', 'f16', 'int8']) {
      const converted = await convert(network, { dtype });
      load(converted);
      const lowest = lowestCosine(embeddings);
      t.diagnostic(
        `${network} ${dtype}: ${converted.model.length} bytes, lowest cosine ${lowest.toFixed(7)}`,
      );
      assert.ok(lowest >= LEAST[dtype], `${dtype}: ${lowest}`);
      assert.ok(
        converted.model.length <= (most[dtype] ?? Infinity),
        `${converted.model.length} bytes`,
      );
    }
    load(await convert(network, { dtype: 'int8' }), { floatActivations: true });
    const exact = lowestCosine(embeddings);
    t.diagnostic(`${network} int8, float activations: lowest cosine ${exact.toFixed(7)}`);
    assert.ok(exact >= LEAST.int8, `${exact}`);
  });

  test(`${network}: every stage agrees with the oracle in f32`, async (t) => {
    await ensureCrops();
    const some = crops.slice(0, 3);
    const right = await oracle(
      network,
      some.map(({ rgba }) => bgrMinus(rgba, mean)),
    );
    for (let stage = 1; stage <= 5; stage++) {
      load(await convertStage(network, stage));
      const errors = some.map(({ rgba }, i) =>
        relativeError(embedCrop(engine, rgba), unit(right[i].stages[stage - 1])),
      );
      const largest = Math.max(...errors);
      t.diagnostic(
        `${network} f32, stage ${stage}: largest relative error ${largest.toExponential(1)}`,
      );
      assert.ok(largest <= 1e-4, `stage ${stage}: ${largest}`); // observed: at most 2e-5
    }
  });
}

test('the oracle gives the golden embeddings', async (t) => {
  const golden = JSON.parse(
    await readFile(inProject('tests/fixtures/vggface-golden.json'), 'utf8'),
  );
  const picture = madePictures(1, 224, golden.picture);
  for (const [network, base64] of Object.entries(golden.embeddings)) {
    const bytes = Buffer.from(base64, 'base64');
    const right = new Float32Array(
      bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
    );
    const [{ embedding }] = await oracle(network, picture);
    const error = relativeError(embedding, right);
    t.diagnostic(`${network}: relative error ${error.toExponential(1)}`);
    assert.ok(error < 1e-5, `${network}: ${error}`); // observed: 9e-7
  }
});

test('the light embedder agrees with its TensorFlow.js graph', async (t) => {
  const light = await readLight();
  const embed = await lightOracle(light);
  await ensureCrops();
  const right = crops.map(({ rgba }) => embed(rgba));
  for (const dtype of ['f32', 'f16', 'int8']) {
    const { json, weights, recipe } = light;
    const model = convertTfjs(json, weights, { packages, output: OUTPUT, recipe, dtype });
    load({ model, recipe });
    const lowest = lowestCosine(right);
    t.diagnostic(`light ${dtype}: ${model.length} bytes, lowest cosine ${lowest.toFixed(7)}`);
    assert.ok(lowest >= LEAST[dtype], `${dtype}: ${lowest}`);
    if (dtype === 'int8') assert.ok(model.length <= 3.4e6, `${model.length} bytes`);
  }
});

test('a file written in newer HDF5 formats gives the same model', async () => {
  const layers = makeNetwork(await tensorflow(), 'vgg16');
  const old = await writeKeras(layers);
  const young = await writeKeras(layers, {
    libver: ['v108', 'v200'],
    // Names of variable length, as newer libraries like to write them.
    tamper: (file) => {
      file.delete_attribute('layer_names');
      file.create_attribute(
        'layer_names',
        layers.map(({ name }) => name),
        [layers.length],
        'S',
      );
    },
  });
  assert.equal(old[8], 0); // the superblock's version
  assert.ok(young[8] >= 2, `${young[8]}`);
  const models = await Promise.all(
    [old, young].map((bytes) => convertKeras(bytes, { packages })),
  );
  assert.deepEqual(models[1].model, models[0].model);
});

test('files that are whole but for their values are refused', async () => {
  const layers = makeNetwork(await tensorflow(), 'resnet50');
  for await (const { name, bytes, says } of malformedValues(layers)) {
    await assert.rejects(convertKeras(bytes, { packages }), (error) => {
      assert.ok(error instanceof ConvertError, `${name}: ${error.stack}`);
      assert.match(error.message, says, name);
      return true;
    });
  }
});
