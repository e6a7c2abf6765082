/**
 * WebAssembly memory of each engine once it has loaded a network and run it, and of ours
 * after more and more photos.
 */

import { DETECTOR, EMBEDDER, PHOTO, bytes, network } from '../files.js';
import { watchMemories } from '../memories.js';
import { readModel } from '../tflite.js';
import { attempt } from '../timing.js';
import * as litert from '../engines/litert.js';
import * as ort from '../engines/ort.js';
import * as ours from '../engines/ours.js';
import * as tfjs from '../engines/tfjs.js';

export const WHAT = 'WebAssembly memory after loading a network and running it once, and of '
  + 'matching photo after photo';

/** @typedef {import('../networks.mjs').Network} Network */
/** @typedef {{network: Network, engine: string} | {engine: string}} Wanted */

/** @param {{networks: Network[]}} options @returns {Wanted[]} */
export function pages({ networks }) {
  const once = networks.filter(({ task }) => task === 'embedder').flatMap((one) => (
    Object.keys(ENGINES).filter((engine) => one.dtype === 'f32' || one.alone || !FLOAT.has(engine))
      .map((engine) => ({ network: one, engine }))));
  return [...once, { engine: ours.NAME }];
}

/** These compute in f32 only, here. */
const FLOAT = new Set([ort.NAME, tfjs.NAME]);

/** @typedef {Awaited<ReturnType<typeof network>>} Loaded */

/** @type {Record<string, (net: Loaded) => Promise<unknown>>} */
const ENGINES = {
  [ours.NAME]: async ({ model, recipe, side }) => {
    const engine = await ours.start((await ours.builds())[0]);
    engine.loadEmbedder(model, recipe);
    engine.photoPixels(new Uint8Array(4 * side * side).map((_, i) => i), side, side);
    engine.embed(null);
  },
  [litert.NAME]: async ({ model, side }) => {
    await litert.start();
    await (await litert.load(model))(new Float32Array(3 * side * side));
  },
  [ort.NAME]: async ({ model, side }) => {
    await ort.start();
    const graph = readModel(model);
    await (await ort.load(ort.convert(graph), graph))(new Float32Array(3 * side * side));
  },
  [tfjs.NAME]: async ({ model, side }) => {
    await tfjs.start();
    await tfjs.load(readModel(model))(new Float32Array(3 * side * side));
  },
};

/** Of different sizes, with one face to five. */
const PHOTOS = [PHOTO, ...['portrait-1', 'portrait-2', 'portrait-3', 'group'].map((name) => (
  `build/photos/samples/${name}.jpg`))];
const MATCHED = [1, PHOTOS.length, 50, 200];

/** What the engine has after so many photos. */
async function photoAfterPhoto() {
  const engine = await ours.start((await ours.builds())[0]);
  const [near, embedder] = [await network(DETECTOR), await network(EMBEDDER)];
  engine.loadDetector(near.model, near.recipe);
  engine.loadEmbedder(embedder.model, embedder.recipe);
  engine.loadGallery(await bytes('build/galleries/presidents.humg'));
  const photos = await Promise.all(PHOTOS.map(bytes));
  const rows = [];
  for (let n = 1; n <= Math.max(...MATCHED); n += 1) {
    engine.photoDecode(photos[(n - 1) % photos.length]);
    for (const face of engine.detect()) {
      engine.search(engine.embed(face), 5);
      engine.crop(face, { side: 192, loose: true });
    }
    if (MATCHED.includes(n)) {
      rows.push({ subject: `photos: ${n}`, engine: ours.NAME, threads: 1,
        megabytes: engine.memory / 1e6 });
    }
  }
  return rows;
}

/** @param {Wanted} wanted */
export async function measure(wanted) {
  return 'network' in wanted ? afterNetwork(wanted) : photoAfterPhoto();
}

/** @param {{network: Network, engine: string}} wanted */
async function afterNetwork({ network: { name, dtype, file }, engine }) {
  const used = watchMemories();
  const net = await network(file);
  const note = { subject: `${name}, ${dtype}`, threads: 1,
    ...(FLOAT.has(engine) && { computes: 'f32' }) };
  const { failed } = /** @type {any} */ (await attempt(engine, {}, async () => {
    await ENGINES[engine](net);
    return { engine, run: () => {} };
  }));
  return [{ engine, ...note, ...(failed ? { failed } : { megabytes: used() / 1e6 }) }];
}
