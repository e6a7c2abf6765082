/** TensorFlow.js for tests, from build/npm/tests. */

import { dirname } from 'node:path';
import { createRequire } from 'node:module';
import { inProject } from './project.mjs';

/**
 * @param {'wasm' | 'cpu'} backend cpu: plain JavaScript, some hundred times slower
 * @returns {Promise<any>} tfjs-core, with loadGraphModel
 */
export async function tensorflow(backend = 'wasm') {
  const require = createRequire(inProject('build/npm/tests/package.json'));
  const tf = require('@tensorflow/tfjs-core');
  const { loadGraphModel } = require('@tensorflow/tfjs-converter');
  const { setWasmPaths } = require('@tensorflow/tfjs-backend-wasm');
  require('@tensorflow/tfjs-backend-cpu');
  setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  if (!(await tf.setBackend(backend)))
    throw new Error(`TensorFlow.js has no backend '${backend}' here`);
  return Object.assign(Object.create(tf), { loadGraphModel });
}
