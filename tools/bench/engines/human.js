/** Human: detection (BlazeFace) and description (the light network) in TensorFlow.js. */

import { APPLICATIONS } from '../files.js';
import { fiveBest, madePeople } from '../people.js';
import { limitThreads, wasmPath } from './tfjs.js';

const OFF = { enabled: false };

/**
 * @param {{threads: number, people: number}} options
 * @returns {Promise<(photo: Uint8Array<ArrayBuffer>, most: number) =>
 *   Promise<{faces: unknown[]}>>}
 */
export async function prepare({ threads, people }) {
  const { default: Human } = await import(`${APPLICATIONS}human/dist/human.esm.js`);
  const human = new Human({
    backend: 'wasm', wasmPath, modelBasePath: `${APPLICATIONS}human/models/`,
    cacheModels: false, cacheSensitivity: 0, // each photo is a new one
    warmup: 'none', debug: false, filter: OFF, gesture: OFF,
    body: OFF, hand: OFF, object: OFF, segmentation: OFF,
    face: {
      enabled: true, description: { enabled: true, skipFrames: 0, skipTime: 0 },
      detector: { rotation: false, maxDetected: 10, skipFrames: 0, skipTime: 0 },
      mesh: OFF, iris: OFF, emotion: OFF, antispoof: OFF, liveness: OFF,
    },
  });
  limitThreads(human.tf, threads);
  await human.load();
  if (human.tf.getBackend() !== 'wasm') throw new Error(`it runs on ${human.tf.getBackend()}`);
  /** @type {ReturnType<typeof madePeople>} */
  let known;
  return async (photo, most) => {
    const bitmap = await createImageBitmap(new Blob([photo]));
    human.config.face.detector.maxDetected = Math.min(most, 10);
    const { face: faces, error } = await human.detect(bitmap);
    bitmap.close();
    if (error) throw new Error(error);
    for (const { embedding } of faces) {
      known ??= madePeople(people, embedding.length);
      fiveBest(known, (descriptor) => human.match.similarity(embedding, descriptor));
    }
    return { faces };
  };
}
