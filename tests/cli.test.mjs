/** The command line on real photos: every command, bad input, exit codes, determinism. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  closeSync, copyFileSync, existsSync, lstatSync, mkdirSync, openSync, readdirSync, readFileSync,
  renameSync, statSync,
  symlinkSync, writeFileSync, writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { before, test } from 'node:test';
import { centre, dot, figures, folder, json, program, readNpy, run } from './lib/cli.mjs';
import { emptyPng, png } from './lib/png.mjs';
import { inProject, need } from './lib/project.mjs';

const photos = inProject('build/photos');
const presidents = join(photos, 'presidents');
const labeled = join(photos, 'test/labeled');
const groups = join(photos, 'test/groups');
const lincoln = join(presidents, 'Abraham Lincoln/abraham-lincoln.png');
const biden = join(presidents, 'Joe Biden/joe-biden.png');

const COMMANDS = ['gallery build', 'gallery from-classifier', 'gallery project', 'gallery check', 'gallery merge',
  'gallery export', 'gallery import', 'gallery info', 'match', 'verify',
  'embed', 'detect', 'group', 'eval'];

/** The photos of a folder of people, in the order of the command line. */
function photosOf(/** @type {string} */ root) {
  return readdirSync(root).filter((name) => statSync(join(root, name)).isDirectory())
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .flatMap((name) => readdirSync(join(root, name)).sort().map((file) => join(root, name, file)));
}

/** Lays a photo into a folder of people. */
function add(/** @type {string} */ root, /** @type {string} */ person, /** @type {string} */ from,
  name = basename(from)) {
  mkdirSync(join(root, person), { recursive: true });
  copyFileSync(from, join(root, person, name));
}

const grey = () => png(64, 64, () => [128, 128, 128]);

before(async () => {
  await need('build/native/humshakal');
  await need('build/models/facenet.tflite');
  await need('build/photos/test/groups/sample1.jpg');
  await need('build/photos/presidents/credits.json');
});

// --- Structure ---------------------------------------------------------------------------

test('the files include each other in one direction', () => {
  const root = inProject('tools/cli');
  const files = /** @type {string[]} */ (readdirSync(root, { recursive: true }))
    .filter((name) => /\.[ch]$/.test(name));
  const unit = (/** @type {string} */ name) => name.replace(/\.[ch]$/, '');
  /** @type {Map<string, Set<string>>} a file and its header are one */
  const uses = new Map(files.map((name) => [unit(name), new Set()]));
  for (const name of files) {
    for (const [, included] of readFileSync(join(root, name), 'utf8').matchAll(/^#include "(.*)"/gm)) {
      const found = [join(dirname(name), included), included].map(unit).find((u) => uses.has(u));
      if (found && found !== unit(name)) uses.get(unit(name))?.add(found);
    }
  }
  assert.ok(uses.size > 20 && uses.get('engine')?.has('args'));
  // Whoever uses nobody is taken away, again and again: a circle would stay.
  for (let free = [...uses.keys()]; free.length;) {
    free = [...uses].filter(([, used]) => [...used].every((u) => !uses.has(u))).map(([name]) => name);
    free.forEach((name) => uses.delete(name));
  }
  assert.deepEqual([...uses.keys()], []);
});

// --- Use ---------------------------------------------------------------------------------

test('help and version', () => {
  const overview = run(['--help']);
  assert.equal(overview.status, 0);
  for (const command of COMMANDS) {
    assert.match(overview.stdout, new RegExp(`^  ${command} `, 'm'));
    const help = run([...command.split(' '), '--help']);
    assert.equal(help.status, 0);
    assert.match(help.stdout, new RegExp(`^Usage: humshakal ${command} `));
    assert.match(help.stdout, new RegExp(`Example:\n  humshakal ${command} `));
    for (const option of ['json', 'no-detect', 'model', 'detector', 'version']) {
      assert.match(help.stdout, new RegExp(`--${option}\\b`), command);
    }
    const version = run([...command.split(' '), '--version']);
    assert.deepEqual([version.status, version.stdout], [0, run(['--version']).stdout]);
  }
  assert.match(run(['--version']).stdout, /^humshakal \d+\.\d+\.\d+\n$/);
});

test('wrong use is refused with the reason, exit code 2', () => {
  /** @type {[string[], RegExp][]} */
  const cases = [
    [[], /Usage: humshakal COMMAND/],
    [['march'], /unknown command 'march'/],
    [['gallery'], /unknown command 'gallery'/],
    [['match'], /usage: humshakal match PHOTO --gallery FILE/],
    [['match', lincoln], /--gallery/],
    [['match', lincoln, '--galery', 'x'], /unknown option '--galery'/],
    [['match', lincoln, '--gallery'], /--gallery needs a value/],
    [['match', lincoln, '--gallery=x', '-k', '0'], /1 to 100, not '0'/],
    [['match', lincoln, '--gallery=x', '-k5x'], /not '5x'/],
    [['match', lincoln, '--gallery=x', '--json=yes'], /--json takes no value/],
    [['verify', lincoln], /usage: humshakal verify A B/],
    [['verify', lincoln, biden, '--threshold', '1.5'], /from -1 to 1/],
    [['verify', lincoln, biden, '--threshold', 'nan'], /from -1 to 1/],
    [['detect', lincoln, '--no-detect'], /nothing to do/],
    [['detect', lincoln, '-k', '3'], /unknown option '-k'/],
    [['gallery', 'build', presidents], /-o people.humg/],
    [['gallery', 'build', presidents, '-o', 'x', '--axes', '1'], /2 to 1024, not '1'/],
    [['gallery', 'build', presidents, '-o', 'x', '--axes', '16,32'], /one number of axes/],
    [['gallery', 'project', 'x', '-o', 'x'], /--axes 128/],
    [['eval', presidents, '--axes', '16,,32'], /2 to 1024, not ''/],
    [['eval', presidents, '--axes', Array(17).fill('9').join()], /at most 16 numbers/],
    [['embed', lincoln, '-j', '65'], /1 to 64/],
    [['detect', lincoln, '--detector=a', '--detector=b', '--detector=c'], /2 times/],
    [['detect', lincoln, '--json', '-z9'], /unknown option '-z'/],
    [['gallery', 'from-classifier', 'x.npy', '--n', 'y'], /'--n' may mean --no-detect or --names/],
    [['eval', presidents, '-j'], /-j needs a value: N/],
    [['eval', presidents, '--calibration', '--axes', '8'], /leave out --centre and --axes/],
  ];
  for (const [args, reason] of cases) {
    const { status, stdout, stderr } = run(args);
    assert.equal(status, 2, args.join(' '));
    assert.equal(stdout, '', args.join(' '));
    assert.match(stderr, reason);
  }
});

test('networks that are not there are named, with the remedy', (t) => {
  const empty = folder(t);
  const { status, stderr } = run(['detect', lincoln], { env: { HUMSHAKAL_MODELS: empty } });
  assert.equal(status, 2);
  assert.match(stderr, /blazeface-short\.tflite cannot be read.*models\.sh.*HUMSHAKAL_MODELS/);
  assert.match(run(['embed', lincoln, '--model', 'nobody']).stderr, /nobody\.tflite/);
  assert.match(run(['embed', lincoln, '--model', lincoln]).stderr, /abraham-lincoln\.png: /);
});

test('options may stand anywhere, be cut short; -- ends them', (t) => {
  const place = folder(t);
  copyFileSync(lincoln, join(place, '-k.png'));
  const { status, stdout } = run(['detect', '--json', '--', '-k.png'], { cwd: place });
  assert.equal(status, 0);
  assert.equal(JSON.parse(stdout).photo, '-k.png');
  for (const args of [[lincoln, '--js', '--detector', 'blazeface-short'],
    ['--detec=blazeface-short', '--json', lincoln]]) {
    assert.equal(JSON.parse(run(['detect', ...args]).stdout).faces.length, 1);
  }
  assert.equal(run(['detect', '-h']).stdout, run(['detect', '--help']).stdout);
});

// --- detect ------------------------------------------------------------------------------

test('detect finds every face of the group photos', () => {
  const expected = { sample1: 3, sample2: 3, sample3: 3, sample4: 4, sample5: 5, sample6: 4 };
  for (const [name, count] of Object.entries(expected)) {
    const { width, faces } = json(['detect', join(groups, `${name}.jpg`)]);
    assert.equal(faces.length, count, name);
    assert.equal(width, 1920);
    for (const [i, face] of faces.entries()) {
      if (i) assert.ok(face.width * face.height <= faces[i - 1].width * faces[i - 1].height);
      assert.equal(face.points.length, 6);
      const [right, left, , mouth] = face.points;
      assert.ok(mouth[1] > right[1] && mouth[1] > left[1], 'the mouth is below the eyes');
    }
    // Nobody twice: no centre lies in another face's box.
    for (const a of faces) {
      const x = a.x + a.width / 2;
      const y = a.y + a.height / 2;
      const inside = faces.filter((b) => Math.abs(x - b.x - b.width / 2) < b.width / 2 &&
        Math.abs(y - b.y - b.height / 2) < b.height / 2);
      assert.equal(inside.length, 1, name);
    }
  }
});

test('detect prints a line for each face', () => {
  const { status, stdout } = run(['detect', join(groups, 'sample1.jpg')]);
  assert.equal(status, 0);
  assert.match(stdout, /^.*sample1\.jpg: 1920 x 1280 pixels, faces: 3\n( +\d  at .*\n){3}$/);
});

test('a photo without a face: exit code 1', (t) => {
  const place = folder(t);
  const plain = join(place, 'grey.png');
  writeFileSync(plain, grey());
  assert.deepEqual(json(['detect', plain], 1).faces, []);
  assert.equal(run(['embed', plain]).status, 1);
  assert.match(run(['embed', plain]).stderr, /grey\.png: no face found/);
  assert.equal(run(['verify', plain, lincoln, '--threshold', '0.4']).status, 1);
  assert.equal(run(['embed', lincoln, '--face', '2']).status, 1);
});

// --- Bad photos --------------------------------------------------------------------------

test('bad photos are refused by name, exit code 2', (t) => {
  const place = folder(t);
  const whole = readFileSync(join(groups, 'sample1.jpg'));
  const bad = {
    'empty.jpg': Buffer.alloc(0),
    'text.png': Buffer.from('hello'),
    'cut.jpg': whole.subarray(0, 3000),
    'cut.png': readFileSync(lincoln).subarray(0, 40000),
    'huge.png': emptyPng(60000, 60000),
    'gif.jpg': Buffer.from('GIF89a\x01\0\x01\0'),
  };
  for (const [name, bytes] of Object.entries(bad)) {
    const path = join(place, name);
    writeFileSync(path, bytes);
    for (const command of [['detect'], ['embed'], ['verify', lincoln, '--threshold=0.4']]) {
      const { status, signal, stdout, stderr } = run([...command, path]);
      assert.deepEqual([status, signal, stdout], [2, null, ''], `${command[0]} ${name}`);
      assert.match(stderr, new RegExp(`^humshakal: .*${name}: \\w+`));
    }
  }
  assert.match(run(['detect', join(place, 'none.jpg')]).stderr, /No such file/);
  assert.match(run(['detect', place]).stderr, /not a file/);
});

// --- embed -------------------------------------------------------------------------------

test('embed prints what it writes: unit vectors in the order of the photos', (t) => {
  const file = join(folder(t), 'out.npy');
  const paths = photosOf(labeled).slice(0, 5);
  const written = run(['embed', ...paths, '-o', file]);
  assert.deepEqual([written.status, written.stdout], [0, '']);
  const { shape, rows } = readNpy(readFileSync(file));
  const printed = json(['embed', ...paths, '-j', '1']);
  assert.deepEqual(shape, [5, rows[0].length]);
  assert.deepEqual(printed.photos.map((/** @type {any} */ p) => p.photo), paths);
  const lines = run(['embed', ...paths]).stdout.trimEnd().split('\n');
  for (const [i, row] of rows.entries()) {
    assert.ok(Math.abs(dot(row, row) - 1) < 1e-5);
    assert.deepEqual(printed.photos[i].embedding.map(Math.fround), [...row]);
    const [name, numbers] = lines[i].split('\t');
    assert.equal(name, paths[i]);
    assert.deepEqual(numbers.split(' ').map(Number).map(Math.fround), [...row]);
  }
});

test('embed writes nothing when a photo has no embedding', (t) => {
  const place = folder(t);
  writeFileSync(join(place, 'grey.png'), grey());
  const out = join(place, 'out.npy');
  writeFileSync(out, 'kept');
  assert.equal(run(['embed', lincoln, join(place, 'grey.png'), '-o', out]).status, 1);
  assert.equal(run(['embed', lincoln, join(place, 'none.png'), '-o', out]).status, 2);
  assert.equal(readFileSync(out, 'utf8'), 'kept');
  assert.deepEqual(readdirSync(place).sort(), ['grey.png', 'out.npy']);
});

test('--no-detect takes the whole picture', () => {
  const [whole] = json(['embed', lincoln, '--no-detect']).photos;
  const [found] = json(['embed', lincoln]).photos;
  assert.equal(whole.face, null);
  assert.ok(found.face.width > 50);
  const cosine = dot(whole.embedding, found.embedding);
  assert.ok(cosine > 0 && cosine < 0.99, `cosine ${cosine}`);
});

test('--exact and int8 activations agree', (t) => {
  const place = folder(t);
  const paths = photosOf(labeled);
  const rows = [[], ['--exact']].map((extra, i) => {
    const file = join(place, `${i}.npy`);
    assert.equal(run(['embed', ...paths, '-o', file, ...extra]).status, 0);
    return readNpy(readFileSync(file)).rows;
  });
  const cosines = rows[0].map((row, i) => dot(row, rows[1][i]));
  const lowest = Math.min(...cosines);
  t.diagnostic(`lowest cosine ${lowest.toFixed(5)}`);
  assert.ok(lowest >= 0.998, `${lowest}`); // 0.9990: what int8 activations cost
});

// --- verify ------------------------------------------------------------------------------

test('group: the people of photos without names, the same in any order of processes', (t) => {
  const args = ['group', labeled, ...readdirSync(groups).map((file) => join(groups, file))];
  const { people, alone, skipped } = json([...args, '--json']);
  assert.deepEqual(skipped, []);
  const nameOf = (/** @type {any} */ { file, face }) => (
    file.startsWith(labeled) && face === 1 ? basename(dirname(file)) : '');
  for (const { faces } of people) {
    const names = new Set(faces.map(nameOf).filter(Boolean));
    assert.ok(names.size <= 1, [...names].join());
    const files = faces.map((/** @type {any} */ { file }) => file);
    assert.equal(new Set(files).size, files.length, 'faces of one photo are different people');
  }
  const sizes = people.map((/** @type {any} */ { faces }) => faces.length);
  assert.deepEqual(sizes, [...sizes].sort((a, b) => b - a));
  assert.ok(sizes[0] >= 4, sizes.join());
  const all = [...people.flatMap((/** @type {any} */ { faces }) => faces), ...alone];
  assert.equal(new Set(all.map(({ file, face }) => `${file} ${face}`)).size, all.length);
  assert.deepEqual(json([...args, '--json', '--jobs', '1']).people, people);

  const root = folder(t);
  writeFileSync(join(root, 'grey.png'), grey());
  writeFileSync(join(root, 'broken.jpg'), 'no photo');
  copyFileSync(lincoln, join(root, 'lincoln.png'));
  const told = json(['group', root, '--json']);
  assert.deepEqual([told.people, told.alone], [[], [{ file: join(root, 'lincoln.png'), face: 1 }]]);
  assert.deepEqual(told.skipped.map((/** @type {any} */ { file }) => basename(file)),
    ['broken.jpg', 'grey.png']);
  assert.match(run(['group', root]).stdout, /Like no other:\n[^\n]*lincoln[\s\S]*0 people in 0 faces, 1/);
  assert.equal(run(['group', join(root, 'grey.png')]).status, 1);
  assert.equal(run(['group', folder(t)]).status, 2);
  assert.match(run(['group', root, '--far', '0.5']).stderr, /--far must be/);
});

test('verify tells one person from two', () => {
  const emily = photosOf(labeled).filter((path) => path.includes('emily'));
  const jessica = photosOf(labeled).filter((path) => path.includes('jessica'));
  const same = json(['verify', emily[0], emily[4], '--threshold', '0.4']);
  const other = json(['verify', emily[0], jessica[0], '--threshold', '0.4'], 1);
  assert.ok(same.same && same.cosine > 0.6, `cosine ${same.cosine}`);
  assert.ok(!other.same && other.cosine < 0.35, `cosine ${other.cosine}`);
  const [a, b] = json(['embed', emily[0], emily[4]]).photos;
  assert.ok(Math.abs(dot(a.embedding, b.embedding) - same.cosine) < 1e-5);
  assert.match(run(['verify', emily[0], emily[0], '--threshold=0.4']).stdout,
    /^Looks like the same person: cosine 1\.000, threshold 0\.400\n$/);
  assert.match(run(['verify', emily[0], jessica[0], '--threshold=0.4']).stdout,
    /^Looks like two people/);
  // The model's own threshold.
  assert.equal(Math.fround(json(['verify', emily[0], emily[4]]).threshold), Math.fround(0.52));
  assert.equal(run(['verify', emily[0], jessica[0]]).status, 1);
});

// --- gallery and match -------------------------------------------------------------------

test('gallery build: the same bytes with any number of processes', (t) => {
  const place = folder(t);
  const files = ['1', '2', '5'].map((jobs) => {
    const file = join(place, `${jobs}.hum`);
    const { status, stdout, stderr } = run(['gallery', 'build', presidents, '-o', file, '-j', jobs]);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /: 45 people, 45 photos, \d+ bytes\n$/);
    assert.equal(stderr, '', 'no progress bar without a terminal');
    return readFileSync(file);
  });
  assert.ok(files[0].equals(files[1]) && files[0].equals(files[2]));
  assert.deepEqual(readdirSync(place).sort(), ['1.hum', '2.hum', '5.hum']);

  const info = json(['gallery', 'info', join(place, '1.hum')]);
  assert.equal(info.info.gallery.people, 45);
  assert.equal(info.info.gallery.bytes, files[0].length);
  const credits = JSON.parse(readFileSync(join(presidents, 'credits.json'), 'utf8'));
  assert.deepEqual(info.people.map((/** @type {any} */ p) => p.name), Object.keys(credits.people).sort());
  for (const { name, link, photos: [photo] } of info.people) {
    const credit = credits.photos[`${name}/${photo.file}`];
    assert.equal(link, credits.people[name].link);
    assert.deepEqual(photo, { file: photo.file, source: `${credit.title}, ${credit.source}`,
      author: credit.author, licence: credit.licence, link: credit.link });
    assert.ok(credit.licence && credit.link.startsWith('https://commons.wikimedia.org/'), name);
  }
  assert.match(run(['gallery', 'info', join(place, '1.hum')]).stdout, /people +45\n/);

  for (const path of [lincoln, biden]) {
    const { matches } = json(['match', path, '--gallery', join(place, '1.hum')]);
    assert.equal(matches[0].name, basename(dirname(path)));
    assert.ok(matches[0].score > 0.99);
    assert.equal(new Set(matches.map((/** @type {any} */ m) => m.name)).size, 5);
    assert.deepEqual(matches.map((/** @type {any} */ m) => m.score),
      matches.map((/** @type {any} */ m) => m.score).sort((a, b) => b - a));
  }
  const text = run(['match', lincoln, '-k', '3', '--gallery', join(place, '1.hum')]);
  assert.match(text.stdout, /^Looks most like\n  1  Abraham Lincoln +1\.000 .*Alexander Gardner/);
  assert.equal(text.stdout.trim().split('\n').length, 4);
});

test('a gallery along axes says the same with fewer numbers, made from photos or without', (t) => {
  const place = folder(t);
  const [whole, built, made] = ['whole', 'built', 'made'].map((name) => join(place, `${name}.hum`));
  const unprojected = json(['gallery', 'build', presidents, '-o', whole]);
  json(['gallery', 'build', presidents, '-o', built, '--axes', '40']);
  const report = json(['gallery', 'project', whole, '-o', made, '--axes', '40']);
  assert.deepEqual([report.photos, report.axes, report.bytes], [45, 40, readFileSync(made).length]);
  assert.ok(readFileSync(built).equals(readFileSync(made)), 'both ways give the same bytes');
  // 45 rows of 48 bytes, not 512, are 20,880 less; 40 axes are 20,640. Sections begin at 64s.
  assert.ok(Math.abs(unprojected.bytes - report.bytes - 240) < 192);

  const [before, after] = [whole, made].map((file) => json(['gallery', 'info', file]));
  assert.deepEqual(after.people, before.people);
  const dimensions = ({ dimension, probeDimension, projected }) => [dimension, probeDimension, projected];
  assert.deepEqual(dimensions(before.info.gallery), [512, 512, false]);
  assert.deepEqual(dimensions(after.info.gallery), [40, 512, true]);
  assert.equal(after.info.gallery.strangers.pairs, 45 * 44);
  assert.match(run(['gallery', 'info', whole]).stdout, /numbers a row +512\n/);
  assert.match(run(['gallery', 'info', made]).stdout, /numbers a row +40, projected from 512\n/);
  let worst = 0;
  for (const photo of [lincoln, biden, photosOf(labeled)[0]]) {
    const [expected, found] = [whole, made].map((gallery) =>
      json(['match', photo, '--gallery', gallery, '-k', '45']).matches);
    const scores = new Map(found.map(({ name, score }) => [name, score]));
    assert.equal(found[0].name, expected[0].name);
    for (const { name, score } of expected) {
      worst = Math.max(worst, Math.abs(score - (scores.get(name) ?? -9)));
    }
  }
  t.diagnostic(`largest difference of a score: ${worst.toFixed(4)}`);
  assert.ok(worst < 0.05); // 0.043: of 50 directions that there are, 40 are kept

  // Once more, and what cannot be.
  assert.equal(run(['gallery', 'project', made, '-o', built, '--axes', '20']).status, 0);
  assert.equal(json(['match', lincoln, '--gallery', built]).matches[0].name, 'Abraham Lincoln');
  for (const [file, axes, says] of /** @type {const} */ ([
    [whole, '46', /45 photos with embeddings of 512 numbers cannot have 46 axes/],
    [lincoln, '40', /abraham-lincoln\.png: not a gallery/], [join(place, 'none'), '40', /none cannot be read/]])) {
    const { status, stderr } = run(['gallery', 'project', file, '-o', built, '--axes', axes]);
    assert.equal(status, 2);
    assert.match(stderr, says);
  }
  const old = readFileSync(whole);
  old[4] = 2;
  writeFileSync(whole, old);
  assert.match(run(['gallery', 'info', whole]).stderr,
    /format version 2, this program reads 3: make it again/);
});

test('gallery check finds what was planted, in the folder and in the gallery made of it', (t) => {
  const root = folder(t);
  const people = join(root, 'people');
  const photosByName = photosOf(labeled);
  for (const path of photosByName) add(people, basename(dirname(path)), path);
  const names = [...new Set(photosByName.map((path) => basename(dirname(path))))];
  const of = (/** @type {string} */ name) => photosByName.filter((path) => basename(dirname(path)) === name);
  /** @param {string} target */
  const found = (target) => {
    const { findings } = json(['gallery', 'check', target, '--json'], 1);
    return findings.map((/** @type {any} */ { kind, person, file }) => `${kind} ${person}/${basename(file)}`);
  };
  const before = found(people).filter((/** @type {string} */ one) => /^(label|duplicate|single|unusable)/.test(one));
  assert.deepEqual(before, []);
  assert.equal(found(people).filter((/** @type {string} */ one) => one.startsWith('credit')).length, 19);

  const [wrong] = of(names[0]);
  add(people, names[1], wrong, 'wrong.jpg');
  renameSync(join(people, names[0], basename(wrong)), join(root, 'aside.jpg'));
  add(people, names[2], of(names[2])[0], 'copy.jpg');
  add(people, 'one', biden, 'biden.png');
  writeFileSync(join(people, names[3], 'broken.jpg'), 'no photo');
  writeFileSync(join(people, names[3], 'grey.png'), grey());
  writeFileSync(join(people, 'credits.json'), JSON.stringify({ photos: { 'one/biden.png': {
    source: 'S', licence: 'L' } } }));
  const planted = [`label ${names[1]}/wrong.jpg`, `single one/biden.png`];
  const duplicate = new RegExp(`^duplicate ${names[2]}/`);
  const inFolder = found(people);
  for (const one of [...planted, `unusable ${names[3]}/broken.jpg`, `unusable ${names[3]}/grey.png`]) {
    assert.ok(inFolder.includes(one), `${one}: ${inFolder.join('; ')}`);
  }
  assert.equal(inFolder.filter((/** @type {string} */ one) => duplicate.test(one)).length, 1);
  assert.ok(!inFolder.includes('credit one/biden.png'));
  json(['gallery', 'build', people, '-o', join(root, 'a.humg'), '--json']);
  const inFile = found(join(root, 'a.humg'));
  for (const one of planted) assert.ok(inFile.includes(one), `${one}: ${inFile.join('; ')}`);
  assert.equal(inFile.filter((/** @type {string} */ one) => duplicate.test(one)).length, 1);
  const { status, stdout } = run(['gallery', 'check', join(root, 'a.humg')]);
  assert.equal(status, 1);
  assert.match(stdout, /label .*wrong\.jpg and .*: it is nearer to the other person/);
  assert.equal(run(['gallery', 'check', join(root, 'none')]).status, 2);
});

test('gallery merge: the bytes of one gallery of all photos', (t) => {
  const root = folder(t);
  const at = (/** @type {string} */ name) => join(root, name);
  for (const [i, path] of [...photosOf(presidents).slice(0, 6), ...photosOf(labeled)].entries()) {
    for (const into of ['all', i < 6 ? 'a' : 'b']) add(at(into), basename(dirname(path)), path);
  }
  for (const name of ['all', 'a', 'b']) json(['gallery', 'build', at(name), '-o', at(`${name}.humg`), '--json']);
  const merged = json(['gallery', 'merge', at('a.humg'), at('b.humg'), '-o', at('merged.humg'), '--json']);
  assert.equal(merged.photos, 25);
  assert.deepEqual(readFileSync(at('merged.humg')), readFileSync(at('all.humg')));
  const twice = run(['gallery', 'merge', at('a.humg'), at('a.humg'), '-o', at('twice.humg')]);
  assert.match(twice.stdout, /12 photos/);

  json(['gallery', 'project', at('b.humg'), '-o', at('axes.humg'), '--axes', '8', '--json']);
  const refused = run(['gallery', 'merge', at('a.humg'), at('axes.humg'), '-o', at('no.humg')]);
  assert.equal(refused.status, 2);
  assert.match(refused.stderr, /axes\.humg has rows along axes/);
  assert.ok(!existsSync(at('no.humg')));
});

test('gallery export and import: rows and texts, there and back', (t) => {
  const root = folder(t);
  const at = (/** @type {string} */ name) => join(root, name);
  const people = at('people');
  for (const path of photosOf(labeled)) add(people, basename(dirname(path)), path);
  writeFileSync(join(people, 'credits.json'), JSON.stringify({ photos: { [
    `${basename(dirname(photosOf(labeled)[0]))}/${basename(photosOf(labeled)[0])}`]: {
    author: 'A "quoted", name', source: 'two\\nlines', licence: 'CC0' } } }));
  json(['gallery', 'build', people, '-o', at('a.humg'), '--json']);
  const files = ['--npy', at('x.npy'), '--csv', at('x.csv')];
  assert.equal(json(['gallery', 'export', at('a.humg'), ...files, '--json']).photos, 19);
  const rows = readNpy(readFileSync(at('x.npy')));
  assert.ok(rows.rows.every((row) => Math.abs(dot(row, row) - 1) < 1e-5));
  assert.match(readFileSync(at('x.csv'), 'utf8'), /,"A ""quoted"", name",CC0/);
  const back = ['gallery', 'import', ...files, '-o', at('b.humg')];
  assert.equal(json([...back, '--model', 'facenet', '--json']).photos, 19);
  const [a, b] = ['a', 'b'].map((name) => json(['gallery', 'info', at(`${name}.humg`), '--json']));
  assert.deepEqual(b.people, a.people);
  const matched = ['a', 'b'].map((name) => (
    json(['match', biden, '--gallery', at(`${name}.humg`), '--json']).matches));
  assert.deepEqual(matched[1].map((/** @type {any} */ { name, score }) => [name, score]),
    matched[0].map((/** @type {any} */ { name, score }) => [name, score]));

  /** @param {string} csv @param {RegExp} says @param {string[]} [args] */
  const refuses = (csv, says, args = ['--model', 'facenet']) => {
    writeFileSync(at('x.csv'), csv);
    const { status, stderr } = run(['gallery', 'import', ...files, '-o', at('c.humg'), ...args]);
    assert.deepEqual([status, existsSync(at('c.humg'))], [2, false], stderr);
    assert.match(stderr, says);
  };
  refuses('person\n', /has 0 lines, .* 19 rows/);
  refuses(`person\n${'A\n'.repeat(20)}`, /more lines than .* has rows \(19\)/);
  refuses('name\nA\n', /unknown column 'name'/);
  refuses('file\na.jpg\n', /'person' among them/);
  refuses('person,file\nA\n', /line 2: expected 2 cells, found 1/);
  refuses('person,file\n,a.jpg\n', /line 2: the person has no name/);
  refuses('person\n"A\n', /line 2/);
  refuses(`person\n${'A\n'.repeat(19)}`, /--model/, []);
  refuses(`person\n${'A\n'.repeat(19)}`, /rows of 512 numbers, the network.s embeddings have \d+/, ['--model', 'hse-mobilenet']);
});

test('match finds the person of a photo that is not in the gallery', (t) => {
  const place = folder(t);
  const all = photosOf(labeled);
  const held = all.filter((path, i) => i === 0 || dirname(path) !== dirname(all[i - 1]));
  for (const path of all) if (!held.includes(path)) add(place, basename(dirname(path)), path);
  const gallery = join(place, 'four.hum');
  const built = json(['gallery', 'build', place, '-o', gallery]);
  assert.deepEqual([built.people, built.photos, built.skipped], [4, 15, []]);
  for (const path of held) {
    const { matches } = json(['match', path, '--gallery', gallery]);
    assert.equal(matches.length, 4, 'nobody twice');
    assert.equal(matches[0].name, basename(dirname(path)));
  }
  const group = join(photos, 'test/unknown/1.jpg'); // one photo of each of the four
  const names = [1, 2, 3, 4].map((face) =>
    json(['match', group, '--gallery', gallery, '--face', `${face}`]).matches[0].name);
  assert.equal(new Set(names).size, 4);
});

test('a gallery of two people says yes to a member and no to strangers', (t) => {
  const place = folder(t);
  const all = photosOf(labeled);
  const [emily, jessica] = ['emily willis', 'jessica smith']
    .map((name) => all.filter((path) => basename(dirname(path)) === name));
  for (const member of [emily, jessica]) add(join(place, 'in'), basename(dirname(member[0])), member[0]);
  const gallery = join(place, 'two.humg');
  json(['gallery', 'build', join(place, 'in'), '-o', gallery]);
  /** @param {string} path */
  const best = (path) => json(['match', path, '--gallery', gallery]).matches[0];
  for (const [person, ...others] of [emily, jessica]) {
    for (const path of others) {
      const { name, alike, nearest } = best(path);
      assert.deepEqual([name, alike, nearest], [basename(dirname(person)), true, null], path);
    }
  }
  const strangers = [biden, ...all.filter((path) => ![...emily, ...jessica].includes(path))];
  const said = strangers.filter((path) => best(path).alike);
  assert.ok(said.length <= 1, `of ${strangers.length} strangers ${said} look alike`);
  assert.match(run(['match', biden, '--gallery', gallery]).stdout, /^Nobody here looks much like/);
  assert.match(run(['match', emily[1], '--gallery', gallery]).stdout, /^Looks most like/);
});

test('match without a face: no matches, exit code 1', (t) => {
  const place = folder(t);
  add(place, 'Abraham Lincoln', lincoln);
  writeFileSync(join(place, 'grey.png'), grey());
  const gallery = join(place, 'one.hum');
  json(['gallery', 'build', place, '-o', gallery]);
  const found = json(['match', join(place, 'grey.png'), '--gallery', gallery], 1);
  assert.deepEqual([found.face, found.matches], [null, []]);
});

test('gallery build names and skips what it cannot use', (t) => {
  const place = folder(t);
  add(place, 'Abraham Lincoln', lincoln);
  add(place, 'Abraham Lincoln', biden, 'second.PNG');
  add(place, 'Joe Biden', biden);
  add(place, 'Group', join(groups, 'sample1.jpg'));
  mkdirSync(join(place, 'Nobody'));
  mkdirSync(join(place, '.hidden'));
  writeFileSync(join(place, 'Nobody/grey.png'), grey());
  writeFileSync(join(place, 'Nobody/text.jpg'), 'hello');
  writeFileSync(join(place, 'Nobody/notes.txt'), 'hello');
  writeFileSync(join(place, '.hidden/text.jpg'), 'hello');
  symlinkSync('..', join(place, 'Nobody/loop'));
  writeFileSync(Buffer.from(`${place}/Joe Biden/\xff.png`, 'latin1'), readFileSync(biden));
  const out = join(place, 'out.hum');
  const { status, stdout, stderr } = run(['gallery', 'build', place, '-o', out, '--json']);
  assert.equal(status, 0);
  const report = JSON.parse(stdout);
  assert.deepEqual([report.people, report.photos, report.bytes],
    [3, 4, readFileSync(out).length]);
  assert.deepEqual(report.skipped.map((/** @type {any} */ s) => [basename(s.photo), s.reason]), [
    ['\ufffd.png', 'the file name is not UTF-8, or holds control characters (byte 0)'],
    ['grey.png', 'no face found'],
    ['text.jpg', 'the file is neither a JPEG nor a PNG picture'],
  ]);
  assert.match(stderr, /skipped .*Nobody\/grey\.png: no face found\n/);
  assert.match(stderr, /note: .*sample1\.jpg shows 3 faces; the largest was taken\n/);
});

// --- A gallery without photos -----------------------------------------------------------------

/** NumPy's format; header: what to write instead. */
function npy(/** @type {number[][]} */ rows, { header = '' } = {}) {
  const text = header || `{'descr': '<f4', 'fortran_order': False, `
    + `'shape': (${rows.length}, ${rows[0]?.length ?? 0}), }`;
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, text.length & 255,
    text.length >> 8]);
  return Buffer.concat([start, Buffer.from(text), Buffer.from(Float32Array.from(rows.flat()).buffer)]);
}

/** Directions that are embeddings here, so that what must come first is known. */
function classes(/** @type {import('node:test').TestContext} */ t) {
  const place = folder(t);
  const [file, names] = [join(place, 'c.npy'), join(place, 'c.txt')];
  run(['embed', lincoln, biden, join(photos, 'samples/portrait-1.jpg'), '-o', file]);
  writeFileSync(names, 'Abraham Lincoln\nJoe Biden\nZoë of the sample\n');
  return { place, file, names, out: join(place, 'c.humg') };
}

test('gallery from-classifier: names without photos, which match and have no calibration', (t) => {
  const { place, file, out } = classes(t);
  const made = json(['gallery', 'from-classifier', file, '-o', out]);
  assert.deepEqual([made.file, made.vectors], [out, 3]);
  const about = run(['gallery', 'info', out]).stdout;
  assert.match(about, /people +3\n +photos +0\n/);
  assert.match(about, /different people +not measured\n +nearest of them +not measured\n +same person +not measured\n/);
  assert.match(run(['match', lincoln, '--gallery', out]).stdout,
    /^ +1 +Abraham Lincoln +1\.000 +\(no photo: MIT\)$/m);
  const { matches } = json(['match', lincoln, '--gallery', out]);
  assert.equal(matches[0].name, 'Abraham Lincoln');
  assert.ok(matches[0].score > 0.99);
  assert.ok(matches.every((/** @type {any} */ m) => m.strangers === null || m.strangers === -1));
  assert.match(JSON.stringify(matches[0]), /class vector of the network/);

  writeFileSync(join(place, 'keep.txt'), 'joe biden\nZOë of the sample\nNobody At All\n');
  writeFileSync(join(place, 'out.txt'), 'Zoë of the sample\n');
  writeFileSync(join(place, 'links.tsv'), 'Joe Biden\thttps://example.org/joe\n');
  const filtered = run(['gallery', 'from-classifier', file, '-o', out, '--names',
    join(place, 'keep.txt'), '--without', join(place, 'out.txt'), '--links',
    join(place, 'links.tsv')]);
  assert.equal(filtered.status, 0, filtered.stderr);
  assert.match(filtered.stderr, /nobody is called 'Nobody At All'/);
  const left = json(['match', biden, '--gallery', out]).matches;
  assert.deepEqual(left.map((/** @type {any} */ m) => [m.name, m.link]),
    [['Joe Biden', 'https://example.org/joe']]);
  writeFileSync(join(place, 'out.txt'), 'Joe Biden\nZoë of the sample\nAbraham Lincoln\n');
  assert.equal(run(['gallery', 'from-classifier', file, '-o', out, '--without',
    join(place, 'out.txt')]).status, 1);
});

test('who asked to be left out is, in whatever spelling; only names of nobody are noted', (t) => {
  const { place, file, names, out } = classes(t);
  const [without, links, keep] = ['w.txt', 'l.tsv', 'k.txt'].map((name) => join(place, name));
  const make = (/** @type {string[]} */ ...more) => {
    const { status, stderr } = run(['gallery', 'from-classifier', file, '-o', out, ...more]);
    const people = status ? [] : json(['gallery', 'info', out]).people;
    return { status, stderr, people: people.map((/** @type {any} */ p) => [p.name, p.link]) };
  };
  writeFileSync(without, '\ufeffabraham_lincoln\r\n\r\n  Joe   Biden \r\nJoe Biden\r\n');
  assert.deepEqual(make('--without', without),
    { status: 0, stderr: '', people: [['Zoë of the sample', '']] });

  // Links of people who are filtered out, or who are named twice alike, are no mistake.
  writeFileSync(keep, 'Joe_Biden\n');
  writeFileSync(links, 'Joe Biden\thttp://a.example/\r\nABRAHAM LINCOLN\thttps://b.example/\r\n'
    + 'Joe_Biden\thttp://a.example/\r\n');
  assert.deepEqual(make('--names', keep, '--links', links),
    { status: 0, stderr: '', people: [['Joe Biden', 'http://a.example/']] });
  for (const [text, says] of /** @type {[string, RegExp][]} */ ([
    ['Joe Biden\thttp://a.example/\njoe biden\thttp://b.example/\n', /comes twice/],
    ['\n\n\thttp://a.example/\n', /l\.tsv: line 3 holds no name/],
    ['Joe Biden\thttp://a.example/\thttp://b.example/\n', /line 1 holds no name in clean UTF-8/],
    ['Joe Biden\n', /expected a name, a tab and an http address/]])) {
    writeFileSync(links, text);
    const { status, stderr } = make('--links', links);
    assert.equal(status, 2, text);
    assert.match(stderr, says);
  }
  // Two people of one name cannot be told apart by it: they are one, with two rows.
  writeFileSync(names, 'Joe_Biden\nJoe Biden\nZoë\n');
  const twice = make();
  assert.deepEqual([twice.stderr, twice.people], ['', [['Joe Biden', ''], ['Zoë', '']]]);
  assert.equal(json(['match', lincoln, '--gallery', out]).matches[0].name, 'Joe Biden');
  writeFileSync(join(place, 'grey.png'), grey());
  assert.deepEqual(json(['match', join(place, 'grey.png'), '--gallery', out], 1).matches, []);
});

test('a gallery of class vectors stays without calibration along axes', (t) => {
  const { file, out, place } = classes(t);
  json(['gallery', 'from-classifier', file, '-o', out]);
  const small = join(place, 'small.humg');
  json(['gallery', 'project', out, '-o', small, '--axes', '3']);
  const { info: { gallery }, people } = json(['gallery', 'info', small]);
  assert.deepEqual([gallery.dimension, gallery.nearest.pairs, people.length], [3, 0, 3]);
  assert.equal(json(['match', lincoln, '--gallery', small]).matches[0].name, 'Abraham Lincoln');
});

test('gallery from-classifier refuses what is not a classifier', (t) => {
  const { file, names, out, place } = classes(t);
  const good = readFileSync(file);
  const row = (/** @type {number} */ n) => Array.from({ length: 512 }, () => n);
  const wrong = (/** @type {string} */ shape) => npy([row(1)], { header: shape });
  /** @type {[string, Buffer, RegExp][]} */
  const cases = [
    ['nothing', Buffer.alloc(0), /not a NumPy file/],
    ['a text', Buffer.from('hello, this is no matrix'), /not a NumPy file/],
    ['the magic alone', good.subarray(0, 8), /not a NumPy file/],
    ['cut in the header', good.subarray(0, 40), /header is damaged/],
    ['a version of the future', Buffer.concat([good.subarray(0, 6), Buffer.from([9]), good.subarray(7)]),
      /header is damaged/],
    ['version 0', Buffer.concat([good.subarray(0, 6), Buffer.from([0]), good.subarray(7)]),
      /header is damaged/],
    ['a header of 65535 bytes', Buffer.concat([good.subarray(0, 8), Buffer.from([255, 255]),
      good.subarray(10)]), /header is damaged/],
    ['version 2 with a huge header', Buffer.concat([good.subarray(0, 6), Buffer.from([2, 0, 255, 255,
      255, 255]), good.subarray(12)]), /header is damaged/],
    ['cut in the rows', good.subarray(0, -1), /need 6144 bytes, it has 6143/],
    ['one byte more', Buffer.concat([good, Buffer.alloc(1)]), /need 6144 bytes, it has 6145/],
    ['doubles', wrong("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 512), }"), /32-bit floats/],
    ['big-endian', wrong("{'descr': '>f4', 'fortran_order': False, 'shape': (1, 512), }"), /32-bit floats/],
    ['by columns', wrong("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 512), }"), /32-bit floats/],
    ['one dimension', wrong("{'descr': '<f4', 'fortran_order': False, 'shape': (512,), }"), /32-bit floats/],
    ['three dimensions', wrong("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 512, 1), }"), /32-bit floats/],
    ['no rows', wrong("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 512), }"), /32-bit floats/],
    ['less than none', wrong("{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 512), }"), /rows of|32-bit/],
    ['no shape', wrong("{'descr': '<f4', 'fortran_order': False}"), /32-bit floats/],
    ['more rows than memory', wrong("{'descr': '<f4', 'fortran_order': False, 'shape': (999999999, 512), }"),
      /at most 1000000 rows/],
    ['not a number', npy([row(1), row(NaN), row(1)]), /row 2 \('Joe Biden'\) is not a vector/],
    ['infinite', npy([row(1), row(1), row(Infinity)]), /row 3/],
    ['a row of zeros', npy([row(0), row(1), row(1)]), /row 1/],
    ['fewer rows than names', npy([row(1)]), /3 names.*1 rows/],
    ['another network', npy([[1, 2], [1, 2], [1, 2]]), /rows of 2 numbers.*embeddings have 512/],
  ];
  for (const [what, bytes, says] of cases) {
    writeFileSync(file, bytes);
    const { status, signal, stderr } = run(['gallery', 'from-classifier', file, '-o', out]);
    assert.deepEqual([status, signal], [2, null], `${what}: ${stderr}`);
    assert.match(stderr, says, what);
    assert.equal(existsSync(out), false, what);
  }
  writeFileSync(file, good);
  for (const [text, says] of /** @type {[string | Buffer, RegExp][]} */ ([
    ['A\n\u0007\nC\n', /line 2 holds no name in clean UTF-8/],
    [Buffer.from([65, 10, 0xff, 10, 67]), /line 2 holds no name in clean UTF-8/],
    [Buffer.from([65, 0, 66]), /not a text/], ['A\nB\n', /2 names.*3 rows/]])) {
    writeFileSync(names, text);
    const { status, stderr } = run(['gallery', 'from-classifier', file, '-o', out]);
    assert.equal(status, 2);
    assert.match(stderr, says);
  }
  writeFileSync(names, 'A\nB\nC\n');
  writeFileSync(join(place, 'links.tsv'), 'A\tjavascript:alert(1)\n');
  const { status, stderr } = run(['gallery', 'from-classifier', file, '-o', out, '--links',
    join(place, 'links.tsv')]);
  assert.equal(status, 2);
  assert.match(stderr, /http address/);
});

test('gallery build leaves the old file alone when it fails', (t) => {
  const place = folder(t);
  const out = join(place, 'out.hum');
  writeFileSync(out, 'kept');
  mkdirSync(join(place, 'Nobody'));
  assert.match(run(['gallery', 'build', place, '-o', out]).stderr, /holds no photos/);
  writeFileSync(join(place, 'Nobody/grey.png'), grey());
  assert.equal(run(['gallery', 'build', place, '-o', out]).status, 1);
  assert.equal(readFileSync(out, 'utf8'), 'kept');
  assert.deepEqual(readdirSync(place).sort(), ['Nobody', 'out.hum']);
  const nowhere = run(['gallery', 'build', presidents, '-o', join(place, 'no/out.hum')]);
  assert.equal(nowhere.status, 2);
  assert.match(nowhere.stderr, /no\/out\.hum\.part cannot be written: No such file/);
  assert.equal(run(['gallery', 'build', join(place, 'no'), '-o', out]).status, 2);
});

test('what is no file is not written over; a link stays one', (t) => {
  const place = folder(t);
  const [pipe, link, target] = ['pipe', 'link', 'target'].map((name) => join(place, name));
  assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
  for (const out of [pipe, place]) {
    const { status, stderr } = run(['embed', lincoln, '-o', out]);
    assert.deepEqual([status, stderr], [2, `humshakal: ${out} cannot be written: it is not a file\n`]);
  }
  assert.ok(statSync(pipe).isFIFO());
  writeFileSync(target, 'old');
  symlinkSync('target', link);
  assert.equal(run(['embed', lincoln, '-o', link]).status, 0);
  assert.ok(lstatSync(link).isSymbolicLink());
  assert.equal(readNpy(readFileSync(target)).shape[0], 1);
  assert.deepEqual(readdirSync(place).sort(), ['link', 'pipe', 'target']);
});

test('a gallery of another network, or a damaged one, is refused', (t) => {
  const place = folder(t);
  add(place, 'Abraham Lincoln', lincoln);
  const gallery = join(place, 'one.hum');
  json(['gallery', 'build', place, '-o', gallery]);
  const recipe = readFileSync(inProject('models/facenet.recipe'), 'utf8');
  symlinkSync(inProject('build/models/facenet.tflite'), join(place, 'other.tflite'));
  writeFileSync(join(place, 'other.recipe'), recipe.replace(/^mirror = \w+/m, (line) =>
    (line.endsWith('no') ? 'mirror = yes' : 'mirror = no')));
  const other = run(['match', lincoln, '--gallery', gallery, '--model', join(place, 'other.tflite')]);
  assert.equal(other.status, 2);
  assert.match(other.stderr, /made with another network/);

  const bytes = readFileSync(gallery);
  for (const damaged of [bytes.subarray(0, 100), bytes.subarray(0, -1), Buffer.alloc(0)]) {
    writeFileSync(gallery, damaged);
    for (const command of [['gallery', 'info', gallery], ['match', lincoln, '--gallery', gallery]]) {
      const { status, stderr } = run(command);
      assert.equal(status, 2);
      assert.match(stderr, /one\.hum: /);
    }
  }
});

// --- Credits -----------------------------------------------------------------------------

/** Builds a gallery of Lincoln with a credits file; returns what the gallery says of him. */
function credited(/** @type {import('node:test').TestContext} */ t,
  /** @type {Record<string, string | Buffer>} */ files, person = 'Abraham Lincoln') {
  const place = folder(t);
  add(place, person, lincoln, 'a.png');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text);
  const out = join(place, 'out.hum');
  const { status, stderr } = run(['gallery', 'build', place, '-o', out]);
  const [found] = status ? [null] : json(['gallery', 'info', out]).people;
  return { status, stderr, person: found, out };
}

test('credits.json and credits.csv say the same in two ways', (t) => {
  const facts = { title: 'The "O-77" plate', source: 'Library, Room 1', author: 'Ä. Gardner',
    licence: 'Public domain', link: 'https://example.org/a?b,c' };
  const link = 'https://example.org/lincoln';
  const byJson = credited(t, { 'credits.json': JSON.stringify({
    photos: { 'Abraham Lincoln/a.png': facts }, people: { 'Abraham Lincoln': { link } } }) });
  const byCsv = credited(t, { 'credits.csv': '\ufefflink,person,file,author,title,source,licence\r\n'
    + '"https://example.org/a?b,c",Abraham Lincoln,a.png,Ä. Gardner,"The ""O-77"" plate",'
    + '"Library, Room 1",Public domain\r\n'
    + `${link},Abraham Lincoln,,,,,\r\n` });
  assert.equal(byJson.stderr + byCsv.stderr, '');
  assert.deepEqual(byJson.person, { name: 'Abraham Lincoln', link, photos: [{
    file: 'a.png', source: 'The "O-77" plate, Library, Room 1', author: 'Ä. Gardner',
    licence: 'Public domain', link: facts.link }] });
  assert.deepEqual(byCsv.person, byJson.person);
});

test('mistakes in credits are told', (t) => {
  const photo = (/** @type {object} */ facts) =>
    JSON.stringify({ photos: { 'Abraham Lincoln/a.png': facts } });
  /** @type {[Record<string, string>, RegExp][]} */
  const cases = [
    [{ 'credits.json': '{"photos":{},\n"people":' }, /credits\.json: line 2: .*near end of file/],
    [{ 'credits.json': '[]' }, /must be an object/],
    [{ 'credits.json': '[1e999]' }, /line 1: real number overflow/],
    [{ 'credits.json': photo({ author: 1 }).replace('1', '9'.repeat(400)) }, /too big integer/],
    [{ 'credits.json': `${'['.repeat(1e6)}` }, /maximum parsing depth/],
    [{ 'credits.json': '{"photos":'.repeat(1e5) }, /maximum parsing depth/],
    [{ 'credits.json': '{"photos":{"A/a":{"link":"x","link":"y"}}}' }, /duplicate object key/],
    [{ 'credits.json': '{"photos":{"A/a":{},"A/a":{}}}' }, /duplicate object key/],
    [{ 'credits.json': photo({ author: 'a\0b' }) }, /\\u0000 is not allowed/],
    [{ 'credits.json': '{"photos":{"a\\u0000/b":{}}}' }, /NUL byte in object key/],
    [{ 'credits.json': '{"photos":{}}\0' }, /not a text file/],
    [{ 'credits.json': Buffer.from('{"photos":{"A/\xff":{}}}', 'latin1') }, /unable to decode byte 0xff/],
    [{ 'credits.json': Buffer.from('{"photos":{"A/\xed\xa0\x80":{}}}', 'latin1') }, /unable to decode byte 0xed/],
    [{ 'credits.json': '{} {}' }, /end of file expected/],
    [{ 'credits.json': photo({ author: 'a\u009b31mb' }) }, /'author' .* not plain UTF-8 text/],
    [{ 'credits.json': photo({ license: 'MIT' }) }, /unknown entry 'license'; known: .*licence/],
    [{ 'credits.json': photo({ author: 7 }) }, /'author' .* must be a text/],
    [{ 'credits.json': photo({ author: 'two\nlines' }) }, /not plain UTF-8 text in one line/],
    [{ 'credits.json': '{"photos":{"a.png":{}},"people":1}' }, /named PERSON\/FILE, not 'a\.png'/],
    [{ 'credits.json': '{"photos":{"\\ud800/a":{}}}' }, /invalid Unicode/],
    [{ 'credits.csv': 'person,file,license\n' }, /unknown column 'license'/],
    [{ 'credits.csv': 'file,licence\n' }, /'person' among them/],
    [{ 'credits.csv': 'person,person\n' }, /'person' comes twice/],
    [{ 'credits.csv': 'person,file\n"Abraham Lincoln,a.png\n' }, /line 2: expected 2 values/],
    [{ 'credits.csv': 'person,file\nA,b\nA,b\n' }, /names A\/b twice/],
    [{ 'credits.csv': 'person,file\nA,b,c\n' }, /line 2: expected 2 values/],
    [{ 'credits.csv': 'person,file\nA\0,b\n' }, /not a text file/],
    [{ 'credits.csv': Buffer.from('person,file,author\nA,b,\xff\n', 'latin1') }, /line 2 is not UTF-8/],
    [{ 'credits.csv': Buffer.from('person,file\nA\xc0\xaf,b\n', 'latin1') }, /line 2 is not UTF-8/],
    [{ 'credits.csv': 'person,author\nA,B\n' }, /'A' has the unknown entry 'author'; known: link/],
    [{ 'credits.csv': 'person,file,author\nA,b,"two\nlines"\n' }, /not plain UTF-8 text in one line/],
    [{ 'credits.csv': 'person,file,author\nA,b,"never closed' }, /line 2: expected 3 values/],
    [{ 'credits.csv': `person${',person'.repeat(1000)}` }, /first line must name|comes twice/],
    [{ 'credits.csv': `person,file\nA,b${',c'.repeat(1e5)}\n` }, /line 2: expected 2 values/],
    [{ 'credits.csv': 'person\n', 'credits.json': '{}' }, /keep one/],
  ];
  for (const [files, reason] of cases) {
    const { status, stderr } = credited(t, files);
    assert.equal(status, 2, JSON.stringify(files));
    assert.match(stderr, reason);
    assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
  }
  const unused = credited(t, { 'credits.csv': 'person,file\nAbraham Lincoln,b.png\n' });
  assert.equal(unused.status, 0);
  assert.match(unused.stderr, /speaks of Abraham Lincoln\/b\.png, which is not there/);
});

test('credits: an editor\'s mark, long texts, what would steer a terminal', (t) => {
  const photos = (/** @type {object} */ facts) => ({ 'Abraham Lincoln/a.png': facts });
  const marked = credited(t, { 'credits.json':
    `\ufeff${JSON.stringify({ photos: photos({ author: 'A' }) })}` });
  assert.deepEqual([marked.stderr, marked.person.photos[0].author], ['', 'A']);

  const long = 'x'.repeat(10000);
  for (const file of [{ 'credits.json': JSON.stringify({ photos: photos({ author: long }) }) },
    { 'credits.csv': `person,file,author\nAbraham Lincoln,a.png,${long}\n` }]) {
    const { status, stderr } = credited(t, file);
    assert.equal(status, 1);
    assert.match(stderr, /skipped .*a\.png: the author has 10000 bytes, at most 4096 fit\n/);
  }
  const noted = credited(t, { 'credits.json': JSON.stringify({ people: { [long]: {} } }) });
  assert.deepEqual([noted.status, noted.stderr.includes(long)], [0, true]);

  const steering = 'a\u001b[31m\u009b1m\u202eb\u2066c\nd';
  for (const file of [{ 'credits.json': JSON.stringify({ people: { [steering]: {} } }) },
    { 'credits.csv': `person\n"${steering}"\n` }, { 'credits.json': JSON.stringify({ [steering]: 1 }) },
    { 'credits.csv': `person,"${steering}"\n` }]) {
    const { stderr } = credited(t, file);
    assert.match(stderr, /a\ufffd\[31m\ufffd1m\ufffdb\ufffdc\ufffdd.*\n$/);
  }
});

test('a name that turns the direction of writing is kept, but not shown to a terminal', (t) => {
  const name = 'Lin\u202enloc';
  const { status, person, out } = credited(t, {}, name);
  assert.deepEqual([status, person.name], [0, name]);
  assert.equal(json(['match', lincoln, '--gallery', out]).matches[0].name, name);
  assert.match(run(['match', lincoln, '--gallery', out]).stdout, /^ {2}1 {2}Lin\ufffdnloc {3}1\.000$/m);
});

test('what stands in the place of credits is not passed over', (t) => {
  for (const name of ['credits.json', 'credits.csv']) {
    const place = folder(t);
    add(place, 'Abraham Lincoln', lincoln);
    mkdirSync(join(place, name));
    const { status, stderr } = run(['gallery', 'build', place, '-o', join(place, 'out.hum')]);
    assert.equal(status, 2);
    assert.match(stderr, new RegExp(`${name} cannot be read: it is not a file`));
  }
});

// --- eval --------------------------------------------------------------------------------

test('eval gives the figures that their definitions give', (t) => {
  const place = folder(t);
  for (const path of photosOf(labeled)) add(place, basename(dirname(path)), path);
  for (const path of photosOf(presidents).slice(0, 12)) add(place, basename(dirname(path)), path);
  // Two people under one name, so that each figure has something to miss.
  add(place, 'Mixed', photosOf(labeled)[0]);
  add(place, 'Mixed', biden);
  const paths = photosOf(place);
  const file = join(place, 'rows.npy');
  assert.equal(run(['embed', ...paths, '-o', file]).status, 0);
  const { rows } = readNpy(readFileSync(file));
  const people = paths.map((path) => basename(dirname(path)));
  const report = json(['eval', place, '--centre']);
  assert.deepEqual([report.photos, report.people, report.skipped], [33, 17, 0]);
  for (const [found, expected] of [[report.plain, figures(rows, people)],
    [report.centred, figures(centre(rows), people)]]) {
    for (const key of /** @type {const} */ (['probes', 'samePairs', 'otherPairs'])) {
      assert.equal(found[key], expected[key]);
    }
    for (const [value, wanted] of [
      [found.rank1, expected.rank1],
      [found.rank1Template, expected.rank1Template],
      [found['tarAtFar1e-2'], expected.atOnePercent.tar],
      [found['tarAtFar1e-3'], expected.atOnePerMille.tar],
      [found['thresholdAtFar1e-2'], expected.atOnePercent.threshold],
      [found['thresholdAtFar1e-3'], expected.atOnePerMille.threshold],
    ]) assert.ok(Math.abs(value - wanted) < 1e-5, `${value} and ${wanted}`);
    assert.ok(found.rank1 < 1 && found.rank1Template < 1);
    assert.equal(found.misses.length, Math.round(found.probes * (1 - found.rank1)));
  }
  const text = run(['eval', place]).stdout;
  assert.match(text, /^33 photos of 17 people; 21 have another photo of the same person\n/);
  assert.match(text, new RegExp(`rank 1, nearest other photo +${report.plain.rank1.toFixed(3)}\n`));
});

test('eval --axes: fitted on one half of the people, tried on the other', (t) => {
  const place = folder(t);
  for (const path of [...photosOf(labeled), ...photosOf(presidents)]) add(place, basename(dirname(path)), path);
  const args = ['eval', place, '--axes', '8,20'];
  const { axes: { halvings, spaces } } = json(args);
  assert.deepEqual([halvings, spaces.map(({ numbers }) => numbers)], [10, [512, 8, 20]]);
  const [whole, few, more] = spaces.map(({ plain }) => plain['tarAtFar1e-2']);
  t.diagnostic(`true accepts at 1 % false ones: ${[whole, few, more]}`);
  assert.ok(few < more - 0.1 && more < whole - 0.1); // observed: 0.899, 0.286, 0.644
  for (const { plain, centred } of spaces) {
    for (const figures of [plain, centred]) {
      assert.deepEqual(Object.keys(figures), ['rank1', 'tarAtFar1e-2', 'tarAtFar1e-3']);
      for (const value of Object.values(figures)) assert.ok(value >= 0 && value <= 1);
    }
  }
  const text = run(args).stdout;
  assert.match(text, /Half of the 49 people, .*\n.*10 halvings:\n[^]* +512( +\d\.\d{3}){6}\n +8( +\d\.\d{3}){6}\n/);
  const { status, stdout, stderr } = run(['eval', place, '--axes', '60', '--json']);
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /cannot have 60 axes/);
});

test('a gallery may be larger than memory', (t) => {
  const place = folder(t);
  const out = join(place, 'large.humg');
  assert.equal(run(['gallery', 'build', presidents, '-o', out]).status, 0);
  // Its thumbnails, the last but one of the sections, grow by 3 GB that take no room.
  const [HEADER, ENTRY, MORE] = [64, 24, 3 * 2 ** 30];
  const bytes = readFileSync(out);
  const entry = (/** @type {number} */ back) => HEADER + ENTRY * (bytes.readUInt32LE(28) - back);
  const [thumbs, last] = [entry(2), entry(1)];
  const end = Number(bytes.readBigUInt64LE(last + 8));
  const calibration = bytes.subarray(end);
  const grow = (/** @type {number} */ at) => (
    bytes.writeBigUInt64LE(bytes.readBigUInt64LE(at) + BigInt(MORE), at));
  [8, thumbs + 16, last + 8].forEach(grow);
  const file = openSync(out, 'w');
  writeSync(file, bytes, 0, end, 0);
  writeSync(file, calibration, 0, calibration.length, end + MORE);
  closeSync(file);
  assert.equal(statSync(out).size, bytes.length + MORE);
  const limited = `ulimit -d 1000000; exec '${program}' match '${lincoln}' --gallery '${out}'`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', limited], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^  1  Abraham Lincoln +1\.000/m);
});

test('eval has nothing to measure without a second photo of anybody', (t) => {
  const place = folder(t);
  add(place, 'Abraham Lincoln', lincoln);
  add(place, 'Joe Biden', biden);
  const { status, stderr } = run(['eval', place]);
  assert.equal(status, 1);
  assert.match(stderr, /nobody has two usable photos/);
});

test('19 photos of 4 people find their own among 308 strangers', (t) => {
  const place = folder(t);
  for (const root of [labeled, presidents, join(photos, 'test/generated')]) {
    for (const path of photosOf(root)) {
      const link = join(place, basename(dirname(path)));
      if (!existsSync(link)) symlinkSync(dirname(path), link);
    }
  }
  const { photos: count, people, plain } = json(['eval', place]);
  assert.deepEqual([count, people, plain.probes], [327, 312, 19]);
  assert.deepEqual(plain.misses, []);
  assert.equal(plain.rank1Template, 1);
  t.diagnostic(`true accepts at 1 % false ones: ${plain['tarAtFar1e-2'].toFixed(3)}`);
  assert.ok(plain['tarAtFar1e-2'] >= 0.94); // 0.972: 35 of 36 pairs
});

test('what a gallery says of strangers is so', (t) => {
  const found = json(['eval', presidents, '--calibration']);
  assert.deepEqual([found.people, found.gallery, found.pairsOfPeople, found.scoresOfStrangers],
    [45, 22, 231, 22 * 23]);
  t.diagnostic(`closer than 99 %: ${found.above99.mean}, look like somebody: ${found.alike.mean}`);
  assert.ok(Math.abs(found.above99.mean - 0.01) < 0.005); // observed: 0.0093
  // 22 photos tell of one in ten only roughly, and then rather too little.
  assert.ok(found.alike.mean > 0.05 && found.alike.mean < 0.12); // observed: 0.074
  assert.match(run(['eval', presidents, '--calibration']).stdout,
    /^45 photos .*\n.*231 pairs.*\n[^]*"closer than 99 % of strangers" +1\.00 +\d/);
  const place = folder(t);
  add(place, 'Abraham Lincoln', lincoln);
  add(place, 'Joe Biden', biden);
  const { status, stderr } = run(['eval', place, '--calibration']);
  assert.equal(status, 1);
  assert.match(stderr, /half of 2 people and 2 photos is too few/);
});

// --- Terminal ----------------------------------------------------------------------------

test('a terminal sees a progress bar', (t) => {
  const place = folder(t);
  add(place, 'Abraham Lincoln', lincoln);
  add(place, 'Joe Biden', biden);
  const command = `'${program}' gallery build '${place}' -o '${place}/out.hum'`;
  const { stdout, error } = spawnSync('script', ['-qec', command, '/dev/null'], { encoding: 'utf8' });
  assert.equal(error, undefined, 'script, of the package bsdutils, runs a command in a terminal');
  assert.match(stdout, /\r\[#+ +\] 1 of 2 photos\r\[#+\] 2 of 2 photos\r?\n/);
  assert.ok(existsSync(join(place, 'out.hum')));
});
