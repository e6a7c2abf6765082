// Takes the networks and photos out of the installed packages: every row of
// models/files.tsv becomes a file under build/, checked against its sha256. A file that is
// already there and right is left alone, however it came there, so each can be supplied by
// hand. The recipes and credits of models/ are laid beside them.
// Usage: node tools/setup/unpack.mjs [--packages] SET...
//   --packages   unpack nothing; print the packages that are still needed, each with its
//                version and sha512

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const build = join(root, 'build');
const packages = join(build, 'npm/models/node_modules');
const SHOWN = 10; // missing files that are named one by one

/**
 * @typedef {object} Row
 * @property {string} sha256
 * @property {string} set   "demo" or "tests"
 * @property {string} name  the package
 * @property {string} from  path in the package
 * @property {string} to    path under build/
 */

/** @returns {Row[]} */
function readTable() {
  const text = readFileSync(join(root, 'models/files.tsv'), 'utf8');
  return text.split('\n').filter((line) => line && !line.startsWith('#')).map((line) => {
    const [sha256, set, name, from, to] = line.split('\t');
    return { sha256, set, name, from, to };
  });
}

const sha256 = (/** @type {Uint8Array} */ bytes) =>
  createHash('sha256').update(bytes).digest('hex');

/** @returns {Buffer | null} null if there is no such file */
function readIfThere(/** @type {string} */ path) {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw error;
  }
}

/**
 * Writes through a temporary name, so that an interruption leaves no half file; leaves a
 * file alone that has this content already.
 */
function write(/** @type {string} */ path, /** @type {Uint8Array | string} */ content) {
  if (readIfThere(path)?.equals(Buffer.from(content))) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.part`, content);
  renameSync(`${path}.part`, path);
}

/** The picture inside a record of the package of presidents; null if there is none. */
function pictureOf(/** @type {Uint8Array} */ record) {
  const { decode } = createRequire(import.meta.url)(join(packages, '@msgpack/msgpack'));
  return decode(record)?.blobs?.mainImage?.blob ?? null;
}

/** Makes one file. @returns {string} "" or why it could not be made */
function unpack(/** @type {Row} */ row) {
  const raw = readIfThere(join(packages, row.name, row.from));
  if (!raw) {
    const installed = readIfThere(join(packages, row.name, 'package.json'));
    return installed ? `package ${row.name} has no file ${row.from}`
      : `package ${row.name} is not installed`;
  }
  const isRecord = row.from.endsWith('.msgpack');
  if (isRecord && !readIfThere(join(packages, '@msgpack/msgpack/package.json'))) {
    return 'package @msgpack/msgpack, which reads the records, is not installed';
  }
  const bytes = isRecord ? pictureOf(raw) : raw;
  if (!bytes) return `${row.from} of package ${row.name} holds no picture`;
  const found = sha256(bytes);
  if (found !== row.sha256) return `${row.from} of package ${row.name} has sha256 ${found}`;
  write(join(build, row.to), bytes);
  return '';
}

/**
 * The locked packages without those whose files are all there already. Entries with a name
 * of their own are stand-ins for what the data packages would bring along.
 */
function printPackages(/** @type {Row[]} */ table, /** @type {Row[]} */ needed, tests) {
  const lock = JSON.parse(readFileSync(join(root, 'models/package-lock.json'), 'utf8'));
  for (const [path, entry] of Object.entries(lock.packages)) {
    const name = path.replace(/^node_modules\//, '');
    if (!name || entry.name || (entry.dev && !tests)) continue;
    const has = (/** @type {Row} */ row) => row.name === name;
    if (table.some(has) && !needed.some(has)) continue;
    const sha512 = Buffer.from(entry.integrity.replace('sha512-', ''), 'base64').toString('hex');
    console.log(name, entry.version, sha512);
  }
}

/**
 * The credits of the demo gallery, from the reviewed table, in the form that
 * `humshakal gallery build` reads.
 */
function presidentsCredits(/** @type {Row[]} */ rows) {
  const table = JSON.parse(readFileSync(join(root, 'models/presidents.json'), 'utf8'));
  /** @type {{photos: Record<string, object>, people: Record<string, object>}} */
  const credits = { photos: {}, people: {} };
  for (const { to } of rows) {
    const [, person, file] = to.match(/^photos\/presidents\/(.*)\/(.*)$/) ?? [];
    if (!person) continue;
    const facts = table.people[person];
    credits.photos[`${person}/${file}`] = {
      title: facts.file.replace(/\.\w+$/, ''),
      source: table.source,
      author: facts.author,
      licence: table.licences[facts.licence].text,
      link: `https://commons.wikimedia.org/wiki/File:${pagePath(facts.file)}`,
    };
    credits.people[person] = { link: `https://en.wikipedia.org/wiki/${pagePath(person)}` };
  }
  return JSON.stringify(credits, null, 1) + '\n';
}

const pagePath = (/** @type {string} */ title) => encodeURIComponent(title.replaceAll(' ', '_'));

/** Lays what models/ says about the files beside them. */
function writeTexts(/** @type {Row[]} */ rows) {
  write(join(build, 'photos/presidents/credits.json'), presidentsCredits(rows));
  const samples = readFileSync(join(root, 'models/samples.json'), 'utf8');
  write(join(build, 'photos/samples/samples.json'), samples);
  for (const name of readdirSync(join(root, 'models'))) {
    if (!name.endsWith('.recipe')) continue;
    write(join(build, 'models', name), readFileSync(join(root, 'models', name)));
  }
}

const args = process.argv.slice(2);
const onlyPackages = args[0] === '--packages';
const sets = args.slice(onlyPackages ? 1 : 0);
const table = readTable().filter((row) => sets.includes(row.set));
const needed = table.filter((row) => {
  const bytes = readIfThere(join(build, row.to));
  return !bytes || sha256(bytes) !== row.sha256;
});

if (onlyPackages) {
  printPackages(table, needed, sets.includes('tests'));
} else {
  const failures = [];
  for (const row of needed) {
    const problem = unpack(row);
    if (problem) failures.push({ row, problem });
  }
  const made = needed.length - failures.length;
  if (made) console.log(`${made} networks and photos unpacked`);
  for (const { row, problem } of failures.slice(0, SHOWN)) {
    console.error(`build/${row.to} is missing: ${problem}; expected sha256 ${row.sha256}`);
  }
  if (failures.length > SHOWN) console.error(`and ${failures.length - SHOWN} files more`);
  writeTexts(table);
  if (failures.length) process.exitCode = 1;
}
