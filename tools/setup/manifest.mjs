#!/usr/bin/env node
/**
 * Writes SITE/models/manifest.json: the large files of the site with length and SHA-256,
 * which is what the page checks every download against, and what it says about them.
 *
 *     node tools/setup/manifest.mjs build/site [MODEL [GALLERY]]
 *
 * MODEL is the network that the page begins with, as named in SITE/models, and GALLERY the
 * gallery, as named in SITE/galleries without its network. The titles beside galleries go
 * into the manifest; galleries without one are called by their file. The site's own
 * engine loads every network and gallery on the way, so that nothing is listed that the
 * page would refuse. Large files are cut into parts, in gzip, since hosts do not send them so
 * by themselves: an eighth less is sent.
 */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';

const site = resolve(process.argv[2] ?? '');
const first = process.argv[3] ?? 'facenet';
const firstGallery = process.argv[4] ?? 'presidents';

if (!existsSync(join(site, 'engine/manifest.js'))) {
  throw new Error(`${site} is not a built site (no engine/manifest.js in it).\n`
    + 'usage: node tools/setup/manifest.mjs build/site [MODEL [GALLERY]]');
}
const { MANIFEST_FORMAT, PART_BYTES: PART, describeNetwork, readManifest } = await import(inSite('engine/manifest.js'));

/** @param {string} file  relative to the site */
function inSite(file) {
  return pathToFileURL(join(site, file)).href;
}

/** @param {string} file  relative to the site @param {Uint8Array} [bytes]  of it */
async function entry(file, bytes) {
  const content = bytes ?? await readFile(join(site, file));
  return { file, bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex') };
}

/** The entry of a file that may have to be cut. @param {string} file */
async function entryInParts(file) {
  const bytes = await readFile(join(site, file));
  const whole = await entry(file, bytes);
  if (whole.bytes < 2 * PART) return whole;
  const parts = [];
  for (let at = 0; at < bytes.length; at += PART) {
    const part = bytes.subarray(at, at + PART);
    const name = `${file}.${at / PART}`;
    const packed = gzipSync(part, { level: 9 });
    await writeFile(join(site, name), packed);
    parts.push({ ...await entry(name, part), packed: packed.length });
  }
  await rm(join(site, file));
  return { ...whole, parts };
}

/** @param {string} folder @param {string} suffix */
async function list(folder, suffix) {
  const names = await readdir(join(site, folder));
  return names.filter((name) => name.endsWith(suffix)).sort()
    .map((name) => ({ id: name.slice(0, -suffix.length), file: `${folder}/${name}` }));
}

async function engines() {
  const found = await list('engine', '.wasm');
  return Promise.all(found.map(async ({ id, file }) => ({
    id: id.replace(/^humshakal-/, ''),
    script: file.replace(/\.wasm$/, '.mjs'),
    ...await entry(file),
  })));
}

/** Any Node can run the plain SIMD build. */
async function startEngine() {
  const { Engine } = await import(inSite('engine/wasm.js'));
  const { default: factory } = await import(inSite('engine/humshakal-simd.mjs'));
  return Engine.start(factory, await readFile(join(site, 'engine/humshakal-simd.wasm')));
}

/** base and contract are for the rest of this script. @param {any} engine */
async function models(engine) {
  const entries = [];
  for (const { id: base, file } of await list('models', '.tflite')) {
    const recipeFile = file.replace(/\.tflite$/, '.recipe');
    const recipe = await readFile(join(site, recipeFile)).catch(() => null); // inside it, then
    const model = await readFile(join(site, file));
    const task = /^task *= *detector$/m.test(String(recipe)) ? 'detector' : 'embedder';
    engine[task === 'detector' ? 'loadDetector' : 'loadEmbedder'](model, recipe);
    const { detectors, embedder } = engine.info;
    const about = task === 'embedder' ? embedder
      : detectors.find((/** @type {any} */ d) => String(recipe).includes(`id = ${d.id}\n`));
    entries.push({
      base,
      contract: about.contract,
      ...describeNetwork(task, about),
      file,
      recipe: recipe && await entry(recipeFile, recipe),
    });
  }
  // The near detector first: with it alone the page can find faces.
  return entries.sort((a, b) => Number(b.range === 'near') - Number(a.range === 'near'));
}

/** What a file says in one line; the site does not need it any more. @param {string} file */
async function title(file) {
  const text = await readFile(join(site, file), 'utf8').catch(() => '');
  await rm(join(site, file), { force: true });
  return text.trim();
}

/** @param {any} engine @param {any[]} embedders */
async function galleries(engine, embedders) {
  const entries = [];
  for (const { id, file } of await list('galleries', '.humg')) {
    engine.loadGallery(await readFile(join(site, file)), { anyNetwork: true });
    const { people, photos, contract } = engine.info.gallery;
    const owner = embedders.find((one) => one.contract === contract);
    if (!owner) throw new Error(`${file} fits no network of the site: it has '${contract}'`);
    const name = await title(file.replace(/\.humg$/, '.title')) || id;
    const pictures = Boolean(engine.entry(0).photo.thumbnail);
    entries.push({ id, name, file, model: owner.id, people, photos, pictures });
  }
  // The first of a network's galleries is the one that the page begins with.
  const rank = (/** @type {{id: string}} */ { id }) => {
    if (id.split('-')[0] === firstGallery) return 0;
    return id.endsWith('-people') ? 2 : 1;
  };
  return entries.sort((a, b) => rank(a) - rank(b));
}

/**
 * The network that finds the first names while the chosen one is still on its way: the
 * smallest, if it is a good deal smaller and knows the same people.
 * @param {any} chosen
 * @param {any[]} models  with their length
 * @param {any[]} known   the galleries
 */
function lighter(chosen, models, known) {
  const people = known.find(({ model }) => model === chosen.id)?.name;
  return models.filter(({ id, bytes }) => people && bytes < chosen.bytes / 2
    && known.find(({ model }) => model === id)?.name === people)
    .sort((a, b) => a.bytes - b.bytes)[0];
}

/** Photos to try the page with, and whom to thank for them. */
async function samples() {
  const listed = JSON.parse(await readFile(join(site, 'samples/samples.json'), 'utf8'));
  return Promise.all(listed.map(async (/** @type {Record<string, string>} */ sample) => ({
    ...await entry(`samples/${sample.file}`),
    small: `samples/${sample.file.replace(/\.jpg$/, '-small.jpg')}`,
    title: sample.title,
    author: sample.author,
    licence: sample.licence,
    link: sample.link ?? '',
  })));
}

async function main() {
  const engine = await startEngine();
  const listed = await models(engine);
  const embedders = listed.filter(({ task }) => task === 'embedder');
  const found = await galleries(engine, embedders);
  const begin = embedders.find(({ base }) => base === first);
  if (!begin) {
    throw new Error(`the site has no network '${first}' to begin with; it has `
      + `${embedders.map(({ base }) => base).join(', ')}`);
  }
  const networks = await Promise.all(listed.map(async ({ base, contract, ...about }) => (
    { ...about, ...await entryInParts(about.file) })));
  const chosen = networks.find(({ id }) => id === begin.id);
  const manifest = {
    format: MANIFEST_FORMAT,
    engines: await engines(),
    models: networks,
    galleries: await Promise.all(found.map(async (about) => (
      { ...about, ...await entryInParts(about.file) }))),
    defaults: { model: begin.id, light: lighter(chosen, networks, found)?.id },
    samples: await samples(),
  };
  readManifest(manifest); // as the page will: it throws where something is odd
  const target = join(site, 'models/manifest.json');
  await writeFile(`${target}.part`, `${JSON.stringify(manifest, null, 1)}\n`);
  await rename(`${target}.part`, target);
  process.stdout.write(`manifest: ${listed.length} networks, ${found.length} galleries, `
    + `${manifest.samples.length} samples\n`);
}

main().catch((error) => {
  process.stderr.write(`manifest: ${error.message}\n`);
  process.exitCode = 2;
});
