/** What is kept on disk. Files appear whole or not at all, so a run can end at any moment. */

import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export class Store {
  /** @param {string} root */
  constructor(root) {
    this.root = root;
  }

  /** @param {string[]} parts */
  path(...parts) {
    return join(this.root, ...parts);
  }

  /** @param {string} name @param {string | Uint8Array} content */
  async write(name, content) {
    const path = this.path(name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}.part`, content);
    await rename(`${path}.part`, path);
  }

  /** @param {string} name @param {unknown} value */
  async writeJson(name, value) {
    await this.write(name, `${JSON.stringify(value, null, 1)}\n`);
  }

  /**
   * What was written; null if nothing was, or if it was lost in a crash of the machine.
   * @param {string} name
   * @returns {Promise<any>}
   */
  async readJson(name) {
    try {
      return JSON.parse(await readFile(this.path(name), 'utf8'));
    } catch (error) {
      if (error instanceof SyntaxError || /** @type {any} */ (error).code === 'ENOENT') return null;
      throw error;
    }
  }

  /** @param {string} name */
  async has(name) {
    return access(this.path(name)).then(() => true, () => false);
  }

  /**
   * What an earlier run found, or is found now: no question is asked twice.
   * @template T
   * @param {string} name
   * @param {() => Promise<T>} find
   * @returns {Promise<T>}
   */
  async once(name, find) {
    const kept = await this.readJson(name);
    if (kept) return kept.found;
    const found = await find();
    await this.writeJson(name, { asked: new Date().toISOString(), found });
    return found;
  }

  /** @param {string} name */
  async remove(name) {
    await rm(this.path(name), { recursive: true, force: true });
  }
}
