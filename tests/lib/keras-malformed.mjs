/** Files that look like Keras weights and are not: each must be refused with a sentence. */

import { writeHdf5, writeKeras } from './keras-h5.mjs';

const LAYER = 'conv1/7x7_s2';
const KERNEL = `${LAYER}/${LAYER}/kernel:0`;

/** @typedef {{name: string, bytes: Uint8Array, says: RegExp}} Malformed */

/** The beginning of ResNet-50: as much as is looked at before these files are refused. */
function beginning() {
  const filled = (shape, value) =>
    new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value);
  const weight = (name, shape, value = 0.5) => ({ name, shape, data: filled(shape, value) });
  const norm = (channels) =>
    ['gamma:0', 'beta:0', 'moving_mean:0', 'moving_variance:0'].map((name) =>
      weight(name, [channels]),
    );
  return [
    { name: 'input_1', weights: [] },
    { name: LAYER, weights: [weight('kernel:0', [7, 7, 3, 64])] },
    { name: `${LAYER}/bn`, weights: norm(64) },
    { name: 'activation_1', weights: [] },
    { name: 'conv2_1_1x1_reduce', weights: [weight('kernel:0', [1, 1, 64, 64])] },
    { name: 'conv2_1_1x1_reduce/bn', weights: norm(64) },
  ];
}

/** A copy of the layers with one weight replaced. */
function withWeight(layers, layer, weight, change) {
  return layers.map((l) =>
    l.name !== layer
      ? l
      : {
          ...l,
          weights: l.weights.map((w) => (w.name === weight ? { ...w, ...change(w) } : w)),
        },
  );
}

// ---- Bytes ----------------------------------------------------------------------------

const EOF_ADDRESS = 40; // in the superblock, version 0
const ROOT_HEADER = 64;
const ROOT_TREE = 80;
const ROOT_HEAP = 88;

const view = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const u64 = (bytes, at) => Number(view(bytes).getBigUint64(at, true));

function patched(bytes, change) {
  const copy = bytes.slice();
  change(view(copy), copy);
  return copy;
}

const set64 = (at, value) => (v) => v.setBigUint64(at, BigInt(value), true);

/** Where a run of bytes begins. */
function find(bytes, pattern, from = 0) {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(
    Buffer.from(pattern),
    from,
  );
  if (at < 0) throw new Error('the made file lacks what is to be damaged');
  return at;
}

const u32s = (...values) =>
  values.flatMap((v) => [v & 255, (v >> 8) & 255, (v >> 16) & 255, v >>> 24]);
const u64s = (...values) => values.flatMap((v) => [...u32s(v), 0, 0, 0, 0]);

/** Where HDF5's own structures begin, by their signatures. */
function boundaries(bytes) {
  const found = [];
  for (const signature of ['TREE', 'HEAP', 'SNOD']) {
    const all = [];
    for (let at = 0; ;) {
      at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(signature, at);
      if (at < 0) break;
      all.push(at);
      at += 4;
    }
    found.push(...new Set([all[0], all[all.length >> 1], all.at(-1)]));
  }
  return found;
}

// ---- The files ------------------------------------------------------------------------

/** Cut off at the structures; with the superblock's idea of the length as it was, and with
    the length put right, so that the library goes on into what is not there. */
function truncated(base) {
  const cuts = [
    { name: 'empty', bytes: base.slice(0, 0), says: /not an HDF5 file: 0 bytes/ },
    { name: 'signature only', bytes: base.slice(0, 8), says: /cannot be opened/ },
    { name: 'inside the superblock', bytes: base.slice(0, 50), says: /cannot be opened/ },
    {
      name: 'one byte short',
      bytes: base.slice(0, -1),
      says: /cannot be opened: truncated file/,
    },
  ];
  for (const at of boundaries(base)) {
    const part = base.slice(0, at);
    cuts.push({
      name: `cut at byte ${at}`,
      bytes: part,
      says: /cannot be opened|cannot be read|missing/,
    });
    cuts.push({
      name: `cut at byte ${at}, length put right`,
      bytes: patched(part, set64(EOF_ADDRESS, at)),
      says: /cannot be opened|cannot be read|missing|attribute|dataset/,
    });
  }
  return cuts;
}

function damaged(base, compressed) {
  const tree = u64(base, ROOT_TREE);
  const heap = u64(base, ROOT_HEAP);
  const shape = find(base, u64s(7, 7, 3, 64));
  const chunk = find(compressed, u32s(7, 7, 3, 64, 4));
  const deflate = find(compressed, 'deflate\0');
  return [
    [
      'a web page',
      new TextEncoder().encode('<!DOCTYPE html><html>Not Found</html>'.padEnd(4096)),
      /not an HDF5 file/,
    ],
    ['superblock version 9', patched(base, (v) => v.setUint8(8, 9)), /cannot be opened/],
    ['addresses of 3 bytes', patched(base, (v) => v.setUint8(13, 3)), /cannot be opened/],
    [
      'root behind the end',
      patched(base, set64(ROOT_HEADER, 2 ** 40)),
      /cannot be (opened|read)|attribute/,
    ],
    [
      'root is the superblock',
      patched(base, set64(ROOT_HEADER, 0)),
      /cannot be (opened|read)|attribute/,
    ],
    [
      'group tree that is its own child',
      patched(base, (v) => {
        v.setUint8(tree + 5, 1);
        v.setBigUint64(tree + 32, BigInt(tree), true);
      }),
      /cannot be read|attribute|missing/,
    ],
    [
      'group tree with 65535 entries',
      patched(base, (v) => v.setUint16(tree + 6, 65535, true)),
      /cannot be read|missing/,
    ],
    ['heap of 2^60 bytes', patched(base, set64(heap + 8, 2 ** 60)), /cannot be read|missing/],
    [
      'extents of 2^40',
      patched(base, (v) =>
        [0, 8, 16, 24].forEach((i) => v.setBigUint64(shape + i, 2n ** 40n, true)),
      ),
      /shape|dataset/,
    ],
    [
      'chunks of 2^31',
      patched(compressed, (v) => v.setUint32(chunk, 2 ** 31, true)),
      /chunk|dataset/,
    ],
    [
      'an unknown filter',
      patched(compressed, (v) => v.setUint16(deflate - 8, 32000, true)),
      /filter 32000 .*only deflate/,
    ],
    [
      'big-endian floats',
      patched(base, (v) => v.setUint8(find(base, [0x11, 0x20, 0x1f, 0, 4, 0, 0, 0]) + 1, 0x21)),
      /little-endian/,
    ],
  ].map(([name, bytes, says]) => ({ name, bytes, says }));
}

/** Storage in another file: h5wasm cannot make that, so an attribute's message becomes the
    "external data files" message. */
async function externalStorage(layers) {
  const marker = 'external data files message goes here, with room to spare';
  const bytes = await writeKeras(layers, {
    tamper: (file) =>
      file.get(KERNEL).create_attribute('note', marker, [], `S${marker.length}`),
  });
  const text = find(bytes, marker);
  // The message's header: type, size, flags; it lies before the attribute's name and types.
  let header = text - 8;
  while (!(
    view(bytes).getUint16(header, true) === 0x0c &&
    view(bytes).getUint16(header + 2, true) >= text - header
  ))
    header -= 8;
  return patched(bytes, (v, copy) => {
    v.setUint16(header, 0x07, true);
    copy.set([1, 0, 0, 0, 1, 0, 1, 0], header + 8);
    copy.set(u64s(u64(bytes, ROOT_HEAP), 8, 0, 7 * 7 * 3 * 64 * 4), header + 16);
  });
}

/** One kernel under six names: every name and shape is right, but the file is too small. */
function sharedKernel(layers) {
  const [first, ...others] = [1, 2, 3, 4, 5, 6].map((block) => `conv4_${block}_3x3`);
  return writeKeras(
    layers.map((layer) => (others.includes(layer.name) ? { ...layer, weights: [] } : layer)),
    {
      tamper: (file) =>
        others.forEach((name) => {
          const group = file.get(name);
          group.delete_attribute('weight_names');
          group.create_attribute('weight_names', [`${name}/kernel:0`], [1], 'S21');
          group.create_group(name);
          file.create_hard_link(`/${first}/${first}/kernel:0`, `${name}/${name}/kernel:0`);
        }),
    },
  );
}

async function wrongContent(layers) {
  const kernel = (change) => writeKeras(withWeight(layers, LAYER, 'kernel:0', change));
  const without = (name) => layers.filter((layer) => layer.name !== name);
  const links = (make) =>
    writeKeras(
      without(LAYER).filter((l) => !l.name.startsWith('conv1')),
      {
        tamper: (file) => {
          file.delete_attribute('layer_names');
          const names = ['input_1', LAYER];
          file.create_attribute('layer_names', names, [2], 'S12');
          make(file);
        },
      },
    );
  const attribute = (name, data, shape, dtype) =>
    writeKeras(layers, {
      tamper: (file) => {
        const at = name === 'layer_names' ? file : file.get(LAYER);
        at.delete_attribute(name);
        at.create_attribute(name, data, shape, dtype);
      },
    });
  return [
    [
      'shape turned round',
      await kernel((w) => ({ shape: [64, 3, 7, 7], data: w.data })),
      /kernel:0' has the shape \[64,3,7,7\], expected \[7,7,3,64\]/,
    ],
    [
      'an axis too few',
      await kernel((w) => ({ shape: [147, 64], data: w.data })),
      /has the shape \[147,64\]/,
    ],
    [
      'one output too many',
      await kernel(() => ({
        shape: [7, 7, 3, 65],
        data: new Float32Array(7 * 7 * 3 * 65).fill(1),
      })),
      /has the shape \[7,7,3,65\]/,
    ],
    [
      'doubles',
      await kernel((w) => ({ data: Float64Array.from(w.data) })),
      /little-endian 32-bit floats/,
    ],
    [
      'integers',
      await kernel((w) => ({ data: Int32Array.from(w.data, () => 1) })),
      /little-endian 32-bit floats/,
    ],
    [
      'a layer missing',
      await writeKeras(without(`${LAYER}/bn`)),
      /'conv1\/7x7_s2\/bn\/gamma:0' of resnet50 is missing/,
    ],
    [
      'a weight missing',
      await writeKeras(
        layers.map((l) =>
          l.name === `${LAYER}/bn` ? { ...l, weights: l.weights.slice(1) } : l,
        ),
      ),
      /bn\/gamma:0' of resnet50 is missing/,
    ],
    [
      'a layer too many',
      await writeKeras([
        ...layers,
        {
          name: 'dense_1',
          weights: [{ name: 'kernel:0', shape: [2], data: new Float32Array(2) }],
        },
      ]),
      /'dense_1\/kernel:0' is not a weight of resnet50/,
    ],
    [
      'a layer twice',
      await attribute('layer_names', ['input_1', LAYER, LAYER], [3], 'S12'),
      /listed twice/,
    ],
    [
      'two weights of one name',
      await attribute('weight_names', ['other/kernel:0', `${LAYER}/kernel:0`], [2], 'S21'),
      /weight 'conv1\/7x7_s2\/kernel:0' is listed twice/,
    ],
    [
      'another network',
      await writeKeras([
        {
          name: 'block1_conv1',
          weights: [{ name: 'kernel:0', shape: [2], data: new Float32Array(2) }],
        },
      ]),
      /none of the VGGFace networks.*block1_conv1/,
    ],
    [
      'no layer names',
      await writeHdf5((file) => file.create_group('conv1')),
      /'layer_names' of '\/' is missing/,
    ],
    [
      'numbers for layer names',
      await attribute('layer_names', new Int32Array([1, 2]), [2], '<i'),
      /not a list of at most/,
    ],
    [
      'a million layer names',
      await attribute('layer_names', new Uint8Array(60000), [60000], '<B'),
      /not a list of at most/,
    ],
    [
      'a weight name that leads upwards',
      await attribute('weight_names', ['../../conv1/kernel:0'], [1], 'S20'),
      /'\.\.\/\.\.\/conv1\/kernel:0', which is not a/,
    ],
    [
      'an absolute weight name',
      await attribute('weight_names', ['/etc/passwd/kernel:0'], [1], 'S20'),
      /'\/etc\/passwd\/kernel:0', which is not a/,
    ],
    [
      'a soft link',
      await links((file) => file.create_soft_link('/input_1', 'conv1')),
      /'conv1' is a soft link/,
    ],
    [
      'a soft link to itself',
      await links((file) => file.create_soft_link('/conv1', 'conv1')),
      /'conv1' is a soft link/,
    ],
    [
      'two soft links in a ring',
      await links((file) => {
        file.create_soft_link('/ring', 'conv1');
        file.create_soft_link('/conv1', 'ring');
      }),
      /'conv1' is a soft link/,
    ],
    [
      'a link into another file',
      await links((file) => file.create_external_link('/etc/passwd', '/', 'conv1')),
      /'conv1' is a link into another file \('\/etc\/passwd'\)/,
    ],
    [
      'a group that holds itself',
      await links((file) => {
        const group = file.create_group('conv1').create_group('7x7_s2');
        group.create_attribute('weight_names', [`${LAYER}/kernel:0`], [1], 'S21');
        file.create_hard_link('/conv1', 'conv1/7x7_s2/conv1');
      }),
      /'conv1\/7x7_s2\/conv1\/7x7_s2\/kernel:0' is missing/,
    ],
    [
      'a group for a dataset',
      await links((file) => {
        const group = file.create_group('conv1').create_group('7x7_s2');
        group.create_attribute('weight_names', [`${LAYER}/kernel:0`], [1], 'S21');
        group.create_group('conv1').create_group('7x7_s2').create_group('kernel:0');
      }),
      /kernel:0' is not a dataset/,
    ],
    [
      'a dataset for a group',
      await links((file) => file.create_dataset({ name: 'conv1', data: new Float32Array(4) })),
      /'conv1' is not a group/,
    ],
  ].map(([name, bytes, says]) => ({ name, bytes, says }));
}

/** @returns {Promise<Malformed[]>} small files, refused before any weight is read */
export async function malformedFiles() {
  const layers = beginning();
  const base = await writeKeras(layers);
  const compressed = await writeKeras(layers, { compress: true });
  return [...truncated(base), ...damaged(base, compressed), ...(await wrongContent(layers))];
}

/**
 * Files that are whole but for some values; as large as the network.
 * @param {import('./keras-h5.mjs').Layer[]} layers of ResNet-50
 * @returns {AsyncGenerator<Malformed>}
 */
export async function* malformedValues(layers) {
  const norm = `${LAYER}/bn`;
  const spoilt = (layer, weight, change) =>
    writeKeras(
      withWeight(layers, layer, weight, ({ data }) => {
        const copy = data.slice();
        change(copy);
        return { data: copy };
      }),
    );
  yield {
    name: 'a kernel with NaN',
    bytes: await spoilt(LAYER, 'kernel:0', (d) => {
      d[77] = NaN;
    }),
    says: /kernel:0' holds NaN/,
  };
  yield {
    name: 'an infinite mean',
    bytes: await spoilt(norm, 'moving_mean:0', (d) => {
      d[5] = -Infinity;
    }),
    says: /moving_mean:0' holds -Infinity/,
  };
  yield {
    name: 'a negative variance',
    bytes: await spoilt(norm, 'moving_variance:0', (d) => {
      d[9] = -1;
    }),
    says: /holds -1; a variance is not negative/,
  };
  yield {
    name: 'a kernel of zeros',
    bytes: await spoilt('conv5_3_3x3', 'kernel:0', (d) => d.fill(0)),
    says: /nothing but zeros/,
  };
  yield {
    name: 'one kernel under many names',
    bytes: await sharedKernel(layers),
    says: /take \d+ bytes, but the whole file has \d+/,
  };
  yield {
    name: 'weights in another file',
    bytes: await externalStorage(layers),
    says: /kernel:0' cannot be read: they are stored in another file/,
  };
}
