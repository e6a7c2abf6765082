/** What of a site's manifest is used: the engine, the networks and the gallery. */

import { HumError } from './errors.js';
import { bestBuild } from './simd.js';
import { threadCount } from './threads.js';

/** @typedef {import('./assets.js').Assets} Assets */
/** @typedef {import('./manifest.js').EngineEntry} EngineEntry */
/** @typedef {import('./manifest.js').FileEntry} FileEntry */
/** @typedef {import('./manifest.js').Gallery} Gallery */
/** @typedef {import('./manifest.js').Model} Model */
/** @typedef {import('./manifest.js').Sample} Sample */

/** @typedef {string | URL | Blob | ArrayBuffer | Uint8Array} GallerySource */

/**
 * @typedef {object} Wanted  as documented in humshakal.js
 * @property {string} [model]
 * @property {GallerySource | null} [gallery]
 * @property {number} [threads]
 * @property {boolean} [refine]
 * @property {AbortSignal} [signal]
 */

/**
 * @typedef {object} Plan
 * @property {EngineEntry} engine
 * @property {EngineEntry} single    the one without threads
 * @property {EngineEntry} next      the one of the next visit, which may have threads
 * @property {number} threads
 * @property {string | null} threadsFailed  why there is one thread, if there should be more
 * @property {Model[]} detectors
 * @property {Model} embedder
 * @property {Model | null} better   the one to go on to, when it is here
 * @property {Model[]} embedders     to choose from
 * @property {Gallery | null} gallery  null: none that is listed
 * @property {Gallery[]} galleries   to choose from
 * @property {Sample[]} samples
 * @property {import('./manifest.js').Manifest['defaults']} defaults
 * @property {FileEntry[]} files     what is needed
 * @property {FileEntry[]} listed    all that the site offers
 */

/**
 * @param {Assets} assets
 * @param {Wanted} wanted
 * @returns {Promise<Plan>}
 */
export async function makePlan(assets, { model, gallery, threads: most, refine, signal }) {
  const build = bestBuild();
  if (!build) {
    throw new HumError('HUM_ERROR_BROWSER', 'This browser cannot run WebAssembly with SIMD, '
      + 'which Humshakal needs. Use Chrome or Edge 100, Firefox 114, Safari 16.4 or newer. '
      + 'If yours is newer, a protected mode (Lockdown Mode, for one) has switched it off.');
  }
  const { engines, models, galleries: ofSite, samples, defaults } = await assets.manifest(signal);
  const own = await assets.own();
  const galleries = joined(ofSite, own.galleries);
  const detectors = models.filter(({ task }) => task === 'detector');
  const embedders = joined(models.filter(({ task }) => task === 'embedder'), own.models);
  const single = pick(engines, build, 'engine');
  const threaded = pick(engines, `${build}-threads`, 'engine');
  const threads = threadCount(most);
  const engine = threads > 1 ? threaded : single;
  const wanted = pick(embedders, model ?? defaults.model, 'model');
  const begin = refine && defaults.light && model === undefined && gallery === undefined
    && (await assets.inventory()).missing(wanted) > 0;
  const embedder = begin ? pick(embedders, defaults.light ?? '', 'model') : wanted;
  const listed = gallery === undefined
    ? galleries.find(({ model: madeWith }) => madeWith === embedder.id)
    : listedGallery(galleries, gallery);
  return {
    engine,
    single,
    next: threadCount(most, true) > 1 ? threaded : single,
    threads,
    threadsFailed: null,
    detectors,
    embedder,
    better: embedder === wanted ? null : wanted,
    embedders,
    gallery: listed ?? null,
    galleries,
    samples,
    defaults,
    files: [engine, ...withRecipes([...detectors, embedder]), ...(listed ? [listed] : [])],
    listed: [...engines, ...withRecipes(models), ...ofSite],
  };
}

/**
 * The site's and the visitor's own. An id of the site's means the site's.
 * @template {{id: string}} T
 * @param {T[]} site
 * @param {T[]} own
 */
function joined(site, own) {
  return [...site, ...own.filter(({ id }) => !site.some((other) => other.id === id))];
}

/** @param {Model[]} models @returns {FileEntry[]} */
function withRecipes(models) {
  return models.flatMap((model) => (model.recipe ? [model, model.recipe] : [model]));
}

/**
 * The gallery that is meant, if it is one of these; else an address or bytes are meant. A
 * word that could be no address is an id, and has to be listed.
 * @param {Gallery[]} galleries
 * @param {GallerySource | null} gallery
 * @returns {Gallery | null}
 */
export function listedGallery(galleries, gallery) {
  if (typeof gallery !== 'string') return null;
  return /[./]/.test(gallery) ? galleries.find(({ id }) => id === gallery) ?? null
    : pick(galleries, gallery, 'gallery');
}

/**
 * @template {{id: string}} T
 * @param {T[]} entries
 * @param {string} id
 * @param {string} what
 * @returns {T}
 */
export function pick(entries, id, what) {
  const found = entries.find((entry) => entry.id === id);
  if (found) return found;
  throw new HumError('HUM_ERROR_ARGUMENT', `The manifest lists no ${what} "${id}"; it has `
    + `${entries.map((entry) => entry.id).join(', ') || 'none'}.`);
}
