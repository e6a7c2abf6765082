/** WebP, HEIC and AVIF on the command line, where the system has what reads them. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { json, run } from './lib/cli.mjs';
import { inProject } from './lib/project.mjs';

const PORTRAIT = inProject('build/photos/samples/portrait-1.jpg');

/** @type {string} */
let folder;
const at = (/** @type {string} */ name) => join(folder, name);
/** @param {string} program @param {string[]} args */
const make = (program, ...args) => execFileSync(program, args, { stdio: 'ignore' });

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'humshakal-formats-'));
  copyFileSync(PORTRAIT, at('turned.jpg'));
  make('exiftool', '-overwrite_original', '-Orientation#=6', at('turned.jpg'));
  for (const [from, to] of [[PORTRAIT, 'upright'], [at('turned.jpg'), 'turned']]) {
    make('cwebp', '-metadata', 'all', '-q', '90', from, '-o', at(`${to}.webp`));
    make('avifenc', '--min', '10', '--max', '20', '-s', '9', from, at(`${to}.avif`));
  }
  make('heif-enc', '-q', '90', PORTRAIT, '-o', at('upright.heic'));
  for (const quarters of [1, 2, 3]) {
    make('avifenc', '--min', '10', '--max', '20', '-s', '9', '--irot', `${quarters}`, '--imir', `${quarters % 2}`,
      '--ignore-exif', PORTRAIT, at(`irot-${quarters}.avif`));
  }
});

after(() => rmSync(folder, { recursive: true, force: true }));

/** @param {string} file */
const found = (file) => json(['detect', file]);

/** @param {string} file @returns {number[]} */
const embedding = (file) => json(['embed', file]).photos[0].embedding;

test('--version tells what this build reads', () => {
  assert.match(run(['--version']).stdout, /\nphotos: JPEG, PNG, WebP, HEIC, AVIF\n$/);
});

test('the face is where it is in the JPEG, and the embedding nearly the same', () => {
  const [expected] = found(PORTRAIT).faces;
  const vector = embedding(PORTRAIT);
  for (const kind of ['webp', 'heic', 'avif']) {
    const { width, height, faces } = found(at(`upright.${kind}`));
    assert.deepEqual([width, height, faces.length], [730, 848, 1], kind);
    for (const side of ['x', 'y', 'width', 'height']) {
      assert.ok(Math.abs(faces[0][side] - expected[side]) < 8, `${kind}: ${side} ${faces[0][side]} ${expected[side]}`);
    }
    const cosine = embedding(at(`upright.${kind}`)).reduce((sum, value, i) => sum + value * vector[i], 0);
    assert.ok(cosine > 0.97, `${kind}: ${cosine}`);
  }
});

test('pictures are turned as their files say', () => {
  const [expected] = found(at('turned.jpg')).faces;
  for (const kind of ['webp', 'avif']) {
    const { width, height, faces } = found(at(`turned.${kind}`));
    assert.deepEqual([width, height], [848, 730], kind);
    assert.ok(Math.abs(faces[0].x - expected.x) < 8 && Math.abs(faces[0].y - expected.y) < 8, kind);
  }
  // Quarters against the clock, then mirrored: top with bottom (0), or left with right (1).
  const [{ x, y, width, height }] = found(PORTRAIT).faces;
  const middle = [x + width / 2, y + height / 2];
  const wanted = { 1: [848 - middle[1], 730 - middle[0]], 2: [730 - middle[0], middle[1]],
    3: [middle[1], middle[0]] };
  for (const [quarters, [across, down]] of Object.entries(wanted)) {
    const [face] = found(at(`irot-${quarters}.avif`)).faces;
    assert.ok(Math.abs(face.x + face.width / 2 - across) < 12 && Math.abs(face.y + face.height / 2 - down) < 12,
      `${quarters}: ${face.x + face.width / 2}, ${face.y + face.height / 2} instead of ${across}, ${down}`);
  }
});

test('folders with all of them', () => {
  const people = at('people');
  mkdirSync(join(people, 'Emily'), { recursive: true });
  for (const kind of ['webp', 'heic', 'avif']) copyFileSync(at(`upright.${kind}`), join(people, 'Emily', `a.${kind}`));
  copyFileSync(PORTRAIT, join(people, 'Emily', 'a.jpg'));
  assert.equal(json(['gallery', 'build', people, '-o', at('people.humg')]).photos, 4);
  assert.deepEqual(json(['group', people]).people.map((/** @type {any} */ { faces }) => faces.length), [4]);
});

test('damaged ones are told by name and reason, and nothing else happens', () => {
  let seed = 3;
  const random = (/** @type {number} */ below) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed % below;
  };
  for (const kind of ['webp', 'heic', 'avif']) {
    const whole = readFileSync(at(`upright.${kind}`));
    writeFileSync(at(`cut.${kind}`), whole.subarray(0, 200));
    assert.match(run(['detect', at(`cut.${kind}`)]).stderr, /(WebP|HEIC|AVIF) picture is damaged/);
    let refused = 0;
    for (let i = 0; i < 40; i += 1) {
      const bytes = Buffer.from(whole);
      for (let k = 0; k < 4; k += 1) bytes[16 + random(i % 2 ? 400 : bytes.length - 16)] ^= 1 << random(8);
      writeFileSync(at(`damaged.${kind}`), i % 4 ? bytes : bytes.subarray(0, random(bytes.length)));
      const { status, signal, stderr } = run(['detect', at(`damaged.${kind}`)]);
      assert.equal(signal, null, `${kind} ${i}: ${stderr}`);
      assert.ok([0, 1, 2].includes(Number(status)), `${kind} ${i}: ${status} ${stderr}`);
      refused += Number(status === 2);
    }
    assert.ok(refused >= 5, `${kind}: ${refused} refused`);
  }
});
