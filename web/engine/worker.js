/** The engine's thread. {id, op, args} -> {id, value} | {id, error: {code, message}}. */

import { postable } from './errors.js';
import { createOps } from './ops.js';

/** @type {Record<string, (args: any) => any>} */
const ops = createOps();

self.onmessage = async ({ data: { id, op, args } }) => {
  try {
    self.postMessage({ id, value: await ops[op](args) });
  } catch (error) {
    self.postMessage({ id, error: postable(error) });
  }
};
