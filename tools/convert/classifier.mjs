/**
 * The classifier of a with-top file as a gallery without photos: the column of weights of a
 * class is the direction in which the network's embedding of that person points.
 */

import { refuse } from '../../web/engine/convert/refuse.js';
import { readNames } from './npy.mjs';

/** ` Leonardo_DiCaprio` -> `Leonardo DiCaprio`. @param {string} name */
const plain = (name) => name.replace(/[_\s]+/g, ' ').trim();

/**
 * @param {import('../../web/engine/convert/keras.js').KerasFile} file already checked
 * @param {import('../../web/engine/convert/vggface.js').Vggface} built from it
 * @param {object} choice
 * @param {Uint8Array} choice.labels the published .npy file of names
 * @param {string[]} [choice.wanted] names to keep; all of them if absent
 * @returns {{names: string[], vectors: Float32Array, unknown: string[]}} a unit vector for
 *   each name; unknown: those wanted that the file does not have
 */
export function extractClassifier(file, built, { labels, wanted }) {
  const layer = built.classifier;
  if (!layer) refuse('the file has no classifier: it is a "notop" file; take the one with top');
  const names = readNames(labels).map(plain);
  const weights = file.read(layer, 'kernel:0'); // [class, feature]
  const classes = file.read(layer, 'bias:0').length;
  const size = weights.length / classes;
  const embedded = built.graph.shape(built.embedding)[1];
  if (size !== embedded) {
    refuse(
      `the classifier works on ${size} features, the embedding has ${embedded}; convert ` +
        'with --layer fc7',
    );
  }
  if (names.length !== classes) {
    refuse(
      `the file of names has ${names.length}, the classifier ${classes} classes; labels_v1 ` +
        'belongs to vgg16, labels_v2 to resnet50 and senet50',
    );
  }
  const { rows, unknown } = choose(names, wanted);
  const mean = meanRow(weights, classes);
  const vectors = new Float32Array(rows.length * size);
  rows.forEach((row, at) => {
    const centred = mean.map((value, i) => weights[row * size + i] - value);
    const norm = Math.hypot(...centred);
    if (!(norm > 0)) refuse(`the classifier's vector of '${names[row]}' is zero`);
    vectors.set(
      centred.map((value) => value / norm),
      at * size,
    );
  });
  return { names: rows.map((row) => names[row]), vectors, unknown };
}

/**
 * The rows of the wanted names, in the order of the file.
 * @param {string[]} names one for each row
 * @param {string[]} [wanted]
 */
function choose(names, wanted) {
  if (!wanted) return { rows: [...names.keys()], unknown: [] };
  const rowOf = new Map(names.map((name, row) => [name.toLowerCase(), row]));
  /** @type {Set<number>} */
  const rows = new Set();
  /** @type {string[]} */
  const unknown = [];
  const asked = wanted.map(plain).filter(Boolean);
  for (const name of asked) {
    const row = rowOf.get(name.toLowerCase());
    if (row === undefined) unknown.push(name);
    else rows.add(row);
  }
  if (!rows.size) {
    refuse(`none of the ${asked.length} wanted names is among the ${names.length} of the file`);
  }
  return { rows: [...rows].sort((a, b) => a - b), unknown };
}

/** A softmax does not change when one vector is added to all classes, so their mean says
    nothing about anybody. @param {Float32Array} weights @param {number} classes */
function meanRow(weights, classes) {
  const mean = new Float64Array(weights.length / classes);
  weights.forEach((value, i) => {
    mean[i % mean.length] += value / classes;
  });
  return mean;
}
