#!/usr/bin/env node
/**
 * What several photos of a person are worth: true accepts of one photo, of the plain mean
 * and of the weighted mean that the page takes, against all other photos.
 *
 *     node tools/bench/several.mjs FOLDER [--crops] [--shrink]
 *
 * FOLDER has one folder a person. --crops: the photos are faces already. --shrink: half of
 * the crops are made smaller first, to 16 to 40 pixels a side. Needs build/site.
 */

import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { positionals: [folder], values: { crops, shrink } } = parseArgs({ allowPositionals: true,
  options: { crops: { type: 'boolean' }, shrink: { type: 'boolean' } } });
if (!folder) {
  console.error('Which folder? node tools/bench/several.mjs FOLDER [--crops] [--shrink]');
  process.exit(2);
}

const site = new URL('../../build/site/', import.meta.url);
const [{ Humshakal }, { lookAt }, { cosine, meanOf }] = await Promise.all(
  ['humshakal.js', 'page/several/several.js', 'page/several/template.js'].map((file) => import(new URL(file, site).href)));

/** The same numbers in every run. */
let seed = 1;
const random = () => {
  seed = (seed * 1103515245 + 12345) % 2 ** 31;
  return seed / 2 ** 31;
};

const humshakal = await Humshakal.create({ baseURL: site, gallery: null });

/** @param {Blob} blob  a face's crop */
async function lookAtCrop(blob) {
  const whole = { detect: false };
  const small = shrink && random() < 0.5;
  const picture = small
    ? await humshakal.crop(blob, { ...whole, side: 16 + Math.round(24 * random()) }) : blob;
  const { faces } = await humshakal.detect(picture);
  return { embedding: await humshakal.embed(picture, whole),
    quality: (faces[0]?.score ?? 0.5) * await humshakal.quality(picture, whole) };
}

const photos = [];
for (const person of (await readdir(folder)).sort()) {
  for (const file of (await readdir(join(folder, person))).sort()) {
    const blob = new Blob([await readFile(join(folder, person, file))]);
    const face = crops ? await lookAtCrop(blob) : (await lookAt(humshakal, blob)).faces[0];
    if (face) photos.push({ person, ...face });
  }
}
humshakal.close();
const people = Map.groupBy?.(photos, ({ person }) => person)
  ?? new Map([...new Set(photos.map(({ person }) => person))].map((name) => (
    [name, photos.filter(({ person }) => person === name)])));

/** @param {any[]} list @param {number} count */
function draw(list, count) {
  const left = [...list];
  return Array.from({ length: count }, () => left.splice(Math.floor(random() * left.length), 1)[0]);
}

const WAYS = {
  'one photo': ([first]) => first.embedding,
  'plain mean': (given) => meanOf(given.map((photo) => ({ ...photo, quality: 1 }))),
  'weighted mean': meanOf,
};
const ROUNDS = 4;

console.log(`${photos.length} photos of ${people.size} people`);
for (const count of [2, 3, 5]) {
  const scores = Object.fromEntries(Object.keys(WAYS).map((way) => [way, { same: [], other: [] }]));
  for (const [person, own] of people) {
    if (own.length <= count) continue;
    for (let i = 0; i < ROUNDS * Math.max(1, Math.floor(own.length / (2 * count))); i += 1) {
      const given = draw(own, count);
      for (const [way, embed] of Object.entries(WAYS)) {
        const probe = embed(given);
        for (const photo of photos) {
          if (!given.includes(photo)) {
            scores[way][photo.person === person ? 'same' : 'other'].push(
              cosine(probe, photo.embedding));
          }
        }
      }
    }
  }
  for (const [way, { same, other }] of Object.entries(scores)) {
    if (!same.length) {
      console.log(`${count} photos: nobody has more`);
      break;
    }
    other.sort((a, b) => b - a);
    const accepts = [0.01, 0.001].map((far) => {
      const level = other[Math.floor(far * other.length)];
      return (same.filter((score) => score > level).length / same.length).toFixed(3);
    });
    console.log(`${count} photos, ${way.padEnd(13)}  at 1 % ${accepts[0]}  at 0.1 % ${accepts[1]}`);
  }
}
