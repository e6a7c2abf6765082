#!/usr/bin/env node
/**
 * Writes licences.html: under which terms the site's code, networks and photos stand.
 *
 *     node tools/setup/licences.mjs OUT.html
 *
 * Everything is read from what the site is made of: licence files of the sources, recipes
 * of the networks, credits of the photos. A file that is not there is an error, so that no
 * notice is lost in silence.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const build = join(root, 'build');

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

/** What is compiled into the engine: name, licence file. @returns {[string, string][]} */
function code() {
  const emscripten = dirname(realpathSync(execFileSync('which', ['emcc'], { encoding: 'utf8' }).trim()));
  const deps = ['XNNPACK', 'pthreadpool', 'FXdiv', 'FP16', 'stb'];
  return [
    ['Humshakal', join(root, 'LICENSE')],
    ...deps.map((name) => /** @type {[string, string]} */ ([name, join(build, 'deps', name, 'LICENSE')])),
    ['Emscripten and the libraries it links', firstOf([
      join(emscripten, 'LICENSE'), join(emscripten, '../doc/emscripten/copyright')])],
    ['musl, the C library', join(emscripten, 'system/lib/libc/musl/COPYRIGHT')],
  ];
}

/** @param {string} file  key = value lines */
function recipe(file) {
  return Object.fromEntries(read(file).split('\n').filter((line) => /^[a-z]/.test(line))
    .map((line) => line.split(/\s*=\s*(.*)/s).slice(0, 2)));
}

function networks() {
  const folder = join(build, 'models');
  return readdirSync(folder).filter((name) => name.endsWith('.tflite')).sort().map((name) => {
    const r = recipe(join(folder, name.replace(/\.tflite$/, '.recipe')));
    return `<li><b>${escape(r.name)}</b>: ${escape(r.licence)}. Trained on: ${escape(r.training)}.
      ${escape(r.citation)}. From: ${escape(r.source)}.</li>`;
  });
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
  const { photos } = JSON.parse(read(join(build, 'photos/presidents/credits.json')));
  return Object.entries(photos).map(([file, p]) => photo(p, basename(dirname(file))));
}

/** @param {string[]} items */
const list = (items) => `<ul>\n${items.join('\n')}\n</ul>`;

const out = process.argv[2];
if (!out) throw new Error('usage: node tools/setup/licences.mjs OUT.html');
writeFileSync(out, `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Licences and credits · Humshakal</title>
<link rel="stylesheet" href="style.css">
<main>
<p><a href="./">Back to Humshakal</a></p>
<h1>Licences and credits</h1>
<h2>Networks</h2>
${list(networks())}
<h2>Photos to try</h2>
${list(samples())}
<h2>Photos of the gallery</h2>
${list(gallery())}
<h2>Code</h2>
${code().map(([name, file]) => `<details><summary>${escape(name)}</summary>
<pre style="white-space: pre-wrap">${escape(read(file))}</pre></details>`).join('\n')}
</main>
</html>
`);
