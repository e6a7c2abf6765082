/** The engine's thread. {id, op, args} -> {id, value} | {id, error: {code, message}}. */

import { HumError } from './errors.js';
import { createOps } from './ops.js';

/** @type {Record<string, (args: any) => any>} */
const ops = createOps();

self.onmessage = async ({ data: { id, op, args } }) => {
  try {
    self.postMessage({ id, value: await ops[op](args) });
  } catch (error) {
    // Anything but a HumError is a trap: the engine's memory cannot be trusted any more,
    // so the page is told to throw this worker away.
    const code = error instanceof HumError ? error.code : 'HUM_ERROR_CRASH';
    const message = error instanceof Error ? error.message : String(error);
    self.postMessage({ id, error: { code, message } });
  }
};
