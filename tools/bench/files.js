/** Where the page finds things: the server's root is the project's folder. */

import { readModel } from './tflite.js';

export const PROJECT = new URL('../../', import.meta.url);
export const PEERS = new URL('build/npm/tests/node_modules/', PROJECT).href;
export const APPLICATIONS = new URL('build/npm/models/node_modules/@vladmandic/', PROJECT).href;
export const PHOTO = 'build/photos/test/groups/sample1.jpg';
export const DETECTOR = 'build/models/blazeface-short';
export const EMBEDDER = 'build/models/facenet';

/** @param {string} file  relative to the project */
export async function bytes(file) {
  const response = await fetch(new URL(file, PROJECT));
  if (!response.ok) throw new Error(`${file}: ${response.status}. tools/bench.sh makes it.`);
  return new Uint8Array(await response.arrayBuffer());
}

/**
 * A network and what its recipe says about its input.
 * @param {string} file  relative to the project, without .tflite
 */
export async function network(file) {
  const model = await bytes(`${file}.tflite`);
  const recipe = await bytes(`${file}.recipe`);
  const entries = Object.fromEntries(new TextDecoder().decode(recipe).split('\n')
    .filter((line) => line && !line.startsWith('#')).map((line) => line.split(' = ', 2)));
  const { tensors, input } = readModel(model);
  return {
    id: entries.id,
    side: tensors[input].shape[1],
    model,
    recipe,
    bgr: entries.channels === 'bgr',
    mean: entries.mean.split(' ').map(Number),
    scale: Number(entries.scale),
  };
}

/**
 * Pixels as the network's floats.
 * @param {{bgr: boolean, mean: number[], scale: number}} network
 * @param {Uint8ClampedArray} rgba
 */
export function normalise({ bgr, mean, scale }, rgba) {
  const floats = new Float32Array(rgba.length / 4 * 3);
  const order = bgr ? [2, 1, 0] : [0, 1, 2];
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    for (let c = 0; c < 3; c += 1) {
      floats[to + c] = (rgba[from + order[c]] - mean[c]) * scale;
    }
  }
  return floats;
}
