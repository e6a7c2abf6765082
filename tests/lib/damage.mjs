/**
 * Damaged inputs for readers of what comes from outside. Everything follows from a seed, so
 * that a case that fails can be had again:
 *
 *     HUM_FUZZ_SEED=7 HUM_FUZZ_CASES=100000 node --test tests/fuzz.test.mjs
 *     HUM_FUZZ_SEED=7 HUM_FUZZ_CASE=4711    node --test tests/fuzz.test.mjs   that one only
 */

import assert from 'node:assert/strict';
import { Random } from './keras-made.mjs';

const { HUM_FUZZ_SEED: seed = '1', HUM_FUZZ_CASES, HUM_FUZZ_CASE } = process.env;

/** What a reader must not fail with: these are faults of ours, whatever was read. */
const OURS = [TypeError, RangeError, ReferenceError, SyntaxError, EvalError, URIError];
const LONGEST_SENTENCE = 2000; // characters

/**
 * Tries a reader on many inputs. Each must be read or, where the reader may refuse, be
 * refused with a sentence.
 * @param {import('node:test').TestContext} t
 * @param {object} what
 * @param {number} what.cases  without HUM_FUZZ_CASES
 * @param {new (...args: any[]) => Error} [what.refusal]  the class of errors that it refuses with
 * @param {(random: Random) => unknown} what.attempt  makes an input and reads it
 */
export async function fuzz(t, { cases, refusal, attempt }) {
  const only = HUM_FUZZ_CASE === undefined ? null : Number(HUM_FUZZ_CASE);
  const end = only === null ? Number(HUM_FUZZ_CASES ?? cases) : only + 1;
  let refused = 0;
  for (let i = only ?? 0; i < end; i += 1) {
    try {
      await attempt(new Random(`${seed} ${t.name} ${i}`));
    } catch (error) {
      const again = `HUM_FUZZ_SEED=${seed} HUM_FUZZ_CASE=${i}`;
      if (!refusal || !isRefusal(error, refusal)) throw new Error(`with ${again}`, { cause: error });
      refused += 1;
    }
  }
  t.diagnostic(`seed ${seed}: ${end - (only ?? 0)} cases, ${refused} refused`);
  if (only !== null) return;
  assert.ok(refused < end, 'some are read');
  assert.ok(refused > 0 || !refusal, 'some are refused');
}

/** @param {unknown} error @param {new (...args: any[]) => Error} refusal */
function isRefusal(error, refusal) {
  return error instanceof refusal && !OURS.some((fault) => error instanceof fault)
    && !(error instanceof assert.AssertionError) && error.message.length > 0
    && error.message.length <= LONGEST_SENTENCE;
}

// ---- Choices ------------------------------------------------------------------------------

/** A whole number, 0 to below - 1. @param {Random} random @param {number} below */
export const below = (random, below) => Math.floor(random.uniform(0, below));

/** @template T @param {Random} random @param {T[]} list @returns {T} */
export const oneOf = (random, list) => list[below(random, list.length)];

// ---- Bytes --------------------------------------------------------------------------------

/** @typedef {Buffer<ArrayBuffer>} Bytes */
/** @typedef {(bytes: Bytes, random: Random) => Bytes} ByteDamage */

/** @type {ByteDamage[]} */
const byteDamages = [
  (bytes, random) => { // a bit
    if (bytes.length) bytes[below(random, bytes.length)] ^= 1 << below(random, 8);
    return bytes;
  },
  (bytes, random) => { // a number of 1, 2, 4 or 8 bytes
    const width = oneOf(random, [1, 2, 4, 8]);
    const value = oneOf(random, [0n, 1n, 2n, 127n, 128n, 255n, 65535n, 2n ** 31n - 1n, 2n ** 31n,
      2n ** 32n - 1n, 2n ** 40n, 2n ** 63n, 2n ** 64n - 1n]);
    const number = Buffer.alloc(8);
    number.writeBigUInt64LE(value);
    bytes.set(number.subarray(0, Math.min(width, bytes.length)),
      below(random, Math.max(1, bytes.length - width + 1)));
    return bytes;
  },
  (bytes, random) => bytes.subarray(0, below(random, bytes.length + 1)),
  (bytes, random) => { // a part is left out
    const [from, to] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  (bytes, random) => { // a part comes again, somewhere else
    const [from, to] = range(bytes, random);
    const at = below(random, bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(from, to), bytes.subarray(at)]);
  },
  (bytes, random) => { // a part is written over another
    const [from, to] = range(bytes, random);
    bytes.copyWithin(below(random, bytes.length + 1), from, to);
    return bytes;
  },
];

/** Mostly short. @param {Bytes} bytes @param {Random} random */
function range(bytes, random) {
  const from = below(random, bytes.length + 1);
  const length = below(random, 2 ** below(random, 12));
  return [from, Math.min(bytes.length, from + length)];
}

/**
 * A damaged copy.
 * @param {Uint8Array} bytes
 * @param {Random} random
 */
export function damagedBytes(bytes, random) {
  let copy = Buffer.from(bytes);
  for (let left = 1 + below(random, 4); left > 0; left -= 1) {
    copy = oneOf(random, byteDamages)(copy, random);
  }
  return copy;
}

// ---- JSON ---------------------------------------------------------------------------------

const STRANGE_TEXTS = ['', ' ', '0', '__proto__', 'constructor', 'toString', 'hasOwnProperty',
  'length', '\0', '\ud800', 'a\nb', '\u202egnp.exe', 'a\u2066b', '\ufeff', '../../up', '//host/x',
  'https://host/x', 'javascript:0', 'data:,', 'file:///etc', '%', '%00', '\\', '<b>', '’',
  'x'.repeat(5000), '\u0301'.repeat(300), '😀'.repeat(100), '0'.repeat(64), 'f'.repeat(64)];
const STRANGE_NUMBERS = [0, -0, 1, -1, 0.5, 1e-7, 255, 256, 65536, 2 ** 31, 2 ** 32, 2 ** 53,
  1e21, 1e308, -1e308, -(2 ** 53)];
const KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'then', 'length', 'id'];

/** @param {Random} random @returns {any} */
function strange(random) {
  return oneOf(random, [() => null, () => true, () => false, () => [], () => ({}), () => [null],
    () => [[]], () => ({ length: 1e9 }), () => Array(1200).fill(null), () => nested(200),
    () => oneOf(random, STRANGE_TEXTS), () => oneOf(random, STRANGE_TEXTS),
    () => oneOf(random, STRANGE_NUMBERS), () => oneOf(random, STRANGE_NUMBERS)])();
}

/** @param {number} depth @returns {any} */
const nested = (depth) => (depth ? [nested(depth - 1)] : {});

/** A property of its own, whatever its name. @param {any} object @param {string} key @param {any} value */
function put(object, key, value) {
  Object.defineProperty(object, key,
    { value, enumerable: true, writable: true, configurable: true });
}

/** @typedef {{parent: any, key: string}} Place */

/** @param {any} value @param {Place[]} [places] */
function placesIn(value, places = []) {
  if (typeof value !== 'object' || !value) return places;
  for (const key of Object.keys(value)) {
    places.push({ parent: value, key });
    placesIn(value[key], places);
  }
  return places;
}

/** @typedef {(place: Place, random: Random, places: Place[]) => void} JsonDamage */

/** @type {JsonDamage[]} */
const jsonDamages = [
  ({ parent, key }, random) => put(parent, key, strange(random)),
  ({ parent, key }) => { // something is missing
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
  },
  ({ parent, key }) => { // another type that says the same
    const value = parent[key];
    put(parent, key, typeof value === 'string' ? [value] : JSON.stringify(value));
  },
  ({ parent, key }, random) => { // a number that is a little different, or very
    if (typeof parent[key] === 'number') {
      parent[key] = oneOf(random, [-parent[key], parent[key] + 0.5, parent[key] * 1e9,
        parent[key] + 1]);
    }
  },
  ({ parent, key }, random) => { // a text with something more in it
    if (typeof parent[key] === 'string') {
      const at = below(random, parent[key].length + 1);
      parent[key] = parent[key].slice(0, at) + oneOf(random, STRANGE_TEXTS)
        + parent[key].slice(at);
    }
  },
  ({ parent, key }) => { // an entry comes twice
    if (Array.isArray(parent)) parent.push(structuredClone(parent[Number(key)]));
  },
  ({ parent, key }, random, places) => { // what stands somewhere else
    const other = oneOf(random, places);
    put(parent, key, structuredClone(other.parent[other.key]));
  },
  ({ parent }, random) => {
    if (!Array.isArray(parent)) put(parent, oneOf(random, KEYS), strange(random));
  },
];

/**
 * The text of a damaged copy of a value; now and then the text itself is damaged too.
 * @param {any} value
 * @param {Random} random
 */
export function damagedJson(value, random) {
  let copy = structuredClone(value);
  for (let left = 1 + below(random, 4); left > 0; left -= 1) {
    const places = placesIn(copy);
    if (places.length) oneOf(random, jsonDamages)(oneOf(random, places), random, places);
  }
  if (random.uniform() < 0.02) copy = strange(random);
  const text = Buffer.from(JSON.stringify(copy));
  return random.uniform() < 0.1 ? damagedBytes(text, random) : text;
}

/** A damaged copy of a text. @param {string} text @param {Random} random */
export function damagedText(text, random) {
  let copy = text;
  for (let left = 1 + below(random, 3); left > 0; left -= 1) {
    const at = below(random, copy.length + 1);
    copy = oneOf(random, [
      () => copy.slice(0, at),
      () => copy.slice(0, at) + copy.slice(at + 1 + below(random, 8)),
      () => copy.slice(0, at) + oneOf(random, STRANGE_TEXTS) + copy.slice(at),
      () => copy.slice(0, at) + oneOf(random, [',', ':', '%', '%E0%A4', '%2E', '#', '-', '1e9',
        'NaN', 'Infinity', '0x1', '%E2%80%AE', '%00', '%F0%9F%98%80']) + copy.slice(at),
      () => copy.slice(0, at) + copy.slice(below(random, copy.length + 1)),
    ])();
  }
  return copy;
}
