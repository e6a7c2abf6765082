/** Who is wanted: asked of Wikidata, with names, pictures and a category of Commons. */

import { QID } from './list.mjs';
import { Stop } from './refusal.mjs';
import { oneLine } from './text.mjs';

/** @typedef {import('./client.mjs').Client} Client */
/** @typedef {import('./list.mjs').List} List */

/**
 * @typedef {object} Person
 * @property {string} id
 * @property {string} name      '' if there is none in the list's languages
 * @property {string[]} names   all of them, for the list of those left out
 * @property {string[]} images  names of files that Wikidata shows
 * @property {string | null} category  of Commons
 */

/** What the queries speak of. They are checked like the QIDs of a list. */
const HUMAN = { Q5: 'human' };

/** Some have no free photo or are left out, so more are asked for than are wanted. */
const SPARE = 1.7;
/** Entities of well-known people have some 300 kB each. */
export const AT_ONCE = 10;
const AT_ONCE_LABELS = 50;
/** The code of a name that is the same in all languages, which then have none of their own. */
const ANY = 'mul';
const MOST_IMAGES = 4;

/** What no title of a file holds; "|" would separate it from the next. */
const NO_TITLE = /[\p{Cc}|#<>[\]{}]/u;
const isTitle = (/** @type {any} */ value) => (
  typeof value === 'string' && value && Buffer.byteLength(value) <= 240 && !NO_TITLE.test(value));

/**
 * Each QID must have the label that the list gives it: QIDs are easily mistaken, and what
 * they stand for can change.
 * @param {Client} client
 * @param {List} list
 */
export async function checkLabels(client, { query, people, languages }) {
  const wanted = Object.entries({ ...query?.occupation, ...query?.country, ...query?.equal,
    ...(query ? HUMAN : people) });
  const wrong = [];
  for (let at = 0; at < wanted.length; at += AT_ONCE_LABELS) {
    const some = wanted.slice(at, at + AT_ONCE_LABELS);
    const language = query ? 'en' : languages[0];
    const entities = await ask(client, some.map(([id]) => id), 'labels', [language, ANY]);
    for (const [id, label] of some) {
      const labels = entities[id]?.labels;
      const found = (labels?.[language] ?? labels?.[ANY])?.value;
      const moved = entities[id]?.id !== undefined && entities[id].id !== id;
      if (String(found).toLowerCase() !== label.toLowerCase() || moved) {
        wrong.push(`${id} is ${moved ? `merged into ${oneLine(String(entities[id].id))}, `
          : ''}${found === undefined ? 'without a label' : `'${oneLine(String(found))}'`}, `
          + `not '${label}'`);
      }
    }
  }
  if (wrong.length) {
    throw new Stop(`The list and Wikidata do not agree: ${wrong.join('; ')}. `
      + 'Look these up at https://www.wikidata.org and correct the list.');
  }
}

/**
 * The QIDs of those wanted, best known first, in the parts that shall be equal.
 * @param {Client} client
 * @param {List} list
 * @returns {Promise<string[][]>}
 */
export async function findPeople(client, { query, people, count }) {
  if (!query) return [Object.keys(people ?? {})];
  const parts = [];
  const sexes = Object.keys(query.equal ?? {});
  for (const sex of sexes.length ? sexes : [null]) {
    const limit = Math.ceil(count / (sexes.length || 1) * SPARE) + 10;
    const reply = await client.ask('query', { query: sparql(query, sex, limit) });
    const rows = reply.results?.bindings;
    if (!Array.isArray(rows)) throw new Stop('Wikidata answered the query without results.');
    const ids = rows.map((row) => String(row?.person?.value).replace(/^.*\/entity\//, ''))
      .filter((id) => QID.test(id));
    parts.push([...new Set(ids)]);
  }
  return parts;
}

/**
 * Who has all of these properties and a picture, by the number of their articles.
 * @param {import('./list.mjs').Query} query
 * @param {string | null} sex
 * @param {number} limit
 */
export function sparql({ occupation, country, editions = [] }, sex, limit) {
  const any = (/** @type {string[]} */ ids) => ids.map((id) => `wd:${id}`).join(' ');
  const lines = [
    `VALUES ?occupation { ${any(Object.keys(occupation))} }`,
    '?person wdt:P106 ?occupation; wdt:P31 wd:Q5; wdt:P18 ?image; wikibase:sitelinks ?links.',
    ...(country ? [`VALUES ?country { ${any(Object.keys(country))} }`,
      '?person wdt:P27 ?country.'] : []),
    ...(sex ? [`?person wdt:P21 wd:${sex}.`] : []),
    ...editions.map((code) => `?article_${code.replaceAll('-', '_')} schema:about ?person; `
      + `schema:isPartOf <https://${code}.wikipedia.org/>.`),
  ];
  return `SELECT DISTINCT ?person ?links WHERE {\n  ${lines.join('\n  ')}\n}\n`
    + `ORDER BY DESC(?links) ?person LIMIT ${limit}`;
}

/**
 * @param {Client} client
 * @param {string[]} ids  at most AT_ONCE
 * @param {string[]} languages
 * @returns {Promise<Person[]>}
 */
export async function describePeople(client, ids, languages) {
  const codes = [...new Set([...languages, ANY, 'en'])];
  const entities = await ask(client, ids, 'labels|aliases|claims', codes);
  return ids.map((id) => {
    const { labels, aliases, claims } = entities[id] ?? {};
    const label = (/** @type {string} */ code) => oneLine(String(labels?.[code]?.value ?? ''));
    const others = codes.flatMap((code) => (Array.isArray(aliases?.[code]) ? aliases[code] : []))
      .map((alias) => oneLine(String(alias?.value ?? '')));
    return {
      id,
      name: [...languages, ANY].map(label).find(Boolean) ?? '',
      names: [...new Set([...codes.map(label), ...others])].filter(Boolean),
      images: values(claims?.P18).slice(0, MOST_IMAGES),
      category: values(claims?.P373)[0] ?? null,
    };
  });
}

/** The titles that a property has. @param {any} claims @returns {string[]} */
function values(claims) {
  if (!Array.isArray(claims)) return [];
  const good = claims.filter((claim) => claim?.rank !== 'deprecated')
    .sort((a, b) => Number(b.rank === 'preferred') - Number(a.rank === 'preferred'));
  return [...new Set(good.map((claim) => claim.mainsnak?.datavalue?.value).filter(isTitle))];
}

/**
 * @param {Client} client
 * @param {string[]} ids
 * @param {string} props
 * @param {string[]} languages
 * @returns {Promise<Record<string, any>>}
 */
async function ask(client, ids, props, languages) {
  const { entities } = await client.ask('wikidata', {
    action: 'wbgetentities', ids: ids.join('|'), props, languages: languages.join('|') });
  if (entities === null || typeof entities !== 'object') {
    throw new Stop('Wikidata answered without entities.');
  }
  return entities;
}
