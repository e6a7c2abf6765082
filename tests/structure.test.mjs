/**
 * Which file may know of which: the includes of C and the imports of JavaScript are read from
 * the sources. Nothing goes round in a circle, and what is below knows nothing of what is
 * above it.
 */

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { posix } from 'node:path';
import { test } from 'node:test';
import { importPackage } from '../tools/packages.mjs';
import { project } from './lib/project.mjs';

const { parse } = await importPackage('models', 'acorn');

/** @typedef {Map<string, string[]>} Graph  of each file those that it names */

/** @param {string} folder @param {RegExp} pattern @returns {Promise<string[]>} */
async function filesOf(folder, pattern) {
  const entries = await readdir(new URL(`${folder}/`, project), { recursive: true });
  return entries.filter((entry) => pattern.test(entry) && !/(^|\/)node_modules\//.test(entry))
    .map((entry) => `${folder}/${entry.replaceAll('\\', '/')}`).sort();
}

/** @param {string} file */
const read = (file) => readFile(new URL(file, project), 'utf8');

/** The constant addresses that a module imports, at once or later. @param {any} node @param {string[]} found */
function importsOf(node, found = []) {
  if (node?.source?.type === 'Literal' && /^(Import|Export)/.test(node.type)) {
    found.push(node.source.value);
  }
  for (const value of Object.values(node ?? {})) {
    for (const child of [value].flat()) if (typeof child?.type === 'string') importsOf(child, found);
  }
  return found;
}

/** @param {string[]} folders @returns {Promise<Graph>} */
async function modules(folders) {
  /** @type {Graph} */
  const graph = new Map();
  for (const folder of folders) {
    for (const file of await filesOf(folder, /\.m?js$/)) {
      const source = (await read(file)).replace(/^#!.*/, '');
      const program = parse(source, { ecmaVersion: 'latest', sourceType: 'module' });
      graph.set(file, importsOf(program).filter((name) => name.startsWith('.'))
        .map((name) => posix.join(posix.dirname(file), name)));
    }
  }
  return graph;
}

/**
 * A .c file stands beside the .h file of its name: both are one stage, but for the public
 * header, which all may include. steps.h is the inside of a network.
 * @param {string} folder @param {string[]} searched @returns {Promise<Graph>}
 */
async function stages(folder, searched) {
  /** @param {string} file */
  const stage = (file) => (file === 'src/humshakal.h' ? file
    : file.replace(/\.[ch]$/, '').replace('src/steps', 'src/net'));
  const known = new Set((await Promise.all(searched.map((one) => filesOf(one, /\.[ch]$/)))).flat());
  /** @type {Graph} */
  const graph = new Map();
  for (const file of await filesOf(folder, /\.[ch]$/)) {
    const named = [...(await read(file)).matchAll(/^#include "([^"]+)"/gm)]
      .flatMap(([, name]) => [posix.dirname(file), ...searched].map((one) => posix.join(one, name)))
      .filter((name) => known.has(name)).map(stage).filter((name) => name !== stage(file));
    graph.set(stage(file), [...graph.get(stage(file)) ?? [], ...named]);
  }
  return graph;
}

/** A way from a file back to itself; null: there is none. @param {Graph} graph */
function circleIn(graph) {
  /** @type {Set<string>} */
  const done = new Set();
  /** @param {string} file @param {string[]} way @returns {string[] | null} */
  const follow = (file, way) => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
    if (done.has(file)) return null;
    for (const next of graph.get(file) ?? []) {
      const found = follow(next, [...way, file]);
      if (found) return found;
    }
    done.add(file);
    return null;
  };
  for (const file of graph.keys()) {
    const found = follow(file, []);
    if (found) return found.join(' -> ');
  }
  return null;
}

/** @param {Graph} graph @param {RegExp} from @param {RegExp} to @returns {string[]} */
function arrows(graph, from, to) {
  return [...graph].filter(([file]) => from.test(file)).flatMap(([file, named]) => (
    named.filter((one) => to.test(one)).map((one) => `${file} -> ${one}`)));
}

const js = await modules(['web', 'tools']);
const library = await stages('src', ['src']);
const cli = await stages('tools', ['tools', 'tools/cli', 'src']);

test('nothing goes round in a circle', () => {
  assert.ok(js.size > 60 && library.size > 15 && cli.size > 10, 'the sources were found');
  for (const graph of [js, library, cli]) assert.equal(circleIn(graph), null);
});

test('web/ imports nothing of tools/, and the engine nothing from outside itself', () => {
  assert.deepEqual(arrows(js, /^web\//, /^(?!web\/)/), []);
  assert.deepEqual(arrows(js, /^web\/engine\//, /^(?!web\/engine\/)/), []);
});

test('the engine’s types go one way too', async () => {
  /** @type {Graph} */
  const graph = new Map();
  for (const file of await filesOf('web/engine', /^[^/]*\.js$/)) {
    const named = [...(await read(file)).matchAll(/(?:\bfrom |\bimport\()'(\.[^']+)'/g)]
      .map(([, name]) => posix.join(posix.dirname(file), name))
      .filter((name) => name !== file); // the facade's example names itself
    graph.set(file, named);
  }
  assert.equal(circleIn(graph), null);
});

test('the page knows of the engine what its facade says, and views know nothing of it', () => {
  assert.deepEqual(arrows(js, /^web\/page\//, /^web\/engine\/(?!humshakal\.js$)/), []);
  assert.deepEqual(arrows(js, /-view\.js$|^web\/page\/views\//, /^web\/engine\//), []);
});

test('only the engine’s own worker and wasm.js reach into its memory', () => {
  assert.deepEqual(arrows(js, /./, /^web\/engine\/wasm\.js$/).map((arrow) => arrow.split(' ')[0])
    .filter((file) => !file.startsWith('tools/')), ['web/engine/ops.js']);
});

test('no two files of the page have one name', async () => {
  const names = [...js.keys()].filter((file) => /^web\/(page|engine)\/(?!words\/languages)/.test(file))
    .map((file) => posix.basename(file)).filter((name) => name !== 'index.js');
  assert.deepEqual(names.filter((name, i) => names.indexOf(name) !== i), []);
});

test('the command line knows of the library what its header says', () => {
  assert.deepEqual(arrows(cli, /./, /^src\/(?!humshakal\.h$)/), []);
});

test('a stage knows no other but pixels, networks and, where it reads one, the gallery', () => {
  const ground = /^src\/(error|bytes|face|sha256|image|pixels|resample|net|steps|pool|tflite|recipe|gallery|projection)$/;
  const stage = /^src\/(detect|crop|embed|search|calibrate|projection|gallery|group|findings|quality|thumbnail)$/;
  const known = arrows(library, stage, /^src\/(?!humshakal)/)
    .filter((arrow) => !ground.test(arrow.split(' -> ')[1]));
  assert.deepEqual(known.filter((arrow) => !/^src\/(calibrate|group|findings) -> src\/search$/.test(arrow)), []);
});

test('these checks see what they should', () => {
  assert.equal(circleIn(new Map([['a', ['b']], ['b', ['c', 'd']], ['d', ['a']]])),
    'a -> b -> d -> a');
  assert.equal(circleIn(new Map([['a', ['b', 'c']], ['b', ['c']]])), null);
  assert.deepEqual(importsOf(parse("import './a.js'; export * from './b.js'; import('./c.js');",
    { ecmaVersion: 'latest', sourceType: 'module' })), ['./a.js', './b.js', './c.js']);
});
