#!/usr/bin/env node
/**
 * The fault campaign: each row of rows.mjs in each browser, as a table. Exit code 1 when a
 * visitor was left stuck or misled.
 */

import { parseArgs } from 'node:util';
import { launch } from '../lib/browser.mjs';
import { line, run } from './campaign.mjs';
import { ROWS } from './rows.mjs';

const BROWSERS = /** @type {const} */ (['chromium', 'firefox']);

const HELP = `usage: node tests/faults/run.mjs [--browser NAME]... [--only PATTERN] [--at-once N]
       node tests/faults/run.mjs --list

Plants one fault after another in visits to build/site and prints what the visitor sees:
  verdict, browser, seconds until something was seen, fault, what was seen, what is wrong

  --browser NAME  ${BROWSERS.join(' or ')}; default: both
  --only PATTERN  faults that match this regular expression
  --at-once N     so many visits side by side; default: 1. Most of them wait
  --list          only names the faults

example: node tests/faults/run.mjs --browser firefox --only 'worker.js'
`;

async function main() {
  const { values } = parseArgs({ options: {
    browser: { type: 'string', multiple: true, default: [...BROWSERS] },
    only: { type: 'string', default: '' },
    'at-once': { type: 'string', default: '1' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  } });
  const rows = ROWS.filter(({ fault }) => new RegExp(values.only).test(fault));
  if (values.help) return void process.stdout.write(HELP);
  if (values.list) return void process.stdout.write(rows.map(({ fault }) => `${fault}\n`).join(''));
  if (!rows.length) throw new Error(`no fault matches "${values.only}"; see --list.`);

  const count = { ok: 0, STUCK: 0, WRONG: 0 };
  for (const name of BROWSERS.filter((one) => values.browser.includes(one))) {
    const left = rows.filter(({ only = name }) => only === name);
    // A browser each: Firefox does not draw the windows behind its first one.
    const visitor = async () => {
      const browser = await launch(name);
      for (let row = left.shift(); row; row = left.shift()) {
        const verdict = await run(browser, name, row);
        count[verdict.verdict] += 1;
        console.log(line(verdict));
      }
      await browser.close();
    };
    await Promise.all(Array.from({ length: Number(values['at-once']) }, visitor));
  }
  console.log(`\n${count.ok} ok, ${count.STUCK} stuck, ${count.WRONG} wrong`);
  if (count.STUCK + count.WRONG) process.exitCode = 1;
}

main().catch((error) => {
  process.stderr.write(`faults: ${error.message}\n`);
  process.exitCode = 2;
});
