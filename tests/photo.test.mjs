/** Files are known by their content, whatever they are called. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { preparePhoto, sniff } from '../web/engine/photo.js';

const LIMITS = { photoBytes: 1000 };

/** @param {string} text */
const bytes = (text) => Uint8Array.from(Buffer.from(text, 'latin1'));

const KINDS = {
  jpeg: ['\xff\xd8\xff\xe0', '\xff\xd8\xff\xdb'],
  png: ['\x89PNG\r\n\x1a\n\0\0\0\rIHDR'],
  gif: ['GIF89a', 'GIF87a'],
  webp: ['RIFF\x24\0\0\0WEBPVP8 '],
  bmp: ['BM\x36\0'],
  tiff: ['II*\0\x08', 'MM\0*\0'],
  jxl: ['\xff\x0a\x00', '\0\0\0\x0cJXL \r\n\x87\n'],
  avif: ['\0\0\0\x1cftypavif\0\0\0\0mif1', '\0\0\0\x1cftypmif1\0\0\0\0avifmiaf'],
  heic: ['\0\0\0\x18ftypheic\0\0\0\0mif1', '\0\0\0\x18ftypmif1\0\0\0\0heic'],
  video: ['\0\0\0\x18ftypmp42\0\0\0\0isom', '\x1a\x45\xdf\xa3', 'RIFF\0\0\0\0AVI '],
  pdf: ['%PDF-1.7'],
  svg: ['<svg xmlns="http://www.w3.org/2000/svg">', '<?xml version="1.0"?>\n<svg ',
    '  <!-- made by hand --><svg>', '<!DOCTYPE svg PUBLIC'],
  html: ['<!DOCTYPE html><title>404', '<html lang="en">', '\n<body>'],
  lfs: ['version https://git-lfs.github.com/spec/v1\noid sha256:'],
  empty: [''],
  unknown: ['hello', '\xff\xd8', '\x89PN', '\0\0\0\0'],
};

for (const [kind, samples] of Object.entries(KINDS)) {
  test(`${kind} is recognised`, () => {
    for (const sample of samples) assert.equal(sniff(bytes(sample)), kind, sample);
  });
}

test('what is no photo is refused with a sentence', async () => {
  for (const kind of /** @type {const} */ (['svg', 'html', 'pdf', 'lfs', 'video', 'empty'])) {
    const blob = new Blob([bytes(KINDS[kind][0])], { type: 'image/jpeg' });
    await assert.rejects(preparePhoto(blob, LIMITS),
      { name: 'HumError', code: 'HUM_ERROR_FILE', message: /\. / });
  }
});

test('outside a browser other pictures are refused, not guessed', async () => {
  for (const kind of /** @type {const} */ (['webp', 'heic', 'unknown'])) {
    await assert.rejects(preparePhoto(new Blob([bytes(KINDS[kind][0])]), LIMITS),
      { code: 'HUM_ERROR_FILE', message: /JPEG and PNG/ });
  }
});

test('a file above the limit is refused before it is read', async () => {
  const blob = new Blob([bytes(KINDS.jpeg[0]), new Uint8Array(1000)]);
  await assert.rejects(preparePhoto(blob, LIMITS), { code: 'HUM_ERROR_LIMIT' });
});

test('pixels are copied, so that the caller keeps theirs', async () => {
  const mine = { data: new Uint8ClampedArray(16).fill(7), width: 2, height: 2 };
  const prepared = await preparePhoto(mine, LIMITS);
  assert.deepEqual(prepared.pixels, mine.data);
  assert.notEqual(prepared.pixels?.buffer, mine.data.buffer);
});

test('other things are a wrong use', async () => {
  for (const thing of [null, undefined, 7, 'photo.jpg', {}, { data: [1], width: 1, height: 1 }]) {
    await assert.rejects(preparePhoto(/** @type {any} */ (thing), LIMITS),
      { code: 'HUM_ERROR_ARGUMENT' });
  }
});
