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
  } finally {
    release(args ?? {});
  }
};

/**
 * Gives back the memory of what was sent, a network or a photo, instead of leaving it until
 * it is found to be garbage: some 60 MB less on the way.
 * @param {object} args
 */
function release(args) {
  for (const value of Object.values(args)) {
    if (ArrayBuffer.isView(value)) {
      if (value.buffer instanceof ArrayBuffer) structuredClone(0, { transfer: [value.buffer] });
    } else if (value && typeof value === 'object') release(value);
  }
}

sayAlive();
