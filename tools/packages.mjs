/** Where Node finds packages: build/npm/NAME/node_modules, since none lie beside sources. */

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { existsSync } from 'node:fs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * @param {'models' | 'tests' | 'lighthouse'} set
 * @param {string} name of a package, or of a module inside it
 * @returns {Promise<any>}
 */
export async function importPackage(set, name) {
  const home = join(root, 'build', 'npm', set);
  if (!existsSync(join(home, 'node_modules'))) {
    throw new Error(
      `the npm packages are not installed in ${home}; run ` +
        `${set === 'lighthouse' ? 'tools/lighthouse.sh' : `tools/setup/${set}.sh`}`,
    );
  }
  return import(pathToFileURL(resolve(home, name)).href);
}

/**
 * What the converter is handed over.
 * @returns {Promise<import('../web/engine/convert/index.js').Packages>}
 */
export async function converterPackages() {
  return {
    flatbuffers: await importPackage('models', 'flatbuffers'),
    h5wasm: await importPackage('models', 'h5wasm'),
  };
}

/** Packages with `exports` for import only are invisible to require.resolve.
    @param {string} home @param {string} name */
function resolve(home, name) {
  const require = createRequire(join(home, 'package.json'));
  const folder = join(home, 'node_modules', name);
  const manifest = join(folder, 'package.json');
  const entry = existsSync(manifest) && require(manifest).exports?.['.']?.import;
  return typeof entry === 'string' ? join(folder, entry) : require.resolve(name);
}
