#!/usr/bin/env node
/**
 * Writes SITE/models/manifest.json: the large files of the site with length and SHA-256,
 * which is what the page checks every download against, and what it says about them.
 *
 *     node tools/setup/manifest.mjs build/site
 *
 * The site's own engine loads every network and gallery on the way, so that nothing is
 * listed that the page would refuse.
 */

import { createHash } from 'node:crypto';
import { access, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const FORMAT = 1;
const DEFAULT_MODEL = 'facenet-vggface2';
const DEFAULT_GALLERY = 'presidents';

/** Galleries have no title of their own. @type {Record<string, string>} */
const GALLERY_NAMES = { presidents: 'Presidents of the United States' };

const site = resolve(process.argv[2] ?? '');

/** @param {string} file  relative to the site */
async function entry(file) {
  const bytes = await readFile(join(site, file));
  return { file, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** @param {string} folder @param {string} suffix */
async function list(folder, suffix) {
  const names = await readdir(join(site, folder));
  return names.filter((name) => name.endsWith(suffix)).sort()
    .map((name) => ({ id: name.slice(0, -suffix.length), file: `${folder}/${name}` }));
}

/** The entries of a recipe (src/recipe.h), which the engine has checked. @param {string} text */
function parseRecipe(text) {
  const lines = text.split('\n').filter((line) => line.trim() && !line.startsWith('#'));
  return Object.fromEntries(lines.map((line) => {
    const at = line.indexOf('=');
    return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
  }));
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
  const { Engine } = await import(pathToFileURL(join(site, 'wasm.js')).href);
  const script = pathToFileURL(join(site, 'engine/humshakal-simd.mjs')).href;
  const { default: factory } = await import(script);
  return Engine.start(factory, await readFile(join(site, 'engine/humshakal-simd.wasm')));
}

/** @param {any} engine */
async function models(engine) {
  const entries = [];
  for (const { file } of await list('models', '.tflite')) {
    const recipeFile = file.replace(/\.tflite$/, '.recipe');
    const text = await readFile(join(site, recipeFile));
    const recipe = parseRecipe(text.toString());
    const load = recipe.task === 'detector' ? 'loadDetector' : 'loadEmbedder';
    engine[load](await readFile(join(site, file)), text);
    entries.push({
      id: recipe.id,
      name: recipe.name,
      task: recipe.task,
      range: recipe.range,
      ...await entry(file),
      licence: recipe.licence ?? '',
      accuracy: recipe.note ?? '',
      recipe: await entry(recipeFile),
    });
  }
  // The near detector first: with it alone the page can find faces.
  return entries.sort((a, b) => Number(b.range === 'near') - Number(a.range === 'near'));
}

/** @param {any} engine @param {any[]} embedders */
async function galleries(engine, embedders) {
  const entries = [];
  for (const { id, file } of await list('galleries', '.humg')) {
    const bytes = await readFile(join(site, file));
    const model = await ownerOf(bytes, file, engine, embedders);
    const { people, photos } = engine.info.gallery;
    entries.push({ id, name: GALLERY_NAMES[id] ?? id, ...await entry(file), model, people, photos });
  }
  return entries;
}

/**
 * The embedder that a gallery was made with: the only one that takes it.
 * @param {Uint8Array} bytes
 * @param {string} file
 * @param {any} engine
 * @param {any[]} embedders
 */
async function ownerOf(bytes, file, engine, embedders) {
  let reason = 'the site has no embedder';
  for (const { id, file: model, recipe } of embedders) {
    engine.loadEmbedder(await readFile(join(site, model)),
      await readFile(join(site, recipe.file)));
    try {
      engine.loadGallery(bytes);
      return id;
    } catch (error) {
      reason = /** @type {Error} */ (error).message;
    }
  }
  throw new Error(`${file} fits no network of the site: ${reason}`);
}

/** Photos to try the page with, and whom to thank for them. */
async function samples() {
  const listed = JSON.parse(await readFile(join(site, 'samples/samples.json'), 'utf8'));
  return Promise.all(listed.map(async (/** @type {Record<string, string>} */ sample) => ({
    ...await entry(`samples/${sample.file}`),
    title: sample.title,
    credit: `Photo: ${[sample.author, sample.licence].filter(Boolean).join(', ')}.`,
    link: sample.link ?? '',
  })));
}

async function main() {
  await access(join(site, 'wasm.js')).catch(() => {
    throw new Error(`${site} is not a built site (no wasm.js in it).\n`
      + 'usage: node tools/setup/manifest.mjs build/site');
  });
  const engine = await startEngine();
  const listed = await models(engine);
  const found = await galleries(engine, listed.filter(({ task }) => task === 'embedder'));
  const manifest = {
    format: FORMAT,
    engines: await engines(),
    models: listed,
    galleries: found,
    defaults: {
      model: DEFAULT_MODEL,
      gallery: found.some(({ id }) => id === DEFAULT_GALLERY) ? DEFAULT_GALLERY : null,
    },
    samples: await samples(),
  };
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
