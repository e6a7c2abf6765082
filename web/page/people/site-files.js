/**
 * A copy of this site with another gallery, file by file: the pages and scripts as they are,
 * large files as the engine gives them, and a page with the maker's statement.
 */

/** @typedef {{path: string, content: Uint8Array<ArrayBuffer> | string}} SiteFile */

/** Files that come with the gallery (Humshakal.siteWith) in place of this site's own. */
const REPLACED = /^(galleries|models)\/|^engine\/[^/]+\.wasm$/;

/** Where index.html leads to the statement. */
const MARK = '<!-- statement -->';

/**
 * @param {object} of
 * @param {string} of.name       of the gallery
 * @param {string} of.statement  whose photos these are
 * @param {number} of.people
 * @param {number} of.photos
 * @param {AsyncIterable<{path: string, content: Uint8Array<ArrayBuffer>}>} of.large
 * @param {(file: string) => Promise<Uint8Array<ArrayBuffer>>} of.fetchFile
 * @returns {AsyncGenerator<SiteFile>}
 */
export async function* siteFiles({ name, statement, people, photos, large, fetchFile }) {
  const list = readList(text(await fetchFile('files.js')));
  const index = text(await fetchFile('index.html'));
  const version = await versionOf(`${list.version} ${name} ${statement} ${Date.now()}`);
  /** @type {Record<string, string>} */
  const kept = {};
  /** @type {Record<string, string>} */
  const rare = {};
  /** @type {string[]} */
  const others = [];
  for await (const file of large) {
    if (file.path.endsWith('.json')) kept[file.path] = await sha256(file.content);
    else others.push(file.path);
    yield file;
  }
  const pages = Object.keys(list.kept).filter((file) => !REPLACED.test(file));
  for (const path of [...pages, 'statement.html']) {
    const content = path === 'statement.html' ? statementPage(index, { name, statement, people, photos })
      : await fetchFile(path);
    const changed = withVersion(path, content, version);
    kept[path] = await sha256(changed);
    yield { path, content: changed };
  }
  for (const [path, hash] of Object.entries(list.rare)) {
    rare[path] = hash;
    yield { path, content: await fetchFile(path) };
  }
  for (const path of list.large.filter((file) => !REPLACED.test(file))) {
    others.push(path);
    yield { path, content: await fetchFile(path) };
  }
  const files = { version, policy: list.policy, kept, rare, large: others.sort() };
  yield { path: 'files.js', content: `self.SITE = ${JSON.stringify(files, null, 1)};\n` };
}

/**
 * What tools/setup/files.mjs has written.
 * @param {string} script
 * @returns {{version: string, policy: string, kept: Record<string, string>,
 *   rare: Record<string, string>, large: string[]}}
 */
export function readList(script) {
  const [, json] = /^self\.SITE = ([\s\S]*);\s*$/.exec(script) ?? [];
  if (!json) throw new Error('files.js is not the list of this site’s files');
  return JSON.parse(json);
}

/**
 * Pages and scripts are marked with their version, so that those of two sites are never mixed.
 * @param {string} path
 * @param {Uint8Array<ArrayBuffer> | string} content
 * @param {string} version
 * @returns {Uint8Array<ArrayBuffer>}
 */
function withVersion(path, content, version) {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  if (path === 'page/gate/version.js') return new TextEncoder().encode(`export const VERSION = '${version}';\n`);
  if (!path.endsWith('.html')) return bytes;
  return new TextEncoder().encode(text(bytes)
    .replace(/<html( data-version="\w*")?/, `<html data-version="${version}"`)
    .replace(MARK, '<p><a href="statement.html">Whose photos these are · ये किसकी फ़ोटो हैं</a></p>'));
}

/** @param {string} value */
const escaped = (value) => value.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/**
 * The maker's own words, on a page like the others.
 * @param {string} index  whose policy binds it too
 * @param {{name: string, statement: string, people: number, photos: number}} about
 */
function statementPage(index, { name, statement, people, photos }) {
  const [policy = ''] = /<meta http-equiv="Content-Security-Policy"[^>]*>/.exec(index) ?? [];
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  ${policy}
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <meta name="referrer" content="no-referrer">
  <title>${escaped(name)}: Humshakal</title>
  <link rel="icon" href="icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="style.css">
</head>
<body>
  <header class="top"><a class="brand" href="./"><img src="icon.svg" alt="" width="36" height="36"> Humshakal</a></header>
  <main class="reading">
    <h1>${escaped(name)}</h1>
    <p class="lead">${people} people, ${photos} photos · ${people} लोग, ${photos} फ़ोटो</p>
    ${statement.trim().split(/\n\s*\n/).map((paragraph) => `<p dir="auto">${escaped(paragraph)}</p>`).join('\n    ')}
    <p><a href="./">Humshakal</a></p>
  </main>
</body>
</html>
`;
}

/** @param {Uint8Array} bytes */
const text = (bytes) => new TextDecoder().decode(bytes);

/** @param {string} seed */
async function versionOf(seed) {
  return (await sha256(new TextEncoder().encode(seed))).slice(0, 16);
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
