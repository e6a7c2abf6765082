/** The command behind tools/bench.sh: a server, a browser, pages that measure, a report. */

import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { launch } from '../../tests/lib/browser.mjs';
import { chart } from './chart.mjs';
import { NETWORKS, ensure } from './networks.mjs';
import { processorClock } from './processor.mjs';
import { serve } from '../serve.mjs';
import { table } from './report.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** parts/NAME.js each: WHAT it measures; pages(), what to ask of which page; measure(), in a
    page; summary(), where the rows are not just those of all pages. Or drive(), here. */
const PARTS = ['network', 'photo', 'load', 'search', 'memory', 'bytes', 'visit', 'peak'];

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runs: { type: 'string', default: '20' },
      only: { type: 'string', default: '' },
      json: { type: 'string' },
      chart: { type: 'string' },
      list: { type: 'boolean', default: false },
    },
  });
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) {
    throw new Error(`--runs needs a whole number from 1 on; found '${values.runs}'`);
  }
  const unknown = positionals.find((part) => !PARTS.includes(part));
  if (unknown) throw new Error(`there is no part '${unknown}'; --list names the parts`);
  const networks = NETWORKS.filter(({ id, dtype }) => `${id}-${dtype}`.includes(values.only));
  if (!networks.length) {
    throw new Error(`no network's name contains '${values.only}'; there are `
      + NETWORKS.map(({ id, dtype }) => `${id}-${dtype}`).join(', '));
  }
  return { ...values, runs, networks, parts: positionals.length ? positionals : PARTS };
}

/** @param {string} version of the browser */
function conditions(version) {
  const git = (/** @type {string[]} */ ...args) => execFileSync('git', ['-C', ROOT, ...args],
    { encoding: 'utf8' }).trim();
  return {
    machine: `${cpus()[0].model.trim()}, ${cpus().length} cores, `
      + `${(totalmem() / 2 ** 30).toFixed(0)} GB, Linux ${release()}`,
    browser: `Chromium ${version}, headless`,
    build: git('describe', '--always', '--dirty', '--abbrev=10'),
    date: new Date().toISOString(),
  };
}

/**
 * What a page of a part answers. Each page has what no other one allocated, compiled or
 * cached: a context of its own gets a process of its own.
 * @param {import('playwright-core').Browser} browser
 * @param {string} address  of the bench's page
 * @param {string} part
 * @param {object} options
 */
async function ask(browser, address, part, options) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(address);
    const clock = await processorClock(browser);
    if (clock) await page.exposeFunction('processorTime', clock);
    return await page.evaluate(
      async ([module, wanted]) => (await import(module)).measure(wanted),
      /** @type {const} */ ([`./parts/${part}.js`, options]));
  } finally {
    await context.close();
  }
}

/**
 * @param {{part: string, pages: (options: object) => any[],
 *   summary?: (rows: object[]) => object[]}} how
 * @param {object} options
 * @param {import('playwright-core').Browser} browser
 * @param {string} url  of the server
 */
async function measureInPages({ part, pages, summary = (rows) => rows }, options, browser, url) {
  const address = new URL('tools/bench/page.html', url).href;
  const threads = availableParallelism() > 1 ? [1, 2] : [1];
  const asked = pages({ ...options, threads });
  const rows = [];
  for (const [i, wanted] of asked.entries()) {
    if (process.stderr.isTTY) process.stderr.write(`\r${part}: ${i + 1} of ${asked.length} `);
    rows.push(...await ask(browser, address, part, wanted).catch((error) => (
      [{ subject: wanted.network?.name ?? part, engine: wanted.engine ?? 'the page',
        threads: wanted.threads, failed: error.message.split('\n', 1)[0] }])));
  }
  return summary(rows);
}

/** @param {string} part */
const load = (part) => import(`./parts/${part}.js`);

async function main() {
  const { parts, json, chart: picture, list, ...options } = readOptions();
  if (list) {
    for (const part of PARTS) console.log(part.padEnd(10), (await load(part)).WHAT);
    return;
  }
  await ensure(options.networks, console.log);
  // Isolated pages have the finest clock, and threads.
  const server = await serve(ROOT, { isolate: true });
  const browser = await launch();
  const report = { ...conditions(browser.version()), runs: options.runs,
    parts: /** @type {any} */ ({}) };
  try {
    for (const part of parts) {
      const { WHAT, drive, ...measuring } = await load(part);
      const before = loadavg()[0];
      const rows = drive ? await drive({ browser, runs: options.runs })
        : await measureInPages({ part, ...measuring }, options, browser, server.url);
      report.parts[part] = { what: WHAT, load: { before, after: loadavg()[0] }, rows };
      console.log(table(part, report.parts[part]));
    }
  } finally {
    await browser.close();
    await server.close();
  }
  console.log(`${report.machine}; ${report.browser}; build ${report.build}; ${report.date}`);
  if (json) await writeFile(json, `${JSON.stringify(report, null, 1)}\n`);
  if (picture) await writeFile(picture, chart(report));
}

main().catch((error) => {
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = 2;
});
