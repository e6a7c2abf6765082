/**
 * Zips, in and out, by zip.js (packages/), which is loaded when one is wanted first. It reads
 * one file of a zip at a time, and the browser's own inflate and deflate do the work.
 */

import { fileOf } from './people-words.js';
import { sourceOf } from './sources.js';

/** @typedef {typeof import('@zip.js/zip.js')} Zip */
/** @typedef {import('@zip.js/zip.js').FileEntry} FileEntry */

/** More than these nobody has in one zip, nor a photo so large (HUM_MAX_PHOTO_BYTES). */
const MOST_ENTRIES = 100_000;
const MOST_BYTES = 256 << 20;

/** Of these nothing gets smaller. */
const PACKED = /\.(jpe?g|png|webp|avif|heic|gz|zip|tflite\.\d+)$/i;

/** The same files give the same zip. */
const SOME_DAY = new Date(2000, 0, 1);

/** What zip.js calls a zip that is none, a damaged one, and one in several files. */
export class ZipProblem extends Error {
  /** @param {'damaged' | 'too-many' | 'encrypted'} kind @param {string} message */
  constructor(kind, message) {
    super(message);
    this.name = 'ZipProblem';
    this.kind = kind;
  }
}

/** It is a script of the older kind, which leaves its name behind. */
const PACKAGE = './packages/zip-core.min.js';

/** @returns {Promise<Zip>} */
export async function zipPackage() {
  await import(PACKAGE);
  return configured(/** @type {any} */ (globalThis).zip);
}

/** @param {Zip} zip */
export function configured(zip) {
  zip.configure({ useWebWorkers: false, useCompressionStream: true });
  return zip;
}

/**
 * The photos of a zip, as of a folder.
 * @param {Blob & {name?: string}} file
 * @param {Zip} zip
 * @returns {Promise<import('./sources.js').Source>}
 */
export async function fromZip(file, zip) {
  /** @type {FileEntry[]} */
  const entries = [];
  try {
    const reader = new zip.ZipReader(new zip.BlobReader(file));
    for await (const entry of reader.getEntriesGenerator()) {
      if (entry.directory) continue;
      if (entries.length >= MOST_ENTRIES) throw new ZipProblem('too-many', `more than ${MOST_ENTRIES} files`);
      entries.push(/** @type {FileEntry} */ (entry));
    }
  } catch (error) {
    if (error instanceof ZipProblem) throw error;
    throw new ZipProblem('damaged', String(/** @type {any} */ (error)?.message ?? error));
  }
  if (entries.length && entries.every(({ encrypted }) => encrypted)) {
    throw new ZipProblem('encrypted', `all ${entries.length} files`);
  }
  const inside = commonFolder(entries.map(({ filename }) => filename));
  return sourceOf((file.name ?? '').replace(/\.zip$/i, ''), entries.map((entry) => ({
    path: entry.filename.slice(inside.length),
    open: () => unpacked(entry),
  })));
}

/** The one folder that holds all others, as when a folder is zipped. @param {string[]} paths */
function commonFolder(paths) {
  const seen = paths.filter((path) => !path.startsWith('__MACOSX/'));
  const [first = ''] = seen;
  const folder = first.slice(0, first.indexOf('/') + 1);
  return folder && seen.every((path) => path.startsWith(folder)) ? folder : '';
}

/** @param {FileEntry} entry @returns {Promise<File>} */
async function unpacked(entry) {
  const { filename, encrypted, uncompressedSize, lastModDate } = entry;
  if (encrypted) throw new Error('it has a password');
  if (uncompressedSize > MOST_BYTES) throw new Error(`it says to have ${uncompressedSize} bytes`);
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const parts = [];
  let size = 0;
  await entry.getData(new WritableStream({
    write(/** @type {Uint8Array<ArrayBuffer>} */ part) {
      size += part.length;
      // What holds more than it says is made to fill the memory.
      if (size > uncompressedSize) throw new Error(`it holds more than the ${uncompressedSize} bytes it says`);
      parts.push(part);
    },
  }), { checkSignature: true });
  return new File(parts, fileOf(filename), { lastModified: lastModDate?.getTime() });
}

/**
 * @param {AsyncIterable<{path: string, content: Blob | Uint8Array<ArrayBuffer> | string}>} files
 * @param {Zip} zip
 * @param {AbortSignal} [signal]
 * @returns {Promise<Blob>}
 */
export async function zipOf(files, zip, signal) {
  const writer = new zip.ZipWriter(new zip.BlobWriter('application/zip'), { signal,
    lastModDate: SOME_DAY, extendedTimestamp: false, useUnicodeFileNames: true });
  for await (const { path, content } of files) {
    signal?.throwIfAborted();
    await writer.add(path, new zip.BlobReader(content instanceof Blob ? content : new Blob([content])),
      { level: PACKED.test(path) ? 0 : 6 });
  }
  return writer.close();
}
