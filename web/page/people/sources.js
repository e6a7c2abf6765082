/**
 * From what the visitor gave to photos one after the other: a folder, files, what was dropped,
 * a zip. Each has the path that it is known by, beginning inside of what was chosen.
 */

/**
 * @typedef {object} Entry
 * @property {string} path
 * @property {() => Promise<File>} open
 */

/**
 * @typedef {object} Source
 * @property {string} name    of the folder or file
 * @property {Entry[]} entries  those that may be photos, in the order of their paths
 * @property {number} others  files that are none
 * @property {FileSystemDirectoryHandle | null} folder  to be read again in a later visit
 */

/** By name only: what a file really is, is found out when it is opened. */
const PHOTO = /\.(jpe?g|jfif|png|webp|avif|gif|bmp|hei[cf]|tiff?|jxl)$/i;
export const ZIP = /\.zip$/i;

/** Folders in folders; links may lead round in circles. */
const DEEPEST = 64;

/** @param {string} name */
const isHidden = (name) => name.startsWith('.') || name === '__MACOSX';

/** @param {string} name @param {Entry[]} all @param {FileSystemDirectoryHandle | null} folder @returns {Source} */
export function sourceOf(name, all, folder = null) {
  const seen = all.filter(({ path }) => !path.split('/').some(isHidden));
  const entries = seen.filter(({ path }) => PHOTO.test(path))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return { name, entries, others: seen.length - entries.length, folder };
}

/** What <input webkitdirectory> or a choice of files gives. @param {File[]} files */
export function fromFiles(files) {
  const [first] = files;
  const inside = first?.webkitRelativePath.split('/')[0] ?? '';
  return sourceOf(inside, files.map((file) => ({
    path: file.webkitRelativePath.split('/').slice(1).join('/') || file.name,
    open: async () => file,
  })));
}

/**
 * A folder that the browser can open again later.
 * @param {FileSystemDirectoryHandle} folder
 * @param {AbortSignal} signal
 */
export async function fromFolder(folder, signal) {
  return sourceOf(folder.name, await walk(folder, '', 0, signal), folder);
}

/**
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} path
 * @param {number} depth
 * @param {AbortSignal} signal
 * @returns {Promise<Entry[]>}
 */
async function walk(folder, path, depth, signal) {
  signal.throwIfAborted();
  /** @type {Entry[]} */
  const found = [];
  for await (const [name, handle] of folder.entries()) {
    if (isHidden(name)) continue;
    if (handle.kind === 'file') found.push({ path: path + name, open: () => handle.getFile() });
    else if (depth < DEEPEST) found.push(...await walk(handle, `${path}${name}/`, depth + 1, signal));
  }
  return found;
}

/**
 * What was dropped: one folder, or several folders and files. To be called at once, since
 * what was dropped is gone after the event.
 * @param {DataTransfer} given
 * @returns {Promise<{files: File[], source: Source}>}  files: dropped by themselves
 */
export async function fromDrop(given) {
  const items = [...given.items].flatMap((item) => (
    item.kind === 'file' ? [item.webkitGetAsEntry()] : []));
  const plain = [...given.files];
  const folders = items.filter((item) => item?.isDirectory);
  const files = plain.filter((file) => !folders.some((folder) => folder?.name === file.name));
  /** @type {Entry[]} */
  const all = [];
  for (const folder of folders) {
    const inside = folders.length > 1 ? `${folder?.name}/` : '';
    all.push(...await walkEntry(/** @type {FileSystemDirectoryEntry} */ (folder), inside, 0));
  }
  return { files, source: sourceOf(folders[0]?.name ?? '', all) };
}

/**
 * @param {FileSystemDirectoryEntry} folder
 * @param {string} path
 * @param {number} depth
 * @returns {Promise<Entry[]>}
 */
async function walkEntry(folder, path, depth) {
  const reader = folder.createReader();
  /** @type {Entry[]} */
  const found = [];
  for (;;) { // some hundred at a time, until there are none
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (!some.length) return found;
    for (const entry of some) {
      if (isHidden(entry.name)) continue;
      if (entry.isFile) {
        found.push({ path: path + entry.name, open: () => new Promise((resolve, reject) => {
          /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject);
        }) });
      } else if (depth < DEEPEST) {
        found.push(...await walkEntry(/** @type {FileSystemDirectoryEntry} */ (entry),
          `${path}${entry.name}/`, depth + 1));
      }
    }
  }
}

/**
 * The names of the folders, where all photos lie in folders of one level: they may be names
 * of people.
 * @param {Source} source
 * @returns {string[]}  empty: they do not
 */
export function namesOf({ entries }) {
  const parts = entries.map(({ path }) => path.split('/'));
  if (!parts.length || !parts.every(({ length }) => length === 2)) return [];
  const names = [...new Set(parts.map(([name]) => name))];
  return names.length > 1 ? names : [];
}
