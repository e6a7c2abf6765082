/** web/humshakal.js in Node, with the real engine, networks, gallery and photos. */

import assert from 'node:assert/strict';
import { cp, mkdir, readFile, readdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { folder, json } from './lib/cli.mjs';
import { assertNativeOrder } from './lib/native.mjs';
import { emptyPng, png } from './lib/png.mjs';
import { inProject, need, photo, site } from './lib/project.mjs';

/** @type {typeof import('../web/engine/humshakal.js').Humshakal} */
let Humshakal;
/** @type {import('../web/engine/humshakal.js').Humshakal} */
let humshakal;

const PORTRAIT = 'build/photos/samples/portrait-1.jpg';
const GROUP = 'build/photos/samples/group.jpg';
const LABELED = 'build/photos/test/labeled';

/** @type {import('../web/engine/humshakal.js').Progress[]} */
const progress = [];

before(async () => {
  await need('build/site/models/manifest.json');
  ({ Humshakal } = await import(new URL('humshakal.js', site).href));
  humshakal = await Humshakal.create({ onProgress: (step) => progress.push(step) });
});

after(() => humshakal?.close());

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
function cosine(a, b) {
  return Array.from(a).reduce((sum, value, i) => sum + value * b[i], 0);
}

test('info tells what is loaded', () => {
  const { info } = humshakal;
  assert.match(info.version, /^\d+\.\d+\.\d+$/);
  assert.equal(info.threads, 1);
  assert.ok(['simd', 'relaxed'].includes(info.build));
  assert.equal(info.worker, false);
  assert.ok(info.embedder.dimension >= 128);
  assert.equal(info.gallery?.people, 45);
});

test('progress never goes back and ends at the total', async () => {
  const { total } = await Humshakal.offers();
  assert.ok(progress.length > 3);
  assert.ok(progress.every(({ loaded }, i) => loaded >= (progress[i - 1]?.loaded ?? 0)));
  assert.deepEqual([progress.at(-1)?.loaded, progress.at(-1)?.total], [total, total]);
});

test('a portrait has one face, in its place', async () => {
  const { width, height, faces, shrunkFrom } = await humshakal.detect(await photo(PORTRAIT));
  assert.deepEqual([width, height, shrunkFrom], [730, 848, null]);
  assert.equal(faces.length, 1);
  const [{ x, y, width: w, height: h, score, points }] = faces;
  assert.ok(score > 0.5 && score <= 1);
  assert.equal(points.length, 12);
  const [rightEye, leftEye, nose] = [points.slice(0, 2), points.slice(2, 4), points.slice(4, 6)];
  assert.ok(rightEye[0] < leftEye[0], 'their right eye is on the left of the picture');
  assert.ok(nose[1] > rightEye[1]);
  for (const [px, py] of [rightEye, leftEye, nose]) {
    assert.ok(px > x && px < x + w && py > y && py < y + h);
  }
});

test('a group has several faces, largest first', async () => {
  const { faces } = await humshakal.detect(await photo(GROUP));
  assert.equal(faces.length, 5);
  const areas = faces.map(({ width, height }) => width * height);
  assert.deepEqual(areas, areas.toSorted((a, b) => b - a));
});

test('an embedding is a vector of length 1, the same each time', async () => {
  const first = await humshakal.embed(await photo(PORTRAIT));
  assert.equal(first.length, humshakal.info.embedder.dimension);
  assert.ok(Math.abs(cosine(first, first) - 1) < 1e-5);
  assert.deepEqual(await humshakal.embed(await photo(PORTRAIT)), first);
});

test('five different people, best first, with credits and thumbnails', async () => {
  const matches = await humshakal.match(await photo(PORTRAIT), { k: 5 });
  assert.equal(new Set(matches.map(({ name }) => name)).size, 5);
  const scores = matches.map(({ score }) => score);
  assert.deepEqual(scores, scores.toSorted((a, b) => b - a));
  assert.ok(Math.abs(Number(humshakal.info.gallery?.alike) - 0.9) < 1e-6, 'the page says "one in ten"');
  assert.equal(matches[0].alike, false, 'no president');
  for (const { name, strangers, nearest, photo: shown } of matches) {
    assert.ok(name && shown.licence && shown.source, `${name} has a licence and a source`);
    assert.ok(strangers >= 0 && strangers <= 0.999);
    assert.ok(nearest >= 0 && nearest <= strangers, 'the best of many is nearer than one');
    assert.ok(shown.thumbnail);
    const head = new Uint8Array(await shown.thumbnail.arrayBuffer()).subarray(0, 3);
    assert.deepEqual([...head], [0xff, 0xd8, 0xff]);
  }
});

test('the people are those of the native command line', async () => {
  const gallery = inProject('build/site/galleries/presidents.humg');
  for (const file of [PORTRAIT, 'build/photos/samples/portrait-2.jpg', GROUP]) {
    const matches = await humshakal.match(await photo(file));
    assertNativeOrder(matches.map(({ name }) => name), file, gallery);
  }
});

test('photos of one person are more alike than photos of two', async () => {
  const one = await photo(`${LABELED}/emily willis/joshua-rondeau-0BQdiHKqs6o-unsplash.jpg`);
  const again = await photo(`${LABELED}/emily willis/joshua-rondeau-6z_C6OQBb4M-unsplash.jpg`);
  const other = await photo(`${LABELED}/jessica smith/joshua-rondeau-3_sGB2ON4X0-unsplash.jpg`);
  const same = await humshakal.verify(one, again);
  const different = await humshakal.verify(one, other);
  assert.ok(same.score > different.score + 0.2, `${same.score} and ${different.score}`);
  const { threshold } = humshakal.info.embedder;
  assert.equal(same.threshold, threshold);
  assert.deepEqual([same.same, different.same], threshold === null ? [null, null] : [true, false]);
});

test('a crop is a square picture, with more around the head when loose', async () => {
  const blob = await photo(PORTRAIT);
  const tight = await humshakal.crop(blob, { side: 64 });
  const loose = await humshakal.crop(blob, { side: 64, loose: true });
  assert.deepEqual([tight.width, tight.height, tight.data.length], [64, 64, 4 * 64 * 64]);
  assert.ok(tight.data.every((value, i) => i % 4 !== 3 || value === 255));
  assert.notDeepEqual(tight.data, loose.data);
  await assert.rejects(humshakal.crop(blob, { side: 5000 }), { code: 'HUM_ERROR_ARGUMENT' });
});

test('pixels give what the encoded photo gives', async () => {
  const pixel = (/** @type {number} */ x, /** @type {number} */ y) => (
    /** @type {[number, number, number]} */ ([x, y, (x * y) % 256]));
  const [width, height] = [96, 80];
  const data = new Uint8ClampedArray(4 * width * height);
  for (let i = 0; i < width * height; i += 1) {
    data.set([...pixel(i % width, Math.floor(i / width)), 255], 4 * i);
  }
  const whole = { detect: false };
  assert.deepEqual(await humshakal.embed({ data, width, height }, whole),
    await humshakal.embed(new Blob([png(width, height, pixel)]), whole));
});

test('a picture without a face: none is found, and what needs one says so', async () => {
  const grey = new Blob([png(200, 150, () => [128, 128, 128])]);
  assert.deepEqual((await humshakal.detect(grey)).faces, []);
  for (const call of [humshakal.embed(grey), humshakal.match(grey), humshakal.crop(grey)]) {
    await assert.rejects(call, { name: 'HumError', code: 'HUM_ERROR_NO_FACE' });
  }
  assert.equal((await humshakal.match(grey, { detect: false })).length, 5);
});

test('calls that overlap do not mix up their photos', async () => {
  const files = [PORTRAIT, GROUP, 'build/photos/samples/portrait-2.jpg'];
  const photos = await Promise.all(files.map(photo));
  const alone = [];
  for (const one of photos) alone.push(await humshakal.embed(one));
  const together = await Promise.all([...photos, ...photos].map((one) => humshakal.embed(one)));
  assert.deepEqual(together, [...alone, ...alone]);
});

test('damaged photos are errors that leave the engine as it was', async () => {
  const good = await photo(PORTRAIT);
  const expected = await humshakal.embed(good);
  const jpeg = new Uint8Array(await good.arrayBuffer());
  const picture = new Uint8Array(png(40, 30, (x, y) => [x, y, 0]));
  let refused = 0;
  /** @param {Uint8Array<ArrayBuffer>} bytes */
  const attempt = async (bytes) => {
    try {
      await humshakal.embed(new Blob([bytes]), { detect: false });
    } catch (error) {
      const { code } = /** @type {any} */ (error);
      assert.match(code, /^HUM_ERROR_(FORMAT|UNSUPPORTED|LIMIT|MEMORY|VALUE|FILE)$/,
        String(error));
      refused += 1;
    }
  };
  for (let cut = 0; cut < picture.length; cut += 1) await attempt(picture.slice(0, cut));
  for (let cut = 3; cut < 700; cut += 7) await attempt(jpeg.slice(0, cut));
  const before = refused;
  assert.ok(before > 100, `${before} truncations refused`);
  for (let at = 0; at < 700; at += 5) {
    for (const source of [jpeg, picture]) {
      const wrong = source.slice();
      wrong[at % wrong.length] ^= 0xff;
      await attempt(wrong);
    }
  }
  assert.ok(refused > before);
  assert.deepEqual(await humshakal.embed(good), expected);
});

test('a header that promises too many pixels is a limit, not an allocation', async () => {
  for (const [width, height] of [[30000, 30000], [16384, 16384], [65535, 1]]) {
    await assert.rejects(humshakal.detect(new Blob([emptyPng(width, height)])),
      { code: 'HUM_ERROR_LIMIT' });
  }
});

test('a gallery that is none leaves the one before in place', async () => {
  const blob = await photo(PORTRAIT);
  const expected = await humshakal.match(blob);
  await assert.rejects(humshakal.loadGallery(new Uint8Array(100)), { code: 'HUM_ERROR_FORMAT' });
  const bytes = new Uint8Array(await readFile(inProject('build/site/galleries/presidents.humg')));
  await assert.rejects(humshakal.loadGallery(bytes.subarray(0, bytes.length - 1)),
    { code: 'HUM_ERROR_FORMAT' });
  const names = (/** @type {any[]} */ list) => list.map(({ name }) => name);
  assert.deepEqual(names(await humshakal.match(blob)), names(expected));
  for (const whole of [bytes, bytes.buffer, new Blob([bytes])]) {
    await humshakal.loadGallery(whole);
    assert.deepEqual(names(await humshakal.match(blob)), names(expected));
  }
});

test('a projected gallery: the scores of the command line, and of what is projected', async (t) => {
  const from = inProject('build/site/galleries/presidents.humg');
  const file = join(folder(t), 'small.humg');
  json(['gallery', 'project', from, '-o', file, '--axes', '40']);
  const blob = await photo(PORTRAIT);
  const embedding = await humshakal.embed(blob);
  assert.deepEqual(await humshakal.project(embedding), embedding); // of one that is not
  await humshakal.loadGallery(new Uint8Array(await readFile(file)));
  const { dimension, probeDimension, projected } = humshakal.info.gallery ?? {};
  assert.deepEqual([dimension, probeDimension, projected], [40, embedding.length, true]);
  const matches = await humshakal.match(blob);
  assertNativeOrder(matches.map(({ name }) => name), PORTRAIT, file);
  const along = await humshakal.project(embedding);
  assert.equal(along.length, 40);
  for (const { row, score } of matches) {
    const stored = await humshakal.project(await humshakal.galleryEmbedding(row));
    assert.ok(Math.abs(cosine(along, stored) - score) < 0.002);
  }
  await humshakal.loadGallery(new Uint8Array(await readFile(from)));
});

test('a gallery that is made here: the people and scores of the command line’s', async (t) => {
  const own = await Humshakal.create();
  const maker = await own.createGallery();
  for (const person of (await readdir(inProject(LABELED))).sort()) {
    for (const file of (await readdir(inProject(`${LABELED}/${person}`))).sort()) {
      const found = await maker.addPhoto(await photo(`${LABELED}/${person}/${file}`), { person, file });
      assert.ok(found.face && found.quality > 0 && found.thumbnail.length > 1000);
    }
  }
  assert.deepEqual(maker.people, (await readdir(inProject(LABELED))).sort());
  const made = await maker.build();
  assert.deepEqual(await maker.build(), made);
  await own.loadGallery(made);
  const file = join(folder(t), 'native.humg');
  json(['gallery', 'build', inProject(LABELED), '-o', file, '--json']);
  for (const probe of [PORTRAIT, GROUP, 'build/photos/samples/portrait-2.jpg']) {
    const here = await own.match(await photo(probe));
    await own.loadGallery(new Blob([await readFile(file)]));
    const there = await own.match(await photo(probe));
    await own.loadGallery(made.buffer);
    assert.deepEqual(here.map(({ name }) => name), there.map(({ name }) => name));
    here.forEach(({ score, photo: { file: of } }, i) => {
      // Activations of 8 bits are not rounded alike in every build: 0.0026 at most, seen.
      assert.ok(Math.abs(score - there[i].score) < 0.005, `${score} ${there[i].score}`);
      assert.equal(of, there[i].photo.file);
    });
    assert.ok(here.every(({ photo: { thumbnail } }) => Number(thumbnail?.size) > 1000));
  }
  await own.loadGallery(await maker.build({ axes: 8 }));
  assert.equal((await own.project(await own.embed(await photo(PORTRAIT)))).length, 8);

  await assert.rejects(maker.addPhoto(await photo(PORTRAIT), { person: '' }), /name of its person/);
  await assert.rejects(maker.addPhoto(new Blob([png(99, 99, () => [9, 9, 9])]), { person: 'Nobody' }), { code: 'HUM_ERROR_NO_FACE' });
  assert.throws(() => maker.addFace({ embedding: new Float32Array(3) }, { person: 'A' }), /of 512/);
  await assert.rejects((await own.createGallery()).build(), { code: 'HUM_ERROR_STATE' });
  own.close();
});

test('what may be wrong in a gallery is found, as the command line finds it', async (t) => {
  const root = join(folder(t), 'people');
  await cp(inProject(LABELED), root, { recursive: true });
  const [emily, tara] = await Promise.all(['emily willis', 'tara sanford'].map((name) => readdir(join(root, name))));
  await rename(join(root, 'tara sanford', tara.sort()[0]), join(root, 'jessica smith', 'wrong.jpg'));
  await cp(join(root, 'emily willis', emily.sort()[0]), join(root, 'emily willis', 'zz-copy.jpg'));
  await mkdir(join(root, 'alone'));
  await cp(inProject('build/photos/test/unknown/1.jpg'), join(root, 'alone', '1.jpg'));
  const faces = [];
  /** @type {string[]} */
  const files = [];
  const people = (await readdir(root)).sort();
  for (const [person, name] of people.entries()) {
    for (const file of (await readdir(join(root, name))).sort()) {
      const [found] = await humshakal.describe(await photo(join(root, name, file)), { most: 1 });
      faces.push({ ...found, person });
      files.push(join(root, name, file));
    }
  }
  const here = (await humshakal.check(faces)).map(({ kind, face, other }) => (
    [kind, files[face], other === null ? null : files[other]]));
  const there = json(['gallery', 'check', root], 1).findings
    .filter((/** @type {any} */ { kind }) => !['credit', 'several'].includes(kind))
    .map((/** @type {any} */ { kind, file, other }) => [kind, file, other?.file ?? null]);
  assert.deepEqual(here, there);
  const kinds = here.map(([kind, file]) => `${kind} ${basename(String(file))}`);
  for (const one of ['label wrong.jpg', 'duplicate zz-copy.jpg', 'single 1.jpg']) {
    assert.ok(kinds.includes(one), `${one}: ${kinds.join()}`);
  }
  assert.deepEqual(await humshakal.check([]), []);
});

test('a gallery file is added, told, taken apart and forgotten; another file is refused', async (t) => {
  const file = join(folder(t), 'four.humg');
  json(['gallery', 'build', inProject(LABELED), '-o', file, '--json']);
  const bytes = await readFile(file);
  const { gallery } = await Humshakal.addGallery(new File([bytes], 'Four.humg'));
  assert.deepEqual([gallery.name, gallery.people, gallery.photos], ['Four', 4, 19]);
  assert.ok((await Humshakal.offers()).galleries.some(({ id }) => id === gallery.id));
  const own = await Humshakal.create({ gallery: gallery.id });
  const maker = await own.createGallery();
  for await (const { face, about } of own.galleryFaces()) maker.addFace(face, about);
  assert.deepEqual([maker.photos, maker.people.length], [19, 4]);
  const again = await maker.build();
  assert.deepEqual(again.length, bytes.length);
  own.close();
  await Humshakal.removeGallery(gallery.id);
  assert.ok(!(await Humshakal.offers()).galleries.some(({ id }) => id === gallery.id));

  const other = await readFile(inProject('build/galleries/presidents-hse-mobilenet.humg'));
  assert.equal((await Humshakal.addGallery(new Blob([other]), { id: 'light', name: 'Light' })).gallery.model,
    (await Humshakal.offers()).models.find(({ use }) => use === 'fast')?.id);
  await Humshakal.removeGallery('light');
  for (const wrong of [Buffer.from('no gallery'), bytes.subarray(0, 5000), Buffer.concat([bytes, bytes])]) {
    await assert.rejects(Humshakal.addGallery(new Blob([wrong])), { code: 'HUM_ERROR_GALLERY' });
  }
  const foreign = Buffer.from(bytes);
  const at = foreign.indexOf('model ') + 6;
  foreign.write(foreign[at] === 0x30 ? '1' : '0', at);
  await assert.rejects(Humshakal.addGallery(new Blob([foreign])),
    { code: 'HUM_ERROR_GALLERY', message: /network that this site does not have|damaged|hash/ });
});

test('many photos are matched in their order, a few at a time, whatever fails between', async () => {
  let asked = 0;
  async function* photos() {
    for (const path of [PORTRAIT, '', GROUP, PORTRAIT]) {
      asked += 1;
      yield path ? await photo(path) : new Blob(['no photo']);
    }
  }
  const found = [];
  for await (const { matches, error } of humshakal.matchMany(photos(), { k: 2, ahead: 2 })) {
    found.push(error ? /** @type {any} */ (error).code : matches.length);
    assert.ok(asked <= found.length + 2, `${asked} asked for, ${found.length} taken`);
  }
  assert.deepEqual(found, [2, 'HUM_ERROR_FILE', 2, 2]);
});

test('wrong uses are refused by name', async () => {
  const blob = await photo(PORTRAIT);
  for (const k of [0, -1, 101]) {
    await assert.rejects(humshakal.match(blob, { k }), { code: 'HUM_ERROR_ARGUMENT' });
  }
  await assert.rejects(humshakal.detect(/** @type {any} */ ('photo.jpg')),
    { code: 'HUM_ERROR_ARGUMENT' });
  await assert.rejects(
    humshakal.detect({ data: new Uint8ClampedArray(12), width: 2, height: 2 }),
    { code: 'HUM_ERROR_ARGUMENT', message: /16 bytes/ });
  await assert.rejects(Humshakal.create({ model: 'no-such' }),
    { code: 'HUM_ERROR_ARGUMENT', message: /no model "no-such"; it has / });
  await assert.rejects(Humshakal.create({ gallery: 'no-such' }),
    { code: 'HUM_ERROR_ARGUMENT', message: /no gallery "no-such"; it has .*presidents/ });
  await assert.rejects(Humshakal.create({ baseURL: 'there/' }),
    { code: 'HUM_ERROR_ARGUMENT', message: /baseURL "there\/" should be/ });
  await assert.rejects(humshakal.loadGallery(/** @type {any} */ ({ people: [] })),
    { code: 'HUM_ERROR_ARGUMENT', message: /A gallery is an id/ });
});

test('without a gallery everything but match works', async () => {
  const bare = await Humshakal.create({ gallery: null });
  assert.equal(bare.info.gallery, null);
  assert.equal((await bare.embed(await photo(PORTRAIT))).length, bare.info.embedder.dimension);
  await assert.rejects(bare.match(await photo(PORTRAIT)), { code: 'HUM_ERROR_STATE' });
  bare.close();
});

test('a call that a fresh start interrupts is made again', async () => {
  const blob = await photo(PORTRAIT);
  const broken = await Humshakal.create({ waitFor: 'detector', gallery: new Uint8Array(100) });
  await assert.rejects(broken.ready, { code: 'HUM_ERROR_FORMAT' });
  const detecting = broken.detect(blob);
  const matching = broken.match(blob); // needs what has failed, so it starts an engine anew
  await assert.rejects(matching, { code: 'HUM_ERROR_FORMAT' });
  assert.equal((await detecting).faces.length, 1);
  broken.close();
});

test('cancelled and closed', async () => {
  const blob = await photo(PORTRAIT);
  const signal = AbortSignal.abort();
  await assert.rejects(Humshakal.create({ signal }), { name: 'AbortError' });
  await assert.rejects(humshakal.detect(blob, { signal }), { name: 'AbortError' });
  const other = await Humshakal.create({ waitFor: 'detector' });
  other.close();
  await assert.rejects(other.detect(blob), { code: 'HUM_ERROR_STATE' });
});

test('a folder that is no site', async () => {
  await assert.rejects(Humshakal.create({ baseURL: new URL('../', site) }),
    { code: 'HUM_ERROR_NETWORK', message: /manifest\.json could not be read/ });
});
