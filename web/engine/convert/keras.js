/**
 * Reader of Keras "weights only" files: HDF5 with the root attribute `layer_names`, one
 * group a layer with the attribute `weight_names`, and the datasets those name.
 *
 * The file may come from anybody. Nothing but float32 arrays of expected names and shapes
 * is read; links, storage outside the file and unknown filters are refused; names and
 * shapes are checked before memory for any weight is taken. A `model_config` is ignored.
 * HDF5 itself runs inside WebAssembly, on a file system that holds only this file.
 *
 * @typedef {typeof import('h5wasm')} H5wasm
 * @typedef {Awaited<H5wasm['ready']>} Hdf5 the HDF5 library
 */

import { ConvertError, printable, refuse } from './refuse.js';
import { elements } from './tflite.js';

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]; // "\x89HDF\r\n\x1a\n"
const MAX_BYTES = 2 ** 31 - 1; // what the HDF5 library can address; VGG-16 has 580 MB
const MAX_NAMES = 1024; // SE-ResNet-50 has about 300 layers, none with more than 4 weights
const MAX_NAME_BYTES = 256;
const FILTERS = new Map([
  [1, 'deflate'],
  [2, 'shuffle'],
  [3, 'fletcher32'],
]);
const FLOAT = 1; // H5T_FLOAT
const STRING = 3; // H5T_STRING

let opened = 0;

/**
 * Runs a call into the HDF5 library; its failures become sentences.
 * @template T
 * @param {string} what
 * @param {() => T} call
 * @returns {T}
 */
function guarded(what, call) {
  try {
    return call();
  } catch (error) {
    if (error instanceof ConvertError) throw error;
    // The library prints a stack of errors; its last entry is the cause.
    const text = error instanceof Error ? error.message : String(error);
    const [, cause] = [...text.matchAll(/\(\): (.*)/g)].at(-1) ?? [text, text.split('\n')[0]];
    if (/external raw data/.test(cause)) {
      refuse(`${what}: they are stored in another file, and other files are not read`);
    }
    return refuse(
      `${what}: ${printable(cause)}. The file is damaged or not complete; ` +
        'download it again.',
    );
  }
}

/** @param {Uint8Array | Blob} source */
async function startOf(source) {
  if (source instanceof Uint8Array) return source;
  return new Uint8Array(await source.slice(0, SIGNATURE.length).arrayBuffer());
}

export class KerasFile {
  /** @type {Map<string, Map<string, string>>} layer -> last part of a weight's name -> path */
  layers = new Map();
  /** Paths that need not be looked at again. */
  #plain = new Set(['']);
  /** @type {Map<string, Set<string>>} group -> what lies in it */
  #listed = new Map();
  /** @type {Map<string, {path: string, shape: number[]}>} "layer/weight" -> where it lies */
  #checked = new Map();
  /** The open file's number in the HDF5 library; 0: not open. */
  #id = 0n;
  #mounted = false;

  /**
   * @param {Uint8Array | Blob} source a Blob is read in parts, as they are needed; that
   *   needs a worker
   * @param {H5wasm} h5wasm
   */
  static async open(source, h5wasm) {
    const size = source instanceof Uint8Array ? source.length : source.size;
    const start = await startOf(source);
    if (!SIGNATURE.every((byte, i) => start[i] === byte)) {
      refuse(
        `not an HDF5 file: ${size} bytes that do not begin with its signature. Expected ` +
          'a Keras weights file (.h5); a web page saved in its place is the commonest reason.',
      );
    }
    if (size > MAX_BYTES) refuse(`the file has ${size} bytes; at most ${MAX_BYTES} are read`);
    const module = await h5wasm.ready;
    module.activate_throwing_error_handler();
    const file = new KerasFile(module, size);
    try {
      file.#mount(source);
      file.#readNames();
      return file;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** @param {Hdf5} module @param {number} size bytes of the file */
  constructor(module, size) {
    this.module = module;
    this.size = size;
    this.folder = `/keras${opened++}`;
  }

  close() {
    const { FS } = this.module;
    if (this.#id) this.module.close_file(this.#id);
    this.#id = 0n;
    if (this.#mounted) FS.unmount(this.folder);
    else if (FS.analyzePath(`${this.folder}/file`).exists) FS.unlink(`${this.folder}/file`);
    if (FS.analyzePath(this.folder).exists) FS.rmdir(this.folder);
    this.#mounted = false;
  }

  /** @param {Uint8Array | Blob} source */
  #mount(source) {
    const { FS, H5F_ACC_RDONLY } = this.module;
    FS.mkdir(this.folder);
    if (source instanceof Uint8Array) {
      FS.createDataFile(this.folder, 'file', source, true, false, true);
    } else {
      FS.mount(
        FS.filesystems.WORKERFS,
        { blobs: [{ name: 'file', data: source }] },
        this.folder,
      );
      this.#mounted = true;
    }
    this.#id = guarded('the HDF5 file cannot be opened', () =>
      this.module.open(`${this.folder}/file`, H5F_ACC_RDONLY, false, -1, -1),
    );
  }

  /**
   * The strings of an attribute such as layer_names.
   * @param {string} path of the group that has it
   * @param {string} attribute
   */
  #names(path, attribute) {
    const where = `attribute '${attribute}' of '${printable(path)}'`;
    return guarded(where, () => {
      if (!this.module.get_attribute_names(this.#id, path).includes(attribute)) {
        refuse(`${where} is missing: this is not a Keras weights file`);
      }
      const about = this.module.get_attribute_metadata(this.#id, path, attribute);
      if (about.total_size === 0) return [];
      if (
        about.type !== STRING ||
        about.shape?.length !== 1 ||
        about.total_size > MAX_NAMES ||
        (!about.vlen && about.size > MAX_NAME_BYTES)
      ) {
        refuse(
          `${where} is not a list of at most ${MAX_NAMES} names of at most ` +
            `${MAX_NAME_BYTES} bytes`,
        );
      }
      const names = this.#attributeStrings(path, attribute, about);
      for (const name of names) {
        if (
          !/^[\w.:-]+(\/[\w.:-]+)*$/.test(name) ||
          name.split('/').some((part) => /^\.+$/.test(part))
        ) {
          refuse(
            `${where} holds '${printable(name)}', which is not a layer's or weight's name`,
          );
        }
      }
      return names;
    });
  }

  /**
   * @param {string} path
   * @param {string} attribute
   * @param {import('h5wasm').Metadata} about
   */
  #attributeStrings(path, attribute, about) {
    const { module } = this;
    const length = about.total_size * about.size;
    const at = module._malloc(length);
    if (!at) refuse('no memory for the names in the file');
    try {
      module.get_attribute_data(this.#id, path, attribute, BigInt(at));
      const bytes = module.HEAPU8.slice(at, at + length);
      // Padded with zeros by h5py, with spaces by others.
      const decode = (/** @type {Uint8Array} */ part) =>
        new TextDecoder('latin1').decode(part).split('\0', 1)[0].trimEnd();
      if (!about.vlen) {
        return Array.from({ length: about.total_size }, (_, i) =>
          decode(bytes.subarray(i * about.size, (i + 1) * about.size)),
        );
      }
      const pointers = new Uint32Array(bytes.buffer);
      const names = Array.from(pointers, (p) =>
        p ? decode(module.HEAPU8.subarray(p, p + MAX_NAME_BYTES)) : '',
      );
      module.reclaim_vlen_memory(this.#id, path, attribute, BigInt(at));
      return names;
    } finally {
      module._free(at);
    }
  }

  #readNames() {
    for (const layer of this.#names('/', 'layer_names')) {
      if (this.layers.has(layer)) refuse(`layer '${printable(layer)}' is listed twice`);
      this.#requirePlain(layer, 'group');
      /** @type {Map<string, string>} */
      const weights = new Map();
      for (const path of this.#names(`/${layer}`, 'weight_names')) {
        const name = path.slice(path.lastIndexOf('/') + 1);
        if (weights.has(name)) refuse(`weight '${printable(`${layer}/${name}`)}' is listed twice`);
        weights.set(name, `${layer}/${path}`);
      }
      this.layers.set(layer, weights);
    }
    if (!this.layers.size) refuse("attribute 'layer_names' is empty: the file has no layers");
  }

  /**
   * Every step of the path must be a plain group, and its end what is asked for.
   * @param {string} path
   * @param {'group' | 'dataset'} kind
   */
  #requirePlain(path, kind) {
    const { module } = this;
    const parts = path.split('/');
    parts.forEach((_, i) => {
      const at = parts.slice(0, i + 1).join('/');
      const parent = parts.slice(0, i).join('/');
      const last = i === parts.length - 1;
      if (this.#plain.has(at) && !last) return;
      guarded(`'${printable(at)}' cannot be read`, () => {
        if (!this.#children(parent).has(parts[i])) {
          refuse(`'${printable(at)}' is missing in the file`);
        }
        const target = module.get_symbolic_link(this.#id, `/${at}`);
        if (target !== null) {
          refuse(
            `'${printable(at)}' is a soft link (to '${printable(target)}'); links are not followed`,
          );
        }
        const outside = module.get_external_link(this.#id, `/${at}`);
        if (outside?.filename !== undefined) {
          refuse(
            `'${printable(at)}' is a link into another file ('${printable(outside.filename)}'); ` +
              'links are not followed',
          );
        }
        const wanted = last && kind === 'dataset' ? module.H5G_DATASET : module.H5G_GROUP;
        if (module.get_type(this.#id, `/${at}`) !== wanted) {
          refuse(`'${printable(at)}' is not a ${last ? kind : 'group'}`);
        }
      });
      this.#plain.add(at);
    });
  }

  /** @param {string} group */
  #children(group) {
    const known = this.#listed.get(group);
    if (known) return known;
    const names = new Set(this.module.get_names(this.#id, `/${group}`, false));
    this.#listed.set(group, names);
    return names;
  }

  /**
   * Checks that the file holds exactly these weights, in these shapes, stored plainly.
   * @param {string} network its name, for messages
   * @param {Map<string, Record<string, number[]>>} expected layer -> weight -> shape
   */
  check(network, expected) {
    for (const [layer, weights] of this.layers) {
      const surplus = [...weights.keys()].find(
        (name) => !Object.hasOwn(expected.get(layer) ?? {}, name),
      );
      if (surplus) {
        refuse(`'${printable(layer)}/${printable(surplus)}' is not a weight of ${network}`);
      }
    }
    let bytes = 0;
    let filtered = false;
    for (const [layer, weights] of expected) {
      for (const [name, shape] of Object.entries(weights)) {
        const path = this.layers.get(layer)?.get(name);
        if (!path) refuse(`'${layer}/${name}' of ${network} is missing in the file`);
        this.#requirePlain(path, 'dataset');
        filtered = this.#checkDataset(path, shape) || filtered;
        bytes += 4 * elements(shape);
        this.#checked.set(`${layer}/${name}`, { path, shape });
      }
    }
    if (!filtered && bytes > this.size) {
      refuse(
        `the weights of ${network} take ${bytes} bytes, but the whole file has ` +
          `${this.size}: it is not complete, or keeps them somewhere else`,
      );
    }
  }

  /**
   * @param {string} path
   * @param {number[]} shape
   * @returns {boolean} whether the dataset is stored through filters
   */
  #checkDataset(path, shape) {
    const about = guarded(`dataset '${path}'`, () =>
      this.module.get_dataset_metadata(this.#id, `/${path}`),
    );
    const found = about.shape ?? [];
    if (about.type !== FLOAT || about.size !== 4 || !about.littleEndian) {
      refuse(
        `'${path}' does not hold little-endian 32-bit floats, the only type of the ` +
          'published files',
      );
    }
    if (found.length !== shape.length || found.some((extent, i) => extent !== shape[i])) {
      refuse(`'${path}' has the shape [${found}], expected [${shape}]`);
    }
    if (about.virtual_sources) {
      refuse(`'${path}' is put together from other files; that is not read`);
    }
    if (
      about.chunks &&
      (elements(about.chunks) > elements(shape) || elements(about.chunks) < 1)
    ) {
      refuse(
        `'${path}' is stored in chunks of [${about.chunks}], more than its shape [${shape}]`,
      );
    }
    const filters = guarded(`dataset '${path}'`, () =>
      this.module.get_dataset_filters(this.#id, `/${path}`),
    );
    for (const { id, name } of filters) {
      if (!FILTERS.has(id)) {
        refuse(
          `'${path}' is stored through filter ${id} (${printable(name)}); only ` +
            `${[...FILTERS.values()].join(', ')} are known`,
        );
      }
    }
    return filters.length > 0;
  }

  /**
   * The values of a checked weight, with its last axis cut to from..to and moved to the
   * front: kernels come as [out, height, width, in] or [out, in].
   * @param {string} layer
   * @param {string} name
   * @param {number} [from]
   * @param {number} [to]
   * @returns {Float32Array}
   */
  read(layer, name, from = 0, to = undefined) {
    const checked = this.#checked.get(`${layer}/${name}`);
    if (!checked) throw new Error(`'${layer}/${name}' has not been checked`);
    const { path, shape } = checked;
    const values = this.#readSlice(path, shape, from, to ?? shape[shape.length - 1]);
    let largest = 0;
    for (const value of values) {
      if (!Number.isFinite(value)) refuse(`'${path}' holds ${value}, which is not a weight`);
      largest = Math.max(largest, Math.abs(value));
    }
    // Storage that was never written reads as zeros.
    if (shape.length > 1 && largest === 0) {
      refuse(`'${path}' holds nothing but zeros: its values were never written to this file`);
    }
    return values;
  }

  /**
   * @param {string} path
   * @param {number[]} shape
   * @param {number} from
   * @param {number} to
   */
  #readSlice(path, shape, from, to) {
    const { module } = this;
    const outer = shape.slice(0, -1);
    const rows = elements(outer);
    const columns = to - from;
    const length = rows * columns * 4;
    const at = module._malloc(length);
    if (!at) refuse(`no memory for ${length} bytes of '${path}'`);
    try {
      guarded(`the values of '${path}' cannot be read`, () => {
        const count = [...outer, columns].map(BigInt);
        const offset = [...outer.map(() => 0), from].map(BigInt);
        const strides = shape.map(() => 1n);
        const into = BigInt(at);
        const status = module.get_dataset_data(
          this.#id,
          `/${path}`,
          count,
          offset,
          strides,
          into,
        );
        if (status < 0) throw new Error('the HDF5 library reports a failure');
      });
      const stored = new Float32Array(module.HEAPU8.buffer, at, rows * columns);
      if (shape.length === 1) return stored.slice();
      const values = new Float32Array(rows * columns);
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          values[column * rows + row] = stored[row * columns + column];
        }
      }
      return values;
    } finally {
      module._free(at);
    }
  }
}
