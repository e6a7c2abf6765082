/**
 * Stands in for Wikidata and Wikimedia Commons: answers the requests of tools/commons.mjs in
 * the shapes of theirs, from a made-up world, and does not answer well where a test says so.
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

/**
 * @typedef {object} WorldFile
 * @property {string} title        without "File:"
 * @property {Buffer} bytes
 * @property {Record<string, any>} [info]      in the place of what imageinfo would say
 * @property {Record<string, string | undefined>} [metadata]  extmetadata, likewise
 * @property {boolean} [missing]
 */

/**
 * @typedef {object} WorldPerson
 * @property {string} id
 * @property {string} label
 * @property {string} [sex]
 * @property {string[]} [aliases]
 * @property {string[]} [images]    titles that Wikidata shows
 * @property {string[]} [depicts]   titles that search finds
 * @property {string} [category]
 * @property {string[]} [files]     titles in the category
 */

/** @typedef {{labels: Record<string, string>, people: WorldPerson[], files: WorldFile[]}} World */

/** @typedef {import('node:http').ServerResponse} Response */

/** Pages of a category or search a reply. */
const PAGES = 3;

/** @param {string} path @param {string} [tail]  appended, which decoders do not look at */
export const picture = (path, tail = '') => Buffer.concat([readFileSync(path), Buffer.from(tail)]);

/** @param {string | Buffer} content */
export const sha1 = (content) => createHash('sha1').update(content).digest('hex');

/** @param {World} world */
export async function commonsServer(world) {
  /** @type {{url: URL, agent: string, answered: boolean}[]} */
  const log = [];
  /** @type {{when: RegExp, answer: (response: Response) => void}[]} each is used once */
  const faults = [];
  /** @type {Map<RegExp, () => void>} */
  const waiting = new Map();
  let open = 0;
  let most = 0;

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost');
    const entry = { url, agent: String(request.headers['user-agent']), answered: false };
    log.push(entry);
    open += 1;
    most = Math.max(most, open);
    response.on('close', () => {
      open -= 1;
      entry.answered = response.writableFinished;
    });
    for (const [pattern, done] of waiting) {
      if (pattern.test(request.url ?? '')) done();
    }
    const at = faults.findIndex(({ when }) => when.test(request.url ?? ''));
    if (at >= 0) faults.splice(at, 1)[0].answer(response);
    else answer(world, url, response, `http://${request.headers.host}`);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', () => done(null)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${port}`,
    log,
    faults,
    /** The most requests that were open at once. */
    get most() { return most; },
    /** Resolves when a request comes in that has this in its address. @param {RegExp} pattern */
    asked: (pattern) => new Promise((done) => {
      waiting.set(pattern, () => {
        waiting.delete(pattern);
        done(null);
      });
    }),
    close: () => new Promise((done) => {
      server.close(() => done(null));
      server.closeAllConnections();
    }),
  };
}

/** @param {World} world @param {URL} url @param {Response} response @param {string} base */
function answer(world, url, response, base) {
  const asked = Object.fromEntries(url.searchParams);
  if (url.pathname === '/sparql') sendJson(response, results(world, asked.query));
  else if (url.pathname === '/wikidata/w/api.php') sendJson(response, entities(world, asked));
  else if (url.pathname === '/commons/w/api.php') sendJson(response, pages(world, asked, base));
  else {
    const file = world.files.find(({ title }) => url.pathname === photoPath(title));
    response.writeHead(file ? 200 : 404, { 'Content-Type': file ? 'image/jpeg' : 'text/html' })
      .end(file?.bytes ?? '<h1>Not found</h1>');
  }
}

/** @param {Response} response @param {any} reply @param {Record<string, string>} [headers] */
export function sendJson(response, reply, headers = {}) {
  response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8', ...headers })
    .end(JSON.stringify(reply));
}

/** @param {string} title */
export const photoPath = (title) => (
  `/thumb/${encodeURIComponent(title.replaceAll(' ', '_'))}/960px.jpg`);

/** Best known first: the order of the world. @param {World} world @param {string} query */
function results({ people }, query) {
  const sex = /wdt:P21 wd:(Q\d+)/.exec(query)?.[1];
  const limit = Number(/LIMIT (\d+)$/.exec(query)?.[1]);
  const bindings = people.filter((one) => !sex || one.sex === sex).slice(0, limit)
    .map(({ id }, i) => ({
      person: { type: 'uri', value: `http://www.wikidata.org/entity/${id}` },
      links: { datatype: 'http://www.w3.org/2001/XMLSchema#integer', type: 'literal',
        value: String(100 - i) },
    }));
  return { head: { vars: ['person', 'links'] }, results: { bindings } };
}

/** @param {string} value */
const claim = (value) => ({ type: 'statement', rank: 'normal',
  mainsnak: { snaktype: 'value', datavalue: { type: 'string', value } } });

/** @param {World} world @param {Record<string, string>} asked */
function entities({ labels, people }, { ids, languages }) {
  return { success: 1, entities: Object.fromEntries(ids.split('|').map((id) => {
    const person = people.find((one) => one.id === id);
    const label = person?.label ?? labels[id];
    if (label === undefined) return [id, { id, missing: true }];
    return [id, { type: 'item', id,
      // Names of people that are the same in all languages are often in no other.
      labels: person && languages.includes('mul') ? { mul: { language: 'mul', value: label } }
        : { en: { language: 'en', value: label } },
      aliases: { en: (person?.aliases ?? []).map((value) => ({ language: 'en', value })) },
      claims: {
        ...(person?.images ? { P18: person.images.map(claim) } : {}),
        ...(person?.category ? { P373: [claim(person.category)] } : {}),
      } }];
  })) };
}

/** @param {World} world @param {Record<string, string>} asked @param {string} base */
function pages(world, asked, base) {
  const { titles, generator, gsrsearch, gcmtitle, gcmcontinue } = asked;
  if (titles !== undefined) {
    return { batchcomplete: true, query: { pages: titles.split('|').map((title) => (
      page(world, title.replace(/^File:/, ''), base))) } };
  }
  const person = world.people.find(({ id, category }) => (generator === 'search'
    ? gsrsearch === `haswbstatement:P180=${id}` : gcmtitle === `Category:${category}`));
  const all = (generator === 'search' ? person?.depicts : person?.files) ?? [];
  if (!all.length) return { batchcomplete: true }; // as MediaWiki says it: without "query"
  const from = Number(gcmcontinue ?? 0);
  const some = all.slice(from, from + PAGES);
  const rest = from + PAGES < all.length ? { continue: { gcmcontinue: String(from + PAGES),
    continue: 'gcmcontinue||' } } : { batchcomplete: true };
  return { ...rest, query: { pages: some.map((title, i) => (
    { ...page(world, title, base), ...(generator === 'search' ? { index: i + 1 } : {}) })) } };
}

/** @param {World} world @param {string} title @param {string} base */
function page({ files }, title, base) {
  const file = files.find((one) => one.title === title);
  if (!file || file.missing) return { ns: 6, title: `File:${title}`, missing: true };
  const path = encodeURIComponent(title.replaceAll(' ', '_'));
  const metadata = {
    Artist: '<a href="//commons.wikimedia.org/wiki/User:Someone" title="x">Some &amp; one</a>',
    LicenseShortName: 'CC BY-SA 4.0',
    LicenseUrl: 'https://creativecommons.org/licenses/by-sa/4.0',
    AttributionRequired: 'true',
    Categories: 'Self-published work',
    Restrictions: 'personality',
    ...file.metadata,
  };
  return { pageid: 1000 + files.indexOf(file), ns: 6, title: `File:${title}`,
    imagerepository: 'local', imageinfo: [{
      user: 'Someone', size: 123_456, width: 1200, height: 1600, sha1: sha1(file.bytes),
      mime: file.bytes[0] === 0x89 ? 'image/png' : 'image/jpeg',
      url: `${base}/original/${path}`,
      thumburl: `${base}${photoPath(title)}`, thumbwidth: 960, thumbheight: 1280,
      descriptionurl: `https://commons.wikimedia.org/wiki/File:${path}`,
      extmetadata: Object.fromEntries(Object.entries(metadata)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => [key, { value, source: 'commons-desc-page', hidden: '' }])),
      ...file.info,
    }] };
}
