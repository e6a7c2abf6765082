/**
 * tools/demo.sh in a project folder of its own: set-up is done already, and what it asks of
 * the site is written down. The galleries, of three people, are made in earnest.
 */

import assert from 'node:assert/strict';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { appendFile, chmod, cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { json, runOffline } from './lib/cli.mjs';
import { madeFile } from './lib/keras-cache.mjs';
import { inProject, need } from './lib/project.mjs';

const PEOPLE = ['Abraham Lincoln', 'Barack Obama', 'Joe Biden'];
const STEPS = ['apt', 'node', 'env', 'sources', 'emscripten', 'models', 'build'];

let root;
const at = (...parts) => join(root, ...parts);

before(async () => {
  await need('build/native/humshakal');
  await need('build/models/hse-mobilenet.tflite');
  root = await mkdtemp(join(tmpdir(), 'humshakal-'));
  const links = ['tools/fetch-vggface.sh', 'tools/convert', 'tools/convert.mjs',
    'tools/setup/lib.sh', 'tools/setup/versions.sh', 'build/native', 'build/npm'];
  for (const path of ['tools/setup', 'build/models', 'build/downloads', 'models']) {
    await mkdir(at(path), { recursive: true });
  }
  for (const path of links) await symlink(inProject(path), at(path));
  await cp(inProject('tools/demo.sh'), at('tools/demo.sh'));
  for (const step of STEPS) {
    await writeFile(at(`tools/setup/${step}.sh`), '#!/bin/sh\n');
    await chmod(at(`tools/setup/${step}.sh`), 0o755);
  }
  await writeFile(at('tools/setup/site.sh'), '#!/bin/sh\nmkdir -p build/site\necho "$@" >build/asked\n');
  await chmod(at('tools/setup/site.sh'), 0o755);
  for (const name of await readdir(inProject('build/models'))) {
    if (!/^(blazeface-.*|facenet|hse-mobilenet)\.(tflite|recipe)$/.test(name)) continue;
    await cp(inProject(`build/models/${name}`), at(`build/models/${name}`));
  }
  for (const name of PEOPLE) {
    await cp(inProject(`build/photos/presidents/${name}`), at(`build/photos/presidents/${name}`),
      { recursive: true });
  }
  await writeFile(at('build/downloads/rcmalli_vggface_tf_notop_resnet50.h5'),
    await madeFile('resnet50'));
});

after(() => rm(root, { recursive: true }));

/** @param {string[]} args */
function demo(...args) {
  const { status, stdout, said } = runOffline(at('tools/demo.sh'), ['--no-serve', ...args]);
  return { status, said,
    made: [...stdout.matchAll(/Making the gallery .* for (\S+) /g)].map((match) => match[1]) };
}

const asked = () => readFileSync(at('build/asked'), 'utf8').trim();
const galleries = async () => (await readdir(at('build/galleries'))).sort();

test('a gallery for every embedder, each made again only for its own network', async () => {
  const first = demo();
  assert.equal(first.status, 0, first.said);
  assert.deepEqual(first.made, ['facenet', 'hse-mobilenet']);
  assert.deepEqual(await galleries(), ['presidents-hse-mobilenet.humg', 'presidents.humg']);
  assert.equal(asked(), '--model facenet');
  for (const [file, model] of [['presidents', 'facenet'],
    ['presidents-hse-mobilenet', 'hse-mobilenet']]) {
    const { people } = json(['gallery', 'info', at(`build/galleries/${file}.humg`), '--model', model]);
    assert.deepEqual(people.map((/** @type {any} */ p) => p.name), PEOPLE);
  }

  const again = demo('--model', 'hse-mobilenet');
  assert.deepEqual([again.status, again.made, asked()], [0, [], '--model hse-mobilenet']);
  await appendFile(at('build/models/hse-mobilenet.recipe'), '# a comment\n');
  assert.deepEqual(demo().made, ['hse-mobilenet']);
  await rm(at('build/galleries/presidents.humg'));
  assert.deepEqual(demo().made, ['facenet']);
});

test('a published network is converted, gets its gallery, and loses it with the network', async () => {
  const { status, said, made } = demo('--model=vggface-resnet50');
  assert.equal(status, 0, said);
  assert.match(said, /resnet50, int8, \d+ bytes/);
  assert.match(said, /First use of rcmalli_vggface_tf_notop_resnet50\.h5/);
  assert.deepEqual([made, asked()], [['vggface-resnet50'], '--model vggface-resnet50']);
  assert.ok(existsSync(at('models/vggface.sha256')));
  const converted = statSync(at('build/models/vggface-resnet50.tflite')).mtimeMs;

  const again = demo('--model', 'vggface-resnet50');
  assert.deepEqual([again.status, again.made], [0, []]);
  assert.equal(statSync(at('build/models/vggface-resnet50.tflite')).mtimeMs, converted);
  await rm(at('build/models/vggface-resnet50.tflite'));
  assert.equal(demo().status, 0);
  assert.deepEqual(await galleries(), ['presidents-hse-mobilenet.humg', 'presidents.humg']);
});

test('a network that cannot be had: told before anything is built, with what to do', async () => {
  await writeFile(at('tools/setup/build.sh'), '#!/bin/sh\necho built\n');
  const unreachable = demo('--model', 'vggface-senet50');
  assert.equal(unreachable.status, 1);
  assert.match(unreachable.said, /could not be downloaded/);
  assert.match(unreachable.said, /by other means, put it at .*build\/downloads/);
  assert.match(unreachable.said, /cannot begin with vggface-senet50/);
  assert.doesNotMatch(unreachable.said, /built|failed: tools/);
  for (const [name, says] of /** @type {[string, RegExp][]} */ ([
    ['nobody', /no network 'nobody'.*facenet, hse-mobilenet, vggface-resnet50/s],
    ['blazeface-full', /no network 'blazeface-full'/],
    ['vggface-nobody', /no network 'vggface-nobody'/],
    ['../facenet', /needs a name/]])) {
    const { status, said } = demo('--model', name);
    assert.equal(status, 1, name);
    assert.match(said, says);
    assert.doesNotMatch(said, /built/);
  }
});
