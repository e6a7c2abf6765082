/**
 * What the machine does at most in one thread, by loops of the densest instructions: the
 * measure of the part `network`, on its own.
 */

import { multipliers } from '../loops.js';
import { rows } from '../timing.js';

export const WHAT = 'multiplications a second at most, one thread, no memory read';

/** @param {{runs: number}} options */
export function pages({ runs }) {
  return [{ runs }];
}

/** @param {{runs: number}} options */
export async function measure({ runs }) {
  const loops = await multipliers();
  const all = await rows('', loops.map(({ instruction, run }) => ({ engine: instruction, run })),
    { runs, repeat: 50 });
  return all.map((row, i) => ({ ...row,
    subject: `${loops[i].build}, ${loops[i].type}`,
    rate: loops[i].multiplications / row.median / 1e6 }));
}
