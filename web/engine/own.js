/**
 * Networks that visitors bring along, and galleries made for them on their device. Loaded
 * when it is wanted first.
 */

import { describeNetwork } from './assets.js';
import { openChannel } from './channel.js';
import { convertWeights } from './convert.js';
import { HumError } from './errors.js';

/** @typedef {import('./assets.js').Assets} Assets */
/** @typedef {import('./humshakal.js').Session} Session */

/**
 * Humshakal.addModel().
 * @param {Assets} assets
 * @param {any} plan
 * @param {Blob} file
 * @param {import('./humshakal.js').Options} options
 */
export async function addModel(assets, plan, file, { signal, onProgress = () => {} }) {
  const label = /** @type {File} */ (file).name ?? 'weights';
  const bytes = await modelBytes(file, { signal, onShare: (share) => onProgress(
    { phase: 'convert', loaded: share, total: 1, label }) });
  const network = await tryModel(assets, plan.single, bytes, signal);
  const known = plan.embedders.find((/** @type {any} */ e) => e.sha256 === network.sha256);
  if (known && !known.own) return { model: known, stored: true };
  const about = describeNetwork('embedder', network);
  const id = `own-${about.id}-${network.sha256.slice(0, 8)}`;
  const { entry, stored } = await assets.addOwn('models', { ...about, id, file: label }, bytes);
  return { model: entry, stored };
}

/** @param {Assets} assets @param {string} id */
export async function removeModel(assets, id) {
  const { galleries } = await assets.own();
  for (const gallery of galleries) {
    if (gallery.model === id) await assets.removeOwn('galleries', gallery.id);
  }
  await assets.removeOwn('models', id);
}

/**
 * A gallery for the loaded network, from the small pictures of another network's.
 * @param {Session} session
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {(done: number, total: number) => void} onPicture
 * @returns {Promise<{made: Uint8Array<ArrayBuffer>, unused: number}>}  unused: pictures in
 *   which no face was found
 */
export async function adaptGallery(session, bytes, onPicture) {
  const { channel } = session;
  const total = await channel.call('adaptBegin', { bytes }, [bytes.buffer]);
  let unused = 0;
  for (let index = 0; index < total; index += 1) {
    onPicture(index, total);
    session.photo = 0; // the engine's photo will be a small picture
    if (!await channel.call('adaptPhoto', { index })) unused += 1;
  }
  onPicture(total, total);
  return { made: await channel.call('adaptEnd', {}), unused };
}

/**
 * @param {Blob} file  weights of VGGFace, or a model already
 * @param {{signal?: AbortSignal, onShare: (share: number) => void}} options
 */
async function modelBytes(file, options) {
  const start = new TextDecoder('latin1').decode(await file.slice(0, 8).arrayBuffer());
  return start.endsWith('TFL3') ? new Uint8Array(await file.arrayBuffer())
    : convertWeights(file, options);
}

/**
 * What an engine of its own says of a model, or why it cannot be used.
 * @param {Assets} assets
 * @param {any} engine  in the manifest
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {AbortSignal} [signal]
 */
async function tryModel(assets, engine, bytes, signal) {
  const wasm = await assets.bytes(engine, { signal });
  const channel = openChannel();
  try {
    await channel.call('start', { script: assets.url(engine.script), wasm, threads: 1 });
    const model = bytes.slice();
    const info = await channel.call('loadEmbedder', { model, recipe: null }, [model.buffer]);
    return info.embedder;
  } catch (error) {
    if (!(error instanceof HumError) || error.code === 'HUM_ERROR_CRASH') throw error;
    throw new HumError('HUM_ERROR_WEIGHTS', `This network cannot be used: ${error.message}.`,
      { cause: error });
  } finally {
    channel.close(new HumError('HUM_ERROR_STATE', 'This engine was only for a trial.'));
  }
}
