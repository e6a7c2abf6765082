/**
 * How well faces are grouped where it is known who they are.
 *
 *     node tools/measure/grouping.mjs [--no-detect] [--model NAME] [--far 0.001,0.002]
 *         DIR [DIR...]
 *
 * A DIR holds a folder for each person. Without folders in it, every photo is of somebody
 * else. B-cubed (Bagga and Baldwin 1998): of each face the share of its group that is of its
 * person (precision), and the share of its person's faces that are in its group (recall), on
 * average; F1 of the two. Needs tools/setup/build.sh.
 */

import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';

const PROGRAM = fileURLToPath(new URL('../../build/native/humshakal', import.meta.url));

const { values, positionals } = parseArgs({ allowPositionals: true, options: {
  'no-detect': { type: 'boolean', default: false },
  model: { type: 'string', default: '' },
  far: { type: 'string', default: '' },
} });

/** Folders whose photos are of one person each. @type {Set<string>} */
const people = new Set();
for (const folder of positionals) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) people.add(`${folder.replace(/\/$/, '')}/${entry.name}`);
  }
}

/** @typedef {{file: string, face: number}} Face */

/** @param {string} far  '': the usual one @returns {Promise<{person: string, group: number}[]>} */
async function grouped(far) {
  const args = ['group', ...positionals, '--json'];
  if (values['no-detect']) args.push('--no-detect');
  if (values.model) args.push('--model', values.model);
  if (far) args.push('--far', far);
  const { stdout } = await promisify(execFile)(PROGRAM, args, { maxBuffer: 1 << 28 });
  /** @type {{people: {faces: Face[]}[], alone: Face[]}} */
  const found = JSON.parse(stdout);
  const groups = [...found.people.map(({ faces }) => faces), ...found.alone.map((face) => [face])];
  // Only the largest face of a photo is known to be somebody's.
  return groups.flatMap((faces, group) => faces.filter(({ face }) => face === 1)
    .map(({ file }) => ({ person: people.has(dirname(file)) ? dirname(file) : file, group })));
}

/**
 * @param {{person: string, group: number}[]} faces
 * @param {number} [least]  only of people with so many faces
 */
function bCubed(faces, least = 1) {
  const count = (/** @type {string} */ key) => {
    const counts = new Map();
    for (const { person, group } of faces) {
      const name = key === 'both' ? `${person}\n${group}` : key === 'person' ? person : group;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    return counts;
  };
  const [persons, groups, both] = [count('person'), count('group'), count('both')];
  const asked = faces.filter(({ person }) => persons.get(person) >= least);
  let [precision, recall] = [0, 0];
  for (const { person, group } of asked) {
    const common = both.get(`${person}\n${group}`);
    precision += common / groups.get(group) / asked.length;
    recall += common / persons.get(person) / asked.length;
  }
  return { asked: asked.length, precision, recall, f1: 2 * precision * recall / (precision + recall),
    groups: groups.size, people: persons.size };
}

for (const far of values.far.split(',')) {
  const faces = await grouped(far);
  const { groups, people: known } = bCubed(faces);
  console.log(`FAR ${far || 'as usual'}: ${faces.length} faces of ${known} people in ${groups} groups`);
  for (const least of [1, 2]) {
    const { precision, recall, f1, asked } = bCubed(faces, least);
    console.log(`  ${least > 1 ? 'people with several photos' : 'all'} (${asked} faces): F1 ${
      f1.toFixed(3)}, precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}`);
  }
}
