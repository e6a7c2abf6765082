/** The server gives the files of one folder and nothing else. */

import assert from 'node:assert/strict';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { serve } from '../tools/serve.mjs';

/** @type {string} */
let folder;
/** @type {Awaited<ReturnType<typeof serve>>} */
let server;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'humshakal-'));
  await mkdir(join(folder, 'site/sub'), { recursive: true });
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await writeFile(join(folder, 'site/index.html'), '<p>hello');
  await writeFile(join(folder, 'site/.hidden'), 'hidden');
  await writeFile(join(folder, 'site/sub/a b.wasm'), 'wasm');
  server = await serve(join(folder, 'site'), { base: '/deep/er/' });
});

after(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/**
 * As fetch, but sends the path as it is.
 * @param {string} path
 * @param {import('node:http').RequestOptions} [options]
 * @param {string} [body]
 * @returns {Promise<{status: number | undefined, headers: any, body: string}>}
 */
function get(path, options = {}, body = '') {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, ...options }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(
        { status: response.statusCode, headers: response.headers, body: text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

test('a folder answers with its index, files with their type', async () => {
  const index = await get('/deep/er/');
  assert.deepEqual([index.status, index.body], [200, '<p>hello']);
  assert.match(index.headers['content-type'], /^text\/html/);
  const wasm = await get('/deep/er/sub/a%20b.wasm?version=1');
  assert.deepEqual([wasm.status, wasm.body], [200, 'wasm']);
  assert.equal(wasm.headers['content-type'], 'application/wasm');
  assert.equal(wasm.headers['cross-origin-opener-policy'], undefined);
});

test('nothing outside the folder can be had', async () => {
  const paths = ['/deep/er/../secret.txt', '/deep/er/%2e%2e/secret.txt', '/secret.txt',
    '/deep/er/..%2fsecret.txt', '/deep/er/..\\secret.txt', '/deep/er//etc/passwd',
    '/deep/er/.hidden', '/deep/er/sub/../../../secret.txt', '/deep/er/%00', '/deep/er/%zz',
    '/deep/er/sub', '/deep/er', '/'];
  for (const path of paths) {
    const { status, body } = await get(path);
    assert.equal(status, 404, path);
    assert.doesNotMatch(body, /secret|hidden|root:/);
  }
});

test('an unchanged file is not sent again', async () => {
  const { headers } = await get('/deep/er/');
  const again = await get('/deep/er/', { headers: { 'If-None-Match': headers.etag } });
  assert.deepEqual([again.status, again.body], [304, '']);
});

test('only GET and HEAD are answered, and the log shows what was sent', async () => {
  assert.equal((await get('/deep/er/', { method: 'HEAD' })).body, '');
  server.log.length = 0;
  assert.equal((await get('/deep/er/', { method: 'POST' }, 'a photo')).status, 405);
  assert.deepEqual(server.log.map(({ method, url, bytesReceived }) => [method, url, bytesReceived]),
    [['POST', '/deep/er/', 7]]);
});

test('isolation is sent when asked for', async () => {
  const isolated = await serve(join(folder, 'site'), { isolate: true });
  const { headers } = await fetch(isolated.url);
  assert.equal(headers.get('cross-origin-embedder-policy'), 'require-corp');
  await isolated.close();
});
