/** Several photos of one person as one embedding, on the real engine and real photos. */

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { png } from './lib/png.mjs';
import { inProject, need, photo, site } from './lib/project.mjs';

const LABELED = 'build/photos/test/labeled';

/** @typedef {import('../web/page/several/template.js').Candidate} Candidate */
/** @typedef {import('../web/page/several/several.js').Look} Look */

await need('build/site/models/manifest.json');
const { Humshakal } = await import(new URL('humshakal.js', site).href);
const { lookAt, matchTogether } = /** @type {typeof import('../web/page/several/several.js')} */ (
  await import(new URL('page/several/several.js', site).href));
const { cosine, findPeople, findPerson, leaveOneOut, meanOf } = (
  /** @type {typeof import('../web/page/several/template.js')} */ (
    await import(new URL('page/several/template.js', site).href)));

/** @type {import('../web/engine/humshakal.js').Humshakal} */
let humshakal;
/** @type {Map<string, Candidate[]>} the faces of each person's photos */
const people = new Map();

before(async () => {
  humshakal = await Humshakal.create();
  for (const person of await readdir(inProject(LABELED))) {
    const faces = [];
    for (const file of (await readdir(inProject(`${LABELED}/${person}`))).sort()) {
      const look = await lookAt(humshakal, await photo(`${LABELED}/${person}/${file}`));
      faces.push(look.faces[0]);
    }
    people.set(person, faces);
  }
});

after(() => humshakal?.close());

/** @param {number[]} values */
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * How much more like a person's remaining photo something is than like other people's.
 * @param {string} person
 * @param {Float32Array} probe
 * @param {Candidate} rest
 */
function margin(person, probe, rest) {
  const others = [...people].filter(([name]) => name !== person).flatMap(([, faces]) => faces);
  return cosine(probe, rest.embedding)
    - Math.max(...others.map(({ embedding }) => cosine(probe, embedding)));
}

test('the mean of a person’s photos is nearer to another one of theirs than one photo is', () => {
  const [together, alone] = [/** @type {number[]} */ ([]), /** @type {number[]} */ ([])];
  for (const [person, faces] of people) {
    faces.forEach((rest, i) => {
      const given = faces.filter((_, j) => j !== i);
      together.push(margin(person, meanOf(given), rest));
      alone.push(...given.map(({ embedding }) => margin(person, embedding, rest)));
    });
  }
  console.log(`margin ${mean(together).toFixed(3)} together, ${mean(alone).toFixed(3)} alone`);
  assert.ok(mean(together) > mean(alone) + 0.03);
  assert.ok(Math.min(...together) > Math.min(...alone), 'and the worst case is better');
});

test('a mean has length 1, and a better photo counts more', () => {
  const [a, b] = [...people.values()][0];
  const even = meanOf([{ ...a, quality: 1 }, { ...b, quality: 1 }]);
  const tilted = meanOf([{ ...a, quality: 1 }, { ...b, quality: 0.2 }]);
  for (const vector of [even, tilted]) assert.ok(Math.abs(cosine(vector, vector) - 1) < 1e-5);
  assert.ok(cosine(tilted, a.embedding) > cosine(even, a.embedding));
});

test('quality falls with blur, with size and with the detector’s doubt', async () => {
  const side = humshakal.info.embedder.width;
  const face = { x: 0, y: 0, width: side / 1.2, height: side / 1.2, points: [], inside: 1, score: 0.9 };
  /** @param {(x: number, y: number) => number} level @param {number} [score] */
  const quality = (level, score = 0.9) => {
    const data = new Uint8ClampedArray(4 * side * side).map((_, i) => (
      i % 4 === 3 ? 255 : level((i >> 2) % side, Math.floor((i >> 2) / side))));
    return humshakal.quality({ data, width: side, height: side }, { face: { ...face, score } });
  };
  const noise = (/** @type {number} */ x, /** @type {number} */ y) => (x * 7919 + y * 104729) % 251;
  const sharp = await quality(noise);
  const small = await quality((x, y) => 128 + 100 * Math.sin((x + y) / 12));
  const blurred = await quality(() => 128);
  assert.ok(sharp > small && small > blurred && blurred > 0, `${sharp} ${small} ${blurred}`);
  assert.ok(await quality(noise, 0.5) < sharp);
});

test('faces are grouped into people, and those of one photo are not one person', async () => {
  const faces = [...people.values()].flat();
  const names = [...people].flatMap(([name, own]) => own.map(() => name));
  const groups = await humshakal.group(faces);
  for (const group of new Set(groups)) {
    const members = new Set(names.filter((_, i) => groups[i] === group));
    assert.equal(members.size, 1, [...members].join());
  }
  assert.ok(new Set(groups).size <= people.size + 1, groups.join());
  const apart = await humshakal.group(faces, { apart: [[0, 1]] });
  assert.notEqual(apart[0], apart[1]);
  const photos = await humshakal.group(faces.map((face, i) => ({ ...face, photo: i < 2 ? 'a' : i })));
  assert.notEqual(photos[0], photos[1]);
  const known = await humshakal.group(faces.map((face, i) => ({ ...face, person: i < 2 ? i : undefined })));
  assert.notEqual(known[0], known[1]);
  assert.deepEqual(await humshakal.group([]), []);
  await assert.rejects(humshakal.group([{ embedding: new Float32Array(3) }]), /512 numbers/);
  await assert.rejects(humshakal.group(faces, { far: 0.5 }), /false accept rate/);
});

test('photos of somebody else are found out, wherever they stand', () => {
  const names = [...people.keys()];
  const { threshold } = humshakal.info.embedder;
  for (const name of names) {
    for (const other of names.filter((one) => one !== name)) {
      const [wrong] = /** @type {Candidate[]} */ (people.get(other));
      const right = /** @type {Candidate[]} */ (people.get(name)).slice(0, 3);
      for (const at of [0, 1, 3]) {
        const photos = right.toSpliced(at, 0, wrong).map((face) => [face]);
        const agrees = findPerson(photos, 0.8 * Number(threshold)).map((member) => member.agrees);
        assert.deepEqual(agrees, photos.map((_, i) => i !== at), `${other} among ${name}, ${at}`);
      }
    }
  }
});

test('mixed photos are sorted by person, those of whom there are most first', () => {
  const level = 0.8 * Number(humshakal.info.embedder.threshold);
  const [a, b, c] = [...people.values()];
  const photos = [b[0], a[0], c[0], a[1], b[1], a[2]].map((face) => [face]);
  assert.deepEqual(findPeople(photos, level), [[1, 3, 5], [0, 4], [2]]);
  assert.deepEqual(findPeople(photos, null), [[0, 1, 2, 3, 4, 5]], 'nobody can be told apart');
  assert.deepEqual(findPeople([], level), []);
  // The person who is meant, though there are more photos of somebody else.
  assert.deepEqual(findPerson(photos, level, [photos[0], photos[4]]).map(({ agrees }) => agrees),
    [true, false, false, false, true, false]);
});

test('in a photo of several people it is the person of the other photos who counts', () => {
  const [mine, others] = [...people.values()];
  const [first, second, third] = mine;
  const members = findPerson([[first], [others[0], second], [third, others[1]]], 0.4);
  assert.deepEqual(members.map(({ face }) => face), [0, 1, 0]);
  assert.ok(members.every(({ agrees }) => agrees));
});

test('of two photos that disagree the better one counts', () => {
  const [[a], [b]] = [...people.values()];
  const agree = (/** @type {number} */ qa, /** @type {number} */ qb) => findPerson(
    [[{ ...a, quality: qa }], [{ ...b, quality: qb }]], 0.4).map(({ agrees }) => agrees);
  assert.deepEqual(agree(0.9, 0.3), [true, false]);
  assert.deepEqual(agree(0.3, 0.9), [false, true]);
});

test('without a same-person level nobody is left out', () => {
  const [[a], [b]] = [...people.values()];
  assert.ok(findPerson([[a], [b]], null).every(({ agrees }) => agrees));
});

test('photos together: used ones, shares, and the people who stay', async () => {
  const [name] = people.keys();
  const files = (await readdir(inProject(`${LABELED}/${name}`))).sort().slice(0, 3);
  const blobs = await Promise.all(files.map((file) => photo(`${LABELED}/${name}/${file}`)));
  blobs.push(new Blob([png(80, 80, () => [90, 90, 90])]), new Blob(['%PDF-1.7']));
  /** @type {Look[]} */
  const looks = [];
  for (const blob of blobs) looks.push(await lookAt(humshakal, blob));
  const together = await matchTogether(humshakal, looks, 5, new Map());
  assert.ok(together);
  assert.deepEqual(together.photos.map(({ verdict }) => verdict),
    ['used', 'used', 'used', 'no-face', 'unreadable']);
  assert.ok(Math.abs(together.photos.reduce((sum, { share }) => sum + share, 0) - 1) < 1e-6);
  assert.equal(together.matches.length, 5);
  // What it says of steadiness, found out in another way.
  const faces = looks.slice(0, 3).map((look) => look.faces[0]);
  let staying = together.matches.map(({ name: person }) => person);
  for (const variant of leaveOneOut(faces)) {
    const found = (await humshakal.search(variant, { k: 5 })).map(({ name: person }) => person);
    staying = staying.filter((person) => found.includes(person));
  }
  assert.deepEqual(together.steady, { stay: staying.length, of: 5 });

  const one = await matchTogether(humshakal, looks, 5, new Map([[0, false], [1, false]]));
  assert.deepEqual(one?.photos.map(({ verdict }) => verdict),
    ['off', 'off', 'used', 'no-face', 'unreadable']);
  assert.equal(one?.steady, null);
  assert.equal(await matchTogether(humshakal, looks.slice(3), 5, new Map()), null);
});

test('an engine that stopped is no bad photo', async () => {
  const closed = await Humshakal.create({ gallery: null });
  closed.close();
  await assert.rejects(lookAt(closed, new Blob([png(80, 80, () => [90, 90, 90])])),
    { code: 'HUM_ERROR_STATE' });
});
