/** The engine in Node, and the face crops of real photos that networks are compared on. */

import { readdir, readFile } from 'node:fs/promises';
import { Engine } from '../../web/engine/wasm.js';
import { inProject, need, project } from './project.mjs';

const WASM = 'build/wasm-simd/humshakal-simd';
const PHOTOS = ['build/photos/test/labeled', 'build/photos/test/unknown'];

export async function startEngine() {
  await need(`${WASM}.mjs`);
  const { default: factory } = await import(new URL(`${WASM}.mjs`, project).href);
  const engine = await Engine.start(factory, await readFile(inProject(`${WASM}.wasm`)));
  const name = 'build/models/blazeface-short';
  await need(`${name}.tflite`);
  engine.loadDetector(
    await readFile(inProject(`${name}.tflite`)),
    await readFile(inProject(`${name}.recipe`)),
  );
  return engine;
}

/** The largest face of each photo, as the loaded embedder sees it: RGBA, side x side. */
export async function faceCrops(engine, count, side) {
  const crops = [];
  for (const folder of PHOTOS) {
    await need(folder);
    const names = (await readdir(inProject(folder), { recursive: true })).sort();
    for (const name of names.filter((n) => /\.(jpg|png)$/.test(n))) {
      if (crops.length === count) return crops;
      engine.photoDecode(await readFile(inProject(`${folder}/${name}`)));
      const [face] = engine.detect();
      if (face) crops.push({ name, rgba: engine.crop(face, { side, loose: false }).data });
    }
  }
  throw new Error(`found ${crops.length} faces in ${PHOTOS.join(', ')}; expected ${count}`);
}

/**
 * What a network is fed: BGR minus the mean, [side,side,3].
 * @param {Uint8ClampedArray} rgba
 * @param {number[]} mean of blue, green, red
 */
export function bgrMinus(rgba, mean) {
  const out = new Float32Array((rgba.length / 4) * 3);
  for (let pixel = 0; pixel < rgba.length / 4; pixel++) {
    for (let c = 0; c < 3; c++) out[3 * pixel + c] = rgba[4 * pixel + 2 - c] - mean[c];
  }
  return out;
}

/** The embedding of a crop by itself: no detection, the whole picture. */
export function embedCrop(engine, rgba) {
  const side = Math.sqrt(rgba.length / 4);
  engine.photoPixels(rgba, side, side);
  return engine.embed(null);
}
