/**
 * By reading web/engine/: its modules know only those below them, types included, and
 * nothing outside of the folder. So each can be read, and used, without those above.
 */

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { inProject } from './lib/project.mjs';

const folder = inProject('web/engine');
const files = (await readdir(folder)).filter((file) => file.endsWith('.js'));

/** @type {Map<string, string[]>} */
const imports = new Map();
for (const file of files) {
  const source = await readFile(`${folder}/${file}`, 'utf8');
  const found = source.matchAll(/(?:\bfrom |\bimport\()'([^']+)'/g);
  imports.set(file, [...new Set(Array.from(found, ([, address]) => address))]);
}

test('the engine imports nothing from outside its folder', () => {
  for (const [file, addresses] of imports) {
    for (const address of addresses) {
      // The example at the top of the facade names itself, as its user would.
      assert.ok(files.includes(address.replace('./', '')), `${file} imports ${address}`);
    }
  }
});

test('no module of the engine needs itself by a way round', () => {
  /** @param {string} file @param {string[]} way */
  const visit = (file, way) => {
    assert.ok(!way.includes(file), [...way, file].join(' -> '));
    for (const address of imports.get(file) ?? []) {
      const next = address.replace('./', '');
      if (next !== file) visit(next, [...way, file]);
    }
  };
  for (const file of files) visit(file, []);
});

test('only the facade knows the session, only the worker the ops, only the ops the wasm', async () => {
  const real = async (/** @type {string} */ of) => {
    const users = [];
    for (const file of files) {
      const source = await readFile(`${folder}/${file}`, 'utf8');
      const code = source.replace(/\/\*\*[\s\S]*?\*\//g, '');
      if (new RegExp(`(from |import\\()'\\./${of}'`).test(code)) users.push(file);
    }
    return users;
  };
  assert.deepEqual(await real('session.js'), ['humshakal.js']);
  assert.deepEqual(await real('ops.js'), ['channel.js', 'worker.js']); // channel.js: in Node
  assert.deepEqual(await real('wasm.js'), ['ops.js']);
});
