/** How long is waited for what says nothing while it is on its way. */

import { HumError } from './errors.js';

/** For a script: the largest of ours has 25 kB. Who waits is told within ten seconds. */
export const SCRIPT_PATIENCE = 8_000;

/**
 * @template T
 * @param {Promise<T>} work
 * @param {number} milliseconds
 * @returns {Promise<T>}
 */
export function within(work, milliseconds) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(
      `nothing was heard for ${milliseconds / 1000} seconds`)), milliseconds);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/**
 * A module that is being imported.
 * @template T
 * @param {Promise<T>} module
 * @param {string} file
 * @param {number} [patience]  milliseconds
 * @returns {Promise<T>}
 */
export async function arrival(module, file, patience = SCRIPT_PATIENCE) {
  try {
    return await within(module, patience);
  } catch (cause) {
    throw missing(file, String(cause), { cause });
  }
}

/** @param {string} file @param {string} why @param {{cause?: unknown}} [options] */
export function missing(file, why, options) {
  return new HumError('HUM_ERROR_NETWORK', `${file} could not be loaded (${why}). Check the `
    + 'connection and try again.', options);
}
