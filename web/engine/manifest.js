/**
 * models/manifest.json: which engines, networks, galleries and samples a site has, and the
 * length and SHA-256 of each file. tools/setup/manifest.mjs writes it. Whoever puts a site
 * together can write anything into it, so all of it is checked when it is read: types,
 * limits, addresses, ids. What is not described here is dropped.
 *
 * What visitors bring along is listed in the same way, in a list of its own on their device.
 */

import { HumError } from './errors.js';

/** @typedef {import('./wasm.js').RecipeInfo} RecipeInfo */
/** @typedef {import('./wasm.js').DetectorInfo} DetectorInfo */
/** @typedef {import('./wasm.js').EmbedderInfo} EmbedderInfo */

export const MANIFEST_FORMAT = 2;

/**
 * Files are cut into parts of this size. Each that has arrived is kept, so a download that
 * breaks, even from a host that cannot begin in the middle of a file, loses one at most.
 */
export const PART_BYTES = 1 << 20;

/**
 * @typedef {object} FileEntry  a file of the site
 * @property {string} file    address, relative to the site
 * @property {number} bytes
 * @property {string} sha256  hexadecimal
 * @property {number} [packed]  bytes of it in gzip, as it lies on the server
 * @property {FileEntry[]} [parts]  what is fetched instead, to be joined in this order
 * @property {boolean} [own]  brought along by the visitor: nowhere to be fetched from
 */

/** @typedef {FileEntry & {id: string, script: string}} EngineEntry  script: loads the file */

/**
 * @typedef {object} ModelFields
 * @property {string} id
 * @property {string} name
 * @property {'detector' | 'embedder'} task
 * @property {'near' | 'far'} [range]  of a detector
 * @property {string} [licence]
 * @property {string} [training]  the photos it has learned from
 * @property {string} [citation]
 * @property {string} [source]    where the file comes from
 * @property {string} [accuracy]
 * @property {number} [dimension]        of its embeddings
 * @property {number} [multiplications]  for one face
 * @property {FileEntry | null} [recipe]  null or absent: it is in the model
 *
 * @typedef {FileEntry & ModelFields} Model
 */

/**
 * @typedef {object} GalleryFields
 * @property {string} id
 * @property {string} name
 * @property {string} model      id of the network that it was made with
 * @property {number} people
 * @property {number} photos
 * @property {boolean} [pictures]  whether it has small pictures of the photos
 * @property {string} [adaptedFrom]  id of the gallery whose small pictures it was made from
 * @property {number} [unused]   of an adapted one: pictures in which no face was found
 *
 * @typedef {FileEntry & GalleryFields} Gallery
 */

/**
 * @typedef {FileEntry & SampleFields} Sample  a photo to try, and whom to thank for it
 *
 * @typedef {object} SampleFields
 * @property {string} [small]  the same as a small picture
 * @property {string} title
 * @property {string} author
 * @property {string} licence
 * @property {string} link     http or https, or ''
 */

/**
 * @typedef {object} Manifest
 * @property {EngineEntry[]} engines
 * @property {Model[]} models
 * @property {Gallery[]} galleries
 * @property {{model: string, light?: string}} defaults  ids of the network to use, and of a
 *   lighter one for the first names, while that one is on its way
 * @property {Sample[]} samples
 */

/** @typedef {{models: Model[], galleries: Gallery[]}} Own  what the visitor brought along */

// ---- What is allowed -------------------------------------------------------------------

/** Names and credits; recipes have less than 256 bytes for each. */
const TEXT_LENGTH = 1000;
const PATH_LENGTH = 300;
const MOST_ENTRIES = 1000;
const SHOWN_LENGTH = 60;

/** WebAssembly's memory has room for twice as much, and holds it twice for a while. */
const MOST_BYTES = 2 ** 31;
/** What can be counted without an error. */
const MOST = Number.MAX_SAFE_INTEGER;

/**
 * Characters that nobody sees, but that break lines or turn the direction of what is
 * written around them: control characters and Unicode's marks of direction.
 */
const UNSEEN = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * Takes a value, at a place in the manifest, if it is what it should be.
 * @template T
 * @typedef {(value: unknown, place: string) => T} Shape
 */

/**
 * @param {string} place
 * @param {string} expected
 * @param {unknown} found
 * @returns {never}
 */
function refuse(place, expected, found) {
  throw new HumError('HUM_ERROR_INTEGRITY',
    `${place} should be ${expected}; it is ${shown(found)}.`);
}

/** @param {unknown} value */
function shown(value) {
  if (value === undefined) return 'missing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value !== 'string') return value instanceof Object ? 'an object' : String(value);
  const start = JSON.stringify(value.slice(0, SHOWN_LENGTH).replace(UNSEEN, '?'));
  return value.length > SHOWN_LENGTH ? `${start}... (${value.length} characters)` : start;
}

/** @param {string} expected @param {RegExp} pattern @returns {Shape<string>} */
const matching = (expected, pattern) => (value, place) => (
  typeof value === 'string' && pattern.test(value) ? value : refuse(place, expected, value));

/** @type {Shape<string>} */
const text = (value, place) => {
  if (typeof value !== 'string') refuse(place, 'text', value);
  if (value.length > TEXT_LENGTH) refuse(place, `at most ${TEXT_LENGTH} characters`, value);
  return value.replace(UNSEEN, '');
};

/** @type {Shape<string>} */
const id = (value, place) => text(value, place) || refuse(place, 'an id', value);

/** @param {number} most @returns {Shape<number>} */
const wholeUpTo = (most) => (value, place) => (
  Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most ? Number(value)
    : refuse(place, `a whole number, 0 to ${most}`, value));

const count = wholeUpTo(MOST);

/** @type {Shape<boolean>} */
const flag = (value, place) => (
  typeof value === 'boolean' ? value : refuse(place, 'true or false', value));

/**
 * Of this site, and in no folder above it.
 * @type {Shape<string>}
 */
const path = (value, place) => {
  const expected = 'the path of a file below the site’s folder';
  const taken = matching(expected, /^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/)(value, place);
  return taken.length <= PATH_LENGTH ? taken : refuse(place, expected, value);
};

const hash = matching('a SHA-256 in hexadecimal', /^[0-9a-f]{64}$/);
const link = matching('an address with http or https', /^(https?:\/\/[^\s\p{C}]{1,2000})?$/u);

/** @template {string} T @param {T[]} words @returns {Shape<T>} */
const oneOf = (...words) => (value, place) => (
  words.find((word) => word === value) ?? refuse(place, words.join(' or '), value));

/** @template T @param {Shape<T>} shape @returns {Shape<T | undefined>} */
const optional = (shape) => (value, place) => (
  value === undefined || value === null ? undefined : shape(value, place));

/** @template T @param {Shape<T>} shape @returns {Shape<T[]>} */
const listOf = (shape) => (value, place) => {
  if (!Array.isArray(value) || value.length > MOST_ENTRIES) {
    return refuse(place, `a list of at most ${MOST_ENTRIES}`, value);
  }
  return value.map((one, i) => shape(one, `${place}[${i}]`));
};

/**
 * @template {Record<string, Shape<unknown>>} S
 * @param {S} shapes
 * @returns {Shape<{[K in keyof S]: ReturnType<S[K]>}>}
 */
const record = (shapes) => (value, place) => {
  if (typeof value !== 'object' || !value || Array.isArray(value)) {
    return refuse(place, 'an object', value);
  }
  const fields = Object.entries(shapes)
    .map(([key, shape]) => [key, shape(/** @type {Record<string, unknown>} */ (value)[key],
      `${place}.${key}`)]);
  return Object.fromEntries(fields.filter(([, field]) => field !== undefined));
};

/** @template {{id: string}} T @param {Shape<T>} shape @returns {Shape<T[]>} */
const listById = (shape) => (value, place) => {
  const list = listOf(shape)(value, place);
  const ids = list.map((entry) => entry.id);
  ids.forEach((one, i) => {
    if (ids.indexOf(one) !== i) refuse(`${place}[${i}].id`, 'one that no other entry has', one);
  });
  return list;
};

// ---- What stands in it -----------------------------------------------------------------

const file = { file: path, bytes: wholeUpTo(MOST_BYTES), sha256: hash };

/** @type {Shape<FileEntry[] | undefined>} */
const parts = optional(listOf(record({ ...file, packed: optional(wholeUpTo(MOST_BYTES)) })));

/** @template {FileEntry} T @param {Shape<T>} shape @returns {Shape<T>} */
const inParts = (shape) => (value, place) => {
  const entry = shape(value, place);
  if (entry.parts && sum(entry.parts) !== entry.bytes) {
    refuse(`${place}.parts`, `${entry.bytes} bytes together`, sum(entry.parts));
  }
  return entry;
};

const model = {
  id,
  name: text,
  task: oneOf('detector', 'embedder'),
  range: optional(oneOf('near', 'far')),
  licence: optional(text),
  training: optional(text),
  citation: optional(text),
  source: optional(text),
  accuracy: optional(text),
  dimension: optional(count),
  multiplications: optional(count),
  recipe: optional(record(file)),
};

const gallery = {
  id,
  name: text,
  model: id,
  people: count,
  photos: count,
  pictures: optional(flag),
  adaptedFrom: optional(id),
  unused: optional(count),
};

/** @type {Shape<Manifest>} */
const manifest = record({
  engines: listById(record({ ...file, id, script: path })),
  models: listById(inParts(record({ ...file, ...model, parts }))),
  galleries: listById(inParts(record({ ...file, ...gallery, parts }))),
  defaults: record({ model: id, light: optional(id) }),
  samples: listOf(record({ ...file, small: optional(path), title: text, author: text,
    licence: text, link })),
});

/** What the visitor brought along has a name, and no address. */
const kept = { file: text, bytes: wholeUpTo(MOST_BYTES), sha256: hash, own: flag };

/** @type {{models: Shape<Model>, galleries: Shape<Gallery>}} */
const own = { models: record({ ...kept, ...model }), galleries: record({ ...kept, ...gallery }) };

/** @param {unknown} value  what manifest.json says @returns {Manifest} */
export function readManifest(value) {
  const { format } = /** @type {{format?: unknown}} */ (value ?? {});
  if (format !== MANIFEST_FORMAT) {
    throw new HumError('HUM_ERROR_INTEGRITY', `The manifest has format ${shown(format)}; this `
      + `page reads ${MANIFEST_FORMAT}. Reload the page.`);
  }
  const read = manifest(value, 'manifest');
  if (!read.engines.length) refuse('manifest.engines', 'at least one', []);
  for (const [use, wanted] of Object.entries(read.defaults)) {
    const found = read.models.find(({ id }) => id === wanted);
    if (found?.task !== 'embedder') {
      refuse(`manifest.defaults.${use}`, 'the id of an embedder', wanted);
    }
  }
  return read;
}

/**
 * An entry of the visitor's own list.
 * @template {keyof Own} K
 * @param {K} kind
 * @param {unknown} value
 * @returns {Own[K][number]}
 */
export function readOwnEntry(kind, value) {
  return own[kind](value, `own.${kind}`);
}

/**
 * The visitor's own list. An entry that makes no sense is left out; the others remain.
 * @param {unknown} value
 * @param {(message: string) => void} warn
 * @returns {Own}
 */
export function readOwn(value, warn) {
  const { models, galleries } = /** @type {Record<keyof Own, unknown>} */ (value ?? {});
  return {
    models: survivors(own.models, models, 'own.models', warn),
    galleries: survivors(own.galleries, galleries, 'own.galleries', warn),
  };
}

/**
 * @template {{id: string}} T
 * @param {Shape<T>} shape
 * @param {unknown} list
 * @param {string} place
 * @param {(message: string) => void} warn
 */
function survivors(shape, list, place, warn) {
  /** @type {T[]} */
  const taken = [];
  for (const [i, value] of (Array.isArray(list) ? list : []).entries()) {
    try {
      const entry = shape(value, `${place}[${i}]`);
      if (!taken.some((other) => other.id === entry.id)) taken.push(entry);
    } catch (error) {
      warn(`What is stored on this device is left out: ${error}`);
    }
  }
  return taken;
}

/** @param {{bytes: number}[]} entries */
export function sum(entries) {
  return entries.reduce((bytes, entry) => bytes + entry.bytes, 0);
}

/** What is sent for them. @param {FileEntry[]} entries @returns {number} bytes */
export function sent(entries) {
  return entries.reduce((bytes, entry) => (
    bytes + (entry.parts ? sent(entry.parts) : entry.packed ?? entry.bytes)), 0);
}

/**
 * What a manifest says of a network.
 * @param {'detector' | 'embedder'} task
 * @param {RecipeInfo & Partial<Pick<DetectorInfo, 'range'>
 *   & Pick<EmbedderInfo, 'dimension' | 'multiplications'>>} about  its part of hum_info
 * @returns {ModelFields}
 */
export function describeNetwork(task, about) {
  const { id: name, name: title, range, licence, training, citation, source, accuracy,
    dimension, multiplications } = about;
  return { id: name, name: title, task, range, licence, training, citation, source, accuracy,
    dimension, multiplications };
}
