/** The converter's thread. {file} -> {share}... and then {model} | {error: {code, message}}. */

import { convertHere } from './convert.js';
import { HumError } from './errors.js';

self.onmessage = async ({ data: { file } }) => {
  try {
    const model = await convertHere(file, (share) => self.postMessage({ share }));
    self.postMessage({ model }, { transfer: [model.buffer] });
  } catch (error) {
    const code = error instanceof HumError ? error.code : 'HUM_ERROR_CRASH';
    const message = error instanceof Error ? error.message : String(error);
    self.postMessage({ error: { code, message } });
  }
};
