/**
 * Whether galleries of a few people say yes to another photo of somebody in them, and no to
 * strangers: many galleries are drawn at random from folders of people.
 *
 *     node tools/measure/small-galleries.mjs [DIR...] [--crops DIR]... [--people 2,5,8,12,18]
 *         [--photos 1,3] [--rounds 100] [--model NAME]
 *
 * DIR holds a folder of photos for each person; with --crops, of crops of their faces.
 * --photos: of each person in the gallery. Needs build/site (tools/demo.sh).
 *
 * Prints, for each size, of how many photos of members and of strangers the first match was
 * called alike, and for members whether it was the right person.
 */

import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Assets } from '../../web/engine/assets.js';
import { Engine } from '../../web/engine/wasm.js';

/** @typedef {{name: string, embeddings: Float32Array[]}} Person */

const SITE = new URL('../../build/site/', import.meta.url);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    people: { type: 'string', default: '2,5,8,12,18' },
    photos: { type: 'string', default: '1,3' },
    rounds: { type: 'string', default: '100' },
    crops: { type: 'string', multiple: true, default: [] },
    model: { type: 'string' },
  },
});
if (!positionals.length && !values.crops.length) throw new Error('name a folder that holds a folder for each person');

async function openEngine() {
  const assets = new Assets(SITE);
  const { default: factory } = await import(new URL('engine/humshakal-simd.mjs', SITE).href);
  const { models, defaults } = await assets.manifest();
  const engine = await Engine.start(factory,
    await readFile(new URL('engine/humshakal-simd.wasm', SITE)));
  const id = values.model ?? defaults.model;
  for (const model of models.filter((one) => one.task === 'detector' || one.id === id)) {
    const recipe = model.recipe ? await assets.bytes(model.recipe) : null;
    const bytes = await assets.bytes(model);
    if (model.task === 'detector') engine.loadDetector(bytes, recipe);
    else engine.loadEmbedder(bytes, recipe, { sha256: model.sha256 });
  }
  return engine;
}

/** @param {Engine} engine @returns {Promise<Person[]>} */
async function readPeople(engine) {
  const people = [];
  for (const folder of [...positionals, ...values.crops]) {
    for (const name of (await readdir(folder)).sort()) {
      const files = (await readdir(join(folder, name)).catch(() => []))
        .filter((file) => /\.(jpe?g|png)$/i.test(file)).sort();
      const embeddings = [];
      for (const file of files) {
        engine.photoDecode(new Uint8Array(await readFile(join(folder, name, file))));
        const face = positionals.includes(folder) ? engine.detect()[0] : null;
        if (face !== undefined) embeddings.push(engine.embed(face));
      }
      if (embeddings.length) people.push({ name, embeddings });
    }
  }
  return people;
}

/** The same order every time. @param {number} seed */
function random(seed) {
  let state = seed;
  return (/** @type {number} */ below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** @template T @param {T[]} list @param {(below: number) => number} draw */
function shuffled(list, draw) {
  const copy = [...list];
  for (let i = copy.length - 1; i > 0; i -= 1) {
    const j = draw(i + 1);
    [copy[i], copy[j]] = [copy[j], copy[i]];
  }
  return copy;
}

/** @param {Engine} engine @param {Person[]} members @param {number} photos */
function load(engine, members, photos) {
  engine.beginGallery();
  for (const { name, embeddings } of members) {
    for (const embedding of embeddings.slice(0, photos)) {
      engine.addToGallery(embedding, { name, link: '', photo: { file: '', source: '', author: '',
        licence: '', link: '', thumbnail: null } });
    }
  }
  engine.loadGallery(engine.endGallery());
}

const engine = await openEngine();
const all = await readPeople(engine);
const rounds = Number(values.rounds);
const sizes = values.people.split(',').map(Number);
const counts = values.photos.split(',').map(Number);
console.log(`${all.length} people, ${all.reduce((n, p) => n + p.embeddings.length, 0)} photos, `
  + `${rounds} galleries of each size`);
console.log('people  photos each  members: yes, and the right person  strangers: yes  not known');
for (const size of sizes) {
  for (const photos of counts) {
    const draw = random(size * 100 + photos);
    const tally = { members: 0, yes: 0, right: 0, strangers: 0, wrong: 0, unknown: 0 };
    for (let round = 0; round < rounds; round += 1) {
      const order = shuffled(all, draw)
        .map(({ name, embeddings }) => ({ name, embeddings: shuffled(embeddings, draw) }));
      const able = order.filter(({ embeddings }) => embeddings.length > photos);
      const members = able.slice(0, size);
      const strangers = order.filter((person) => !members.includes(person));
      if (members.length < size || !strangers.length) break;
      load(engine, members, photos);
      for (const { name, embeddings } of members) {
        for (const embedding of embeddings.slice(photos, photos + 5)) {
          const [best] = engine.search(embedding, 1);
          tally.members += 1;
          tally.unknown += best.alike === null ? 1 : 0;
          tally.yes += best.alike ? 1 : 0;
          tally.right += best.alike && best.name === name ? 1 : 0;
        }
      }
      for (const { embeddings } of strangers) {
        for (const embedding of embeddings.slice(0, 5)) {
          tally.strangers += 1;
          tally.wrong += engine.search(embedding, 1)[0].alike ? 1 : 0;
        }
      }
    }
    /** @param {number} part @param {number} of */
    const share = (part, of) => (of ? `${((100 * part) / of).toFixed(1)} %` : 'too few people');
    console.log(`${String(size).padStart(6)}  ${String(photos).padStart(11)}  `
      + `${share(tally.yes, tally.members).padStart(13)} ${share(tally.right, tally.members).padStart(21)}  `
      + `${share(tally.wrong, tally.strangers).padStart(14)}  ${tally.unknown}`);
  }
}
engine.close();
