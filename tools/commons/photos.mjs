/** What Commons says about photos, and which of them may be shown. */

import { Refusal } from './refusal.mjs';
import { oneLine, plainText } from './text.mjs';

/** @typedef {import('./client.mjs').Client} Client */
/** @typedef {import('./wikidata.mjs').Person} Person */

/**
 * @typedef {object} Photo
 * @property {string} title
 * @property {string} sha1     of the original
 * @property {string} file     the name that it gets here
 * @property {string} address  of a copy of WIDTH pixels at most
 * @property {string} source   its page
 * @property {string} author
 * @property {string} licence
 * @property {string} licenceLink  '' for the public domain
 */

/** One of the widths in which Commons makes copies; a face of an upper body has 100 pixels. */
const WIDTH = 960;
const SMALLEST = 200;
/** Replies of which each holds a part of what was asked for. */
const MOST_REPLIES = 4;
const FILES_A_REPLY = '20';
/** More is never tried. */
const ENOUGH = 40;

/**
 * Where photos of a person are, best first: what Wikidata shows, files that are said to
 * depict them, files of their category.
 * @type {{name: 'images' | 'depicts' | 'category',
 *   of: (person: Person) => Record<string, string> | null}[]}
 */
export const SOURCES = [
  { name: 'images',
    of: ({ images }) => (images.length
      ? { titles: images.map((name) => `File:${name}`).join('|') } : null) },
  { name: 'depicts',
    of: ({ id }) => ({ generator: 'search', gsrnamespace: '6', gsrlimit: FILES_A_REPLY,
      gsrsearch: `haswbstatement:P180=${id}` }) },
  { name: 'category',
    of: ({ category }) => (category === null ? null : { generator: 'categorymembers',
      gcmtitle: `Category:${category}`, gcmtype: 'file', gcmlimit: FILES_A_REPLY }) },
];

/**
 * The pages of files, as Commons describes them. A reply may hold the files, and their
 * details only in the next.
 * @param {Client} client
 * @param {Record<string, string>} which
 * @returns {Promise<any[]>}
 */
export async function findPhotos(client, which) {
  /** @type {Map<string, any>} */
  const pages = new Map();
  let next = {};
  for (let replies = 0; replies < MOST_REPLIES; replies += 1) {
    const reply = await client.ask('commons', { action: 'query', ...which, prop: 'imageinfo',
      iiprop: 'url|size|mime|sha1|extmetadata', iiurlwidth: String(WIDTH), ...next });
    const found = reply.query?.pages;
    for (const page of Array.isArray(found) ? found : []) {
      const key = String(page?.title);
      pages.set(key, { ...pages.get(key), ...page });
    }
    const complete = [...pages.values()].filter(({ imageinfo }) => imageinfo).length;
    if (!reply.continue || typeof reply.continue !== 'object' || complete >= ENOUGH) break;
    next = Object.fromEntries(Object.entries(reply.continue)
      .map(([key, value]) => [key, String(value)]));
  }
  // Search and categories answer in no order of worth, but search tells its own.
  return [...pages.values()].sort((a, b) => (Number(a.index) || 0) - (Number(b.index) || 0));
}

/**
 * What may be shown, with whom to thank; or a Refusal.
 * @param {any} page  of findPhotos
 * @returns {Photo}
 */
export function examine(page) {
  if (typeof page?.title !== 'string' || !page.title.startsWith('File:')) {
    throw new Refusal('odd', 'no title');
  }
  const info = Array.isArray(page.imageinfo) ? page.imageinfo[0] : null;
  if (page.missing || page.invalid || !info) throw new Refusal('notFound');
  const extension = { 'image/jpeg': 'jpg', 'image/png': 'png' }[String(info.mime)];
  if (!extension) throw new Refusal('kind', oneLine(String(info.mime), 40));
  if (!(info.width >= SMALLEST && info.height >= SMALLEST)) {
    throw new Refusal('small', `${Number(info.width)} x ${Number(info.height)}`);
  }
  if (!/^[\da-f]{40}$/.test(String(info.sha1))) throw new Refusal('odd', 'no sha1');
  const field = fields(info.extmetadata);
  const { licence, licenceLink } = freeLicence(field);
  undisputed(field('Categories'));
  return {
    title: oneLine(page.title.slice('File:'.length)),
    sha1: info.sha1,
    file: `${info.sha1.slice(0, 16)}.${extension}`,
    address: webAddress(info.thumburl ?? info.url, 'picture'),
    source: pageAddress(info.descriptionurl),
    author: author(field, licence),
    licence,
    licenceLink,
  };
}

/** @param {any} metadata  extmetadata @returns {(name: string) => string} */
function fields(metadata) {
  return (name) => {
    const value = metadata?.[name]?.value;
    return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  };
}

/** @param {any} value @param {string} what */
function webAddress(value, what) {
  const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : null;
  if (!/^https?:$/.test(url?.protocol ?? '')) throw new Refusal('odd', `no address of the ${what}`);
  return String(url);
}

/** @param {any} value */
function pageAddress(value) {
  const { origin, pathname, href } = new URL(webAddress(value, 'page'));
  if (origin !== 'https://commons.wikimedia.org' || !pathname.startsWith('/wiki/File:')) {
    throw new Refusal('odd', 'its page is not on Commons');
  }
  return href;
}

/**
 * CC0, the public domain, CC BY and CC BY-SA, of any version and country. Name and link must
 * say the same.
 * @param {(name: string) => string} field
 */
function freeLicence(field) {
  const licence = plainText(field('LicenseShortName'));
  const link = plainText(field('LicenseUrl'));
  if (!licence) throw new Refusal('noLicence');
  const detail = oneLine(licence, 60);
  if (/(^|[^a-z])(nc|nd|non-?commercial|no ?derivatives)([^a-z]|$)/i.test(`${licence} ${link}`)) {
    throw new Refusal('limited', detail);
  }
  if (/^true$/i.test(field('NonFree'))) throw new Refusal('notFree', detail);
  if (/^public domain$/i.test(licence)) return { licence: 'Public domain', licenceLink: '' };
  const path = /^(?:https?:)?\/\/creativecommons\.org\/(.*)$/.exec(link)?.[1];
  const [, kind, version, port] = (
    /^CC[ -](BY|BY[ -]SA)[ -](\d\.\d)(?:[ -]([a-z]{2,10}))?$/i.exec(licence) ?? []);
  /** @type {string} */
  let expected;
  if (/^CC0( 1\.0)?$/i.test(licence)) expected = 'publicdomain/zero/1.0';
  else if (kind) {
    const parts = ['licenses', kind.toLowerCase().replace(' ', '-'), version, port?.toLowerCase()];
    expected = parts.filter(Boolean).join('/');
  } else throw new Refusal('notFree', detail);
  if (path !== expected && !path?.startsWith(`${expected}/`)) {
    throw new Refusal('licenceLink', `${detail}, ${oneLine(link, 80) || 'no link'}`);
  }
  return { licence, licenceLink: `https://creativecommons.org/${expected}/` };
}

/** Categories by which Commons marks files whose licence is in doubt. @param {string} categories */
function undisputed(categories) {
  const doubt = new RegExp('unreviewed|review needed|needing review|deletion request|copyright '
    + 'violation|\\b(no|missing|without|without a) (permission|licen[cs]e|source)\\b', 'i');
  const found = categories.split('|').find((category) => doubt.test(category));
  if (found) throw new Refusal('disputed', oneLine(found, 80));
}

/** @param {(name: string) => string} field @param {string} licence */
function author(field, licence) {
  const named = [field('Artist'), field('Attribution')].map(plainText)
    .find((text) => text && !/^(unknown( author)?|n\/a|-|\?)$/i.test(text));
  if (named) return named;
  if (licence === 'Public domain' || licence.startsWith('CC0')) {
    if (plainText(field('Artist'))) return 'Unknown author';
  }
  throw new Refusal('noAuthor');
}
