/**
 * The five nearest people of a large gallery, beside a loop that only reads as many bytes:
 * a search that looks at every row cannot be faster.
 */

import { EMBEDDER, network } from '../files.js';
import { hugeGallery } from '../gallery.js';
import { reader } from '../loops.js';
import { attempt, rows } from '../timing.js';
import * as ours from '../engines/ours.js';

export const WHAT = 'five people of a gallery of rows x dimension, int8, beside reading it once';

/** A network that gives 64 numbers is made for this; see networks.mjs. */
const SIZES = [
  { count: 100_000, dimension: 512, embedder: EMBEDDER },
  { count: 1_000_000, dimension: 64, embedder: 'build/bench/dimension-64' },
];

/** @param {{threads: number[], runs: number}} options */
export function pages({ threads, runs }) {
  return SIZES.flatMap((size) => threads.map((each) => ({ ...size, threads: each, runs })));
}

/**
 * @param {{count: number, dimension: number, embedder: string, threads: number,
 *   runs: number}} options
 */
export async function measure({ count, dimension, embedder, threads, runs }) {
  const { model, recipe } = await network(embedder);
  const engines = [];
  for (const build of await ours.builds(threads)) {
    engines.push(await attempt(ours.nameOf(build), {}, async () => {
      const engine = await ours.start(build, threads);
      engine.loadEmbedder(model, recipe);
      const { file, probe, name } = hugeGallery(engine.info.embedder.contract, count, dimension);
      engine.loadGallery(file);
      const [best] = engine.search(probe, 5);
      if (best.name !== name) throw new Error(`it finds ${best.name}, not ${name}`);
      return { engine: ours.nameOf(build), run: () => engine.search(probe, 5) };
    }));
  }
  const size = count * dimension;
  if (threads === 1) engines.push({ engine: 'reading only', run: await reader(size) });
  const all = await rows(`${count} x ${dimension}, int8`, engines, { runs });
  return all.map((row) => ({ ...row, threads, megabytes: size / 1e6,
    ...('median' in row && { rate: size / row.median / 1e6 }) }));
}
