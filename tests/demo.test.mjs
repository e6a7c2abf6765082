/**
 * tools/demo.sh in a project folder of its own: set-up is done already, and what it asks of
 * the site is written down. The galleries, of three people, are made in earnest.
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { appendFile, chmod, cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { json, runOffline } from './lib/cli.mjs';
import { commonsServer, picture } from './lib/commons-server.mjs';
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
    'tools/setup/lib.sh', 'tools/setup/versions.sh', 'tools/setup/galleries.sh', 'build/native', 'build/npm'];
  for (const path of ['tools/setup', 'build/models', 'build/downloads', 'models']) {
    await mkdir(at(path), { recursive: true });
  }
  for (const path of links) await symlink(inProject(path), at(path));
  for (const path of ['tools/demo.sh', 'tools/commons', 'tools/commons.mjs', 'models/lists']) {
    await cp(inProject(path), at(path), { recursive: true });
  }
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

const madeFor = (said) => [...said.matchAll(/Making the gallery .* for (\S+) /g)].map((match) => match[1]);

/** @param {string[]} args */
function demo(...args) {
  const { status, stdout, said } = runOffline(at('tools/demo.sh'), ['--no-serve', ...args]);
  return { status, said, made: madeFor(stdout) };
}

/** With what it needs to reach a server of this process. @param {string} server @param {string} gallery */
async function demoWith(server, gallery) {
  const env = { ...process.env, HUMSHAKAL_WIKIMEDIA: server, HUMSHAKAL_CONTACT: 'test@example.org' };
  delete env.HUM_SETUP_RUNS;
  const child = spawn(at('tools/demo.sh'), ['--no-serve', '--gallery', gallery], { env });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => { said += data; });
  const status = await new Promise((done) => child.on('close', done));
  return { status, said, made: madeFor(said) };
}

const asked = () => readFileSync(at('build/asked'), 'utf8').trim();
const galleries = async () => (await readdir(at('build/galleries')))
  .filter((name) => name.endsWith('.humg')).sort();

test('a gallery for every embedder, each made again only for its own network', async () => {
  const first = demo();
  assert.equal(first.status, 0, first.said);
  assert.deepEqual(first.made, ['facenet', 'hse-mobilenet']);
  assert.deepEqual(await galleries(), ['presidents-hse-mobilenet.humg', 'presidents.humg']);
  assert.equal(asked(), '--model facenet --gallery presidents');
  assert.equal(readFileSync(at('build/galleries/presidents.title'), 'utf8'), 'Presidents of the United States\n');
  for (const [file, model] of [['presidents', 'facenet'],
    ['presidents-hse-mobilenet', 'hse-mobilenet']]) {
    const { people } = json(['gallery', 'info', at(`build/galleries/${file}.humg`), '--model', model]);
    assert.deepEqual(people.map((/** @type {any} */ p) => p.name), PEOPLE);
  }

  const again = demo('--model', 'hse-mobilenet');
  assert.deepEqual([again.status, again.made, asked()], [0, [], '--model hse-mobilenet --gallery presidents']);
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
  assert.deepEqual([made, asked()], [['vggface-resnet50'], '--model vggface-resnet50 --gallery presidents']);
  assert.ok(existsSync(at('models/vggface.sha256')));
  const converted = statSync(at('build/models/vggface-resnet50.tflite')).mtimeMs;

  const again = demo('--model', 'vggface-resnet50');
  assert.deepEqual([again.status, again.made], [0, []]);
  assert.equal(statSync(at('build/models/vggface-resnet50.tflite')).mtimeMs, converted);
  await rm(at('build/models/vggface-resnet50.tflite'));
  assert.equal(demo().status, 0);
  assert.deepEqual(await galleries(), ['presidents-hse-mobilenet.humg', 'presidents.humg']);
});

test('a gallery of a list: its photos are fetched once, and the page begins with it', async (t) => {
  const people = PEOPLE.map((name, i) => ({ id: `Q${10 + i}`, label: `Star ${i}`, images: [`${i}.jpg`],
    path: inProject(`build/photos/presidents/${name}`) }));
  const files = await Promise.all(people.map(async ({ path, images: [title] }) => (
    { title, bytes: picture(join(path, (await readdir(path))[0])) })));
  const server = await commonsServer({ labels: {}, people, files });
  t.after(server.close);
  const offline = 'http://127.0.0.1:9';
  await writeFile(at('models/lists/stars.json'), JSON.stringify({ title: 'Stars of "film"',
    people: Object.fromEntries(people.map(({ id, label }) => [id, label])) }));

  const without = await demoWith(offline, 'stars');
  assert.equal(without.status, 0, without.said);
  assert.match(without.said, /127\.0\.0\.1:9 cannot be reached: .* Is there a network\?/);
  assert.match(without.said, /There is no gallery 'stars' yet, so the page begins with the presidents\./);
  assert.equal(asked(), '--model facenet --gallery presidents');

  const first = await demoWith(server.url, 'stars');
  assert.equal(first.status, 0, first.said);
  assert.deepEqual([first.made, asked()], [['facenet', 'hse-mobilenet'], '--model facenet --gallery stars']);
  assert.deepEqual((await galleries()).filter((name) => name.startsWith('stars')),
    ['stars-hse-mobilenet.humg', 'stars.humg']);
  assert.equal(readFileSync(at('build/galleries/stars-hse-mobilenet.title'), 'utf8'), 'Stars of "film"\n');
  const { people: shown } = json(['gallery', 'info', at('build/galleries/stars.humg')]);
  assert.deepEqual(shown.map((/** @type {any} */ { name }) => name), ['Star 0', 'Star 1', 'Star 2']);

  const again = await demoWith(offline, 'stars');
  assert.deepEqual([again.status, again.made, asked()], [0, [], '--model facenet --gallery stars']);
  assert.equal(server.log.length, new Set(server.log.map(({ url }) => url.href)).size);
});

test('a gallery that nobody knows, or without saying who asks', async () => {
  const { status, said } = demo('--gallery', 'nobody');
  assert.equal(status, 1);
  assert.match(said, /no gallery 'nobody'.*presidents, bollywood, scientists/s);
  delete process.env.HUMSHAKAL_CONTACT;
  const unsaid = demo('--gallery=bollywood');
  assert.equal(unsaid.status, 0, unsaid.said);
  assert.match(unsaid.said, /^Wikimedia asks.*\n +HUMSHAKAL_CONTACT=you@example\.org tools\/demo\.sh --gallery bollywood\n/);
  assert.match(unsaid.said, /--contact or in HUMSHAKAL_CONTACT/);
  assert.equal(asked(), '--model facenet --gallery presidents');
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
