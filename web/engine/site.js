/**
 * A copy of this site's large files with another gallery: the engines, the detectors, the
 * network that the gallery was made with, and the manifest that lists them. What is on this
 * device is taken from there; the rest is downloaded, as for this site itself.
 */

import { sha256 } from './assets.js';
import { MANIFEST_FORMAT, PART_BYTES } from './manifest.js';
import { pick } from './plan.js';

/** @typedef {import('./assets.js').Assets} Assets */
/** @typedef {import('./manifest.js').FileEntry} FileEntry */
/** @typedef {import('./plan.js').Plan} Plan */

/** @typedef {{path: string, content: Uint8Array<ArrayBuffer>}} SiteFile */

/**
 * Humshakal.siteWith().
 * @param {Assets} assets
 * @param {Plan} plan
 * @param {{gallery: Uint8Array<ArrayBuffer>, name: string, people: number, photos: number}} own
 * @param {AbortSignal} [signal]
 * @returns {AsyncGenerator<SiteFile>}
 */
export async function* siteWith(assets, plan, { gallery, name, people, photos }, signal) {
  const { engines, samples } = await assets.manifest(signal);
  const network = pick(plan.embedders, plan.embedder.id, 'model');
  for (const engine of engines) {
    yield { path: engine.file, content: await assets.bytes(engine, { signal }) };
  }
  const models = [];
  for (const { own, parts, ...model } of [...plan.detectors, network]) {
    const { recipe } = model;
    if (recipe) yield { path: recipe.file, content: await assets.bytes(recipe, { signal }) };
    const content = await assets.bytes({ ...model, own, parts }, { signal });
    const file = own ? `models/${model.id}.tflite` : model.file;
    const cut = await inParts(file, content);
    models.push({ ...model, ...cut.entry });
    yield* cut.files;
  }
  const cut = await inParts('galleries/own.humg', gallery);
  yield* cut.files;
  const manifest = { format: MANIFEST_FORMAT, engines, models, samples,
    galleries: [{ id: 'own', name, model: network.id, people, photos, pictures: true, ...cut.entry }],
    defaults: { model: network.id } };
  yield { path: 'models/manifest.json',
    content: new TextEncoder().encode(`${JSON.stringify(manifest, null, 1)}\n`) };
}

/**
 * A file as the manifest lists it: a large one in parts, in gzip (tools/setup/manifest.mjs).
 * @param {string} file
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {Promise<{entry: FileEntry, files: SiteFile[]}>}
 */
async function inParts(file, bytes) {
  const entry = { file, bytes: bytes.length, sha256: await sha256(bytes) };
  if (bytes.length < 2 * PART_BYTES) return { entry, files: [{ path: file, content: bytes }] };
  const [parts, files] = [/** @type {FileEntry[]} */ ([]), /** @type {SiteFile[]} */ ([])];
  for (let at = 0; at < bytes.length; at += PART_BYTES) {
    const part = bytes.slice(at, at + PART_BYTES);
    const path = `${file}.${at / PART_BYTES}`;
    const packed = new Uint8Array(await new Response(new Blob([part]).stream()
      .pipeThrough(new CompressionStream('gzip'))).arrayBuffer());
    parts.push({ file: path, bytes: part.length, sha256: await sha256(part), packed: packed.length });
    files.push({ path, content: packed });
  }
  return { entry: { ...entry, parts }, files };
}
