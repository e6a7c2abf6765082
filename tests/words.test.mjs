/** What the page says about scores and failures. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HumError } from '../web/errors.js';
import * as words from '../web/words.js';

const THRESHOLD = 0.4;

/** @param {number} score @param {number} strangers @returns {any} */
const match = (score, strangers) => ({ name: 'A', link: '', score, strangers, photo: {} });

/** @param {number} score @param {number} strangers */
const share = (score, strangers) => words.shareText(match(score, strangers), String).join('');

test('a share is rounded down: 100 % is never said of less than all', () => {
  assert.equal(share(0.3, 0.9926),
    'Closer than 99.2 % of pairs of strangers in this gallery');
  assert.match(share(0.3, 0.99999), /99\.9 %/);
  assert.equal(share(0.3, 1), 'Closer than all pairs of strangers in this gallery');
});

test('a gallery too small to tell gives the cosine instead', () => {
  assert.equal(share(0.314, -1), 'Cosine 0.31, where 1 is the same picture');
});

test('below the same-person level nobody looks very much alike', () => {
  const below = [match(0.39, 0.999)];
  assert.equal(words.resultHeading(below, THRESHOLD),
    'Nobody here looks very much like this face');
  assert.match(words.resultText(below, THRESHOLD, null), /nearest is A/);
  assert.equal(words.verdict(below[0], THRESHOLD), 'Some resemblance');
  assert.equal(words.resultHeading([match(0.41, 0.999)], THRESHOLD), 'Looks most like A');
});

test('no wording claims that somebody is somebody', () => {
  for (const score of [0, 0.2, 0.39, 0.4, 0.9, 1]) {
    for (const strangers of [-1, 0.5, 0.96, 0.995, 1]) {
      const one = match(score, strangers);
      const all = [words.verdict(one, THRESHOLD), words.resultHeading([one], THRESHOLD),
        words.resultText([one], THRESHOLD, null)].join(' ');
      assert.doesNotMatch(all, /\bmatch(es)?\b|identical|same person|you are|\bis A\b(?!\.)/i);
    }
  }
});

test('verdicts fall with the score, with and without strangers to compare with', () => {
  const order = ['Striking', 'Some', 'Slight', 'Little'];
  const said = (/** @type {any[]} */ list) => list
    .map((one) => order.indexOf(words.verdict(one, THRESHOLD).split(' ')[0]));
  assert.deepEqual(said([match(0.5, 1), match(0.3, 0.99), match(0.3, 0.95), match(0.3, 0.94)]),
    [0, 1, 2, 3]);
  assert.deepEqual(said([match(0.4, -1), match(0.31, -1), match(0.2, -1), match(0.19, -1)]),
    [0, 1, 2, 3]);
});

test('each third of the bar stands for ten times fewer pairs', () => {
  const bar = (/** @type {number} */ strangers) => words.barLength(match(0.3, strangers));
  assert.ok(Math.abs(bar(0.9) - 1 / 3) < 1e-9);
  assert.ok(Math.abs(bar(0.99) - 2 / 3) < 1e-9);
  assert.equal(bar(0.9995), 1);
  assert.equal(bar(1), 1);
  assert.ok(bar(0) > 0);
});

test('every failure is a sentence with a code, and most have a next step', () => {
  const codes = ['ARGUMENT', 'STATE', 'FORMAT', 'UNSUPPORTED', 'LIMIT', 'MEMORY', 'MISMATCH',
    'VALUE', 'INTERNAL', 'NETWORK', 'INTEGRITY', 'BROWSER', 'FILE', 'NO_FACE', 'CRASH'];
  for (const code of codes) {
    for (const during of /** @type {const} */ (['starting', 'photo'])) {
      const error = new HumError(`HUM_ERROR_${code}`, 'Expected this, found that.');
      const { title, text, actions, code: shown } = words.explain(error, during);
      assert.match(title, /^[A-Z].*[a-z]$/);
      assert.match(text, /\.$/);
      assert.equal(shown, `HUM_ERROR_${code}: Expected this, found that.`);
      if (code !== 'BROWSER' || during === 'photo') assert.ok(actions.length > 0, code);
    }
  }
  assert.ok(words.explain(new TypeError('odd'), 'photo').actions.includes('retry'));
});

test('a credit names what is known and says so when nothing is', () => {
  assert.equal(words.credit(/** @type {any} */ ({ author: 'A. Gardner', licence: 'Public domain' })),
    'Photo: A. Gardner · Public domain');
  assert.equal(words.credit(/** @type {any} */ ({ author: '', licence: '' })),
    'Photo: no author or licence recorded');
});
