/**
 * tools/commons.mjs against a server of our own: what it takes, what it refuses and why, how
 * it behaves towards servers, and that it can be killed at any time.
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { cp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { Client, endpoints } from '../tools/commons/client.mjs';
import { collect } from '../tools/commons/collect.mjs';
import { Faces, weightiestGroup } from '../tools/commons/faces.mjs';
import { readLeftOut, readList } from '../tools/commons/list.mjs';
import { examine, findPhotos } from '../tools/commons/photos.mjs';
import { REASONS, Refusal, Stop } from '../tools/commons/refusal.mjs';
import { Store } from '../tools/commons/store.mjs';
import { comparable, folderName, oneLine, plainText } from '../tools/commons/text.mjs';
import { checkLabels, describePeople, sparql } from '../tools/commons/wikidata.mjs';
import { folder, json } from './lib/cli.mjs';
import { commonsServer, photoPath, picture, sendJson, sha1 } from './lib/commons-server.mjs';
import { png } from './lib/png.mjs';
import { inProject, need } from './lib/project.mjs';

/** @typedef {import('node:test').TestContext} TestContext */
/** @typedef {import('./lib/commons-server.mjs').World} World */
/** @typedef {import('./lib/commons-server.mjs').WorldFile} WorldFile */

const CONTACT = 'test@example.org';
const LABELS = { Q5: 'human', Q10800557: 'film actor', Q668: 'India', Q6581072: 'female',
  Q6581097: 'male' };
const QUERY = { occupation: { Q10800557: 'film actor' }, country: { Q668: 'India' },
  equal: { Q6581072: 'female', Q6581097: 'male' } };

const labelled = (/** @type {string} */ name) => inProject(`build/photos/test/labeled/${name}`);
const JESSICA = ['8yqEwuvMi9Q', '3_sGB2ON4X0', 'ci4qo_0P21M', 'GlMD_9Zj8VM', '5gVL8K0j5mo']
  .map((id) => labelled(`jessica smith/joshua-rondeau-${id}-unsplash.jpg`));
const EMILY = ['6z_C6OQBb4M', 'GFoYfREqLg8', '0BQdiHKqs6o', 'eZoYfRaEP6k', 'FlvhN1W7iDw']
  .map((id) => labelled(`emily willis/joshua-rondeau-${id}-unsplash.jpg`));
const TARA = ['-Cy8xsGVbMg', 'aX2eyfNDO00', '3yXxAfQSrXM', 'UaDiRMMcwe4']
  .map((id) => labelled(`tara sanford/joshua-rondeau-${id}-unsplash.jpg`));

const generated = () => readdirSync(inProject('build/photos/test/generated')).sort()
  .map((name) => inProject(`build/photos/test/generated/${name}/${name.split(' ')[1]}.png`));
const presidents = () => readdirSync(inProject('build/photos/presidents'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory()).map(({ name }) => name).sort()
  .map((name) => join(inProject('build/photos/presidents'), name))
  .map((path) => join(path, readdirSync(path)[0]));

before(async () => {
  await need('build/native/humshakal');
  await need('build/models/facenet.recipe');
  await need('build/photos/test/labeled');
});

/** @param {TestContext} t @param {World} world */
async function serve(t, world) {
  const server = await commonsServer(world);
  t.after(server.close);
  return server;
}

/** @type {World} */
const NOWHERE = { labels: LABELS, people: [], files: [] };

/**
 * A client that writes down what it waits for in the place of waiting.
 * @param {string} url @param {object} [options]
 */
function hasty(url, options = {}) {
  /** @type {number[]} */
  const waits = [];
  const client = new Client({ endpoints: endpoints(url), contact: CONTACT, pause: 7,
    wait: async (milliseconds) => waits.push(milliseconds), ...options });
  return { client, waits, backOff: () => waits.filter((wait) => wait !== 7) };
}

// ---- Text from outside -----------------------------------------------------------------

test('HTML becomes the text that a reader sees, and stays text', () => {
  for (const [html, text] of [
    ['<a href="//commons.wikimedia.org/wiki/User:Rama" title="User:Rama">Rama</a> &amp; Musée Bolo',
      'Rama & Musée Bolo'],
    ['Unknown author<span style="display: none;">Unknown author</span>', 'Unknown author'],
    ['<script>alert(1)</script>A<style>b{}</style><!-- c --> &#66;&#x43;', 'A BC'],
    ['&lt;img src=x onerror=alert(1)&gt;', '<img src=x onerror=alert(1)>'],
    ['&amp;lt;b&amp;gt;', '&lt;b&gt;'],
    ['<p>one</p><p>two</p>three<br>four', 'one two three four'],
    ['<div style="display:none"><div>x</div>y<br></div>z', 'z'],
    ['a < b, <b', 'a < b, <b'],
    ['<a title="', '<a title="'],
    ['abc\u202Ecod\u0000\n\te&#8238;f', 'abc cod e f'],
    ['&unheard; &#0;&#x110000;', '&unheard;'],
    ['<!-- never closed', ''],
    ['अमिताभ <b>बच्चन</b>', 'अमिताभ बच्चन'],
  ]) assert.equal(plainText(html), text);
  assert.equal(oneLine('x'.repeat(500), 10), `${'x'.repeat(9)}…`);
  assert.equal(oneLine('\uD800a'), '\uFFFDa');
});

test('however much and whatever HTML there is, it is read once', () => {
  for (const piece of ['<', '<a', '<!--', '<div style=display:none>', '&', '"<\'']) {
    assert.ok(plainText(piece.repeat(1 << 20)).length <= 400, piece);
  }
});

test('names: comparable without case and marks, and safe as folders', () => {
  assert.equal(comparable('  Ánil KAPOOR!'), comparable('anil-kapoor'));
  assert.notEqual(comparable('Anil Kapoor'), comparable('Anil Kapur'));
  for (const [name, safe] of [['../../etc/passwd', 'etc-passwd'], ['.hidden', 'hidden'],
    ['A/B\\C:D', 'A-B-C-D'], ['a\u0000b', 'a b'], ['...', ''],
    ['शाहरुख़ ख़ान', 'शाहरुख़ ख़ान'.normalize('NFC')]]) {
    assert.equal(folderName(name), safe);
  }
  assert.ok(Buffer.byteLength(folderName('𑀓'.repeat(5000))) <= 220);
});

// ---- Lists -----------------------------------------------------------------------------

test('the lists that come along are good', async () => {
  const lists = readdirSync(inProject('models/lists')).filter((name) => name !== 'left-out.json');
  assert.ok(lists.length >= 2);
  for (const name of lists) await readList(inProject(`models/lists/${name}`));
  const { query, count, title } = await readList(inProject('models/lists/bollywood.json'));
  assert.deepEqual([count, title, Object.values(query?.equal ?? {})],
    [300, 'Indian film actors', ['female', 'male']]);
  const { names } = await readLeftOut(inProject('models/lists/left-out.json'));
  for (const name of ['aishwarya rai bachchan', 'abhishek bachchan', 'karan johar', 'anil kapoor']) {
    assert.ok(names.get(name), name);
  }
});

test('a bad list is refused with the reason', async (t) => {
  const at = folder(t);
  const write = async (/** @type {string} */ name, /** @type {any} */ content) => {
    const path = join(at, name);
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };
  const good = { title: 'Actors', count: 10, query: QUERY };
  for (const [name, list, says] of /** @type {[string, any, RegExp][]} */ ([
    ['a.json', '{', /is no JSON/],
    ['A-b.json', good, /small letters and digits/],
    ['a.json', { ...good, titel: 1 }, /unknown entry 'titel'; known: title/],
    ['a.json', { ...good, title: 'a\nb' }, /title must be a text/],
    ['a.json', { ...good, count: 0 }, /count must be a whole number from 1 to 5000/],
    ['a.json', { ...good, photos: 99 }, /photos must be/],
    ['a.json', { ...good, languages: ['EN'] }, /language codes/],
    ['a.json', { ...good, people: { Q1: 'x' } }, /either a query or people/],
    ['a.json', { title: 'A', people: { 'Q1} DROP': 'x' } }, /'Q1} DROP' is no QID/],
    ['a.json', { title: 'A', people: { Q1: '' } }, /Q1 needs the label/],
    ['a.json', { ...good, query: { country: QUERY.country } }, /occupation must be/],
    ['a.json', { ...good, query: { ...QUERY, editions: ['hi.wikipedia.org> '] } }, /language codes/],
  ])) {
    const path = await write(name, list);
    await assert.rejects(readList(path), (error) => error instanceof Stop && says.test(error.message)
      && error.message.startsWith(path), `${says}`);
  }
  await assert.rejects(readList(join(at, 'none.json')), /cannot be read: ENOENT/);
  const leftOut = async (/** @type {object} */ one) => readLeftOut(await write('l.json', { people: [one] }));
  await assert.rejects(leftOut({ names: ['x'] }), /needs a reason/);
  await assert.rejects(leftOut({ reason: 'asked' }), /names of a person/);
});

// ---- What is asked of Wikidata ---------------------------------------------------------

test('the query: occupation, country, sex, editions, a picture; best known first', () => {
  assert.equal(sparql({ ...QUERY, editions: ['hi'] }, 'Q6581072', 265), [
    'SELECT DISTINCT ?person ?links WHERE {',
    '  VALUES ?occupation { wd:Q10800557 }',
    '  ?person wdt:P106 ?occupation; wdt:P31 wd:Q5; wdt:P18 ?image; wikibase:sitelinks ?links.',
    '  VALUES ?country { wd:Q668 }',
    '  ?person wdt:P27 ?country.',
    '  ?person wdt:P21 wd:Q6581072.',
    '  ?article_hi schema:about ?person; schema:isPartOf <https://hi.wikipedia.org/>.',
    '}',
    'ORDER BY DESC(?links) ?person LIMIT 265'].join('\n'));
});

test('a QID that is not what the list says stops the run, and names all that are wrong', async (t) => {
  const { url, log } = await serve(t, { ...NOWHERE, labels: { ...LABELS, Q668: 'Italy' } });
  const list = { name: 'a', title: 'A', count: 2, photos: 2, languages: ['en'],
    query: { ...QUERY, occupation: { Q10800557: 'Film Actor', Q99: 'nobody' } } };
  await assert.rejects(checkLabels(hasty(url).client, list), (error) => error instanceof Stop
    && /Q99 is without a label, not 'nobody'; Q668 is 'Italy', not 'India'\./.test(error.message));
  assert.equal(log.length, 1);
  const people = { name: 'a', title: 'A', count: 1, photos: 2, languages: ['en'], people: { Q5: 'Humane' } };
  await assert.rejects(checkLabels(hasty(url).client, people), /Q5 is 'human', not 'Humane'/);
});

test('replies about people: odd titles, deprecated pictures and missing parts', async (t) => {
  const { url, faults } = await serve(t, NOWHERE);
  const file = (/** @type {any} */ value, rank = 'normal') => ({ rank, mainsnak: { datavalue: { value } } });
  faults.push({ when: /wbgetentities/, answer: (response) => sendJson(response, { entities: {
    Q1: { labels: { hi: { value: 'A\u202Eb' } }, aliases: { en: [{ value: 'C' }] },
      claims: { P18: [file('x|y.jpg'), file(7), file('old.jpg', 'deprecated'), file('b.jpg'),
        file('a.jpg', 'preferred'), { rank: 'normal', mainsnak: { snaktype: 'novalue' } }],
      P373: [file('C[1]')] } },
    Q2: { labels: 5, aliases: { en: 'x' }, claims: { P18: {} } },
    Q4: { labels: { en: { value: 'En' }, mul: { value: 'Mul' } } } } }) });
  assert.deepEqual(await describePeople(hasty(url).client, ['Q1', 'Q2', 'Q3', 'Q4'], ['hi']), [
    { id: 'Q1', name: 'A b', names: ['A b', 'C'], images: ['a.jpg', 'b.jpg'], category: null },
    { id: 'Q2', name: '', names: [], images: [], category: null },
    { id: 'Q3', name: '', names: [], images: [], category: null },
    // A name that is the same in all languages.
    { id: 'Q4', name: 'Mul', names: ['Mul', 'En'], images: [], category: null }]);
});

// ---- Which photos may be shown ---------------------------------------------------------

const CC = 'https://creativecommons.org/licenses';

/** @param {object} info @param {Record<string, any>} metadata @param {object} [page] */
const pageOf = (info, metadata, page = {}) => ({ title: 'File:A b.jpg', imageinfo: [{
  mime: 'image/jpeg', width: 900, height: 900, sha1: '0123456789abcdef0123456789abcdef01234567',
  thumburl: 'https://upload.wikimedia.org/x.jpg',
  descriptionurl: 'https://commons.wikimedia.org/wiki/File:A_b.jpg',
  extmetadata: Object.fromEntries(Object.entries({ Artist: '<b>Me</b>', LicenseShortName: 'CC BY 4.0',
    LicenseUrl: 'https://creativecommons.org/licenses/by/4.0', ...metadata })
    .map(([key, value]) => [key, { value, source: 'x' }])), ...info }], ...page });

test('licences that are free: names and links as Commons writes them', () => {
  for (const [LicenseShortName, LicenseUrl, link] of [
    ['CC BY 4.0', 'https://creativecommons.org/licenses/by/4.0', 'licenses/by/4.0/'],
    ['CC-BY-SA-3.0', 'http://creativecommons.org/licenses/by-sa/3.0/', 'licenses/by-sa/3.0/'],
    ['CC BY-SA 2.0 fr', 'https://creativecommons.org/licenses/by-sa/2.0/fr/deed.en', 'licenses/by-sa/2.0/fr/'],
    ['CC BY-SA 3.0', '//creativecommons.org/licenses/by-sa/3.0/deed.en', 'licenses/by-sa/3.0/'],
    ['CC0', 'http://creativecommons.org/publicdomain/zero/1.0/deed.en', 'publicdomain/zero/1.0/'],
    ['Public domain', '', ''],
  ]) {
    assert.deepEqual(examine(pageOf({}, { LicenseShortName, LicenseUrl })), {
      title: 'A b.jpg', sha1: '0123456789abcdef0123456789abcdef01234567', file: '0123456789abcdef.jpg',
      address: 'https://upload.wikimedia.org/x.jpg', author: 'Me', licence: LicenseShortName,
      licenceLink: link && `https://creativecommons.org/${link}`,
      source: 'https://commons.wikimedia.org/wiki/File:A_b.jpg' });
  }
});

test('authors: plain, as attribution says where there is no artist, unknown in the public domain only', () => {
  const author = (/** @type {object} */ metadata) => examine(pageOf({}, { ...metadata })).author;
  assert.equal(author({ Artist: '', Attribution: 'By <i>Them</i>' }), 'By Them');
  assert.equal(author({ Artist: 'Unknown author', LicenseShortName: 'Public domain' }), 'Unknown author');
});

for (const [reason, info, metadata, page] of /** @type {[string, object, object, object?][]} */ ([
  ['notFound', {}, {}, { missing: true }],
  ['notFound', {}, {}, { imageinfo: [] }],
  ['odd', {}, {}, { title: 'User:X' }],
  ['odd', {}, {}, { title: 7 }],
  ['odd', { sha1: '../../../x' }, {}],
  ['odd', { thumburl: 'file:///etc/passwd' }, {}],
  ['odd', { thumburl: 7 }, {}],
  ['odd', { descriptionurl: 'https://example.org/wiki/File:A' }, {}],
  ['odd', { descriptionurl: 'javascript:alert(1)' }, {}],
  ['noLicence', {}, { LicenseShortName: '' }],
  ['noLicence', { extmetadata: [] }, {}],
  ['noLicence', {}, { LicenseShortName: { evil: 1 } }],
  ['notFree', {}, { LicenseShortName: 'GFDL' }],
  ['notFree', {}, { LicenseShortName: 'Fair use', NonFree: 'true' }],
  ['notFree', {}, { LicenseShortName: 'CC BY 4.0 or so' }],
  ['limited', {}, { LicenseShortName: 'CC BY-NC 2.0', LicenseUrl: `${CC}/by-nc/2.0` }],
  ['limited', {}, { LicenseShortName: 'CC BY-ND 4.0' }],
  ['limited', {}, { LicenseShortName: 'CC BY 2.0', LicenseUrl: `${CC}/by-nc-sa/2.0` }],
  ['licenceLink', {}, { LicenseUrl: '' }],
  ['licenceLink', {}, { LicenseUrl: `${CC}/by/3.0` }],
  ['licenceLink', {}, { LicenseUrl: `${CC}/by/4.01` }],
  ['licenceLink', {}, { LicenseUrl: 'https://creativecommons.org.example/licenses/by/4.0' }],
  ['noAuthor', {}, { Artist: '' }],
  ['noAuthor', {}, { Artist: '<span style="display:none">x</span>' }],
  ['noAuthor', {}, { Artist: 'Unknown author' }],
  ['noAuthor', {}, { Artist: '', LicenseShortName: 'Public domain' }],
  ['disputed', {}, { Categories: 'A|Unreviewed files from Bollywood Hungama' }],
  ['disputed', {}, { Categories: 'Deletion requests November 2026|B' }],
  ['disputed', {}, { Categories: 'Media missing permission as of 1 November 2026' }],
  ['kind', { mime: 'image/svg+xml' }, {}],
  ['kind', { mime: undefined }, {}],
  ['small', { width: 199 }, {}],
  ['small', { height: 'x' }, {}],
])) {
  const words = REASONS[/** @type {keyof typeof REASONS} */ (reason)];
  test(`refused, ${words}: ${JSON.stringify(page ?? { ...info, ...metadata })}`, () => {
    assert.throws(() => examine(pageOf(info, metadata, page)),
      (error) => error instanceof Refusal && error.reason === reason);
  });
}

test('a page of nothing at all is refused, not an error of ours', () => {
  for (const page of [null, 7, 'x', {}, [], { title: 'File:a', imageinfo: 'x' },
    { title: 'File:a', imageinfo: [null] }]) {
    assert.throws(() => examine(page), Refusal);
  }
});

test('files whose details come with a later reply, and search in its own order', async (t) => {
  const { url, faults, log } = await serve(t, NOWHERE);
  const replies = [
    { continue: { iistart: 'x', continue: '||' }, query: { pages: [
      { title: 'File:B', index: 2 }, { title: 'File:A', index: 1, imageinfo: ['a'] }] } },
    { query: { pages: [{ title: 'File:B', index: 2, imageinfo: ['b'] }, { title: 'File:A', index: 1 }] } },
  ];
  for (const reply of replies) {
    faults.push({ when: /commons/, answer: (response) => sendJson(response, reply) });
  }
  assert.deepEqual(await findPhotos(hasty(url).client, { titles: 'File:A|File:B' }), [
    { title: 'File:A', index: 1, imageinfo: ['a'] }, { title: 'File:B', index: 2, imageinfo: ['b'] }]);
  assert.equal(log[1].url.searchParams.get('iistart'), 'x');
  assert.equal(log[0].url.searchParams.get('iiurlwidth'), '960');
});

test('replies that go on forever are not followed forever', async (t) => {
  const { url, faults, log } = await serve(t, NOWHERE);
  for (let i = 0; i < 20; i += 1) {
    faults.push({ when: /commons/, answer: (response) => (
      sendJson(response, { continue: { a: 'b' }, query: { pages: 7 } })) });
  }
  assert.deepEqual(await findPhotos(hasty(url).client, { titles: 'File:A' }), []);
  assert.equal(log.length, 4);
});

// ---- Towards servers -------------------------------------------------------------------

/** @param {number} status @param {Record<string, string>} [headers] @param {string} [body] */
function status(status, headers = {}, body = '<h1>Error</h1>') {
  return (/** @type {import('node:http').ServerResponse} */ response) => {
    response.writeHead(status, headers).end(body);
  };
}

const ASK = { action: 'wbgetentities', ids: 'Q5' };

describe('busy servers', () => {
  test('429 and 503: it waits as long as they ask, or longer each time', async (t) => {
    const { url, faults, log } = await serve(t, NOWHERE);
    const when = /wikidata/;
    faults.push({ when, answer: status(429, { 'Retry-After': '17' }) }, { when, answer: status(503) },
      { when, answer: status(502) },
      { when, answer: status(429, { 'Retry-After': 'Thu, 01 Jan 1970 00:00:00 GMT' }) });
    const { client, backOff, waits } = hasty(url);
    assert.ok((await client.ask('wikidata', ASK)).entities.Q5);
    assert.deepEqual(backOff(), [17_000, 4_000, 8_000, 16_000]);
    assert.equal(waits.filter((wait) => wait === 7).length, 5); // a pause before each request
    assert.equal(log.length, 5);
    for (const { agent, url: asked } of log) {
      assert.match(agent, /^Humshakal\/[\d.]+ \(test@example\.org\) Node\.js\/\d+/);
      assert.equal(asked.searchParams.get('maxlag'), '5');
    }
  });

  test('maxlag, which comes with status 200', async (t) => {
    const { url, faults } = await serve(t, NOWHERE);
    faults.push({ when: /wikidata/, answer: (response) => sendJson(response, { error: { code: 'maxlag',
      info: 'Waiting for 10.64.48.174: 6.9 seconds lagged.', host: '10.64.48.174', lag: 6.9, type: 'db' } },
    { 'Retry-After': '5' }) });
    const { client, backOff } = hasty(url);
    assert.ok((await client.ask('wikidata', ASK)).entities.Q5);
    assert.deepEqual(backOff(), [5_000]);
  });

  test('a very long wait ends the run, and says how long', async (t) => {
    const { url, faults, log } = await serve(t, NOWHERE);
    faults.push({ when: /./, answer: status(429, { 'Retry-After': '86400' }) });
    await assert.rejects(hasty(url).client.ask('wikidata', ASK), /left alone for 1440 minutes.*run this again/);
    assert.equal(log.length, 1);
  });

  test('a server that stays busy ends the run', async (t) => {
    const { url, faults, log } = await serve(t, NOWHERE);
    for (let i = 0; i < 9; i += 1) faults.push({ when: /./, answer: status(429) });
    await assert.rejects(hasty(url).client.download(`${url}/x`, 99), /status 429.*goes on from there/);
    assert.equal(log.length, 8);
  });
});

describe('answers that are not what they should be', () => {
  test('cut, silent or no JSON: asked again', async (t) => {
    const { url, faults, log } = await serve(t, NOWHERE);
    const when = /wikidata/;
    faults.push(
      { when, answer: (response) => {
        response.writeHead(200, { 'Content-Length': '99' }).write('{"en', () => response.destroy());
      } },
      { when, answer: (response) => { response.writeHead(200).write('{'); /* and no more */ } },
      { when, answer: () => { /* never */ } },
      { when, answer: status(200, {}, '<html>A portal</html>') },
      { when, answer: status(200, {}, '7') },
    );
    assert.ok((await hasty(url, { timeout: 300 }).client.ask('wikidata', ASK)).entities.Q5);
    assert.equal(log.length, 6);
  });

  test('an error that does not pass, or a refusal, ends the run', async (t) => {
    const { url, faults } = await serve(t, NOWHERE);
    faults.push({ when: /./, answer: (response) => (
      sendJson(response, { error: { code: 'badvalue', info: 'Bad\u202E <b>' } })) },
      { when: /./, answer: status(403) });
    const { client } = hasty(url);
    await assert.rejects(client.ask('wikidata', ASK), /the server says: badvalue: Bad <b>/);
    await assert.rejects(client.ask('wikidata', ASK), /refuses with status 403\. Is the contact/);
  });

  test('redirects: followed to Wikimedia, a few, and to nobody else', async (t) => {
    const { url, faults, log } = await serve(t, NOWHERE);
    const other = await serve(t, NOWHERE);
    const { client } = hasty(url);
    faults.push({ when: /wikidata/, answer: status(301, { Location: '/moved/wikidata/w/api.php' }) },
      { when: /moved/, answer: (response) => sendJson(response, { entities: {} }) });
    assert.deepEqual(await client.ask('wikidata', ASK), { entities: {} });
    faults.push({ when: /p.jpg/, answer: status(302, { Location: `${other.url}/p.jpg` }) });
    await assert.rejects(client.download(`${url}/p.jpg`, 99), (error) => error instanceof Refusal
      && error.reason === 'lost' && error.detail === `it leads to ${other.url}`);
    await assert.rejects(client.download(`${other.url}/p.jpg`, 99), /it leads to/);
    assert.equal(other.log.length, 0);
    for (let i = 0; i < 9; i += 1) faults.push({ when: /loop/, answer: status(302, { Location: '/loop' }) });
    const before = log.length;
    await assert.rejects(client.download(`${url}/loop`, 99), /more than 4 redirects/);
    assert.equal(log.length - before, 5);
    faults.splice(0);
    faults.push({ when: /wikidata/, answer: status(302, { Location: `${other.url}/` }) });
    await assert.rejects(client.ask('wikidata', ASK), Stop);
  });

  test('a file that is too large is not read to its end', async (t) => {
    const { url, faults } = await serve(t, NOWHERE);
    faults.push({ when: /x/, answer: (response) => {
      const more = () => { if (!response.destroyed) response.write(Buffer.alloc(1 << 16), more); };
      response.writeHead(200);
      more();
    } });
    await assert.rejects(hasty(url).client.download(`${url}/x`, 3 << 20),
      (error) => error instanceof Refusal && error.reason === 'large');
  });

  test('a photo that its server fails at is one photo lost; five in a row end the run', async (t) => {
    const { url, faults } = await serve(t, { ...NOWHERE, files: [{ title: 'good', bytes: Buffer.from('x') }] });
    const { client } = hasty(url);
    for (let i = 0; i < 99; i += 1) faults.push({ when: /bad/, answer: status(500) });
    const lost = () => assert.rejects(client.download(`${url}/bad`, 99),
      (error) => error instanceof Refusal && error.reason === 'lost' && error.detail === 'status 500');
    for (let i = 0; i < 4; i += 1) await lost();
    await client.download(url + photoPath('good'), 99);
    for (let i = 0; i < 4; i += 1) await lost();
    await assert.rejects(client.download(`${url}/bad`, 99), Stop);
    faults.splice(0);
    await assert.rejects(client.download(`${url}/gone`, 99), /status 404/);
  });
});

test('without a network, or a contact, it stops at once and says what to do', async (t) => {
  const { url, log } = await serve(t, NOWHERE);
  for (const contact of [undefined, '', 'me', 'a@b\r\nX-Evil: 1', 'ä@example.org']) {
    await assert.rejects(hasty(url, { contact }).client.ask('wikidata', ASK),
      /--contact or in HUMSHAKAL_CONTACT/);
  }
  assert.equal(log.length, 0);
  const { client, backOff } = hasty('http://127.0.0.1:9');
  await assert.rejects(client.ask('wikidata', ASK), /cannot be reached: .*Is there a network\?/);
  assert.deepEqual(backOff(), [2_000]);
});

// ---- Faces -----------------------------------------------------------------------------

test('groups of photos that look like one person', () => {
  const cosines = [[1, 0.1, 0.6, 0.1], [0.1, 1, 0.2, 0.7], [0.6, 0.2, 1, 0.55], [0.1, 0.7, 0.55, 1]];
  const group = (/** @type {number} */ threshold, weights = [1, 1, 1, 1]) => (
    weightiestGroup(cosines, weights, threshold));
  assert.deepEqual(group(0.5), [0, 1, 2, 3]);
  assert.deepEqual(group(0.58), [0, 2]);
  assert.deepEqual(group(0.65), [1, 3]);
  assert.deepEqual(group(0.65, [2, 1, 1, 1]), [0]);
  assert.deepEqual(group(0.65, [1, 1, 2.5, 1]), [2]);
  assert.deepEqual(group(0.9), [0]);
});

// ---- All of it -------------------------------------------------------------------------

/** @param {WorldFile[]} files @param {any[]} people @returns {World} */
const world = (files, people) => ({ labels: LABELS, files, people });

/** @param {string} title @param {string | Buffer} content @param {Partial<WorldFile>} [more] */
const photo = (title, content, more = {}) => ({ title,
  bytes: typeof content === 'string' ? picture(content) : content, ...more });

/** What was asked for more than once. @param {{url: URL}[]} log */
function repeated(log) {
  const asked = log.map(({ url }) => url.pathname + url.search);
  return [...new Set(asked.filter((one, i) => asked.indexOf(one) !== i))];
}

/**
 * @param {string} url @param {string} at @param {object} list
 * @param {{names?: string[], ids?: string[]}} [leftOut]
 */
async function collected(url, at, list, { names = [], ids = [] } = {}) {
  const faces = new Faces(inProject('build/native/humshakal'), inProject('build/models'));
  await faces.prepare();
  /** @type {string[]} */
  const said = [];
  const store = new Store(at);
  const reason = (/** @type {string} */ one) => /** @type {[string, string]} */ ([one, 'asked for it']);
  const report = await collect({ client: hasty(url).client, faces, store, say: (line) => said.push(line),
    leftOut: { ids: new Map(ids.map(reason)), names: new Map(names.map(comparable).map(reason)) },
    list: { name: 'test', title: 'Test people', count: 20, photos: 4, languages: ['en'], ...list } });
  const credits = JSON.parse(readFileSync(join(at, 'people/credits.json'), 'utf8'));
  return { report, said, credits,
    why: Object.fromEntries(report.refused.map(({ what, person, reason }) => [what || person, reason])) };
}

test('people of a list: each refusal is named, the rest has credits and evidence', async (t) => {
  const small = generated()[0];
  const grey = png(400, 400, () => [90, 90, 90]);
  const server = await serve(t, world([
    photo('Jess.jpg', JESSICA[0]), photo('Jess 2.jpg', JESSICA[1]),
    photo('Jess NC.jpg', JESSICA[2], { metadata: { LicenseShortName: 'CC BY-NC 4.0' } }),
    photo('Jess unsigned.jpg', JESSICA[2], { metadata: { Artist: undefined } }),
    photo('Jess?.jpg', EMILY[0]), photo('Gone.jpg', grey, { missing: true }),
    photo('Group.jpg', inProject('build/photos/samples/group.jpg')), photo('Wall.png', grey),
    photo('Broken.jpg', Buffer.from([0xff, 0xd8, 0xff, 0, 0xff, 0xd9])),
    photo('Cut.jpg', readFileSync(JESSICA[3]).subarray(0, -2000)),
    photo('Page.jpg', Buffer.from('<html>Log in</html>')),
    photo('Tiny.jpg', JESSICA[3], { info: { width: 120 } }), photo('Lost.jpg', JESSICA[3]),
    photo('Em.jpg', EMILY[1]), photo('Em 2.jpg', EMILY[2]), photo('Em 3.jpg', EMILY[3]),
    photo('Alone.png', small), photo('Twin.png', generated()[1]), photo('Other.png', generated()[2]),
  ], [
    { id: 'Q10', label: 'Jess / Smith', images: ['Jess.jpg', 'Gone.jpg'],
      depicts: ['Jess 2.jpg', 'Jess NC.jpg', 'Jess unsigned.jpg'], category: 'Jess Smith',
      files: ['Jess?.jpg', 'Jess.jpg', 'Group.jpg', 'Wall.png', 'Broken.jpg', 'Cut.jpg',
        'Page.jpg', 'Tiny.jpg', 'Lost.jpg'] },
    { id: 'Q11', label: 'Em', depicts: ['Em.jpg', 'Em 2.jpg', 'Em 3.jpg'] },
    { id: 'Q12', label: 'EM', images: ['Twin.png'] },
    { id: 'Q13', label: 'Uncertain', depicts: ['Alone.png'] },
    { id: 'Q14', label: 'Imposter', images: ['Em.jpg'] },
    { id: 'Q15', label: 'Famous', aliases: ['Ánil  Kapoor'], images: ['Other.png'] },
    { id: 'Q16', label: 'Asked', images: ['Other.png'] },
  ]));
  server.faults.push({ when: /Lost\.jpg\/960/, answer: status(404) });
  const at = folder(t);
  const people = { Q10: 'Jess / Smith', Q11: 'Em', Q12: 'EM', Q13: 'Uncertain', Q14: 'Imposter',
    Q15: 'Famous', Q16: 'Asked' };
  const without = (/** @type {string[]} */ ...ids) => (
    collected(server.url, at, { people, photos: 6 }, { names: ['Anil Kapoor'], ids }));
  const { report, said, credits, why } = await without('Q16');
  assert.deepEqual(why, {
    'File:Gone.jpg': 'notFound', 'File:Jess NC.jpg': 'limited', 'File:Jess unsigned.jpg': 'noAuthor',
    'File:Group.jpg': 'faces', 'File:Wall.png': 'noFace', 'File:Broken.jpg': 'broken', 'File:Cut.jpg': 'broken',
    'File:Page.jpg': 'broken', 'File:Tiny.jpg': 'small', 'File:Lost.jpg': 'lost',
    'Jess?.jpg': 'outlier', 'Alone.png': 'alone', Uncertain: 'noPhoto', 'Em.jpg': 'taken',
    Imposter: 'noPhoto', Famous: 'leftOut', Asked: 'leftOut' });
  for (const [what, reason] of Object.entries(why)) {
    const words = REASONS[/** @type {keyof typeof REASONS} */ (reason)];
    assert.ok(said.some((line) => line.includes(`not taken: ${what}: ${words}`)), what);
  }
  assert.deepEqual([report.people, report.photos, server.most], [3, 6, 1]);
  assert.deepEqual(repeated(server.log), [photoPath('Em.jpg')]); // by two people

  const files = Object.keys(credits.photos).sort();
  assert.deepEqual([...new Set(files.map(dirname))], ['EM (Q12)', 'Em', 'Jess - Smith']);
  assert.deepEqual(credits.people['Jess - Smith'], { link: 'https://www.wikidata.org/wiki/Q10' });
  const jess = `${sha1(readFileSync(JESSICA[0])).slice(0, 16)}.jpg`;
  assert.deepEqual(credits.photos[`Jess - Smith/${jess}`], { title: 'Jess', author: 'Some & one',
    source: 'Wikimedia Commons, cropped', link: 'https://commons.wikimedia.org/wiki/File:Jess.jpg',
    licence: 'CC BY-SA 4.0 (creativecommons.org/licenses/by-sa/4.0)' });
  for (const file of files) assert.ok(existsSync(join(at, 'people', file)), file);
  const evidence = JSON.parse(readFileSync(join(at, 'photos/Q10', `${jess}.json`), 'utf8'));
  assert.equal(evidence.found.page.imageinfo[0].extmetadata.Restrictions.value, 'personality');
  assert.ok(Date.parse(evidence.asked) > 0);
  // Nothing that was refused is kept.
  assert.deepEqual(readdirSync(join(at, 'photos/Q10')).filter((name) => /\.(jpg|png)$/.test(name)).length, 2);

  await t.test('again: the same, without a request; and who asks is removed', async () => {
    const before = server.log.length;
    const again = await without('Q16');
    assert.deepEqual([again.report, again.credits], [report, credits]);
    const fewer = await without('Q11', 'Q16');
    assert.equal(server.log.length, before);
    assert.equal(fewer.why.Em, 'leftOut');
    assert.equal(existsSync(join(at, 'photos/Q11')), false);
    assert.equal(existsSync(join(at, 'people/Em')), false);
    assert.ok(fewer.credits.photos[`Imposter/${sha1(readFileSync(EMILY[1])).slice(0, 16)}.jpg`]);
  });
});

test('women and men in equal parts, also where one has more of them to choose from', async (t) => {
  const faces = generated();
  const people = faces.slice(0, 9).map((_, i) => ({ id: `Q${100 + i}`, label: `Person ${i}`,
    sex: i < 7 ? 'Q6581097' : 'Q6581072', images: [`${i}.png`] }));
  const { url } = await serve(t, world(people.map((_, i) => photo(`${i}.png`, faces[i])), people));
  const { report, credits } = await collected(url, folder(t), { query: QUERY, count: 4 });
  assert.equal(report.people, 4);
  assert.deepEqual(Object.keys(credits.people).sort(), ['Person 0', 'Person 1', 'Person 7', 'Person 8']);
});

test('names and titles that would do harm on a terminal or as files', async (t) => {
  const person = { id: 'Q10', label: 'credits.json', images: ['Good.png', 'Bad.png'] };
  const { url } = await serve(t, world([photo('Good.png', generated()[0]),
    photo('Bad.png', generated()[1], { metadata: { LicenseShortName: '\u001b[31mGFDL\u202e' } })], [person]));
  const { credits, said } = await collected(url, folder(t), { people: { Q10: 'credits.json' } });
  assert.deepEqual(Object.keys(credits.people), ['credits.json (Q10)']);
  assert.match(said[0], /not taken: File:Bad\.png: not one of the free licences \(\[31mGFDL\)$/);
  assert.doesNotMatch(said.join(''), /[\u0000-\u001f\u202e]/);
});

test('what a crash of the machine left half written is found again', async (t) => {
  const store = new Store(folder(t));
  await store.write('a.json', '{"asked": "2026');
  assert.deepEqual(await store.once('a.json', async () => [1]), [1]);
  assert.deepEqual(await store.once('a.json', async () => [2]), [1]);
  assert.deepEqual(readdirSync(store.root), ['a.json']);
});

test('nobody left is a failure that says so', async (t) => {
  const { url } = await serve(t, world([], [{ id: 'Q10', label: 'Jess' }]));
  await assert.rejects(collected(url, folder(t), { people: { Q10: 'Jess' } }), /Nobody of the list/);
});

// ---- The command -----------------------------------------------------------------------

/** A project folder that the command can write into. @param {TestContext} t */
async function projectFolder(t) {
  const root = folder(t);
  for (const path of ['tools/setup', 'models/lists', 'build']) {
    await mkdir(join(root, path), { recursive: true });
  }
  for (const path of ['tools/commons', 'tools/commons.mjs', 'tools/setup/lib.sh', 'tools/setup/versions.sh',
    'tools/setup/galleries.sh', 'models/lists/left-out.json']) {
    await cp(inProject(path), join(root, path), { recursive: true });
  }
  await mkdir(join(root, 'build/models'));
  for (const name of readdirSync(inProject('build/models'))) {
    if (/^(blazeface-.*|facenet)\.(tflite|recipe)$/.test(name)) {
      await symlink(inProject(`build/models/${name}`), join(root, 'build/models', name));
    }
  }
  await symlink(inProject('build/native'), join(root, 'build/native'));
  return root;
}

/** @param {string} root @param {string} url @param {string[]} args */
function command(root, url, ...args) {
  const env = { ...process.env, HUMSHAKAL_WIKIMEDIA: url, HUMSHAKAL_CONTACT: CONTACT };
  return spawn(process.execPath, [join(root, 'tools/commons.mjs'), ...args], { env, cwd: root });
}

/** @param {import('node:child_process').ChildProcess} child */
async function ended(child) {
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data) => { said += data; });
  const [code, signal] = await new Promise((done) => child.on('close', (...all) => done(all)));
  return { code, signal, said };
}

test('300 people: killed twice, nothing is fetched twice; other photos of them match', async (t) => {
  const root = await projectFolder(t);
  // One of the presidents' faces is too small.
  const single = [...presidents(), ...generated()].slice(0, 298);
  const several = [JESSICA, EMILY, TARA];
  /** @type {WorldFile[]} */
  const files = [];
  /** @type {import('./lib/commons-server.mjs').WorldPerson[]} */
  const people = [];
  const add = (/** @type {Buffer[]} */ pictures) => {
    const number = people.length + 1;
    const titles = pictures.map((bytes, i) => {
      const title = `Actor ${number}, ${i + 1}.${bytes[0] === 0x89 ? 'png' : 'jpg'}`;
      files.push({ title, bytes });
      return title;
    });
    people.push({ id: `Q${1000 + number}`, label: `Actor ${number}`,
      sex: number % 2 ? 'Q6581072' : 'Q6581097', images: titles.slice(0, 1), depicts: titles.slice(1) });
  };
  for (const paths of several) add(paths.slice(0, -1).map((path) => picture(path)));
  // Presidents have an altered second copy of theirs.
  for (const [i, path] of single.entries()) {
    add(i < 45 ? [picture(path), picture(path, 'again')] : [picture(path)]);
  }
  // One more is wanted than can be shown: the last woman is on the list of those left out.
  people.push({ id: 'Q9999', label: 'Karan Johar', sex: 'Q6581072', images: [] });
  const server = await serve(t, world(files, people));
  await writeFile(join(root, 'models/lists/stars.json'),
    JSON.stringify({ title: 'Stars', count: 302, photos: 3, query: QUERY }));

  for (const pattern of [/Actor_100%2C_1/, /Actor_222%2C_1/]) {
    const child = command(root, server.url, 'stars', '--pause', '0');
    const asked = server.asked(pattern);
    // The answer never comes, so that this is the request that is under way.
    server.faults.push({ when: pattern, answer: () => {} });
    const result = ended(child);
    await Promise.race([asked, result]);
    child.kill('SIGKILL');
    assert.equal((await result).signal, 'SIGKILL');
  }
  const { code, said } = await ended(command(root, server.url, 'stars', '--pause', '0'));
  assert.equal(code, 0, said);
  const end = said.slice(said.indexOf('not taken: Karan Johar'));
  assert.match(end, /^not taken: Karan Johar: left out \(court in Delhi\)/);
  assert.match(end, /Stars: 300 of 302 people, 350 photos/);
  assert.match(end, new RegExp('Not taken, each named above:\n +2  the face is too small or '
    + 'unclear\n +1  left out\n +1  no photo is left\n'));

  assert.deepEqual(repeated(server.log).map((path) => /Actor_\d+%2C_\d/.exec(path)?.[0]),
    ['Actor_100%2C_1', 'Actor_222%2C_1']);
  assert.equal(server.most, 1);

  const gallery = join(root, 'build/galleries/stars.humg');
  assert.equal(readFileSync(gallery.replace('.humg', '.title'), 'utf8'), 'Stars\n');
  const { people: shown } = json(['gallery', 'info', gallery]);
  assert.equal(shown.length, 300);
  for (const [i, paths] of several.entries()) {
    const { matches } = json(['match', paths.at(-1) ?? '', '--gallery', gallery]);
    assert.equal(matches[0].name, `Actor ${i + 1}`, basename(paths.at(-1) ?? ''));
    assert.match(matches[0].licence, /^CC BY-SA 4\.0/);
    assert.match(matches[0].photoLink, /^https:\/\/commons\.wikimedia\.org\/wiki\/File:Actor_/);
  }
});

test('the site: titles travel with galleries, and the one that was asked for comes first', async (t) => {
  const site = folder(t);
  await need('build/site/engine/manifest.js');
  await need('build/galleries/presidents.title');
  for (const name of ['galleries', 'samples']) await mkdir(join(site, name));
  const link = (/** @type {string} */ from, /** @type {string} */ to) => (
    symlink(inProject(from), join(site, to)));
  await link('build/site/engine', 'engine');
  await writeFile(join(site, 'samples/samples.json'), '[]');
  const listed = async (/** @type {string[]} */ ...args) => {
    await mkdir(join(site, 'models'), { recursive: true });
    for (const name of ['blazeface-short', 'blazeface-full', 'facenet']) {
      await rm(join(site, `models/${name}.tflite`), { force: true }); // large ones are cut up
      await link(`build/models/${name}.tflite`, `models/${name}.tflite`);
      await cp(inProject(`build/models/${name}.recipe`), join(site, `models/${name}.recipe`));
    }
    for (const name of ['a-people', 'presidents', 'untitled', 'stars']) {
      await cp(inProject('build/galleries/presidents.humg'), join(site, `galleries/${name}.humg`));
    }
    await cp(inProject('build/galleries/presidents.title'), join(site, 'galleries/presidents.title'));
    await writeFile(join(site, 'galleries/stars.title'), 'Film & stars\n');
    const { code, said } = await ended(spawn(process.execPath,
      [inProject('tools/setup/manifest.mjs'), site, ...args]));
    assert.equal(code, 0, said);
    assert.deepEqual(readdirSync(join(site, 'galleries')).filter((name) => !name.endsWith('.humg')), []);
    const manifest = JSON.parse(readFileSync(join(site, 'models/manifest.json'), 'utf8'));
    return manifest.galleries.map((/** @type {any} */ { id, name }) => `${id}: ${name}`);
  };
  const presidents = 'presidents: Presidents of the United States';
  assert.deepEqual(await listed('facenet', 'stars'),
    ['stars: Film & stars', presidents, 'untitled: untitled', 'a-people: a-people']);
  assert.deepEqual(await listed('facenet'),
    [presidents, 'stars: Film & stars', 'untitled: untitled', 'a-people: a-people']);
});

test('wrong use, no network and a wrong list: exit code 2 and one sentence', async (t) => {
  const root = await projectFolder(t);
  await writeFile(join(root, 'models/lists/stars.json'),
    JSON.stringify({ title: 'Stars', count: 2, query: QUERY }));
  const offline = 'http://127.0.0.1:9';
  for (const [args, says] of /** @type {[string[], RegExp][]} */ ([
    [[], /expected one LIST\. See: node tools\/commons\.mjs --help/],
    [['stars', '--bogus'], /bogus/],
    [['nobody'], /nobody\.json cannot be read: ENOENT/],
    [['stars'], /127\.0\.0\.1:9 cannot be reached: .*Is there a network\? .*run this again/],
  ])) {
    const { code, said } = await ended(command(root, offline, ...args));
    assert.equal(code, 2, said);
    assert.match(said, says);
    assert.doesNotMatch(said, /\n +at /);
  }
  const help = await ended(command(root, offline, '--help'));
  assert.equal(help.code, 0);
  assert.match(help.said, /A licence frees a photo, not the face in it\..*endorses/s);
});
