/** The engine's thread. {id, op, args} -> {id, value} | {id, error: {code, message}}. */

import { sayAlive } from './bound-worker.js';
import { postable } from './errors.js';
import { createOps } from './ops.js';

/** @typedef {import('./channel.js').Asked} Asked */

const ops = createOps();

self.onmessage = async (/** @type {MessageEvent<Asked>} */ { data: { id, op, args } }) => {
  try {
    const run = /** @type {(args: object) => unknown} */ (ops[op]);
    self.postMessage({ id, value: await run(args) });
  } catch (error) {
    self.postMessage({ id, error: postable(error) });
  }
};

sayAlive();
