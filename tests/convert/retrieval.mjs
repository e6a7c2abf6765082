/**
 * Whether conversion costs accuracy: the light embedder as its authors' TensorFlow.js graph
 * in f32, and as our engine runs it in f32, f16 and int8, on the same crops.
 *
 *   node tests/convert/retrieval.mjs DIR
 *
 * DIR holds a folder of face crops (.jpg, .png) for each person; faces are not looked for.
 * The figures are those of `humshakal eval --no-detect --centre`.
 */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { convertTfjs } from '../../tools/convert/index.mjs';
import { converterPackages } from '../../tools/convert/packages.mjs';
import { unit } from '../lib/compare.mjs';
import { embedCrop, startEngine } from '../lib/face-crops.mjs';
import { lightOracle, OUTPUT, readLight } from '../lib/light-network.mjs';

const SIDE = 224;
const FARS = [0.01, 0.001];

/** Every photo's person and its pixels as the network is fed them. */
async function readCrops(engine, folder) {
  const crops = [];
  for (const person of (await readdir(folder)).sort()) {
    for (const name of (await readdir(join(folder, person))).sort()) {
      if (!/\.(jpe?g|png)$/i.test(name)) continue;
      engine.photoDecode(await readFile(join(folder, person, name)));
      crops.push({ person, rgba: engine.crop(null, { side: SIDE, loose: false }).data });
    }
  }
  return crops;
}

/** All vectors minus their mean, of length 1 again. */
function centred(vectors) {
  const mean = new Float64Array(vectors[0].length);
  for (const vector of vectors) vector.forEach((value, i) => { mean[i] += value / vectors.length; });
  return vectors.map((vector) => unit(vector.map((value, i) => value - mean[i])));
}

/** Rank-1 (the nearest other photo is the same person) and TAR at each of FARS. */
function measure(people, vectors) {
  const same = [];
  const other = [];
  const best = people.map(() => ({ score: -2, person: '' }));
  const take = (i, score, person) => {
    if (score > best[i].score) best[i] = { score, person };
  };
  for (let i = 0; i < people.length; i++) {
    for (let j = i + 1; j < people.length; j++) {
      let score = 0;
      for (let k = 0; k < vectors[i].length; k++) score += vectors[i][k] * vectors[j][k];
      take(i, score, people[j]);
      take(j, score, people[i]);
      (people[i] === people[j] ? same : other).push(score);
    }
  }
  const falling = Float64Array.from(other).sort().reverse();
  const accepts = FARS.map((far) => {
    const threshold = falling[Math.floor(far * falling.length)];
    return same.filter((score) => score > threshold).length / same.length;
  });
  const nearest = best.filter(({ person }, i) => person === people[i]).length;
  return [nearest / people.length, ...accepts];
}

const folder = process.argv[2];
if (!folder) throw new Error('usage: node tests/convert/retrieval.mjs DIR');
const light = await readLight();
const packages = await converterPackages({ hdf5: false });
const engine = await startEngine();
const convert = (dtype) =>
  convertTfjs(light.json, light.weights, { packages, output: OUTPUT, recipe: light.recipe, dtype });
engine.loadEmbedder(convert('int8'), null);
const crops = await readCrops(engine, folder);
const people = crops.map(({ person }) => person);

console.log(`${crops.length} photos of ${new Set(people).size} people`);
console.log('                   rank-1  TAR 1 %  TAR 0.1 %   the same, centred on the mean');
function print(name, embed) {
  const vectors = crops.map(({ rgba }) => unit(embed(rgba)));
  const figures = [...measure(people, vectors), ...measure(people, centred(vectors))];
  console.log(name.padEnd(17), figures.map((figure) => figure.toFixed(3).padStart(7)).join('  '));
}
print('TensorFlow.js f32', await lightOracle(light));
for (const dtype of ['f32', 'f16', 'int8']) {
  engine.loadEmbedder(convert(dtype), null);
  print(`ours ${dtype}`, (rgba) => embedCrop(engine, rgba));
}
engine.close();
