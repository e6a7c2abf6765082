/**
 * The converter of published VGGFace files: bytes in, bytes out. It runs in Node and in a
 * browser's worker alike; who calls it hands over the two packages it needs.
 *
 * @typedef {object} Packages
 * @property {import('./tflite.js').Flatbuffers} flatbuffers
 * @property {import('./keras.js').H5wasm} h5wasm
 */

import { KerasFile } from './keras.js';
import { buildVggface } from './vggface.js';

export { ConvertError } from './refuse.js';

/**
 * Opens a published VGGFace file (.h5) for as long as `use` runs, which is given the network
 * that is built from it.
 * @template T
 * @param {Uint8Array | Blob} source
 * @param {object} options
 * @param {Packages} options.packages
 * @param {import('./graph.js').Dtype} [options.dtype] of the weights
 * @param {import('./vggface.js').Layer} [options.layer] fc7: only of VGG-16 with top
 * @param {(built: import('./vggface.js').Vggface, file: KerasFile) => T} use
 */
export async function withVggface(
  source,
  { packages, dtype = 'int8', layer = 'pool' },
  use,
) {
  const file = await KerasFile.open(source, packages.h5wasm);
  try {
    return use(buildVggface(file, { dtype, layer }), file);
  } finally {
    file.close();
  }
}

/**
 * A published VGGFace file (.h5) -> a model (.tflite) with its recipe.
 * @param {Uint8Array | Blob} source
 * @param {object} options as of withVggface
 * @param {Packages} options.packages
 * @param {import('./graph.js').Dtype} [options.dtype]
 * @param {import('./vggface.js').Layer} [options.layer]
 * @param {(share: number) => void} [options.onProgress] told 0..1
 */
export function convertKeras(source, { onProgress, ...options }) {
  const { flatbuffers } = options.packages;
  return withVggface(source, options, ({ network, recipe, graph, embedding }) => ({
    network,
    recipe,
    model: graph.write(embedding, { recipe, flatbuffers, onProgress }),
  }));
}
