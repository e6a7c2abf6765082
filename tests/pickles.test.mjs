/** Pickles of vectors and names: as Python writes them, and as an attacker would. */

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PickleRefused, namesOf, readPickle, vectorsOf } from '../tools/pickles/pickle.mjs';
import { json, readNpy, run } from './lib/cli.mjs';
import { inProject } from './lib/project.mjs';

/** @type {string} */
let folder;
const at = (/** @type {string} */ name) => join(folder, name);

/** @param {string} script @param {string[]} args */
const python = (script, ...args) => execFileSync('/usr/bin/python3', ['-c', script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });

/** @param {string[]} args */
const pickles = (...args) => spawnSync(process.execPath, [inProject('tools/pickles.mjs'), ...args], { encoding: 'utf8' });

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'humshakal-pickles-'));
  python(`
import pickle, sys, numpy as np
rng = np.random.default_rng(1)
vectors = [rng.standard_normal(64).astype(np.float32) for _ in range(9)]
names = [r'faces\\Ana_de_la Cruz\\a.jpg'] + ['faces/Aamir_Khan/%d, "x".jpg' % i for i in range(8)]
kinds = {
    'arrays': vectors,
    'rows': [v.reshape(1, -1) for v in vectors],
    'table': np.array(vectors),
    'fortran': np.asfortranarray(np.array(vectors)),
    'doubles': [v.astype('<f8') for v in vectors],
    'big': [v.astype('>f4') for v in vectors],
    'lists': [list(map(float, v)) for v in vectors],
    'scalars': [tuple(v) for v in vectors],
}
for protocol in range(6):
    for kind, value in kinds.items():
        pickle.dump(value, open(f'{sys.argv[1]}/{kind}-{protocol}.pkl', 'wb'), protocol=protocol)
    pickle.dump(names, open(f'{sys.argv[1]}/names-{protocol}.pkl', 'wb'), protocol=protocol)
np.save(f'{sys.argv[1]}/expected.npy', np.array(vectors))
`, folder);
});

after(() => rmSync(folder, { recursive: true, force: true }));

test('vectors in every protocol and every way that NumPy writes them', () => {
  const { rows } = readNpy(readFileSync(at('expected.npy')));
  for (let protocol = 0; protocol < 6; protocol += 1) {
    for (const kind of ['arrays', 'rows', 'table', 'fortran', 'doubles', 'big', 'lists', 'scalars']) {
      const { status, stdout, stderr } = pickles(at(`${kind}-${protocol}.pkl`), at(`names-${protocol}.pkl`),
        '--npy', at('out.npy'), '--csv', at('out.csv'));
      assert.equal(status, 0, `${kind}, ${protocol}: ${stderr}`);
      assert.match(stdout, /^9 vectors of 64 numbers, of 2 people\n$/);
      assert.match(stderr, /another way than those of visitors[\s\S]*gallery build/);
      assert.deepEqual(readNpy(readFileSync(at('out.npy'))).rows, rows, `${kind}, ${protocol}`);
    }
  }
  const lines = readFileSync(at('out.csv'), 'utf8').split('\n');
  assert.deepEqual(lines.slice(0, 3), ['person,file', 'Ana de la Cruz,a.jpg', 'Aamir Khan,"0, ""x"".jpg"']);
});

test('what would run something is refused by its name, and nothing runs', () => {
  const canary = at('canary');
  python(`
import pickle, os, sys, struct
folder, canary = sys.argv[1:]
class Run:
    def __init__(self, *call): self.call = call
    def __reduce__(self): return self.call
class State:
    def __reduce__(self): return (eval, ('0',), {'a': Run(os.system, ('touch ' + canary,))})
command = 'touch ' + canary
evil = {
    'system': Run(os.system, (command,)),
    'nested': [[Run(os.system, (command,))]],
    'eval': Run(eval, (f'open({canary!r}, "w")',)),
    'getattr': Run(getattr, ('os', 'system')),
    'state': State(),
    'subprocess': Run(__import__('subprocess').getoutput, (command,)),
    'import': Run(__import__, ('os',)),
}
for name, value in evil.items():
    for protocol in (0, 2, 4):
        pickle.dump(value, open(f'{folder}/evil-{name}-{protocol}.pkl', 'wb'), protocol=protocol)
raw = {
    'inst': b"(S'touch %s'\\nios\\nsystem\\n." % canary.encode(),
    'obj': b"(cos\\nsystem\\nS'touch %s'\\no." % canary.encode(),
    'newobj': b'\\x80\\x02cos\\nsystem\\n)\\x81.',
    'persid': b'Pos.system\\n.',
    'binpersid': b'\\x80\\x02K\\x01Q.',
    'ext': b'\\x80\\x02\\x82\\x01.',
    'dict': b'\\x80\\x02}.',
    'buffer': b'\\x80\\x05\\x97.',
    'numpy': b'\\x80\\x02cnumpy.core.multiarray\\nfrombuffer\\n.',
    'testing': b"\\x80\\x02cnumpy.testing._private.utils\\nrunstring\\n(U\\x01aU\\x01btR.",
    'underscore': b'\\x80\\x02cnumpy._core.__builtins__\\neval\\n.',
}
for name, value in raw.items(): open(f'{folder}/evil-{name}-r.pkl', 'wb').write(value)
`, folder, canary);
  const named = { system: /posix\.system|os\.system/, nested: /posix\.system/, eval: /builtin\w*\.eval/,
    getattr: /getattr/, state: /eval/, subprocess: /getoutput/, import: /__import__/, inst: /os\.system/,
    obj: /os\.system/, newobj: /os\.system/, numpy: /multiarray\.frombuffer/, testing: /runstring/, underscore: /eval/ };
  for (const [name, protocols] of [...['system', 'nested', 'eval', 'getattr', 'state', 'subprocess', 'import'].map((one) => [one, [0, 2, 4]]),
    ...['inst', 'obj', 'newobj', 'persid', 'binpersid', 'ext', 'dict', 'buffer', 'numpy', 'testing', 'underscore'].map((one) => [one, ['r']])]) {
    for (const protocol of protocols) {
      const file = at(`evil-${name}-${protocol}.pkl`);
      const { status, stderr } = pickles(file, at('names-4.pkl'), '--npy', at('no.npy'), '--csv', at('no.csv'));
      assert.equal(status, 2, `${name}, ${protocol}`);
      assert.match(stderr, /^pickles: .*(wants to call|nothing that a list|sets the state)/, name);
      assert.match(stderr, named[/** @type {keyof typeof named} */ (name)] ?? /./, `${name}, ${protocol}`);
    }
  }
  assert.ok(!existsSync(canary) && !existsSync(at('no.npy')));
});

test('what is no list of vectors is told: which, expected, found', () => {
  python(`
import pickle, sys, numpy as np
one = np.ones(4, np.float32)
wrong = {
    'lengths': [one, np.ones(5, np.float32)],
    'nan': [one, np.array([1, np.nan, 0, 0], np.float32)],
    'zeros': [one, np.zeros(4, np.float32)],
    'texts': ['a', 'b'],
    'number': 7,
    'cube': np.ones((2, 2, 2), np.float32),
    'ints': [np.ones(4, np.int64)],
    'objects': [np.array([1, 'a'], object)],
    'deep': [[[1.0]]],
    'fewer': [one],
    'two': [one, one],
}
for name, value in wrong.items(): pickle.dump(value, open(f'{sys.argv[1]}/wrong-{name}.pkl', 'wb'))
pickle.dump(['a/b/1.jpg', 'a/b/2.jpg'], open(f'{sys.argv[1]}/two.pkl', 'wb'))
pickle.dump(['1.jpg', '2.jpg'], open(f'{sys.argv[1]}/flat.pkl', 'wb'))
`, folder);
  /** @type {Record<string, RegExp>} */
  const told = { lengths: /vector 2 has 5 numbers, the first 4/, nan: /vector 2 has a number that is not finite/,
    zeros: /vector 2 is nothing but zeros/, texts: /item 1 is no vector/, number: /no list of vectors/,
    cube: /no list of vectors|no vector/, ints: /type i8; expected f4 or f8/, objects: /type O8|nothing that/,
    deep: /item 1 is no vector/, fewer: /1 vectors, .* 2 file names/ };
  for (const [name, message] of Object.entries(told)) {
    const { status, stderr } = pickles(at(`wrong-${name}.pkl`), at('two.pkl'), '--npy', at('no.npy'), '--csv', at('no.csv'));
    assert.deepEqual([status, message.test(stderr)], [2, true], `${name}: ${stderr}`);
  }
  assert.match(pickles(at('wrong-two.pkl'), at('flat.pkl'), '--npy', at('no.npy'), '--csv', at('no.csv')).stderr,
    /file name 1 \('1\.jpg'\) lies in no folder/);
  assert.match(pickles(at('wrong-two.pkl')).stderr, /name both pickles/);
  assert.match(pickles('--help').stdout, /gallery import --npy old\.npy/);
  assert.equal(pickles(at('missing.pkl'), at('two.pkl'), '--npy', 'a', '--csv', 'b').status, 2);
});

test('bombs are refused in time and memory, and damaged ones give an error or a list', () => {
  const bombs = {
    'lists in lists': Buffer.from(`\x80\x02]q\x00${'(h\x00h\x00h\x00lq\x00'.repeat(40)}.`, 'latin1'),
    'a long text': Buffer.from('\x80\x04\x8d\xff\xff\xff\xff\xff\x00\x00\x00.', 'latin1'),
    'a huge array': Buffer.from('\x80\x04cnumpy.core.numeric\n_frombuffer\n(C\x04aaaacnumpy\ndtype\n(U\x02f4K\x00K\x01tRJ\xff\xff\xff\x7f\x85U\x01CtR.', 'latin1'),
    'itself': Buffer.from(']q\x00h\x00a.', 'latin1'),
    'a long whole number': Buffer.concat([Buffer.from('\x80\x02\x8b\x40\x42\x0f\x00', 'latin1'), Buffer.alloc(1_000_000, 1), Buffer.from('.')]),
  };
  for (const [name, bytes] of Object.entries(bombs)) {
    const start = performance.now();
    assert.throws(() => vectorsOf(readPickle(bytes)), PickleRefused, name);
    assert.ok(performance.now() - start < 5000, name);
  }
  let seed = 11;
  const random = (/** @type {number} */ below) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed % below;
  };
  let refused = 0;
  for (let i = 0; i < 3000; i += 1) {
    const whole = readFileSync(at(`${['arrays', 'table', 'lists', 'names', 'scalars'][i % 5]}-${i % 6}.pkl`));
    const bytes = new Uint8Array(whole.subarray(0, i % 7 ? whole.length : random(whole.length)));
    for (let k = 0; k < 1 + random(6) && bytes.length; k += 1) bytes[random(i % 2 ? Math.min(200, bytes.length) : bytes.length)] = random(256);
    try {
      const value = readPickle(bytes);
      if (i % 5 === 3) namesOf(value);
      else vectorsOf(value);
    } catch (error) {
      assert.ok(error instanceof PickleRefused, `${i}: ${/** @type {Error} */ (error).stack}`);
      refused += 1;
    }
  }
  assert.ok(refused > 500, `${refused} refused`);
});

test('from pickles to a gallery that finds what one made here finds', () => {
  const labeled = inProject('build/photos/test/labeled');
  json(['gallery', 'build', labeled, '-o', at('here.humg')]);
  assert.equal(run(['gallery', 'export', at('here.humg'), '--npy', at('here.npy'), '--csv', at('here.csv')]).status, 0);
  python(`
import csv, pickle, sys, numpy as np
folder = sys.argv[1]
pickle.dump(list(np.load(folder + '/here.npy')), open(folder + '/e.pkl', 'wb'))
rows = list(csv.DictReader(open(folder + '/here.csv')))
pickle.dump(['photos/' + row['person'] + '/' + row['file'] for row in rows], open(folder + '/f.pkl', 'wb'))
`, folder);
  assert.equal(pickles(at('e.pkl'), at('f.pkl'), '--npy', at('old.npy'), '--csv', at('old.csv')).status, 0);
  json(['gallery', 'import', '--npy', at('old.npy'), '--csv', at('old.csv'), '--model', 'facenet', '-o', at('old.humg')]);
  const probe = inProject('build/photos/samples/portrait-2.jpg');
  const [here, old] = ['here', 'old'].map((name) => json(['match', probe, '--gallery', at(`${name}.humg`)]).matches);
  assert.deepEqual(old.map((/** @type {any} */ one) => one.name), here.map((/** @type {any} */ one) => one.name));
  old.forEach((/** @type {any} */ { score }, /** @type {number} */ i) => assert.ok(Math.abs(score - here[i].score) < 0.01));
});
