/** What the page says about scores and failures. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HumError } from '../web/engine/errors.js';
import * as words from '../web/page/words/words.js';

const THRESHOLD = 0.4;

/**
 * @param {number} score @param {number} strangers @param {number} [nearest] @returns {any}
 */
const match = (score, strangers, nearest = -1) => ({ name: 'A', link: '', score, strangers,
  nearest, alike: nearest < 0 ? null : nearest >= 0.9, photo: {} });

/** @param {number} score @param {number} strangers */
const share = (score, strangers) => words.shareText(match(score, strangers));

test('a share is rounded down: nothing is promised beyond it', () => {
  assert.equal(share(0.3, 0.9926), 'Closer than 99.2\u00a0% of strangers');
  assert.equal(share(0.3, 0.99999), 'Closer than 99.9\u00a0% of strangers');
});

test('a gallery too small to tell gives the cosine instead', () => {
  assert.equal(share(0.314, -1), 'Cosine 0.31, where 1 is the same picture');
});

test('what one stranger in ten reaches is no look-alike', () => {
  const below = [match(0.6, 0.999, 0.89)];
  assert.equal(words.resultHeading(below, THRESHOLD), 'Closest: A, but not very alike');
  assert.match(words.resultText(below, THRESHOLD, null), /Nobody in this gallery is a look-alike/);
  const facts = (/** @type {any} */ one, first = true) => Object.fromEntries(
    words.facts(one, THRESHOLD, first));
  assert.equal(facts(below[0])['Would find somebody nearer here'], 'about 11 of 100 others');
  assert.equal(facts(below[0])['Closer than'], '99.9\u00a0% of strangers');
  assert.equal(facts(below[0], false)['Would find somebody nearer here'], undefined);
  assert.equal(words.onlyNearest(below, THRESHOLD), true);
  assert.equal(words.verdict(below[0], THRESHOLD), 'Some resemblance');
  const above = [match(0.3, 0.999, 0.91)];
  assert.equal(words.resultHeading(above, THRESHOLD), 'Looks most like A');
  assert.equal(words.onlyNearest(above, THRESHOLD), false);
  assert.equal(facts(match(0.3, 0.999, 0.999))['Would find somebody nearer here'],
    'about 1 of 100 others');
});

test('without strangers to tell by, the same-person level decides', () => {
  assert.equal(words.resultHeading([match(0.39, 0.999)], THRESHOLD),
    'Closest: A, but not very alike');
  assert.ok(!words.facts(match(0.39, 0.999), THRESHOLD, true).some(([, fact]) => /of 100/.test(fact)));
  assert.equal(words.resultHeading([match(0.41, 0.999)], THRESHOLD), 'Looks most like A');
});

test('no wording claims that somebody is somebody', () => {
  for (const score of [0, 0.2, 0.39, 0.4, 0.9, 1]) {
    for (const [strangers, nearest] of [[-1, -1], [0.5, 0.1], [0.96, 0.5], [0.995, 0.95], [1, -1]]) {
      const one = match(score, strangers, nearest);
      const all = [words.verdict(one, THRESHOLD), words.resultHeading([one], THRESHOLD),
        words.resultText([one], THRESHOLD, null)].join(' ');
      assert.doesNotMatch(all, /\bmatch(es)?\b|identical|same person|you are/i);
      assert.doesNotMatch(all, /\bis A\b(?!\.)/);
    }
  }
});

test('verdicts fall with the score, with and without strangers to compare with', () => {
  const order = ['Striking', 'Some', 'Slight', 'Little'];
  const said = (/** @type {any[]} */ list) => list
    .map((one) => order.indexOf(words.verdict(one, THRESHOLD).split(' ')[0]));
  assert.deepEqual(said([match(0.5, 0.999, 0.9), match(0.5, 0.99, 0.8), match(0.3, 0.95, 0.5),
    match(0.3, 0.94, 0.4)]), [0, 1, 2, 3]);
  assert.deepEqual(said([match(0.4, -1), match(0.31, -1), match(0.2, -1), match(0.19, -1)]),
    [0, 1, 2, 3]);
});

test('the bar has a quarter for each word, and grows with the score', () => {
  const order = ['Little', 'Slight', 'Some', 'Striking'];
  for (const strangers of [-1, 0]) { // a gallery too small to tell, and another
    let last = 0;
    for (let score = 0; score <= 1; score += 0.01) {
      const one = match(score, strangers < 0 ? -1 : Math.min(0.999, score * 2.5),
        strangers < 0 ? -1 : Math.min(0.99, score * 2.2));
      const bar = words.barLength(one, THRESHOLD);
      const word = order.indexOf(words.verdict(one, THRESHOLD).split(' ')[0]);
      assert.ok(bar >= last && bar <= 1, `${score}: ${last}, ${bar}`);
      assert.ok(bar >= Math.min(word / 4, 0.98) && bar <= (word + 1) / 4 + 1e-9, `${score}: ${word}, ${bar}`);
      last = bar;
    }
    assert.ok(last > 0.99);
  }
  assert.ok(words.barLength(match(-0.5, 0), THRESHOLD) > 0, 'something to see');
});

test('every failure is a sentence with a code, and most have a next step', () => {
  const codes = /** @type {const} */ (['ARGUMENT', 'STATE', 'FORMAT', 'UNSUPPORTED', 'LIMIT', 'MEMORY', 'MISMATCH',
    'VALUE', 'INTERNAL', 'NETWORK', 'INTEGRITY', 'BROWSER', 'FILE', 'NO_FACE', 'CRASH']);
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
