/**
 * How a server can fail to answer for a file. Each takes the response and what belongs there:
 * {bytes, type}. The names are those of the table.
 */

import { randomBytes } from 'node:crypto';

/**
 * @typedef {import('node:http').ServerResponse} Response
 * @typedef {{bytes: Buffer, type: string}} File
 * @typedef {(response: Response, file: File) => void} Answer
 */

const PAGE = '<!doctype html><title>Not here</title><p>There is no such page.';

/** @param {number} status @returns {Answer} */
const refused = (status) => (response) => {
  response.writeHead(status, { 'Content-Type': 'text/html' }).end(PAGE);
};

/** @type {Answer} */
function send(response, { bytes, type }) {
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': bytes.length }).end(bytes);
}

/** @param {File} file */
const half = ({ bytes }) => bytes.subarray(0, Math.ceil(bytes.length / 2));

/** The connection is closed while the answer is under way. @type {Answer} */
function cut(response, file) {
  response.writeHead(200, { 'Content-Type': file.type, 'Content-Length': file.bytes.length });
  response.write(half(file), () => response.destroy());
}

/** Headers and the first half, then nothing more. @type {Answer} */
function stalled(response, file) {
  response.writeHead(200, { 'Content-Type': file.type, 'Content-Length': file.bytes.length });
  response.write(half(file));
}

/** All of it, in five seconds. @type {Answer} */
function slow(response, { bytes, type }) {
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': bytes.length });
  const step = Math.ceil(bytes.length / 50);
  let at = 0;
  const timer = setInterval(() => {
    response.write(bytes.subarray(at, at + step));
    at += step;
    if (at < bytes.length) return;
    clearInterval(timer);
    response.end();
  }, 100);
  response.on('close', () => clearInterval(timer));
}

/** @type {Record<string, Answer>} */
export const ANSWERS = {
  missing: refused(404),
  'too many requests': refused(429),
  'server error': refused(500),
  'a web page': refused(200),
  empty: (response, { type }) => send(response, { type, bytes: Buffer.alloc(0) }),
  // Half of it with a length that fits, as after a proxy's own failure.
  short: (response, file) => send(response, { ...file, bytes: half(file) }),
  cut,
  stalled,
  silent: () => {},
  reset: (response) => { response.destroy(); },
  slow,
  'one bit off': (response, { bytes, type }) => {
    const other = Buffer.from(bytes);
    other[other.length >> 1] ^= 1;
    send(response, { type, bytes: other });
  },
  'of another type': (response, { bytes }) => send(response, { bytes, type: 'image/png' }),
  'not gzip, though it says so': (response, { bytes, type }) => {
    response.writeHead(200, { 'Content-Type': type, 'Content-Encoding': 'gzip' }).end(bytes);
  },
  'random bytes': (response, { bytes, type }) => {
    send(response, { type, bytes: randomBytes(bytes.length) });
  },
};

/** The file with other content. @param {(text: string) => string} change @returns {Answer} */
export const changed = (change) => (response, { bytes, type }) => {
  send(response, { type, bytes: Buffer.from(change(bytes.toString('utf8'))) });
};
