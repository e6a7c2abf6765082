/** Every sentence in every language, and the page in Hindi from the first look to a result. */

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { importPackage } from '../tools/packages.mjs';
import { LANGUAGES, number } from '../web/page/words/say.js';
import { choose, named, notice, open, resultShown } from './lib/page.mjs';
import { png } from './lib/png.mjs';
import { site } from './lib/project.mjs';

const { parse } = await importPackage('models', 'acorn');
const web = new URL('../web/', import.meta.url);
const files = await readdir(web, { recursive: true });
const pages = files.filter((file) => file.endsWith('.html'));
const scripts = files.filter((file) => file.endsWith('.js') && !file.includes('languages/'));

/** @param {string} file */
const read = (file) => readFile(new URL(file, web), 'utf8');

/** Pages that have words of their own. */
const apart = [...new Set(files.map((file) => /languages\/(\w+)\//.exec(file)?.[1])
  .filter((folder) => folder !== undefined))];

/**
 * What all pages have, and what some have besides.
 * @param {string} id
 * @returns {Promise<import('../web/page/words/say.js').Catalogue>}
 */
async function catalogue(id) {
  const { words, texts } = (await import(`../web/page/words/languages/${id}.js`)).default;
  const more = await Promise.all(apart.map(async (folder) => (
    (await import(`../web/page/words/languages/${folder}/${id}.js`)).default.words)));
  return { words: Object.assign({}, words, ...more), texts };
}

const english = await catalogue('en');

const others = Object.keys(LANGUAGES).filter((id) => id !== 'en');

/** The keys in the pages' data-say and data-say-NAME. */
async function keysOfPages() {
  const found = await Promise.all(pages.map(async (page) => (
    [...(await read(page)).matchAll(/\bdata-say(?:-[a-z-]+)?="([^"]*)"/g)].map(([, key]) => key))));
  return new Set(found.flat());
}

/**
 * The strings of a script, those joined of several by + included.
 * @param {string} source
 */
function strings(source) {
  /** @type {string[]} */
  const found = [];
  /** @param {any} node @returns {string | null}  the node's value, if it is a constant */
  const visit = (node) => {
    if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
    const joins = node.type === 'BinaryExpression' && node.operator === '+';
    const parts = Object.values(node).flat()
      .filter((value) => value && typeof value.type === 'string').map(visit);
    if (joins && parts.every((part) => part !== null)) return parts.join('');
    found.push(...parts.filter((part) => part !== null));
    return null;
  };
  visit(parse(source, { ecmaVersion: 'latest', sourceType: 'module' }));
  return found;
}

const sources = await Promise.all(scripts.map(read));
const constants = new Set(sources.flatMap(strings));

/** @param {string} sentence */
const slots = (sentence) => [...new Set(
  [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))].sort();

/** @param {string | Record<string, string>} forms */
const sentences = (forms) => (typeof forms === 'string' ? [forms] : Object.values(forms));

// ---- The catalogues ----------------------------------------------------------------------

test('every language of the choice has a catalogue, and every catalogue is in the choice', () => {
  for (const folder of ['', ...apart.map((name) => `${name}/`)]) {
    const present = files.filter((file) => file.startsWith(`page/words/languages/${folder}`))
      .map((file) => file.slice(`page/words/languages/${folder}`.length))
      .filter((file) => /^\w+\.js$/.test(file)).map((file) => file.slice(0, -'.js'.length));
    assert.deepEqual(present.sort(), Object.keys(LANGUAGES).sort(), folder);
  }
});

test('every page offers every language', async () => {
  for (const page of pages) {
    const buttons = [...(await read(page)).matchAll(/<button type="button" lang="(\w+)">([^<]+)</g)];
    assert.deepEqual(buttons.map(([, id, name]) => [id, name]),
      Object.entries(LANGUAGES).map(([id, { name }]) => [id, name]), page);
  }
});

test('every key that is used exists in each language, and none is there in vain', async () => {
  const inPages = await keysOfPages();
  assert.ok(inPages.size > 30, 'the pages have keys');
  const said = new Set(sources.flatMap((source) => (
    [...source.matchAll(/\b(?:say|phrase)\(\s*'(\w+)'/g)].map(([, key]) => key))));
  assert.ok(said.size > 30, 'the scripts have keys');
  const composed = Object.keys(english.words);
  assert.deepEqual([...said].filter((key) => !composed.includes(key)), [],
    'said by a script, but not in en.js');
  assert.deepEqual(composed.filter((key) => !constants.has(key)), [],
    'in en.js, but said by no script');
  assert.deepEqual(composed.filter((key) => inPages.has(key)), [],
    'in en.js and in a page: English has one place');
  for (const id of others) {
    const { words } = await catalogue(id);
    assert.deepEqual(Object.keys(words).sort(), [...inPages, ...composed].sort(), id);
  }
});

test('small numbers are written as each language writes them', () => {
  for (const id of Object.keys(LANGUAGES)) {
    for (const [value, digits] of [[0, undefined], [7, undefined], [-3, undefined],
      [998, undefined], [0.5, 2], [-0.375, 2], [23.93, 1], [998.9, 1], [0, 1]]) {
      const format = new Intl.NumberFormat(id, { minimumFractionDigits: digits,
        maximumFractionDigits: digits });
      assert.equal(number(value, digits), format.format(value), `${value} in ${id}`);
    }
  }
});

test('placeholders agree, and plurals have the forms of their language', async () => {
  for (const id of others) {
    const { words } = await catalogue(id);
    for (const [key, forms] of Object.entries(english.words)) {
      const expected = [...new Set(sentences(forms).flatMap(slots))].sort();
      const found = [...new Set(sentences(words[key]).flatMap(slots))].sort();
      assert.deepEqual(found, expected, `${id}: ${key}`);
      assert.equal(typeof words[key], typeof forms, `${id}: ${key}`);
    }
  }
  for (const id of Object.keys(LANGUAGES)) {
    const { pluralCategories } = new Intl.PluralRules(id).resolvedOptions();
    for (const [key, forms] of Object.entries((await catalogue(id)).words)) {
      if (typeof forms !== 'string') {
        assert.deepEqual(Object.keys(forms).sort(), [...pluralCategories].sort(), `${id}: ${key}`);
      }
    }
  }
});

test('what files and the engine say has words in each language, under its own English', async () => {
  const manifest = JSON.parse(await readFile(new URL('models/manifest.json', site), 'utf8'));
  /** @type {string[]} */
  const told = [
    ...manifest.models.map((/** @type {any} */ { accuracy }) => accuracy),
    ...manifest.galleries.map((/** @type {any} */ { name }) => name),
    ...manifest.samples.map((/** @type {any} */ { title }) => title),
    ...strings(`${await read('engine/photo.js')};${(await read('engine/heic.js')).replace(/^import .*$/gm, '')}`).filter((text) => /^This .*\.$/.test(text)
      && !text.includes('browser alters') && !text.includes('read the pixels')),
  ].filter(Boolean);
  assert.ok(told.length >= 15, `${told.length} texts`);
  for (const id of others) {
    const { texts } = await catalogue(id);
    assert.deepEqual(told.filter((text) => !(text in texts)), [], `${id} lacks these`);
  }
});

// ---- The pages ---------------------------------------------------------------------------

/** What a page has of English, but for names, credits and what says that it is English. */
const leftovers = (/** @type {any} */ page) => page.evaluate(() => {
  const aside = '[lang=en], code, #local-file, #old-browser, noscript, script, style, '
    + '.person h3, .credit, dd, .networks .name, #sources b';
  const texts = [];
  const walker = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.parentElement?.closest(aside)) texts.push(node.textContent ?? '');
  }
  for (const element of document.querySelectorAll('*')) {
    for (const name of ['aria-label', 'alt', 'title', 'placeholder']) {
      if (!element.closest(aside)) texts.push(element.getAttribute(name) ?? '');
    }
  }
  // Latin letters alone, or three plain words in a row.
  return texts.map((text) => text.trim()).filter((text) => (
    /[a-z]{2}/i.test(text) && !/[\u0900-\u097f]/.test(text)) || /(\b[a-z]{2,} ){2}[a-z]{2,}/.test(text));
});

for (const name of pages) {
  test(`${name}: elements inside a sentence are named in it, in each language`, async () => {
    const { page, server } = await open({ context: { locale: 'en' } });
    await page.goto(new URL(name, server.url).href);
    const found = await page.evaluate(() => {
      /** @type {[string, (string | null)[]][]} */
      const list = [];
      const look = (/** @type {ParentNode} */ root) => {
        for (const element of root.querySelectorAll('[data-say]')) {
          list.push([element.getAttribute('data-say') ?? '', [...element.children].map((child) => (
            child.getAttribute('data-say') ?? child.getAttribute('data-slot')))]);
        }
        for (const template of root.querySelectorAll('template')) look(template.content);
      };
      look(document);
      return list;
    });
    for (const id of others) {
      const { words } = await catalogue(id);
      for (const [key, children] of found) {
        assert.deepEqual(sentences(words[key]).flatMap(slots).sort(), children.sort(), `${id}: ${key}`);
      }
    }
  });
}

test('in Hindi from a sample to the result, with no English sentence left', async () => {
  const { page, errors } = await open({ context: { locale: 'hi-IN' } });
  await page.waitForSelector('.samples img[src]');
  assert.equal(await page.getAttribute('html', 'lang'), 'hi');
  assert.match(await page.title(), /^हमशक्ल/);
  assert.deepEqual(await leftovers(page), [], 'at first');
  await page.click('.samples button >> nth=3');
  await page.waitForSelector('#progress:not([hidden])');
  assert.deepEqual(await leftovers(page), [], 'at work');
  await resultShown(page);
  await page.click('.person summary >> nth=0');
  await page.click('#networks summary');
  assert.deepEqual(await leftovers(page), [], 'result');
  assert.match(await page.innerText('.caption'), /^5 चेहरे मिले।/);
  await choose(page, named('grey.png', png(300, 300, () => [120, 120, 120])));
  assert.match(await notice(page), /कोई चेहरा नहीं मिला/);
  assert.deepEqual(await leftovers(page), [], 'no face');
  await choose(page, named('photo.jpg', Buffer.from('%PDF-1.7\n')));
  assert.match(await notice(page), /PDF दस्तावेज़/);
  assert.deepEqual(await leftovers(page), [], 'not a photo');
  assert.match(await page.textContent('#notice .code'), /^HUM_ERROR_FILE: This is a PDF/);
  assert.deepEqual(errors, []);
});

test('every failure is explained in Hindi first', async () => {
  const { page } = await open({ context: { locale: 'hi' } });
  const codes = ['ARGUMENT', 'STATE', 'FORMAT', 'UNSUPPORTED', 'LIMIT', 'MEMORY', 'MISMATCH',
    'VALUE', 'INTERNAL', 'NETWORK', 'INTEGRITY', 'BROWSER', 'FILE', 'WEIGHTS', 'GALLERY',
    'NO_FACE', 'CRASH'];
  const said = await page.evaluate(async (/** @type {string[]} */ names) => {
    const { explain } = await import(new URL('page/words/words.js', document.baseURI).href);
    return names.flatMap((name) => ['starting', 'photo', 'weights'].map((during) => (
      explain({ code: `HUM_ERROR_${name}`, message: 'something new.' }, during))));
  }, codes);
  assert.equal(said.length, 3 * codes.length);
  for (const { title, text, code } of said) {
    assert.match(title, /^[\u0900-\u097f]/, code);
    assert.match(text, /।$/, code);
    assert.match(code, /: something new\.$/);
  }
});

test('the choice of a language is kept, and goes before the browser’s', async () => {
  const { page, context, server } = await open({ context: { locale: 'hi-IN' } });
  const lang = () => page.getAttribute('html', 'lang');
  await page.waitForSelector('.languages button');
  assert.equal(await lang(), 'hi');
  await page.getByRole('button', { name: 'English' }).click();
  await page.waitForSelector('html[lang=en] .languages [lang=en][aria-pressed=true]');
  assert.equal(await page.innerText('h1'), 'Who do you look like?');
  await page.reload();
  await page.waitForSelector('.languages [lang=en][aria-pressed=true]');
  assert.equal(await lang(), 'en');
  // Another page of the same visitor begins with it, too.
  const second = await context.newPage();
  await second.goto(server.url);
  await second.waitForSelector('.languages [lang=en][aria-pressed=true]');
});

test('a language that cannot be loaded leaves the page in English and says so', async () => {
  let broken = true;
  const { page } = await open({ context: { locale: 'hi' }, server: { intercept({ url }, response) {
    if (!broken || !url?.startsWith('/page/words/languages/hi')) return false;
    response.writeHead(404).end();
    return true;
  } } });
  await page.waitForSelector('.samples img[src]');
  assert.equal(await page.getAttribute('html', 'lang'), 'en');
  assert.match(await page.innerText('.languages'), /could not change to हिन्दी/);
  broken = false;
  await page.reload();
  await page.waitForSelector('html[lang=hi]');
});
