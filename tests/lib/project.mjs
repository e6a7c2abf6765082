/** Where things are, and what to say when they are not there yet. */

import { access, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The project's folder, as a file: address with a slash at the end. */
export const project = new URL('../../', import.meta.url);

/** @param {string} path  relative to the project */
export function inProject(path) {
  return fileURLToPath(new URL(path, project));
}

/** The built site. Tests of it fail without it: nothing is skipped in silence. */
export const site = new URL('build/site/', project);

/** @param {string} path  relative to the project */
export async function photo(path) {
  return new Blob([await readFile(inProject(path))]);
}

/** @param {string} path  relative to the project */
export async function need(path) {
  await access(inProject(path)).catch(() => {
    throw new Error(`${path} is missing. tools/demo.sh --no-serve makes it.`);
  });
}
