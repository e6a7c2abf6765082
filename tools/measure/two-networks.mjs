/**
 * What a second network beside the first would add: scores of pairs as a weighted mean of
 * both networks' cosines.
 *
 *     node tools/measure/two-networks.mjs DIR [--no-detect] [--models facenet,hse-mobilenet]
 *
 * DIR holds a folder for each person. True accepts at 1 and 0.1 % false ones, of all pairs.
 * Needs tools/setup/build.sh.
 */

import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const PROGRAM = fileURLToPath(new URL('../../build/native/humshakal', import.meta.url));

const { values, positionals: [folder] } = parseArgs({ allowPositionals: true, options: {
  'no-detect': { type: 'boolean', default: false },
  models: { type: 'string', default: 'facenet,hse-mobilenet' },
} });

/** @type {string[]} */
const files = [];
/** @type {string[]} */
const people = [];
for (const person of (await readdir(folder)).sort()) {
  for (const file of (await readdir(join(folder, person))).sort()) {
    files.push(join(folder, person, file));
    people.push(person);
  }
}

/** @param {string} model @returns {Float32Array[]} */
function embeddings(model) {
  const args = ['embed', ...files, '--json', '--model', model];
  if (values['no-detect']) args.push('--no-detect');
  const { photos } = JSON.parse(execFileSync(PROGRAM, args, { maxBuffer: 1 << 29 }).toString());
  return photos.map((/** @type {any} */ { embedding }) => Float32Array.from(embedding));
}

/** Cosines of all pairs. @param {Float32Array[]} vectors */
function pairs(vectors) {
  const cosines = new Float32Array(vectors.length * (vectors.length - 1) / 2);
  let at = 0;
  for (let a = 0; a < vectors.length; a += 1) {
    for (let b = 0; b < a; b += 1, at += 1) {
      for (let i = 0; i < vectors[a].length; i += 1) cosines[at] += vectors[a][i] * vectors[b][i];
    }
  }
  return cosines;
}

const same = people.flatMap((person, a) => people.slice(0, a).map((other) => person === other));

/** @param {Float32Array} scores @param {number} far */
function accepts(scores, far) {
  const strangers = scores.filter((_, i) => !same[i]).sort().reverse();
  const level = strangers[Math.floor(far * strangers.length)];
  const own = scores.filter((_, i) => same[i]);
  return own.filter((score) => score >= level).length / own.length;
}

const [first, second] = values.models.split(',').map((model) => pairs(embeddings(model)));
for (const weight of [0, 0.1, 0.2, 0.3, 0.4, 0.5, 1]) {
  const scores = first.map((score, i) => (1 - weight) * score + weight * second[i]);
  console.log(`${weight} of the second: ${[0.01, 0.001].map((far) => accepts(scores, far).toFixed(4)).join(', ')}`);
}
