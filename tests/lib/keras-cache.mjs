/** Made files and the oracle's results, kept in build/tests/keras: each takes seconds. */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import { makeNetwork, runOracle } from './keras-made.mjs';
import { writeKeras } from './keras-h5.mjs';
import { inProject } from './project.mjs';
import { tensorflow } from './tensorflow.mjs';

const folder = inProject('build/tests/keras');

/** What is kept depends on the code that made it. */
async function keyOf(...parts) {
  const hash = createHash('sha256');
  for (const name of ['keras-h5', 'keras-made', 'keras-networks']) {
    hash.update(await readFile(new URL(`${name}.mjs`, import.meta.url)));
  }
  parts.forEach((part) => hash.update(part));
  return hash.digest('hex').slice(0, 16);
}

async function kept(name, make) {
  const path = `${folder}/${name}`;
  if (existsSync(path)) return new Uint8Array(await readFile(path));
  await mkdir(folder, { recursive: true });
  const bytes = await make();
  await writeFile(`${path}.part`, bytes);
  await rename(`${path}.part`, path);
  return bytes;
}

/** Files of 100 MB do not gather when the code changes. */
async function removeOlder(name) {
  const older = (await readdir(folder)).filter((file) =>
    new RegExp(`^${name}-\\w+\\.h5$`).test(file),
  );
  for (const file of older) await rm(`${folder}/${file}`);
}

/**
 * A file of the published layout with made weights.
 * @param {'resnet50' | 'senet50' | 'vgg16'} network
 * @param {{top?: boolean}} [options]
 */
export async function madeFile(network, { top = false } = {}) {
  const name = `${network}${top ? '-top' : ''}`;
  return kept(`${name}-${await keyOf()}.h5`, async () => {
    await removeOlder(name);
    return writeKeras(makeNetwork(await tensorflow(), network, { top }));
  });
}

/** The mean over height and width of what [1,H,W,C] values hold. */
function channelMeans(values, channels) {
  const sums = new Float64Array(channels);
  values.forEach((value, i) => {
    sums[i % channels] += value;
  });
  return Float32Array.from(sums, (sum) => sum / (values.length / channels));
}

const STAGE_CHANNELS = {
  conv1: 64,
  conv2: 256,
  conv3: 512,
  conv4: 1024,
  conv5: 2048,
  pool1: 64,
  pool2: 128,
  pool3: 256,
  pool4: 512,
  pool5: 512,
};

/**
 * What the oracle says of pictures [224,224,3]: the embedding (and fc7), and the channel
 * means of each stage, in order.
 * @param {'resnet50' | 'senet50' | 'vgg16'} network
 * @param {Float32Array[]} pictures
 * @param {{top?: boolean, backend?: 'wasm' | 'cpu'}} [options]
 * @returns {Promise<{embedding: Float32Array, fc7?: Float32Array, stages: Float32Array[]}[]>}
 */
export async function oracle(network, pictures, { top = false, backend = 'wasm' } = {}) {
  const key = await keyOf(
    String(top),
    backend,
    ...pictures.map((p) => new Uint8Array(p.buffer)),
  );
  const bytes = await kept(`${network}-oracle-${key}.bin`, async () => {
    const file = await madeFile(network, { top });
    const results = await runOracle(await tensorflow(backend), network, file, pictures, {
      top,
    });
    return serialize(
      results.map((result) => ({
        embedding: result.embedding,
        fc7: result.fc7,
        stages: Object.entries(STAGE_CHANNELS)
          .filter(([stage]) => result[stage])
          .map(([stage, channels]) => channelMeans(result[stage], channels)),
      })),
    );
  });
  return deserialize(bytes);
}
