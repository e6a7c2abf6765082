#!/usr/bin/env node
/**
 * Writes SITE/files.js, from which the service worker knows what it may let through: every
 * file of the site, and the content security policy of its pages, which is read from
 * index.html and must be the same in all of them. Files put into a site later on are not
 * reachable until this has run again. And it marks pages and scripts with their version, so
 * that a page knows scripts of another one.
 *
 *     node tools/setup/files.mjs build/site
 */

import { createHash } from 'node:crypto';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';

/** What assets.js keeps is none of the service worker's business. */
const LARGE = /\.(wasm|humg|recipe|tflite(\.\d+)?)$|^picture\.jpg$/;

/** What few visitors ever need is kept once it was. */
const RARE = /^engine\/(convert|heic)\//;

const VERSION = 'page/gate/version.js';

const site = resolve(process.argv[2] ?? '');

/** @param {string[]} files  all of the site @param {string} policy */
async function markVersion(files, policy) {
  const hash = createHash('sha256').update(policy);
  for (const file of files) {
    if (file === VERSION || file.endsWith('.html')) continue;
    hash.update(file).update(await readFile(join(site, file)));
  }
  const version = hash.digest('hex').slice(0, 16);
  await writeFile(join(site, VERSION), `export const VERSION = '${version}';\n`);
  for (const file of files.filter((name) => name.endsWith('.html'))) {
    const html = await readFile(join(site, file), 'utf8');
    await writeFile(join(site, file), html.replace(/<html( data-version="\w*")?/,
      `<html data-version="${version}"`));
  }
}

/** @param {string} html */
const policyOf = (html) => (
  /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? 'none');

async function main() {
  const entries = await readdir(site, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(site, join(parentPath, name)).replaceAll('\\', '/'))
    .filter((file) => file !== 'files.js').sort();
  const odd = files.find((file) => !/^[\w./-]+$/.test(file));
  if (odd) throw new Error(`"${odd}" has characters in its name that change in an address.`);
  const policy = policyOf(await readFile(join(site, 'index.html'), 'utf8'));
  if (files.includes(VERSION)) await markVersion(files, policy);
  const version = createHash('sha256').update(policy);
  /** @type {Record<string, string>} */
  const kept = {};
  /** @type {Record<string, string>} */
  const rare = {};
  for (const file of files) {
    const bytes = await readFile(join(site, file));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    version.update(`${file} ${sha256}\n`);
    if (RARE.test(file)) rare[file] = sha256;
    else if (!LARGE.test(file)) kept[file] = sha256;
    if (file.endsWith('.html') && policyOf(String(bytes)) !== policy) {
      throw new Error(`${file} has another content security policy than index.html.`);
    }
  }
  const large = files.filter((file) => LARGE.test(file) && !RARE.test(file));
  const list = { version: version.digest('hex').slice(0, 16), policy, kept, rare, large };
  await writeFile(join(site, 'files.js'), `self.SITE = ${JSON.stringify(list, null, 1)};\n`);
}

main().catch((error) => {
  process.stderr.write(`files: ${error.message}\n`);
  process.exitCode = 2;
});
