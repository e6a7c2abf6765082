/** The native command line as the measure of the page. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { inProject } from './project.mjs';

/**
 * Cosines that lie closer together than this may change places. With int8 activations the
 * same photo's scores differ by up to 0.008 between the native and the WebAssembly engine.
 */
const TIE = 0.01;

/**
 * Asserts that people are in the order in which the command line has them.
 * @param {string[]} names
 * @param {string} photo
 * @param {string} gallery
 * @param {string} [model]
 */
export function assertNativeOrder(names, photo, gallery, model = 'facenet') {
  const { matches } = JSON.parse(execFileSync(inProject('build/native/humshakal'),
    ['match', inProject(photo), '--gallery', gallery, '--json', '-k', '50', '--model', model],
    { encoding: 'utf8' }));
  const scores = new Map(matches.map((/** @type {any} */ { name, score }) => [name, score]));
  names.forEach((name, i) => {
    const expected = matches[i];
    const difference = Math.abs(scores.get(name) - expected.score);
    assert.ok(difference < TIE, `place ${i + 1} of ${photo}: ${name} (${scores.get(name)}), `
      + `the command line has ${expected.name} (${expected.score})`);
  });
}
