/**
 * Writes tests/fixtures/vggface-golden.json: what the oracle says of one made picture, with
 * TensorFlow.js' backend of plain JavaScript (no SIMD, no XNNPACK; minutes).
 *
 *   node tests/convert/golden.mjs
 */

import { writeFile } from 'node:fs/promises';
import { NETWORKS } from '../lib/keras-networks.mjs';
import { madePictures } from '../lib/keras-made.mjs';
import { oracle } from '../lib/keras-cache.mjs';
import { inProject } from '../lib/project.mjs';

const picture = 'golden';
const embeddings = {};
for (const network of Object.keys(NETWORKS)) {
  const [{ embedding }] = await oracle(network, madePictures(1, 224, picture), {
    backend: 'cpu',
  });
  embeddings[network] = Buffer.from(
    embedding.buffer,
    embedding.byteOffset,
    embedding.byteLength,
  ).toString('base64');
}
const golden = {
  about: 'float32, little endian, base64; made by tests/convert/golden.mjs',
  picture,
  embeddings,
};
await writeFile(
  inProject('tests/fixtures/vggface-golden.json'),
  `${JSON.stringify(golden, null, 1)}\n`,
);
