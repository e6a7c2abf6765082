// What README.md tells people to type works as it stands there.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'node:test';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const text = readFileSync(join(root, 'README.md'), 'utf8');

const commands = [...text.matchAll(/```sh\n([\s\S]*?)```/g)]
  .flatMap((block) => block[1].split('\n'))
  .map((line) => line.replace(/\s+#.*/, '').trim())
  .filter(Boolean);

// These two are what runs this test.
const outer = ['tools/demo.sh', 'tools/test.sh'];

test('the commands of the README are there to be run', () => {
  for (const command of outer) assert.ok(commands.includes(command), `${command} is missing`);
  assert.ok(commands.length >= 7, `only ${commands.length} commands were found`);
});

for (const command of commands.filter((c) => !outer.includes(c))) {
  test(command, () => {
    const output = execFileSync('bash', ['-euc', command], { cwd: root, encoding: 'utf8' });
    assert.ok(output.trim(), 'it printed nothing');
  });
}

test('every file that the README names exists', () => {
  const named = [...text.matchAll(/`((?:src|web|tools|models|tests|\.github)\/[\w./-]+)`/g)];
  for (const [, path] of named) {
    assert.ok(existsSync(join(root, path)), `${path} does not exist`);
  }
  assert.ok(text.split('\n').length < 200, 'the README has 200 lines or more');
});
