/**
 * Turns weights that a person has downloaded themselves into a network of ours: VGGFace as
 * the keras-vggface project publishes it (.h5). In browsers this happens in a worker; in
 * Node in the calling thread. The converter (convert/) and the two
 * packages it needs are loaded when they are wanted first.
 */

import { startBoundWorker } from './bound-worker.js';
import { HumError, cancellable } from './errors.js';
import { arrival } from './patience.js';

/** @typedef {(share: number) => void} OnShare  told 0..1 */

/**
 * Files in convert/ that are loaded here, and what they are. Those in packages/ come with the
 * site, not with the sources.
 * @typedef {{
 *   'index.js': typeof import('./convert/index.js'),
 *   'packages/h5wasm/hdf5_hl.js': typeof import('h5wasm'),
 *   'packages/flatbuffers/flatbuffers.js': typeof import('flatbuffers'),
 * }} Parts
 */

/**
 * What the converter's thread says.
 * @typedef {{share?: number, model?: Uint8Array<ArrayBuffer>,
 *   error?: {code: import('./errors.js').ErrorCode, message: string}}} Message
 */

/**
 * @param {Blob} file
 * @param {{onShare: OnShare, signal?: AbortSignal}} options
 * @returns {Promise<Uint8Array<ArrayBuffer>>}  a .tflite model with its recipe
 */
export function convertWeights(file, { onShare, signal }) {
  return typeof Worker === 'function' ? inWorker(file, { onShare, signal })
    : convertHere(file, onShare);
}

/**
 * @param {Blob} file
 * @param {OnShare} onShare
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
export async function convertHere(file, onShare) {
  const [{ convertKeras, ConvertError }, h5wasm, flatbuffers] = await Promise.all([
    part('index.js'), part('packages/h5wasm/hdf5_hl.js', PACKAGE_PATIENCE),
    part('packages/flatbuffers/flatbuffers.js')]);
  // Only a worker can read a Blob part by part, as the HDF5 library asks for it.
  const inParts = 'FileReaderSync' in globalThis;
  const source = inParts ? file : new Uint8Array(await file.arrayBuffer());
  try {
    const { model } = await convertKeras(source, { packages: { h5wasm, flatbuffers },
      onProgress: onShare });
    return model;
  } catch (error) {
    if (!(error instanceof ConvertError)) throw error;
    throw new HumError('HUM_ERROR_WEIGHTS', error.message, { cause: error });
  }
}

/** The HDF5 library has 4 MB. */
const PACKAGE_PATIENCE = 120_000;

/**
 * @template {keyof Parts} Name
 * @param {Name} file
 * @param {number} [patience]
 * @returns {Promise<Parts[Name]>}
 */
function part(file, patience) {
  const { href } = new URL(`./convert/${file}`, import.meta.url);
  return arrival(import(href), `convert/${file}`, patience);
}

/**
 * @param {Blob} file
 * @param {{onShare: OnShare, signal?: AbortSignal}} options
 * @returns {Promise<Uint8Array<ArrayBuffer>>}
 */
function inWorker(file, { onShare, signal }) {
  /** @type {Worker | undefined} */
  let worker;
  /** @type {Promise<Uint8Array<ArrayBuffer>>} */
  const converted = new Promise((resolve, reject) => {
    worker = startBoundWorker('convert-worker.js', 'humshakal-convert', {
      onMessage(/** @type {Message} */ { share, model, error }) {
        if (model) resolve(model);
        else if (error) reject(new HumError(error.code, error.message));
        else if (share !== undefined) onShare(share);
      },
      onMissing: reject,
      onCrash: (why) => reject(new HumError('HUM_ERROR_CRASH', 'The conversion stopped '
        + `unexpectedly (${why}). Try again; if it happens again, convert the file with `
        + 'tools/convert.mjs.')),
    });
    worker.postMessage({ file });
  });
  return (signal ? cancellable(converted, signal) : converted)
    .finally(() => worker?.terminate());
}
