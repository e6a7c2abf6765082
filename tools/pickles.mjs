#!/usr/bin/env node
/**
 * Takes over the pickles of a Bollywood look-alike finder in Python, a list of feature vectors
 * and a list of file names, without running anything of them:
 *
 *     node tools/pickles.mjs Embedding.pkl filename.pkl --npy old.npy --csv old.csv
 *     build/native/humshakal gallery import --npy old.npy --csv old.csv \
 *         --model build/models/vggface-resnet50.tflite -o old.humg
 *
 * The names of people are those of the folders that their photos lie in. Name with --model the
 * network that made the vectors (tools/fetch-vggface.sh fetches vggface-resnet50); with another
 * the import is refused, since its embeddings have another length.
 *
 * Better than taking the vectors over is to make the gallery anew from its photos: in that
 * application they were given to the network whole, as somebody else had cut them, and the
 * visitor's photo was cut by a face detector, so scores between the two say less:
 *
 *     build/native/humshakal gallery build PHOTOS --model build/models/vggface-resnet50.tflite -o new.humg
 *
 * Exit codes: 0 done; 2 a pickle is refused, or cannot be read.
 */

import { readFile, stat, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { MOST_BYTES, PickleRefused, namesOf, readPickle, vectorsOf } from './pickles/pickle.mjs';

const WARNING = `note: that application prepared photos for its gallery in another way than those of visitors, so
note: scores say less than of a gallery that is made here from the photos:
note:   build/native/humshakal gallery build PHOTOS --model build/models/vggface-resnet50.tflite -o new.humg
`;

/** @param {string} path @returns {Promise<unknown>} */
async function read(path) {
  const { size } = await stat(path);
  if (size > MOST_BYTES) throw new PickleRefused(`${path}: it has ${size} bytes; at most ${MOST_BYTES} are read`);
  const bytes = await readFile(path);
  try {
    return readPickle(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
  } catch (error) {
    if (error instanceof PickleRefused) throw new PickleRefused(`${path}: ${error.message}.`);
    throw error;
  }
}

/** NumPy's format 1.0, float32. @param {ArrayLike<number>[]} vectors */
function npy(vectors) {
  const dimension = vectors[0]?.length ?? 0;
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${vectors.length}, ${dimension}), }`;
  const text = `${header.padEnd(Math.ceil((header.length + 11) / 64) * 64 - 11)}\n`;
  const start = Buffer.from(`\x93NUMPY\x01\x00..${text}`, 'latin1');
  start.writeUInt16LE(text.length, 8);
  const rows = Float32Array.from({ length: vectors.length * dimension }, (_, i) => (
    vectors[Math.floor(i / dimension)][i % dimension]));
  return Buffer.concat([start, Buffer.from(rows.buffer)]);
}

/** @param {string} value */
const cell = (value) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

/** Whose photo it is, by its folder: "faces/Aamir_Khan/1.jpg" is Aamir Khan's. @param {string} path @param {number} i */
function photoOf(path, i) {
  const parts = path.split(/[\\/]/);
  const [file, folder] = [parts.at(-1), parts.at(-2)];
  const person = (folder ?? '').split(/[_ ]+/).filter(Boolean).join(' ');
  if (!file || !person) {
    throw new PickleRefused(`file name ${i + 1} ('${path.slice(0, 80)}') lies in no folder of a person's name.`);
  }
  return { person, file };
}

async function main() {
  const { values, positionals } = parseArgs({ allowPositionals: true,
    options: { npy: { type: 'string' }, csv: { type: 'string' }, help: { type: 'boolean', short: 'h' } } });
  const source = await readFile(new URL(import.meta.url), 'utf8');
  const usage = source.slice(source.indexOf('/**'), source.indexOf('*/')).replace(/^\/?\*+ ?| \* ?/gm, '').trim();
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  if (positionals.length !== 2 || !values.npy || !values.csv) {
    throw new PickleRefused('name both pickles, and the files to write:\n'
      + 'node tools/pickles.mjs Embedding.pkl filename.pkl --npy old.npy --csv old.csv');
  }
  const [embeddings, names] = positionals;
  const vectors = vectorsOf(await read(embeddings));
  const files = namesOf(await read(names));
  if (vectors.length !== files.length) {
    throw new PickleRefused(`${embeddings} has ${vectors.length} vectors, ${names} ${files.length} file names: `
      + 'they do not belong together.');
  }
  const photos = files.map(photoOf);
  await writeFile(values.npy, npy(vectors));
  await writeFile(values.csv, `person,file\n${photos.map(({ person, file }) => (
    `${cell(person)},${cell(file)}\n`)).join('')}`);
  const people = new Set(photos.map(({ person }) => person));
  process.stdout.write(`${vectors.length} vectors of ${vectors[0]?.length ?? 0} numbers, of ${people.size} people\n`);
  process.stderr.write(WARNING);
}

main().catch((error) => {
  process.stderr.write(`pickles: ${error.message}\n`);
  process.exitCode = 2;
});
