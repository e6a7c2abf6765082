#!/usr/bin/env node
/**
 * A small static web server for this machine only.
 *
 *     node tools/serve.mjs build/site --port 8000
 *
 * It listens on 127.0.0.1, answers GET and HEAD with files of one folder, and nothing else.
 * The tests use serve() and read its log: what the log does not show, the page did not send.
 */

import { createServer } from 'node:http';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** @type {Record<string, string>} */
const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.recipe': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
};

/** What gives a page shared memory, and with it threads. */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/**
 * @typedef {object} Logged
 * @property {string} method
 * @property {string} url
 * @property {number} status  0 until it is answered
 * @property {number} bytesReceived  of the request's body
 */

/**
 * @typedef {object} ServeOptions
 * @property {number} [port]     0: any free one
 * @property {string} [base]     the path under which the folder appears, such as '/a/b/'
 * @property {boolean} [isolate] send the headers that allow shared memory
 * @property {(request: import('node:http').IncomingMessage,
 *   response: import('node:http').ServerResponse) => boolean} [intercept]
 *   may answer a request itself, and then returns true; tests plant faults with it
 */

/**
 * @param {string} folder
 * @param {ServeOptions} [options]
 * @returns {Promise<{url: string, log: Logged[], close: () => Promise<void>}>}
 */
export async function serve(folder, options = {}) {
  const { port = 0, base = '/', isolate = false, intercept = () => false } = options;
  const root = resolve(folder);
  /** @type {Logged[]} */
  const log = [];

  const server = createServer(async (request, response) => {
    const entry = { method: request.method ?? '', url: request.url ?? '', status: 0,
      bytesReceived: 0 };
    log.push(entry);
    request.on('data', (chunk) => {
      entry.bytesReceived += chunk.length;
    });
    response.on('close', () => {
      entry.status = response.statusCode;
    });
    if (intercept(request, response)) return;
    await answer(request, response, { root, base, isolate });
  });

  await new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(port, '127.0.0.1', () => done(undefined));
  });
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${address.port}${base}`,
    log,
    close: () => new Promise((done) => {
      server.close(() => done());
      server.closeAllConnections();
    }),
  };
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 * @param {{root: string, base: string, isolate: boolean}} site
 */
async function answer(request, response, { root, base, isolate }) {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    refuse(response, 405, 'Only GET and HEAD are answered here.');
    return;
  }
  const file = locate(request.url ?? '', root, base);
  const found = file ? await stat(file).catch(() => null) : null;
  if (!file || !found?.isFile()) {
    refuse(response, 404, 'There is no such file.');
    return;
  }
  const tag = `"${found.size.toString(16)}-${found.mtimeMs.toString(16)}"`;
  const headers = {
    'Cache-Control': 'no-cache', // kept, but asked about each time
    'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
    ETag: tag,
    'X-Content-Type-Options': 'nosniff',
    ...(isolate ? ISOLATION : {}),
  };
  if (request.headers['if-none-match'] === tag) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, { ...headers, 'Content-Length': found.size });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  createReadStream(file).on('error', () => response.destroy()).pipe(response);
}

/**
 * The file that a request means; null if it lies outside the folder or is hidden.
 * @param {string} address
 * @param {string} root
 * @param {string} base
 */
function locate(address, root, base) {
  let path;
  try {
    // Not by URL: that resolves "..", and a request that contains one deserves a 404.
    path = decodeURIComponent(address.split(/[?#]/, 1)[0]);
  } catch {
    return null;
  }
  if (!path.startsWith(base) || path.includes('\0')) return null;
  const parts = path.slice(base.length).split('/');
  if (parts.some((part) => part.startsWith('.') || part.includes('\\'))) return null;
  if (parts.at(-1) === '') parts.splice(-1, 1, 'index.html');
  const file = resolve(root, ...parts);
  return file.startsWith(root + sep) ? file : null;
}

/** @param {import('node:http').ServerResponse} response @param {number} status @param {string} text */
function refuse(response, status, text) {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

const HELP = `usage: node tools/serve.mjs FOLDER [--port N] [--base /PATH/] [--isolate]

Serves FOLDER at 127.0.0.1 until it is interrupted.
  --port N       default 8000; 0 takes any free port
  --base /PATH/  serve it under a path, as project pages are
  --isolate      send the headers that allow shared memory (threads)

example: node tools/serve.mjs build/site --port 8080
`;

async function main() {
  const { values, positionals: [folder, ...rest] } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: 'string', default: '8000' },
      base: { type: 'string', default: '/' },
      isolate: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const port = Number(values.port);
  if (!folder || rest.length || !/^\/(.*\/)?$/.test(values.base)
    || !Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Error(`wrong use.\n\n${HELP}`);
  }
  if (!(await stat(folder).catch(() => null))?.isDirectory()) {
    throw new Error(`${folder} is not a folder. tools/demo.sh makes build/site.`);
  }
  const { url } = await serve(folder, { port, base: values.base, isolate: values.isolate });
  process.stdout.write(`Open ${url} (stop with Ctrl-C)\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    const taken = error.code === 'EADDRINUSE';
    process.stderr.write(`serve: ${taken ? `port ${error.port} is in use; give another `
      + 'with --port.' : error.message}\n`);
    process.exitCode = 2;
  });
}
