/** WebAssembly memory of each engine once it has loaded a network and run it. */

import { network } from '../files.js';
import { watchMemories } from '../memories.js';
import { readModel } from '../tflite.js';
import { attempt } from '../timing.js';
import * as litert from '../engines/litert.js';
import * as ort from '../engines/ort.js';
import * as ours from '../engines/ours.js';
import * as tfjs from '../engines/tfjs.js';

export const WHAT = 'WebAssembly memory after loading a network and running it once';

/** @typedef {import('../networks.mjs').Network} Network */
/** @typedef {{network: Network, engine: string}} Wanted */

/** @param {{networks: Network[]}} options @returns {Wanted[]} */
export function pages({ networks }) {
  return networks.filter(({ task }) => task === 'embedder').flatMap((one) => (
    Object.keys(ENGINES).filter((engine) => one.dtype === 'f32' || one.alone || !FLOAT.has(engine))
      .map((engine) => ({ network: one, engine }))));
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

/** @param {Wanted} wanted */
export async function measure({ network: { name, dtype, file }, engine }) {
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
