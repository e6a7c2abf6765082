/** WebP, HEIC and AVIF photos on the command line: the same faces as in the JPEG. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { before, test } from 'node:test';
import { dot, folder, json, run } from './lib/cli.mjs';
import { addProperties } from './lib/heif-boxes.mjs';
import { inProject, need } from './lib/project.mjs';

const sample = inProject('build/photos/samples/portrait-3.jpg');
const KINDS = ['webp', 'heic', 'avif'];

/** How a picture must be stored so that this EXIF orientation turns it upright. */
const STORED = [[], [], ['-flip', 'horizontal'], ['-rotate', '180'], ['-flip', 'vertical'],
  ['-transpose'], ['-rotate', '270'], ['-transverse'], ['-rotate', '90']];

/**
 * ISO/IEC 23008-12: irot turns against the clock, then imir changes top and bottom (0) or left
 * and right (1). @type {[string, number[]][][]}
 */
const HEIC_SAYS = [[], [], [['imir', [1]]], [['irot', [2]]], [['imir', [0]]],
  [['irot', [3]], ['imir', [1]]], [['irot', [3]]], [['irot', [1]], ['imir', [1]]], [['irot', [1]]]];

/** A JPEG that has this orientation. @param {string} place @param {number} orientation */
function stored(place, orientation) {
  const path = join(place, `${orientation}.jpg`);
  execFileSync('jpegtran', [...STORED[orientation], '-outfile', path, sample]);
  const jpeg = readFileSync(path);
  const exif = Buffer.from('\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0'
    + `${String.fromCharCode(orientation)}\0\0\0\0\0\0`, 'latin1');
  writeFileSync(path, Buffer.concat([jpeg.subarray(0, 2), exif, jpeg.subarray(2)]));
  return path;
}

/** The same as WebP, HEIC or AVIF. @param {string} jpeg @param {string} kind @param {number} orientation */
function encode(jpeg, kind, orientation = 1) {
  const path = jpeg.replace(/\.jpg$/, `.${kind}`);
  if (kind === 'webp') {
    execFileSync('cwebp', ['-quiet', '-q', '90', '-metadata', 'exif', jpeg, '-o', path]);
  } else if (kind === 'heic') {
    execFileSync('heif-enc', ['-q', '90', jpeg, '-o', path], { stdio: 'pipe' });
    writeFileSync(path, addProperties(readFileSync(path), HEIC_SAYS[orientation]));
  } else { // turns the EXIF orientation into irot and imir
    execFileSync('avifenc', ['--min', '10', '--max', '20', '-s', '8', jpeg, path], { stdio: 'pipe' });
  }
  return path;
}

/** The sample in all kinds, and as it is. @param {string} place */
function samples(place) {
  const jpeg = join(place, 'photo.jpg');
  copyFileSync(sample, jpeg);
  return [jpeg, ...KINDS.map((kind) => encode(jpeg, kind))];
}

/** @param {string} path */
function faceOf(path) {
  const [{ face, embedding }] = json(['embed', path]).photos;
  return { face, embedding };
}

/** @param {any} found @param {any} expected @param {string} name */
function assertSame(found, expected, name) {
  for (const side of ['x', 'y', 'width', 'height']) {
    const off = Math.abs(found.face[side] - expected.face[side]);
    assert.ok(off <= 8, `${name}: ${side} is ${off} pixels off`); // 260 wide; steps of 4
  }
  const cosine = dot(found.embedding, expected.embedding);
  assert.ok(cosine > 0.97, `${name}: cosine ${cosine}`);
  return cosine;
}

before(async () => {
  await need('build/native/humshakal');
  await need('build/photos/samples/portrait-3.jpg');
  const { stdout } = run(['--help']);
  assert.match(stdout, /^Photos are read as JPEG, PNG, WebP, HEIC, AVIF\.$/m,
    'built without a library that tools/setup/apt.sh installs');
});

test('the same face in every kind, by what is in the file and not by its name', (t) => {
  const place = folder(t);
  const [jpeg, ...others] = samples(place);
  const expected = faceOf(jpeg);
  for (const path of others) {
    const wrongly = join(place, `${basename(path)}.jpg`);
    copyFileSync(path, wrongly);
    const cosine = assertSame(faceOf(wrongly), expected, path);
    t.diagnostic(`${basename(path)}: cosine ${cosine.toFixed(4)}`);
    const { width, height } = json(['detect', path]);
    assert.deepEqual([width, height], [545, 625]);
  }
});

test('all eight orientations', (t) => {
  const place = folder(t);
  const expected = faceOf(sample);
  let lowest = 1;
  for (let orientation = 1; orientation <= 8; orientation += 1) {
    const jpeg = stored(place, orientation);
    for (const path of [jpeg, ...KINDS.map((kind) => encode(jpeg, kind, orientation))]) {
      lowest = Math.min(lowest, assertSame(faceOf(path), expected, basename(path)));
    }
  }
  t.diagnostic(`lowest cosine ${lowest.toFixed(4)}`);
});

test('group and gallery build take folders of mixed kinds', (t) => {
  const place = folder(t);
  const person = join(place, 'Somebody');
  mkdirSync(person);
  const paths = samples(person);
  writeFileSync(join(person, 'broken.HEIC'), readFileSync(paths[2]).subarray(0, 5000));
  const { people, skipped } = json(['group', place]);
  assert.deepEqual(people.map((/** @type {any} */ { faces }) => faces.length), [4]);
  assert.deepEqual(skipped.map((/** @type {any} */ { file }) => basename(file)), ['broken.HEIC']);
  const built = json(['gallery', 'build', place, '-o', join(place, 'out.humg')]);
  assert.deepEqual([built.people, built.photos], [1, 4]);
  assert.match(built.skipped[0].reason, /HEIC picture is damaged/);
});

test('damaged and too large files are refused with the reason', (t) => {
  const place = folder(t);
  const [, ...others] = samples(place);
  for (const [i, path] of others.entries()) {
    const whole = readFileSync(path);
    for (const size of [16, 100, Math.round(whole.length / 2), whole.length - 1]) {
      writeFileSync(path, whole.subarray(0, size));
      const { status, signal, stdout, stderr } = run(['detect', path]);
      assert.deepEqual([status, signal, stdout], [2, null, ''], `${path}, ${size} bytes`);
      assert.match(stderr, new RegExp(`photo\\.${KINDS[i]}: the \\w+ picture is damaged`));
    }
    writeFileSync(path, whole);
    truncateSync(path, (64 << 20) + 1); // with a hole
    assert.match(run(['detect', path]).stderr, /the file is too large/);
    if (KINDS[i] === 'webp') continue; // its size stands in the picture itself: tests/c
    for (let at = whole.indexOf('ispe'); at > 0; at = whole.indexOf('ispe', at + 1)) {
      whole.writeUInt32BE(8001, at + 8);
      whole.writeUInt32BE(8000, at + 12);
    }
    writeFileSync(path, whole);
    assert.match(run(['detect', path]).stderr, /8001 x 8000 pixels; at most 16384 on a side/);
  }
});

test('what ends a library does not end the command', (t) => {
  const place = folder(t);
  copyFileSync(sample, join(place, 'photo.jpg'));
  copyFileSync(inProject('tests/fixtures/pictures/of-itself.heic'), join(place, 'bad.heic'));
  const { status, signal, stderr } = run(['detect', join(place, 'bad.heic')]);
  assert.deepEqual([status, signal], [2, null]);
  assert.match(stderr, /^humshakal: .*bad\.heic: the (HEIC )?picture is damaged[^\n]*\n$/);
  const { alone, skipped } = json(['group', place]);
  assert.deepEqual([alone.length, skipped.length], [1, 1]);
});
