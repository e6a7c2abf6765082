#!/usr/bin/env node
/**
 * Tells each page all modules that its script imports, and those import, so that browsers
 * ask for them at once, not for one level after the other.
 *
 *     node tools/setup/preload.mjs PAGE.html...
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { importPackage } from '../packages.mjs';

const { parse } = await importPackage('models', 'acorn');

/** @param {string} file @param {Set<string>} found */
function collect(file, found) {
  const { body } = parse(readFileSync(file, 'utf8'), { ecmaVersion: 'latest', sourceType: 'module' });
  for (const { source } of body) {
    const module = source && resolve(dirname(file), source.value);
    if (!module || found.has(module)) continue;
    found.add(module);
    collect(module, found);
  }
  return found;
}

for (const page of process.argv.slice(2)) {
  const html = readFileSync(page, 'utf8');
  const [, script] = /<script type="module" src="([^"]+)">/.exec(html) ?? [];
  if (!script) throw new Error(`${page} has no module.`);
  const modules = collect(resolve(dirname(page), script), new Set());
  const links = [...modules].map((module) => (
    `  <link rel="modulepreload" href="${relative(dirname(page), module)}">\n`));
  // At the end: the page is seen first.
  writeFileSync(page, html.replace('</body>', `${links.join('')}</body>`));
}
