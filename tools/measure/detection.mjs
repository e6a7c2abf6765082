/**
 * How long faces take to find, beside another version of this project, in one process and in
 * turns; of each photo the least of four times.
 *
 *     node tools/measure/detection.mjs OTHER DIR...
 *
 * OTHER is another clone with its build/wasm-simd, DIR holds photos. Both use the detectors of
 * this one's build/models.
 */

import { readFile, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [other, ...folders] = process.argv.slice(2);
if (!folders.length) throw new Error('name another clone and a folder of photos');

/** @param {string} tree @returns {Promise<any>} */
async function open(tree) {
  const at = pathToFileURL(`${resolve(tree)}/`);
  const { Engine } = await import(new URL('web/engine/wasm.js', at).href);
  const build = new URL('build/wasm-simd/', at);
  const { default: factory } = await import(new URL('humshakal-simd.mjs', build).href);
  const engine = await Engine.start(factory, await readFile(new URL('humshakal-simd.wasm', build)));
  for (const name of ['blazeface-short', 'blazeface-full']) {
    engine.loadDetector(await readFile(`build/models/${name}.tflite`),
      await readFile(`build/models/${name}.recipe`));
  }
  return engine;
}

const engines = [await open(other), await open('.')];
for (const folder of folders) {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter(({ name }) => /\.(jpe?g|png)$/i.test(name))
    .map(({ parentPath, name }) => join(parentPath, name));
  const [times, faces] = [[0, 0], [0, 0]];
  for (const file of files) {
    const bytes = await readFile(file);
    for (const [i, engine] of engines.entries()) {
      engine.photoDecode(bytes);
      const tries = Array.from({ length: 4 }, () => {
        const start = performance.now();
        const found = engine.detect().length;
        return { found, time: performance.now() - start };
      });
      times[i] += Math.min(...tries.map(({ time }) => time));
      faces[i] += tries[0].found;
    }
  }
  console.log(`${folder}: ${files.length} photos, ${times.map((time) => time.toFixed(0)).join(' and ')} ms, ${
    (times[1] / times[0]).toFixed(3)} of the other; faces ${faces.join(' and ')}`);
}
