/**
 * Downloads that go wrong, from a server that makes them go wrong. Each case ends in the
 * right bytes or in an error that names the file and the reason.
 */

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { serve } from '../tools/serve.mjs';
import { Assets } from '../web/engine/assets.js';

const content = randomBytes(300_000);
const entry = {
  file: 'models/net.tflite',
  bytes: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
};

/** @typedef {import('node:http').ServerResponse} Response */

/** What the server does to each request for the file in turn; undefined: answers rightly. */
let faults = /** @type {(((response: Response) => void) | undefined)[]} */ ([]);
/** @type {string[]} */
let warnings = [];
/** @type {Awaited<ReturnType<typeof serve>>} */
let server;
/** @type {string} */
let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'humshakal-'));
  await mkdir(join(folder, 'models'));
  await writeFile(join(folder, entry.file), content);
  server = await serve(folder, {
    intercept(request, response) {
      const fault = request.url?.startsWith('/models/') ? faults.shift() : undefined;
      fault?.(response);
      return Boolean(fault);
    },
  });
});

after(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

beforeEach(() => {
  faults = [];
  warnings = [];
  server.log.length = 0;
});

/** @param {{stall?: number}} [options] */
const open = (options) => new Assets(server.url,
  { warn: (message) => warnings.push(message), ...options });

/** @param {number} status @param {string} [body] @param {object} [headers] */
const answer = (status, body = '', headers = {}) => (/** @type {Response} */ response) => {
  response.writeHead(status, /** @type {any} */ (headers)).end(body);
};

/** @type {Record<string, {fault: (response: Response) => void, code: string, says: RegExp}>} */
const FAULTS = {
  'a missing file': { fault: answer(404, 'no'), code: 'NETWORK', says: /404 for models\/net/ },
  'too many requests': { fault: answer(429, '<html>'), code: 'NETWORK', says: /429/ },
  'a broken server': { fault: answer(503), code: 'NETWORK', says: /503/ },
  'a web page in its place': { fault: answer(200, '<!doctype html><p>hello'),
    code: 'INTEGRITY', says: /a web page of 23 bytes/ },
  'a Git LFS pointer': { fault: answer(200, 'version https://git-lfs.github.com/spec/v1\n'),
    code: 'INTEGRITY', says: /a Git LFS pointer/ },
  'an empty file': { fault: answer(200), code: 'INTEGRITY', says: /an empty file/ },
  'one flipped bit': {
    fault(response) {
      const wrong = Buffer.from(content);
      wrong[123_456] ^= 1;
      response.end(wrong);
    },
    code: 'INTEGRITY',
    says: /with SHA-256/,
  },
  'too many bytes': {
    fault: (response) => response.end(Buffer.concat([content, Buffer.alloc(1)])),
    code: 'INTEGRITY',
    says: /more than 300000/,
  },
  'a body cut short': {
    fault(response) {
      response.writeHead(200, { 'Content-Length': content.length });
      response.write(content.subarray(0, 1000), () => response.destroy());
    },
    code: 'NETWORK',
    says: /could not be downloaded/,
  },
  'a body cut short that looks whole': {
    fault(response) {
      response.writeHead(200, { 'Content-Length': 1000 });
      response.end(content.subarray(0, 1000));
    },
    code: 'INTEGRITY',
    says: /of 1000 bytes instead of 300000/,
  },
};

for (const [name, { fault, code, says }] of Object.entries(FAULTS)) {
  test(`${name}, twice: an error that says so`, async () => {
    faults = [fault, fault];
    await assert.rejects(open().bytes(entry),
      { name: 'HumError', code: `HUM_ERROR_${code}`, message: says });
    assert.equal(server.log.length, 2);
  });

  test(`${name}, once: the second attempt goes past caches and succeeds`, async () => {
    faults = [fault];
    assert.deepEqual(Buffer.from(await open().bytes(entry)), content);
    assert.equal(warnings.length, 1);
    assert.equal(server.log.length, 2);
  });
}

test('a server that falls silent is given up', async () => {
  const silent = (/** @type {Response} */ response) => {
    response.writeHead(200, { 'Content-Length': content.length });
    response.write(content.subarray(0, 1000));
  };
  faults = [silent, silent];
  await assert.rejects(open({ stall: 100 }).bytes(entry),
    { code: 'HUM_ERROR_NETWORK', message: /nothing arrived for 0\.1 seconds/ });
});

test('no server at all', async () => {
  const gone = new Assets('http://127.0.0.1:9/', { warn: () => {} });
  await assert.rejects(gone.bytes(entry),
    { code: 'HUM_ERROR_NETWORK', message: /models\/net\.tflite could not be downloaded/ });
});

test('a compressed answer counts in the bytes of the file itself', async () => {
  faults = [(response) => {
    response.writeHead(200, { 'Content-Encoding': 'gzip' });
    response.end(gzipSync(content));
  }];
  /** @type {number[]} */
  const seen = [];
  await open().bytes(entry, { onBytes: (loaded) => seen.push(loaded) });
  assert.equal(seen.at(-1), content.length);
  assert.ok(seen.every((loaded, i) => loaded <= content.length && loaded >= (seen[i - 1] ?? 0)));
});

test('a file is fetched once per session', async () => {
  const assets = open();
  assert.equal(await assets.stored(entry), false);
  const first = await assets.bytes(entry);
  first.fill(0); // the caller may do with it what they like
  assert.equal(await assets.stored(entry), true);
  assert.deepEqual(Buffer.from(await assets.bytes(entry)), content);
  assert.equal(server.log.length, 1);
});

test('cancelling is an AbortError and no second attempt', async () => {
  const controller = new AbortController();
  faults = [(response) => {
    response.writeHead(200, { 'Content-Length': content.length });
    response.write(content.subarray(0, 1000));
    controller.abort();
  }];
  await assert.rejects(open().bytes(entry, { signal: controller.signal }),
    { name: 'AbortError' });
  assert.equal(server.log.length, 1);
});

test('a manifest that is a web page, or of another time', async () => {
  faults = [answer(200, '<!doctype html>'), answer(200, '{"format": 99}')];
  await assert.rejects(open().manifest(),
    { code: 'HUM_ERROR_INTEGRITY', message: /manifest\.json is a web page/ });
  await assert.rejects(open().manifest(),
    { code: 'HUM_ERROR_INTEGRITY', message: /has format 99/ });
});
