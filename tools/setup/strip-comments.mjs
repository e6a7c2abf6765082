#!/usr/bin/env node
/**
 * Takes the comments out of scripts, which are half of what a visitor would download; names
 * and layout stay, so that whoever looks at what the page does can read it.
 *
 *     node tools/setup/strip-comments.mjs FILE...
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { importPackage } from '../packages.mjs';

const { parse } = await importPackage('models', 'acorn');

/** @param {string} source */
function strip(source) {
  /** @type {[number, number][]} */
  const comments = [];
  parse(source, { ecmaVersion: 'latest', sourceType: 'module',
    onComment: (/** @type {boolean} */ block, /** @type {string} */ text,
      /** @type {number} */ start, /** @type {number} */ end) => comments.push([start, end]) });
  let left = '';
  let at = 0;
  for (const [start, end] of comments) {
    // With a comment goes the space before it, and the line that it had to itself.
    const before = source.slice(at, start).replace(/[ \t]+$/, '');
    left += before;
    at = (before === '' || before.endsWith('\n')) && source[end] === '\n' ? end + 1 : end;
  }
  return left + source.slice(at);
}

for (const file of process.argv.slice(2)) writeFileSync(file, strip(readFileSync(file, 'utf8')));
