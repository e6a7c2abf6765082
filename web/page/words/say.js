/**
 * The page's words, in the visitor's language. Fixed text stands in the HTML, in English, so
 * that it makes sense before any script runs; `data-say="key"` on an element, or
 * `data-say-NAME="key"` for its attribute NAME, says which sentence of another language
 * takes its place. Sentences that scripts compose are in languages/en.js and have the same
 * keys in every language.
 *
 *     import { say } from './say.js';
 *     element.textContent = say('facesFound', { count: 3 });
 *
 * Pages with many words of their own name them, <html data-words="people">, and have them in
 * languages/people/, so that no other page loads them.
 *
 * Importing this module translates the document. The language stays for the life of the
 * page: to choose another one is to load the page again, so that no module has to be ready
 * for a change of language.
 */

import english from './languages/en.js';

/** @typedef {keyof typeof english.words | keyof typeof import('./languages/people/en.js').default.words} Key */
/** @typedef {{words: Record<string, string | Record<string, string>>,
 *   texts: Record<string, string>}} Catalogue  words: by key, with one form for each plural
 *   category of {count} where it needs several. texts: what the site's files and the engine
 *   say in English, by that English */

/** @type {Record<string, {name: string, dir: 'ltr' | 'rtl'}>} */
export const LANGUAGES = {
  en: { name: 'English', dir: 'ltr' },
  hi: { name: 'हिन्दी', dir: 'ltr' },
};

/** Every page of this site shares the choice; other sites of the host have their own. */
const CHOICE = globalThis.document
  && `humshakal-language:${new URL('./', location.href).pathname}`;

/** What the visitor chose, or else the first of their browser's languages that is here. */
function wanted() {
  if (!globalThis.document) return 'en';
  if (Object.hasOwn(LANGUAGES, history.state?.language ?? '')) return history.state.language;
  try {
    const chosen = localStorage.getItem(CHOICE);
    if (chosen && Object.hasOwn(LANGUAGES, chosen)) return chosen;
  } catch (error) {
    console.warn(`The language of the last visit is not known (${error}).`);
  }
  return navigator.languages.map((tag) => tag.toLowerCase().split('-')[0])
    .find((id) => Object.hasOwn(LANGUAGES, id)) ?? 'en';
}

/** The page waits for its words, but not for ever. */
const PATIENCE = 5000;

/** What this page has words of its own for; undefined: nothing. */
const own = globalThis.document?.documentElement.dataset.words;

/** @param {string} id @returns {Promise<Catalogue>} */
async function catalogueOf(id) {
  const common = id === 'en' ? english : await inTime(import(`./languages/${id}.js`));
  if (!own) return common;
  const { words } = await inTime(import(`./languages/${own}/${id}.js`));
  return { ...common, words: { ...common.words, ...words } };
}

/** @param {Promise<{default: Catalogue}>} loading */
async function inTime(loading) {
  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`nothing came for ${PATIENCE / 1000} seconds`)), PATIENCE);
  });
  return (await Promise.race([loading, late])).default;
}

/** The wanted language, where it could not be loaded; the page is in English then. */
export let missing = '';
export let language = wanted();
/** @type {Catalogue} */
let catalogue = english;
try {
  catalogue = await catalogueOf(language);
} catch (error) {
  console.warn(`The words of "${language}" could not be loaded (${error}).`);
  [missing, language] = [language, 'en'];
  if (own) catalogue = await catalogueOf('en'); // without them there is no page
}

/**
 * Keeps the choice and loads the page again in that language.
 * @param {string} id
 */
export async function chooseLanguage(id) {
  await catalogueOf(id); // rejects, so that an unreachable language is not chosen
  try {
    localStorage.setItem(CHOICE, id);
  } catch (error) {
    console.warn(`The language will be forgotten (${error}).`);
    history.replaceState({ language: id }, ''); // for as long as this tab stays here
  }
  location.reload();
}

// ---- Sentences ---------------------------------------------------------------------------

const plurals = new Intl.PluralRules(language);

/** By digits. @type {Map<number | undefined, Intl.NumberFormat>} */
const formats = new Map();

/**
 * Below 1000 the languages here write numbers as JavaScript does. The first page shows no
 * others, because a phone is busy for 0.2 s with its first Intl.NumberFormat.
 * @param {number} value
 * @param {number} [digits]  exactly so many behind the point
 */
export function number(value, digits) {
  if (digits !== undefined && Object.is(Number(value.toFixed(digits)), -0)) {
    return number(0, digits); // not "-0.00"
  }
  if (Math.abs(value) < 999 && (digits !== undefined || Number.isInteger(value))) {
    return value.toFixed(digits);
  }
  let format = formats.get(digits);
  if (!format) {
    format = new Intl.NumberFormat(language, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      useGrouping: /** @type {any} */ ('min2'), // 9000, but 12,000
    });
    formats.set(digits, format);
  }
  return format.format(value);
}

/** "a, b and c" @param {string[]} items */
export function list(items) {
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(items);
}

/**
 * A sentence in pieces, for those that have elements in them.
 * @template [T=never]
 * @param {string} key  not Key, because the HTML has keys of its own
 * @param {Record<string, string | number | T>} [values]  what the sentence's {names} are
 * @returns {(string | T)[]}
 */
export function phrase(key, values = {}) {
  const forms = catalogue.words[key];
  if (forms === undefined) throw new Error(`There are no words for "${key}" (${language}).`);
  const sentence = typeof forms === 'string' ? forms
    : forms[plurals.select(/** @type {number} */ (values.count))] ?? forms.other;
  return sentence.split(/\{(\w+)\}/).map((piece, i) => {
    if (i % 2 === 0) return piece;
    if (!(piece in values)) throw new Error(`"${key}" lacks its {${piece}}.`);
    const value = values[piece];
    return typeof value === 'number' ? number(value) : value;
  }).filter((piece) => piece !== '');
}

/**
 * A sentence.
 * @param {Key} key
 * @param {Record<string, string | number>} [values]  what its {names} are
 */
export function say(key, values) {
  return phrase(key, values).join('');
}

/**
 * What a file of the site or the engine says in English, or undefined where this language
 * has no words for it. In English that is the text itself.
 * @param {string} text
 * @returns {string | undefined}
 */
export function sayText(text) {
  return language === 'en' ? text : catalogue.texts[text];
}

// ---- The document ------------------------------------------------------------------------

/**
 * Puts this language's words into what the HTML has in English. Elements inside a
 * sentence stay, each where the sentence names it by its own data-say or data-slot.
 * @param {ParentNode} root
 */
function translate(root) {
  for (const element of root.querySelectorAll('*')) {
    for (const { name, value } of [...element.attributes]) {
      if (name === 'data-say') {
        element.replaceChildren(...phrase(value, Object.fromEntries([...element.children]
          .map((child) => [child.getAttribute('data-say') ?? child.getAttribute('data-slot'),
            child]))));
      } else if (name.startsWith('data-say-')) {
        element.setAttribute(name.slice('data-say-'.length), phrase(value).join(''));
      }
    }
    if (element instanceof HTMLTemplateElement) translate(element.content);
  }
}

if (globalThis.document && language !== 'en') {
  const { documentElement } = document;
  documentElement.lang = language;
  documentElement.dir = LANGUAGES[language].dir;
  translate(document);
}
