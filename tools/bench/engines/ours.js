/** This engine, as web/engine/worker.js drives it. */

import { PROJECT, bytes } from '../files.js';
import { boundScript } from '../../../web/engine/bound-worker.js';
import { Engine } from '../../../web/engine/wasm.js';
import { bestBuild } from '../../../web/engine/simd.js';

export const NAME = 'Humshakal';

/** @typedef {{id: string, script: string, file: string}} Build  of build/site */

/**
 * The builds that this browser runs with so many threads, the best first. A build for
 * threads says so in its name.
 * @param {number} [threads]
 * @returns {Promise<Build[]>}
 */
export async function builds(threads = 1) {
  const response = await fetch(new URL('build/site/models/manifest.json', PROJECT));
  const { engines } = await response.json();
  return engines.filter((/** @type {Build} */ { id }) => (
    /thread/.test(id) === threads > 1 && (!relaxed(id) || bestBuild() === 'relaxed')))
    .sort((/** @type {Build} */ a, /** @type {Build} */ b) => (
      Number(relaxed(b.id)) - Number(relaxed(a.id))));
}

/** @param {string} id */
const relaxed = (id) => /relaxed/.test(id);

/** @param {Build} build @returns {'relaxed' | 'simd'} */
export function instructions({ id }) {
  return relaxed(id) ? 'relaxed' : 'simd';
}

/** @param {Build} build */
export function nameOf(build) {
  return `${NAME}, ${instructions(build) === 'relaxed' ? 'relaxed SIMD' : 'SIMD'}`;
}

/** @param {Build} build */
export async function parts({ script, file }) {
  const { href } = new URL(`build/site/${script}`, PROJECT);
  const { default: factory } = await import(href);
  return { factory, wasm: await bytes(`build/site/${file}`), href };
}

/** @param {Awaited<ReturnType<typeof parts>>} parts @param {number} [threads] */
export function boot({ factory, wasm, href }, threads = 1) {
  return Engine.start(factory, wasm, { threads, threadScript: boundScript(href) });
}

/** @param {Build} build @param {number} [threads] */
export async function start(build, threads = 1) {
  return boot(await parts(build), threads);
}
