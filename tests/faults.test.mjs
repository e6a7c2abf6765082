/**
 * A sample of the fault campaign: one row of each kind. The whole of it takes an hour:
 *
 *     node tests/faults/run.mjs
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { line, run } from './faults/campaign.mjs';
import { ROWS } from './faults/rows.mjs';
import { launch } from './lib/browser.mjs';
import { need } from './lib/project.mjs';

const SAMPLE = {
  chromium: [
    'page/main.js: missing',
    'worker.js: silent',
    'the engine’s .mjs: a web page',
    'a gallery: short',
    'the closer look’s network: cut',
    'sw.js: silent',
    'service worker: it cannot keep anything',
    'storage: opening it is refused',
    'a manifest with names of markup',
  ],
  firefox: [
    'offline on the second visit',
    'worker.js: missing',
    'storage: reading it fails',
  ],
};

before(() => need('build/site/models/manifest.json'));

for (const name of /** @type {const} */ (['chromium', 'firefox'])) {
  /** @type {any} */
  let browser;
  before(async () => { browser = await launch(name); });
  after(() => browser.close());

  for (const fault of SAMPLE[name]) {
    test(`${fault} (${name})`, async () => {
      const row = ROWS.find((one) => one.fault === fault);
      assert.ok(row, 'there is such a row');
      const verdict = await run(browser, name, row);
      assert.equal(verdict.verdict, 'ok', line(verdict));
    });
  }
}

test('each row has a name of its own', () => {
  assert.deepEqual(ROWS.map(({ fault }) => fault).filter((fault, i, all) => (
    all.indexOf(fault) !== i)), []);
});
