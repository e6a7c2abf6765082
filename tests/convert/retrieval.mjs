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
import { convertTfjs } from '../../tools/convert/tfjs.mjs';
import { converterPackages } from '../../tools/packages.mjs';
import { centre, figures } from '../lib/cli.mjs';
import { unit } from '../lib/compare.mjs';
import { embedCrop, startEngine } from '../lib/face-crops.mjs';
import { lightOracle, OUTPUT, readLight } from '../lib/light-network.mjs';

const SIDE = 224;

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

const folder = process.argv[2];
if (!folder) throw new Error('usage: node tests/convert/retrieval.mjs DIR');
const light = await readLight();
const packages = await converterPackages();
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
  const numbers = [vectors, centre(vectors)].flatMap((rows) => {
    const { rank1, atOnePercent, atOnePerMille } = figures(rows, people);
    return [rank1, atOnePercent.tar, atOnePerMille.tar];
  });
  console.log(name.padEnd(17), numbers.map((x) => x.toFixed(3).padStart(7)).join('  '));
}
print('TensorFlow.js f32', await lightOracle(light));
for (const dtype of ['f32', 'f16', 'int8']) {
  engine.loadEmbedder(convert(dtype), null);
  print(`ours ${dtype}`, (rgba) => embedCrop(engine, rgba));
}
engine.close();
