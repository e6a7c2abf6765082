/** The files that say who is wanted and who is left out. Their format: models/README.md. */

import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { Stop } from './refusal.mjs';
import { comparable, oneLine } from './text.mjs';

/** @typedef {Record<string, string>} Labelled  QIDs, each with the label that it must have */

/**
 * @typedef {object} List
 * @property {string} name      of its file
 * @property {string} title     of the gallery
 * @property {number} count     people wanted, at most
 * @property {number} photos    of each, at most
 * @property {string[]} languages  for names; the first that there is
 * @property {Labelled} [people]
 * @property {Query} [query]
 */

/**
 * @typedef {object} Query
 * @property {Labelled} occupation  any of these
 * @property {Labelled} [country]   any of these
 * @property {Labelled} [equal]     sexes or genders, in equal parts
 * @property {string[]} [editions]  of Wikipedia, each of which has an article about them
 */

/** @typedef {{ids: Map<string, string>, names: Map<string, string>}} LeftOut  with reasons */

export const QID = /^Q[1-9]\d{0,11}$/;
const LANGUAGE = /^[a-z]{2,3}(-[a-z]{2,8})*$/;
const MOST_PEOPLE = 5000;
const MOST_PHOTOS = 20;

const isObject = (/** @type {any} */ value) => (
  value !== null && typeof value === 'object' && !Array.isArray(value));

/** @param {string} path @returns {Promise<any>} */
async function readJson(path) {
  const text = await readFile(path, 'utf8').catch((error) => {
    throw new Stop(`${path} cannot be read: ${error.code}`);
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Stop(`${path} is no JSON: ${/** @type {Error} */ (error).message}`);
  }
}

/** Checks of one file, which name it. */
class Checks {
  /** @param {string} path */
  constructor(path) {
    this.path = path;
  }

  /** @param {unknown} good @param {string} sentence */
  need(good, sentence) {
    if (!good) throw new Stop(`${this.path}: ${sentence}`);
  }

  /** @param {any} value @param {string[]} known @param {string} what */
  object(value, known, what) {
    this.need(isObject(value), `${what} must be an object`);
    const odd = Object.keys(value).find((key) => !known.includes(key));
    this.need(!odd, `${what} has the unknown entry '${odd}'; known: ${known.join(', ')}`);
  }

  /** @param {any} value @param {string} what */
  labelled(value, what) {
    this.need(isObject(value) && Object.keys(value).length,
      `${what} must be an object of "Q1": "label"`);
    for (const [id, label] of Object.entries(value)) {
      this.need(QID.test(id), `${what}: '${id}' is no QID`);
      this.need(typeof label === 'string' && label && oneLine(label) === label,
        `${what}: ${id} needs the label that Wikidata has`);
    }
  }

  /** @param {any} value @param {string} what */
  languages(value, what) {
    this.need(Array.isArray(value) && value.length && value.length <= 10
      && value.every((code) => LANGUAGE.test(code)), `${what} must be language codes: ["en"]`);
  }

  /** @param {any} value @param {number} most @param {string} what */
  number(value, most, what) {
    this.need(Number.isInteger(value) && value > 0 && value <= most,
      `${what} must be a whole number from 1 to ${most}`);
  }
}

/** @param {string} path @returns {Promise<List>} */
export async function readList(path) {
  const check = new Checks(path);
  const name = basename(path, '.json');
  // The names of its galleries are this name, a hyphen and that of a network.
  check.need(/^[a-z0-9]+$/.test(name), 'its name must be small letters and digits');
  const list = await readJson(path);
  const known = ['title', 'about', 'count', 'photos', 'languages', 'query', 'people'];
  check.object(list, known, 'a list');
  const { title, photos = 5, languages = ['en'], query, people } = list;
  check.need(typeof title === 'string' && title && oneLine(title, 80) === title,
    'title must be a text of at most 80 characters');
  check.number(photos, MOST_PHOTOS, 'photos');
  check.languages(languages, 'languages');
  check.need(!query !== !people, 'it needs either a query or people');
  if (people) check.labelled(people, 'people');
  const count = list.count ?? (people && Object.keys(people).length);
  check.number(count, MOST_PEOPLE, 'count');
  if (query) {
    check.object(query, ['occupation', 'country', 'equal', 'editions'], 'query');
    check.labelled(query.occupation, 'occupation');
    if (query.country) check.labelled(query.country, 'country');
    if (query.equal) check.labelled(query.equal, 'equal');
    if (query.editions) check.languages(query.editions, 'editions');
  }
  return { name, title, count, photos, languages, query, people };
}

/** @param {string} path @returns {Promise<LeftOut>} */
export async function readLeftOut(path) {
  const check = new Checks(path);
  const file = await readJson(path);
  check.object(file, ['about', 'people'], 'it');
  check.need(Array.isArray(file.people), 'people must be an array');
  /** @type {LeftOut} */
  const left = { ids: new Map(), names: new Map() };
  for (const entry of file.people) {
    check.object(entry, ['id', 'names', 'reason'], 'a person');
    const { id, names = [], reason } = entry;
    check.need(typeof reason === 'string' && reason, 'everybody on it needs a reason');
    const isName = (/** @type {any} */ one) => typeof one === 'string' && comparable(one);
    check.need(Array.isArray(names) && names.every(isName) && (names.length || id),
      `names of a person must be texts (${oneLine(reason)})`);
    check.need(id === undefined || QID.test(id), `'${id}' is no QID`);
    if (id) left.ids.set(id, reason);
    for (const one of names) left.names.set(comparable(one), reason);
  }
  return left;
}
