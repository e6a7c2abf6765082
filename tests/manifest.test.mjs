/**
 * What a site's manifest may say: strangers write it. Each case is the built site's own one,
 * with one thing changed.
 */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, test } from 'node:test';
import { readManifest, readOwn } from '../web/engine/manifest.js';
import { need, site } from './lib/project.mjs';

/** @type {string} */
let good;

before(async () => {
  await need('build/site/models/manifest.json');
  good = await readFile(new URL('models/manifest.json', site), 'utf8');
});

const long = 'x'.repeat(10_000);
const hash = 'a'.repeat(64);

/** @typedef {Record<string, any>} Loose  a manifest that may say anything */

/** @type {Record<string, [change: (manifest: Loose) => unknown, says: RegExp]>} */
const REFUSED = {
  'a name of 10,000 characters': [(m) => { m.models[0].name = long; },
    /manifest\.models\[0\]\.name should be at most 1000 characters; it is "x{60}"\.\.\. \(10000 characters\)/],
  'a name that is a number': [(m) => { m.galleries[0].name = 5; },
    /manifest\.galleries\[0\]\.name should be text; it is 5/],
  'an empty id': [(m) => { m.models[0].id = ''; }, /models\[0\]\.id should be an id; it is ""/],
  'an id of what nobody sees': [(m) => { m.models[0].id = '\u202e'; }, /models\[0\]\.id should be an id/],
  'an id twice': [(m) => { m.models[1].id = m.models[0].id; },
    /models\[1\]\.id should be one that no other entry has; it is "blazeface-short"/],
  'an unknown task': [(m) => { m.models[0].task = 'spy'; }, /task should be detector or embedder; it is "spy"/],
  'a missing file': [(m) => { delete m.models[0].file; }, /models\[0\]\.file should be .*; it is missing/],
  'a script of another site': [(m) => { m.engines[0].script = 'https://evil.example/x.mjs'; },
    /engines\[0\]\.script should be the path of a file below the site’s folder; it is "https/],
  'a script with another scheme': [(m) => { m.engines[0].script = 'data:text/javascript,1'; }, /script should/],
  'a file of another host': [(m) => { m.models[0].file = '//evil.example/x'; }, /file should be the path/],
  'an absolute path': [(m) => { m.models[0].file = '/etc/passwd'; }, /file should be the path/],
  'a folder above': [(m) => { m.models[0].file = 'models/../../x'; }, /file should be the path/],
  'a folder above, in a recipe': [(m) => { m.models[0].recipe.file = '../x'; }, /recipe\.file should be the path/],
  'a folder above, hidden': [(m) => { m.models[0].file = 'models/%2e%2e/x'; }, /file should be the path/],
  'a backslash': [(m) => { m.models[0].file = 'models\\..\\x'; }, /file should be the path/],
  'a query': [(m) => { m.models[0].file = 'models/x?y'; }, /file should be the path/],
  'a path of 10,000 characters': [(m) => { m.models[0].file = long; }, /file should be the path/],
  'a negative length': [(m) => { m.models[0].bytes = -1; },
    /models\[0\]\.bytes should be a whole number, 0 to 2147483648; it is -1/],
  'a length nobody has': [(m) => { m.models[0].bytes = 1e300; }, /bytes should be a whole number/],
  'half a byte': [(m) => { m.models[0].bytes = 1.5; }, /bytes should be a whole number/],
  'a length in text': [(m) => { m.models[0].bytes = '5'; }, /bytes should be a whole number/],
  'no hash': [(m) => { m.models[0].sha256 = ''; }, /sha256 should be a SHA-256 in hexadecimal; it is ""/],
  'parts that are not the whole': [(m) => { m.models[0].parts = [{ file: 'a', bytes: 3, sha256: hash }]; },
    /models\[0\]\.parts should be 229032 bytes together; it is 3/],
  'a part elsewhere': [(m) => { m.models[0].parts = [{ file: '../a', bytes: 229032, sha256: hash }]; },
    /parts\[0\]\.file should be the path/],
  'people below nobody': [(m) => { m.galleries[0].people = -45; }, /people should be a whole number/],
  'a link that runs': [(m) => { m.samples[0].link = 'javascript:alert(1)'; },
    /samples\[0\]\.link should be an address with http or https; it is "javascript:alert\(1\)"/],
  'a link with a line break': [(m) => { m.samples[0].link = 'https://a\nb'; }, /link should be/],
  'a link that turns its direction': [(m) => { m.samples[0].link = 'https://a/\u202egnp.exe'; },
    /link should be/],
  'a million samples': [(m) => { m.samples = Array.from({ length: 1e6 }, () => m.samples[0]); },
    /samples should be a list of at most 1000; it is a list of 1000000/],
  'no list': [(m) => { m.models = { length: 1 }; }, /manifest\.models should be a list .*; it is an object/],
  'no defaults': [(m) => { m.defaults = null; }, /manifest\.defaults should be an object; it is null/],
};

for (const [name, [change, says]] of Object.entries(REFUSED)) {
  test(`${name} is refused`, () => {
    const manifest = JSON.parse(good);
    change(manifest);
    assert.throws(() => readManifest(manifest),
      { name: 'HumError', code: 'HUM_ERROR_INTEGRITY', message: says });
  });
}

test('the site’s own manifest is taken as it is', () => {
  const { format, ...manifest } = JSON.parse(good);
  assert.equal(format, 2);
  assert.deepEqual(readManifest(JSON.parse(good)), manifest);
});

test('any other type, anywhere in it, is refused or does no harm', () => {
  const odd = [null, true, -1, 1e99, '', 'x', long, [], {}, [[]], '__proto__'];
  let refused = 0;
  /** @param {Loose} holder @param {Loose} whole */
  const visit = (holder, whole) => {
    for (const [key, value] of Object.entries(holder)) {
      for (const other of odd) {
        holder[key] = other;
        try {
          readManifest(whole);
        } catch (error) {
          assert.equal(/** @type {any} */ (error).code, 'HUM_ERROR_INTEGRITY', String(error));
          refused += 1;
        }
      }
      holder[key] = value;
      if (value && typeof value === 'object') visit(value, whole);
    }
  };
  const whole = JSON.parse(good);
  visit(whole, whole);
  for (const other of [...odd, undefined]) assert.throws(() => readManifest(other), { code: 'HUM_ERROR_INTEGRITY' });
  assert.ok(refused > 1000, `${refused} refused`);
});

test('a name keeps its script and loses what turns the writing around it', () => {
  const manifest = JSON.parse(good);
  manifest.models[0].name = '\u202eecafezalB\u0000\n<b>हमशक्ल\u200d</b>\u2066';
  assert.equal(readManifest(manifest).models[0].name, 'ecafezalB<b>हमशक्ल\u200d</b>');
});

test('what the manifest does not describe is dropped, prototypes too', () => {
  const manifest = JSON.parse(good.replace('{', '{"__proto__": {"evil": 1}, "more": 1,'));
  const read = /** @type {Loose} */ (readManifest(manifest));
  assert.deepEqual(Object.keys(read), ['engines', 'models', 'galleries', 'defaults', 'samples']);
  assert.equal(read.evil, undefined);
});

test('of what is kept on this device, an entry that makes no sense is left out alone', () => {
  const network = { id: 'own-a', name: 'A', task: 'embedder', file: 'my weights (1).h5', bytes: 5,
    sha256: hash, own: true };
  const gallery = { id: 'g', name: 'G', model: 'own-a', people: 1, photos: 2, file: 'G, adapted',
    bytes: 5, sha256: hash, own: true };
  /** @type {string[]} */
  const warnings = [];
  const read = (/** @type {unknown} */ value) => readOwn(value, (message) => warnings.push(message));
  const { models, galleries } = read({
    models: [{ ...network, bytes: -1 }, network, null, { ...network, name: long, id: 'b' }],
    galleries: [gallery, { ...gallery, people: 'many', id: 'h' }, gallery],
  });
  assert.deepEqual(models, [network]);
  assert.deepEqual(galleries, [gallery]);
  assert.equal(warnings.length, 4);
  assert.match(warnings[0], /left out: .*own\.models\[0\]\.bytes should be a whole number/);
  for (const none of [undefined, null, 5, 'x', [], { models: 5, galleries: {} }]) {
    assert.deepEqual(read(none), { models: [], galleries: [] });
  }
});
