/**
 * Keras weight files for tests: written in the layout of Keras 2, with weights that are
 * made, not trained; and read back by name, without the converter.
 */

import { importPackage } from '../../tools/packages.mjs';

/**
 * @typedef {{name: string, shape: number[], data: Float32Array}} Weight
 * @typedef {{name: string, weights: Weight[]}} Layer
 */

let written = 0;

/** @returns {Promise<{h5: any, FS: any}>} */
async function library() {
  const h5 = await importPackage('models', 'h5wasm');
  const { FS } = await h5.ready;
  return { h5, FS };
}

/** A list of names as h5py stores it: fixed-length strings; an empty list holds floats. */
function nameList(group, attribute, names) {
  if (!names.length) {
    group.create_attribute(attribute, new Float64Array(0), [0]);
    return;
  }
  const longest = Math.max(...names.map((name) => name.length));
  group.create_attribute(attribute, names, [names.length], `S${longest}`);
}

/** Groups of a path are made as they are needed; names hold slashes, so that they nest. */
function groupAt(file, path) {
  let group = file;
  for (const part of path.split('/').filter(Boolean)) {
    const next = group.keys().includes(part) ? group.get(part) : group.create_group(part);
    group = next;
  }
  return group;
}

/**
 * Lets `fill` write an HDF5 file and returns its bytes.
 * @param {(file: any) => void} fill
 * @param {[string, string]} [libver] formats to use; h5py's default is the earliest
 */
export async function writeHdf5(fill, libver = ['earliest', 'v114']) {
  const { h5, FS } = await library();
  const path = `/made${written++}.h5`;
  const file = new h5.File(path, 'w', { libver });
  try {
    fill(file);
  } finally {
    file.close();
  }
  const bytes = FS.readFile(path).slice();
  FS.unlink(path);
  return bytes;
}

/**
 * @param {Layer[]} layers
 * @param {object} [options]
 * @param {boolean} [options.compress] store weights through deflate: small files for tests
 *   that are not about values
 * @param {(file: any) => void} [options.tamper] told the open file before it is closed
 * @param {[string, string]} [options.libver] as of writeHdf5
 */
export function writeKeras(layers, { compress = false, tamper = () => {}, libver } = {}) {
  return writeHdf5((file) => {
    nameList(
      file,
      'layer_names',
      layers.map(({ name }) => name),
    );
    file.create_attribute('backend', 'tensorflow', [], 'S10');
    file.create_attribute('keras_version', '2.0.8', [], 'S5');
    for (const { name, weights } of layers) {
      const group = groupAt(file, name);
      nameList(
        group,
        'weight_names',
        weights.map((weight) => `${name}/${weight.name}`),
      );
      for (const { name: weight, shape, data } of weights) {
        groupAt(group, name).create_dataset({
          name: weight,
          data,
          shape,
          ...(compress && { chunks: shape, compression: 'gzip', compression_opts: 1 }),
        });
      }
    }
    tamper(file);
  }, libver);
}

/**
 * Reads weights by their place in the file, for the oracle.
 * @param {Uint8Array} bytes
 */
export async function readKeras(bytes) {
  const { h5, FS } = await library();
  const path = `/read${written++}.h5`;
  FS.createDataFile('/', path.slice(1), bytes, true, false, true);
  const file = new h5.File(path, 'r');
  return {
    /** @returns {{shape: number[], data: Float32Array}} */
    get(layer, weight) {
      const dataset = file.get(`${layer}/${layer}/${weight}`);
      return { shape: dataset.shape, data: dataset.value };
    },
    close() {
      file.close();
      FS.unlink(path);
    },
  };
}
