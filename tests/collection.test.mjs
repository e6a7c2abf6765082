/** A collection's decisions and their undoing, and what is asked, with made-up faces. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Collection, cosine } from '../web/page/people/collection.js';
import { csv } from '../web/page/people/make.js';
import { findQuestions, levelAt } from '../web/page/people/questions.js';
import { fromFiles, namesOf } from '../web/page/people/sources.js';

/** @typedef {import('../web/page/people/collection.js').FaceRecord} FaceRecord */

let state = 1;
/** The same numbers each time, 0..1. */
function chance() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}
const pick = (/** @type {any[]} */ list) => list[Math.floor(chance() * list.length)];

const DIMENSION = 32;

/** @param {Float32Array} vector */
function unit(vector) {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
const random = () => unit(Float32Array.from({ length: DIMENSION }, () => chance() - 0.5));

/** People of so many faces each, one photo for each face. @param {number[]} sizes @param {number} [noise] */
function made(sizes, noise = 0.4) {
  state = 5;
  const collection = new Collection();
  sizes.forEach((size, p) => {
    const own = random();
    for (let i = 0; i < size; i += 1) {
      const other = random();
      const id = `${p}-${i}`;
      collection.addPhoto({ hash: id, paths: [`${id}.jpg`], bytes: 1, width: 9, height: 9,
        orientation: 1, faces: [id], problem: null },
      [{ id, photo: id, box: null, quality: 0.5, picture: 9, person: 0, sure: false,
        embedding: unit(own.map((value, k) => value + noise * other[k])) }]);
    }
  });
  const { faces } = collection.toGroup();
  collection.takeGroups(faces, faces.map(({ id }) => Number(id.split('-')[0])));
  return collection;
}

/** All that a visitor sees of it. @param {Collection} collection */
const seen = (collection) => JSON.stringify({
  faces: [...collection.faces.values()].map(({ id, person, sure }) => [id, person, sure]).sort(),
  people: [...collection.people.values()].sort((a, b) => a.id - b.id),
  apart: collection.apart,
});

test('whatever is decided can be undone, to the beginning', () => {
  const collection = made([5, 4, 3, 2, 1, 1, 1]);
  const steps = [seen(collection)];
  for (let i = 0; i < 300; i += 1) {
    const people = collection.everybody.map(({ id }) => id);
    const [one, other] = [pick(people), pick(people)];
    const face = pick([...collection.faces.keys()]);
    const decide = pick([
      () => collection.name(one, pick(['Asha', 'Ben', 'asha ', ''])),
      () => (one === other ? collection.setAside(one, true) : collection.merge(one, other)),
      () => collection.move([face], 0),
      () => collection.move([face], one),
      () => collection.reject([face]),
      () => collection.confirm(face),
      () => (one === other ? collection.confirm(face) : collection.keepApart(one, other)),
      () => collection.setAside(one, pick([true, false])),
    ]);
    decide();
    steps.push(seen(collection));
    for (const { person } of collection.faces.values()) assert.ok(collection.people.has(person));
  }
  for (const [i, before] of steps.slice(0, -1).reverse().entries()) {
    assert.ok(collection.undo());
    assert.ok(seen(collection) === before, `not as it was, ${i + 1} steps back`);
  }
  assert.equal(collection.undo(), undefined);
});

test('a name is all of theirs, and the same name for two makes them one', () => {
  const collection = made([4, 3]);
  const [large, small] = collection.everybody.map(({ id }) => id);
  collection.name(large, ' Asha ');
  collection.name(small, 'asha');
  assert.deepEqual(collection.named.map(({ name }) => name), ['Asha']);
  assert.equal(collection.facesOf(large).length, 7);
  collection.undo();
  assert.equal(collection.facesOf(small).length, 3);
});

test('who has a name stays together when more comes, and who was rejected stays apart', () => {
  const collection = made([4, 3, 1]);
  const [large] = collection.everybody.map(({ id }) => id);
  collection.name(large, 'Asha');
  collection.reject(['0-1']);
  const { faces, apart } = collection.toGroup();
  assert.deepEqual(faces.filter(({ person }) => person === large).map(({ id }) => id), ['0-0', '0-2', '0-3']);
  assert.equal(faces.find(({ id }) => id === '0-1')?.person, undefined);
  assert.equal(apart.length, 1);
  const [a, b] = apart[0].map((i) => faces[i].id);
  assert.ok(a === '0-1' && collection.faces.get(b)?.person === large);
  collection.takeGroups(faces, faces.map(({ id }) => (id === '0-1' ? 9 : Number(id[0]))));
  assert.equal(collection.people.get(large)?.name, 'Asha');
  assert.equal(collection.facesOf(large).length, 3);
});

test('who is taken out is gone, with all that tells of them', () => {
  const collection = made([3, 2, 1]);
  const [large, small] = collection.everybody.map(({ id }) => id);
  collection.name(large, 'Asha');
  collection.keepApart(large, small);
  assert.equal(collection.remove(large).length, 3);
  assert.ok(!JSON.stringify([[...collection.people.values()], collection.history, collection.apart,
    [...collection.faces.values()].map(({ id }) => id)]).match(/Asha|"0-/));
  assert.deepEqual(collection.photos.get('0-0')?.faces, []);
  assert.equal(collection.undo(), undefined);
  assert.equal(collection.facesOf(small).length, 2);
});

test('the same photos give the same order for sorting, whatever came first', () => {
  const one = made([3, 2]);
  const other = new Collection();
  for (const photo of [...one.photos.values()].reverse()) {
    other.addPhoto(photo, photo.faces.map((id) => /** @type {FaceRecord} */ (one.faces.get(id))));
  }
  assert.deepEqual(other.toGroup().faces.map(({ id }) => id), one.toGroup().faces.map(({ id }) => id));
});

/** Pairs of strangers: most at 0, one in 1000 at 0.5. */
const OTHER = { first: -0.05, step: 0.05, counts: [9990, 5, 0, 0, 0, 0, 0, 0, 0, 0, 4, 1] };

test('a level is where the share of strangers’ pairs is as asked', () => {
  assert.ok(Math.abs(levelAt(OTHER, 0.0001) - 0.5) < 1e-9);
  assert.ok(Math.abs(levelAt(OTHER, 0.0003) - 0.475) < 1e-9);
  assert.ok(Math.abs(levelAt({ first: 0, step: 1, counts: [1, 1] }, 0.5) - 1) < 1e-9);
});

test('what is uncertain is asked, and what was answered is not asked again', async () => {
  const { signal } = new AbortController();
  // Faces whose cosine is the half, in two groups of two and alone.
  const collection = made([2, 2, 1], 1.2);
  const ask = () => findQuestions(collection, { first: -1, step: 0.1, counts: [1000, ...Array(19).fill(1)] }, signal);
  const [first, ...rest] = await ask();
  assert.equal(first.kind, 'same');
  assert.ok(rest.length >= 1);
  const { one, other } = /** @type {import('../web/page/people/questions.js').SameQuestion} */ (first);
  assert.ok(Math.abs(first.score - cosine(collection.mean(one), collection.mean(other))) < 1e-6);
  collection.keepApart(one, other);
  assert.ok(!(await ask()).some((question) => question.kind === 'same'
    && question.one === one && question.other === other));
  assert.deepEqual(await findQuestions(collection, null, signal), []);
  // Two with names are two people.
  for (const [i, { id }] of collection.everybody.entries()) collection.name(id, `Name ${i}`);
  assert.ok((await ask()).every(({ kind }) => kind === 'belongs'));
});

test('two in one photo are never asked about', async () => {
  const collection = made([2, 2], 1.2);
  for (const face of collection.faces.values()) face.photo = '0-0';
  assert.ok(!(await findQuestions(collection, { first: -1, step: 0.1, counts: [1000, ...Array(19).fill(1)] },
    new AbortController().signal)).some(({ kind }) => kind === 'same'));
});

test('photos are told from other files, and names of people from years of albums only by asking', () => {
  const file = (/** @type {string} */ path) => Object.assign(new File([''], path.split('/').at(-1) ?? ''),
    { webkitRelativePath: path });
  const source = fromFiles(['all/Asha/1.JPG', 'all/Ben/b.heic', 'all/Ben/.hidden.jpg', 'all/Ben/notes.txt',
    'all/__MACOSX/Ben/b.jpg'].map(file));
  assert.equal(source.name, 'all');
  assert.deepEqual(source.entries.map(({ path }) => path), ['Asha/1.JPG', 'Ben/b.heic']);
  assert.equal(source.others, 1);
  assert.deepEqual(namesOf(source), ['Asha', 'Ben']);
  assert.deepEqual(namesOf(fromFiles(['all/Asha/1.jpg', 'all/2.jpg'].map(file))), []);
  assert.deepEqual(namesOf(fromFiles(['all/a/1.jpg', 'all/b/c/2.jpg'].map(file))), []);
});

test('a table keeps names as they are, and no spreadsheet takes one for a formula', () => {
  const row = (/** @type {string} */ person) => ({ person, photo: 'a, b.jpg', x: 1.25, y: 2, width: 3, height: 4 });
  assert.equal(csv([row('=cmd()'), row('Say "hi"'), row('आशा')]), '\ufeffperson,photo,x,y,width,height\r\n'
    + '\'=cmd(),"a, b.jpg",1.3,2.0,3.0,4.0\r\n"Say ""hi""","a, b.jpg",1.3,2.0,3.0,4.0\r\nआशा,"a, b.jpg",1.3,2.0,3.0,4.0\r\n');
});
