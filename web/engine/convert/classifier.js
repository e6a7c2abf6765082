/**
 * The classifier of a with-top file as a gallery without photos: the column of weights of a
 * class is the direction in which the network's embedding of that person points.
 */

import { readNames } from './npy.js';
import { refuse } from './refuse.js';

/** ` Leonardo_DiCaprio` -> `Leonardo DiCaprio`. */
const plain = (name) => name.replace(/[_\s]+/g, ' ').trim();

/**
 * @param {import('./keras.js').KerasFile} file already checked
 * @param {{classifier: string | false, graph: any, embedding: number}} built
 * @param {object} choice
 * @param {Uint8Array} choice.labels the published .npy file of names
 * @param {string[]} [choice.wanted] names to keep; all of them if absent
 * @returns {{names: string[], vectors: Float32Array, unknown: string[]}} a unit vector a name;
 *   unknown: those wanted that the file does not have
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
  // A softmax does not change when one vector is added to all classes, so their mean says
  // nothing about anybody.
  const mean = new Float64Array(size);
  weights.forEach((value, i) => {
    mean[i % size] += value / classes;
  });

  const rowOf = new Map(names.map((name, row) => [name.toLowerCase(), row]));
  const asked = wanted?.map(plain).filter(Boolean);
  const unknown = asked?.filter((name) => !rowOf.has(name.toLowerCase())) ?? [];
  const rows = asked
    ? [...new Set(asked.flatMap((name) => rowOf.get(name.toLowerCase()) ?? []))].sort(
        (a, b) => a - b,
      )
    : names.map((_, row) => row);
  if (!rows.length)
    refuse(`none of the ${asked.length} wanted names is among the ${classes} of the file`);

  const vectors = new Float32Array(rows.length * size);
  rows.forEach((row, at) => {
    const centred = Float64Array.from(mean, (value, i) => weights[row * size + i] - value);
    const norm = Math.hypot(...centred);
    if (!(norm > 0)) refuse(`the classifier's vector of '${names[row]}' is zero`);
    vectors.set(
      centred.map((value) => value / norm),
      at * size,
    );
  });
  return { names: rows.map((row) => names[row]), vectors, unknown };
}
