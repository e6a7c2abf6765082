/**
 * The thread that reads HEIC photos. {bytes} -> {begun} and then {decoded: {pixels, width,
 * height}} | {problem}, or {error} where a part does not come.
 */

import { sayAlive } from './bound-worker.js';
import { postable } from './errors.js';
import { arrival } from './patience.js';

/** Of a phone with 48 megapixels there are photos; they take 200 MB here. */
const MOST_PIXELS = 64 << 20;

/** It comes with the site, not with the sources. */
const PACKAGE = './heic/libheif-bundle.mjs';

/** Milliseconds that its 2 MB may take. */
const PACKAGE_PATIENCE = 120_000;

const loading = arrival(import(PACKAGE), 'heic/libheif-bundle.mjs', PACKAGE_PATIENCE)
  .then(({ default: start }) => start());
loading.catch(() => {}); // whoever has a photo is told

/** @param {any} libheif @param {Uint8Array} bytes */
async function decode({ HeifDecoder }, bytes) {
  const images = new HeifDecoder().decode(bytes);
  try {
    const image = images.find((/** @type {any} */ one) => one.is_primary()) ?? images[0];
    if (!image) throw new Error('there is no picture in it');
    const [width, height] = [image.get_width(), image.get_height()];
    if (!(width > 0 && height > 0 && width * height <= MOST_PIXELS)) {
      throw new Error(`it has ${width} x ${height} pixels; at most ${MOST_PIXELS} can be read`);
    }
    const pixels = new Uint8ClampedArray(4 * width * height);
    await new Promise((resolve, reject) => {
      image.display({ data: pixels, width, height }, (/** @type {unknown} */ shown) => {
        if (shown) resolve(undefined);
        else reject(new Error('it cannot be decoded'));
      });
    });
    return { pixels, width, height };
  } finally {
    for (const image of images) image.free();
  }
}

self.onmessage = async ({ data: { bytes } }) => {
  let libheif;
  try {
    libheif = await loading;
  } catch (error) {
    self.postMessage({ error: postable(error) });
    return;
  }
  self.postMessage({ begun: true });
  try {
    const decoded = await decode(libheif, bytes);
    self.postMessage({ decoded }, { transfer: [decoded.pixels.buffer] });
  } catch (error) {
    self.postMessage({ problem: String(/** @type {any} */ (error)?.message ?? error) });
  }
};

sayAlive();
