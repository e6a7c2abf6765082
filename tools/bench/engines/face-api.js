/** face-api.js, the maintained copy: detection, landmarks, description in TensorFlow.js. */

import { APPLICATIONS } from '../files.js';
import { fiveBest, madePeople } from '../people.js';
import { limitThreads, wasmPath } from './tfjs.js';

const DESCRIPTOR = 128;

/**
 * @param {{threads: number, people: number, detector: 'ssd' | 'tiny'}} options
 * @returns {Promise<(photo: Uint8Array<ArrayBuffer>, most: number) =>
 *   Promise<{faces: unknown[]}>>}
 */
export async function prepare({ threads, people, detector }) {
  const api = await import(`${APPLICATIONS}face-api/dist/face-api.esm.js`);
  limitThreads(api.tf, threads);
  api.tf.setWasmPaths(wasmPath);
  if (!await api.tf.setBackend('wasm')) throw new Error('its wasm backend does not start');
  const [network, options] = detector === 'ssd'
    ? [api.nets.ssdMobilenetv1, new api.SsdMobilenetv1Options()]
    : [api.nets.tinyFaceDetector, new api.TinyFaceDetectorOptions()];
  for (const one of [network, api.nets.faceLandmark68Net, api.nets.faceRecognitionNet]) {
    await one.loadFromUri(`${APPLICATIONS}face-api/model`);
  }
  const known = madePeople(people, DESCRIPTOR);
  const canvas = document.createElement('canvas');
  return async (photo, most) => {
    const bitmap = await createImageBitmap(new Blob([photo]));
    [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
    bitmap.close();
    const faces = most === 1
      ? [await api.detectSingleFace(canvas, options).withFaceLandmarks().withFaceDescriptor()]
        .filter(Boolean)
      : await api.detectAllFaces(canvas, options).withFaceLandmarks().withFaceDescriptors();
    for (const { descriptor } of faces) {
      fiveBest(known, (other) => -api.euclideanDistance(descriptor, other));
    }
    return { faces };
  };
}
