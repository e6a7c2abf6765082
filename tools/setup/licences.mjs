#!/usr/bin/env node
/**
 * Writes SITE/licences.html: under which terms the site's code, networks and photos stand.
 *
 *     node tools/setup/licences.mjs build/site CREDITS...
 *
 * Everything is read from what the site is made of: licence files of the sources, the
 * manifest's words on the networks, the CREDITS of galleries' photos (credits.json). A file that is not there is an
 * error, so that no notice is lost in silence.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const build = join(root, 'build');
const [, , site, ...credits] = process.argv;
if (!credits.length) throw new Error('usage: node tools/setup/licences.mjs build/site CREDITS...');

/** @param {string} file */
const read = (file) => readFileSync(file, 'utf8');

/** @param {unknown} text */
function escape(text) {
  return String(text ?? '').replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** @param {string | undefined} url @param {string} text */
function link(url, text) {
  return /^https?:\/\//.test(url ?? '') ? `<a href="${escape(url)}">${escape(text)}</a>` : escape(text);
}

/** @param {string[]} candidates */
function firstOf(candidates) {
  const found = candidates.find((file) => existsSync(file));
  if (!found) throw new Error(`none of these licence files exists: ${candidates.join(', ')}`);
  return found;
}

/** What the LGPL asks for. @param {string} folder  of the package */
function libheifSources(folder) {
  const { version } = JSON.parse(read(join(folder, 'package.json')));
  return `They are as npm has them in libheif-js ${version}, but for the script's last line, which `
    + 'makes it a module. Their sources: github.com/strukturag/libheif and '
    + 'github.com/strukturag/libde265, built by github.com/catdad-experiments/libheif-js. '
    + 'Both files of engine/heic/ may be replaced by others that are built from them.';
}

/**
 * The engine's parts, and the packages that few visitors need: name, licence file, and what
 * else has to be said.
 * @returns {[string, string, string?][]}
 */
function code() {
  const emscripten = dirname(realpathSync(execFileSync('which', ['emcc'], { encoding: 'utf8' }).trim()));
  const packages = join(build, 'npm/models/node_modules');
  const heif = join(packages, 'libheif-js');
  const deps = ['XNNPACK', 'pthreadpool', 'FXdiv', 'FP16', 'stb'];
  return [
    ['Humshakal', join(root, 'LICENSE')],
    ...deps.map((name) => /** @type {[string, string]} */ ([name, join(build, 'deps', name, 'LICENSE')])),
    ['Emscripten and the libraries it links', firstOf([
      join(emscripten, 'LICENSE'), join(emscripten, '../doc/emscripten/copyright')])],
    ['musl, the C library', join(emscripten, 'system/lib/libc/musl/COPYRIGHT')],
    ['h5wasm and HDF5', join(packages, 'h5wasm/LICENSE.txt')],
    ['FlatBuffers', join(packages, 'flatbuffers/LICENSE')],
    ['libheif and libde265, for HEIC photos', join(heif, 'libheif-wasm/LICENSE'), libheifSources(heif)],
    ['zip.js', join(packages, '@zip.js/zip.js/LICENSE')],
  ];
}

function networks() {
  const { models } = JSON.parse(read(join(site, 'models/manifest.json')));
  return models.map((/** @type {Record<string, string>} */ m) => (
    `<li><b>${escape(m.name)}</b>: ${escape(m.licence)}. Trained on: ${escape(m.training)}.
      ${escape(m.citation)}. From: ${escape(m.source)}.</li>`));
}

/** @param {Record<string, string>} p @param {string} name */
function photo(p, name) {
  const parts = [p.author, p.licence, p.source].filter(Boolean).map(escape).join('. ');
  return `<li>${link(p.link, p.title || name)}: ${parts || 'nothing is known about this photo'}.</li>`;
}

function samples() {
  return JSON.parse(read(join(build, 'photos/samples/samples.json')))
    .map((/** @type {Record<string, string>} */ p) => photo(p, p.file));
}

function gallery() {
  return credits.flatMap((path) => Object.entries(JSON.parse(read(path)).photos)
    .map(([file, p]) => photo(p, basename(dirname(file)))));
}

/** @param {string[]} items */
const list = (items) => `<ul>\n${items.join('\n')}\n</ul>`;

/** As in the page. */
const [policy] = /<meta http-equiv="Content-Security-Policy"[^>]+>/.exec(
  read(join(site, 'index.html'))) ?? [''];

writeFileSync(join(site, 'licences.html'), `<!doctype html>
<html lang="en">
<meta charset="utf-8">
${policy}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="Under which terms the code, the networks and the photos of Humshakal stand, and whom to thank for them.">
<title>Licences and credits · Humshakal</title>
<link rel="icon" href="icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="style.css">
<main class="reading">
<p><a href="./">Back to Humshakal</a></p>
<p lang="hi">लाइसेंस अपने मूल पाठ में हैं, यानी अंग्रेज़ी में। <a href="./">हमशक्ल पर वापस जाएँ</a></p>
<h1>Licences and credits</h1>
<h2>Networks</h2>
${list(networks())}
<h2>Photos to try</h2>
${list(samples())}
<h2>Photos of the galleries</h2>
<p>A licence frees a photo, not the face in it: nobody shown here has to do with this page or
endorses it. Whoever does not want to be shown asks the maker of this site, without having to
say why, and is left out.</p>
${list(gallery())}
<h2>Code</h2>
${code().map(([name, file, more]) => `<details><summary>${escape(name)}</summary>
${more ? `<p>${escape(more)}</p>\n` : ''}<pre>${escape(read(file))}</pre></details>`).join('\n')}
</main>
</html>
`);
