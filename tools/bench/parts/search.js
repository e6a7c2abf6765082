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

/** @param {{runs: number}} options */
export function pages({ runs }) {
  return SIZES.map((size) => ({ ...size, runs }));
}

/** @param {{count: number, dimension: number, embedder: string, runs: number}} options */
export async function measure({ count, dimension, embedder, runs }) {
  const { model, recipe } = await network(embedder);
  const engines = [];
  for (const build of await ours.builds()) {
    engines.push(await attempt(ours.nameOf(build), {}, async () => {
      const engine = await ours.start(build);
      engine.loadEmbedder(model, recipe);
      const { file, probe, name } = hugeGallery(engine.info.embedder.contract, count, dimension);
      engine.loadGallery(file);
      const [best] = engine.search(probe, 5);
      if (best.name !== name) throw new Error(`it finds ${best.name}, not ${name}`);
      return { engine: ours.nameOf(build), run: () => engine.search(probe, 5) };
    }));
  }
  const size = count * dimension;
  const all = await rows(`${count} x ${dimension}, int8`,
    [...engines, { engine: 'reading only', run: await reader(size) }], { runs });
  return all.map((row) => ({ ...row, megabytes: size / 1e6,
    ...('median' in row && { rate: size / row.median / 1e6 }) }));
}
