/** The converter's thread. {file} -> {share}... and then {model} | {error: {code, message}}. */

import { sayAlive } from './bound-worker.js';
import { convertHere } from './convert.js';
import { postable } from './errors.js';

self.onmessage = async ({ data: { file } }) => {
  try {
    const model = await convertHere(file, (share) => self.postMessage({ share }));
    self.postMessage({ model }, { transfer: [model.buffer] });
  } catch (error) {
    self.postMessage({ error: postable(error) });
  }
};

sayAlive();
