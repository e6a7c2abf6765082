/** This engine, as web/worker.js drives it. */

import { bytes } from '../files.js';
import { Engine } from '../../../web/wasm.js';
import { bestBuild } from '../../../web/simd.js';

/** @typedef {'relaxed' | 'simd'} Build */

/** The builds that this browser runs, the best first. @returns {Build[]} */
export function builds() {
  return bestBuild() === 'relaxed' ? ['relaxed', 'simd'] : ['simd'];
}

/** @param {Build} build */
export function nameOf(build) {
  return `Humshakal, ${build === 'relaxed' ? 'relaxed SIMD' : 'SIMD'}`;
}

/** @param {Build} build */
export async function start(build) {
  const file = `build/wasm-${build}/humshakal-${build}`;
  const { default: factory } = await import(`../../../${file}.mjs`);
  return Engine.start(factory, await bytes(`${file}.wasm`));
}
