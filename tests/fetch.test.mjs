/**
 * tools/fetch-vggface.sh in a project folder of its own, on files that are there already:
 * made weights in the published layout. No address can be reached in these tests.
 */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { appendFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { json, run, runOffline } from './lib/cli.mjs';
import { madeFile } from './lib/keras-cache.mjs';
import { npyStrings } from './lib/npy-strings.mjs';
import { inProject, need } from './lib/project.mjs';

let root;
const at = (...parts) => join(root, ...parts);

before(async () => {
  await need('build/native/humshakal');
  root = await mkdtemp(join(tmpdir(), 'humshakal-'));
  await mkdir(at('build/downloads'), { recursive: true });
  await mkdir(at('models'));
  await symlink(inProject('tools'), at('tools'));
  for (const name of ['native', 'npm']) await symlink(inProject(`build/${name}`), at('build', name));
});

after(() => rm(root, { recursive: true }));

/** @param {string[]} args */
const fetchVggface = (...args) => runOffline(at('tools/fetch-vggface.sh'), args);

const sums = () => readFileSync(at('models/vggface.sha256'), 'utf8');

test('without a way to the address it says what to do', () => {
  const { status, said } = fetchVggface('vggface-vgg16');
  assert.notEqual(status, 0);
  assert.match(said, /could not be downloaded/);
  assert.match(said, /rcmalli_vggface_tf_notop_vgg16\.h5.*by other means, put it at/s);
  assert.equal(existsSync(at('models/vggface.sha256')), false);
});

test('a file that is there is converted, and remembered', async () => {
  const file = at('build/downloads/rcmalli_vggface_tf_notop_vgg16.h5');
  await writeFile(file, (await madeFile('vgg16')).subarray(0, 1_000_000));
  const cut = fetchVggface('vggface-vgg16');
  assert.notEqual(cut.status, 0);
  assert.match(cut.said, /it has 1000000 bytes, and by its own header \d+/);

  await writeFile(file, await madeFile('vgg16'));
  const { status, said } = fetchVggface('vggface-vgg16', '--dtype', 'f16');
  assert.equal(status, 0, said);
  assert.match(said, /vgg16, f16, \d+ bytes/);
  assert.match(sums(), /^[0-9a-f]{64} {2}rcmalli_vggface_tf_notop_vgg16\.h5\n$/);
  const photo = inProject('build/photos/samples/portrait-1.jpg');
  assert.equal(run(['embed', photo, '--model', at('build/models/vggface-vgg16.tflite')]).status, 0);

  await appendFile(file, 'x');
  const changed = fetchVggface('vggface-vgg16');
  assert.notEqual(changed.status, 0);
  assert.match(changed.said, /by its own header|not the file that was used before/);
});

test('--people makes a gallery of the names, without photos', async () => {
  await writeFile(at('build/downloads/rcmalli_vggface_tf_resnet50.h5'),
    await madeFile('resnet50', { top: true }));
  await writeFile(at('build/downloads/rcmalli_vggface_labels_v2.npy'),
    npyStrings(Array.from({ length: 8631 }, (_, i) => ` Person_${i}`)));
  const { status, said } = fetchVggface('vggface-resnet50', '--people');
  assert.equal(status, 0, said);
  assert.match(said, /8631 class vectors, no photos/);
  const { matches } = json(['match', inProject('build/photos/samples/portrait-1.jpg'),
    '--gallery', at('build/galleries/vggface-resnet50-people.humg'),
    '--model', at('build/models/vggface-resnet50.tflite')]);
  assert.equal(matches.length, 5);
  assert.match(matches[0].name, /^Person \d+$/);

  // What no longer fits is told, and left alone.
  await writeFile(at('build/downloads/rcmalli_vggface_tf_notop_resnet50.h5'),
    await madeFile('resnet50'));
  const other = fetchVggface('vggface-resnet50', '--dtype', 'f16');
  assert.equal(other.status, 0, other.said);
  assert.match(other.said, /-people\.humg was made with the model before.*--people/);
  assert.match(sums(), /_tf_resnet50\.h5\n.*labels_v2\.npy\n.*_notop_resnet50\.h5\n/);
  assert.ok(existsSync(at('build/galleries/vggface-resnet50-people.humg')));
  const repeated = fetchVggface('vggface-resnet50', '--dtype', 'f16');
  assert.doesNotMatch(repeated.said, /does not fit|First use/);
});
