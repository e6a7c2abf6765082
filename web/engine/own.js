/**
 * Networks that visitors bring along, and galleries made for them on their device. Loaded
 * when it is wanted first.
 */

import { sha256 } from './assets.js';
import { openChannel } from './channel.js';
import { convertWeights } from './convert.js';
import { HumError } from './errors.js';
import { Loader } from './loader.js';
import { describeNetwork } from './manifest.js';

/** @typedef {import('./assets.js').Assets} Assets */
/** @typedef {import('./loader.js').OnProgress} OnProgress */
/** @typedef {import('./manifest.js').EngineEntry} EngineEntry */
/** @typedef {import('./manifest.js').Gallery} Gallery */
/** @typedef {import('./plan.js').Plan} Plan */
/** @typedef {import('./session.js').Session} Session */
/** @typedef {import('./session.js').Start} Start */
/** @typedef {import('./wasm.js').EmbedderInfo} EmbedderInfo */
/** @typedef {import('./wasm.js').GalleryInfo} GalleryInfo */

/**
 * Humshakal.addModel().
 * @param {Assets} assets
 * @param {Plan} plan
 * @param {Blob} file
 * @param {{signal?: AbortSignal, onProgress?: OnProgress}} options
 */
export async function addModel(assets, plan, file, { signal, onProgress = () => {} }) {
  const label = file instanceof File ? file.name : 'weights';
  const bytes = await modelBytes(file, { signal, onShare: (share) => onProgress(
    { phase: 'convert', loaded: share, total: 1, label }) });
  const network = await tryModel(assets, plan.single, bytes, signal);
  const known = plan.embedders.find(({ sha256 }) => sha256 === network.sha256);
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
 * Humshakal.addGallery().
 * @param {Assets} assets
 * @param {Plan} plan
 * @param {Blob} file
 * @param {{id?: string, name?: string, signal?: AbortSignal}} options
 */
export async function addGallery(assets, plan, file, { id, name, signal }) {
  const label = file instanceof File ? file.name : 'gallery';
  const bytes = new Uint8Array(await file.arrayBuffer());
  const { network, gallery, pictures } = await tryGallery(assets, plan, bytes, signal);
  const { entry, stored } = await assets.addOwn('galleries', {
    id: id ?? `own-${(await sha256(bytes)).slice(0, 8)}`,
    name: name ?? label.replace(/\.humg$/i, ''), file: label, model: network.id,
    people: gallery.people, photos: gallery.photos, pictures,
  }, bytes);
  return { gallery: entry, stored };
}

/**
 * What an engine of its own says of a gallery, with the network that it was made with.
 * @param {Assets} assets
 * @param {Plan} plan
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {AbortSignal} [signal]
 */
function tryGallery(assets, plan, bytes, signal) {
  return withTrial(assets, plan.single, signal, async (channel) => {
    const look = async (/** @type {boolean} */ anyNetwork) => {
      const copy = bytes.slice();
      const { gallery } = await channel.call('loadGallery', { bytes: copy, anyNetwork },
        [copy.buffer]).catch((error) => refused(error, 'HUM_ERROR_GALLERY', 'This gallery'));
      return /** @type {GalleryInfo} */ (gallery);
    };
    const load = new Loader(assets, [], signal ?? new AbortController().signal);
    const use = async (/** @type {import('./manifest.js').Model} */ network) => channel.call(
      'loadEmbedder', { ...await load.model(network), sha256: network.sha256 });
    await use(plan.embedder); // most likely it is this one; without any it cannot be read
    const { contract } = await look(true);
    const network = plan.embedders.find((one) => contract.includes(one.sha256));
    if (!network) {
      throw new HumError('HUM_ERROR_GALLERY', 'This gallery was made with a network that this '
        + `site does not have (${contract.slice(0, 100)}...). Make it anew here, or open it on `
        + 'the site that it was made for.');
    }
    if (network !== plan.embedder) await use(network);
    const gallery = await look(false);
    const { photo } = await channel.call('entry', { row: 0 });
    return { network, gallery, pictures: Boolean(photo.thumbnail) };
  });
}

/**
 * Humshakal.adaptGallery().
 * @param {Assets} assets
 * @param {Session} session
 * @param {Gallery} from
 * @param {{signal?: AbortSignal, onProgress: OnProgress}} options
 */
export async function adaptGallery(assets, session, from, { signal, onProgress }) {
  const { made, unused } = await session.makeGallery(async (start) => {
    const bytes = await assets.bytes(from, { signal });
    return adapt(start, bytes, (loaded, total) => {
      signal?.throwIfAborted();
      onProgress({ phase: 'adapt', loaded, total, label: from.name });
    });
  }, signal);
  const { embedder } = session.plan;
  const { people, photos } = /** @type {GalleryInfo} */ (session.info.gallery);
  const { entry, stored } = await assets.addOwn('galleries', {
    id: `${from.id}-for-${embedder.id}`, name: from.name, file: `${from.name}, adapted`,
    model: embedder.id, people, photos, pictures: true, unused, adaptedFrom: from.id,
  }, made);
  return { gallery: entry, stored };
}

/**
 * A gallery for the loaded network, from the small pictures of another network's.
 * @param {Start} start
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {(done: number, total: number) => void} onPicture
 * @returns {Promise<{made: Uint8Array<ArrayBuffer>, unused: number}>}  unused: pictures in
 *   which no face was found
 */
async function adapt(start, bytes, onPicture) {
  const { channel } = start;
  const total = await channel.call('adaptBegin', { bytes }, [bytes.buffer]);
  let unused = 0;
  for (let index = 0; index < total; index += 1) {
    onPicture(index, total);
    start.photo = 0; // the engine's photo will be a small picture
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
 * @param {EngineEntry} engine
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {AbortSignal} [signal]
 */
function tryModel(assets, engine, bytes, signal) {
  return withTrial(assets, engine, signal, async (channel) => {
    const model = bytes.slice();
    const { embedder } = await channel.call('loadEmbedder', { model, recipe: null },
      [model.buffer]).catch((error) => refused(error, 'HUM_ERROR_WEIGHTS', 'This network'));
    return /** @type {EmbedderInfo} */ (embedder);
  });
}

/**
 * @template T
 * @param {Assets} assets
 * @param {EngineEntry} engine
 * @param {AbortSignal | undefined} signal
 * @param {(channel: import('./channel.js').Channel) => Promise<T>} look
 */
async function withTrial(assets, engine, signal, look) {
  const wasm = await assets.bytes(engine, { signal });
  const channel = openChannel();
  try {
    await channel.call('start', { script: assets.url(engine.script), wasm, threads: 1 });
    return await look(channel);
  } finally {
    channel.close(new HumError('HUM_ERROR_STATE', 'This engine was only for a trial.'));
  }
}

/**
 * @param {unknown} error  of the engine, about a model or a gallery
 * @param {import('./errors.js').ErrorCode} code
 * @param {string} what
 * @returns {never}
 */
function refused(error, code, what) {
  if (!(error instanceof HumError) || error.code === 'HUM_ERROR_CRASH') throw error;
  throw new HumError(code, `${what} cannot be used: ${error.message}.`, { cause: error });
}
