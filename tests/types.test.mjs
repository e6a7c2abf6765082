/** The types that the comments in web/ state are the types that the code uses. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { inProject, need } from './lib/project.mjs';

test('tsc --checkJs finds nothing', async () => {
  const compiler = 'build/npm/tests/node_modules/typescript/bin/tsc';
  await need(compiler);
  const { stdout, stderr, status } = spawnSync(process.execPath,
    [inProject(compiler), '-p', inProject('tests/tsconfig.json')], { encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
});
