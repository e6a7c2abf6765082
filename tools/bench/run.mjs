/** The command behind tools/bench.sh: a server, a browser, one page per part, a report. */

import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { launch } from '../../tests/lib/browser.mjs';
import { processorClock } from './processor.mjs';
import { serve } from '../serve.mjs';
import { table } from './report.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What each part measures. */
const PARTS = {
  network: 'one inference: default embedder and detector, against LiteRT.js',
  photo: 'a 1920-pixel JPEG to the embedding of its largest face, against LiteRT.js',
};

/** @typedef {keyof typeof PARTS} Part */

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runs: { type: 'string', default: '20' },
      json: { type: 'string' },
      list: { type: 'boolean', default: false },
    },
  });
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1) {
    throw new Error(`--runs needs a whole number from 1 on; found '${values.runs}'`);
  }
  const unknown = positionals.find((part) => !(part in PARTS));
  if (unknown) throw new Error(`there is no part '${unknown}'; --list names the parts`);
  const parts = /** @type {Part[]} */ (positionals.length ? positionals : Object.keys(PARTS));
  return { parts, runs, json: values.json, list: values.list };
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

async function main() {
  const { parts, runs, json, list } = readOptions();
  if (list) {
    for (const [part, what] of Object.entries(PARTS)) console.log(part.padEnd(10), what);
    return;
  }
  // Isolated pages have the finest clock.
  const server = await serve(ROOT, { isolate: true });
  const browser = await launch();
  const report = { ...conditions(browser.version()), runs, parts: /** @type {any} */ ({}) };
  try {
    for (const part of parts) {
      const load = { before: loadavg()[0], after: 0 };
      // Nothing that another part allocated, compiled or cached.
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(new URL('tools/bench/page.html', server.url).href);
      const clock = await processorClock(browser);
      if (clock) await page.exposeFunction('processorTime', clock);
      const rows = await page.evaluate(
        async ([module, options]) => (await import(module)).measure(options),
        /** @type {const} */ ([`./parts/${part}.js`, { runs }]));
      await context.close();
      load.after = loadavg()[0];
      report.parts[part] = { what: PARTS[part], load, rows };
      console.log(table(part, report.parts[part]));
    }
  } finally {
    await browser.close();
    await server.close();
  }
  console.log(`${report.machine}; ${report.browser}; build ${report.build}; ${report.date}`);
  if (json) await writeFile(json, `${JSON.stringify(report, null, 1)}\n`);
}

main().catch((error) => {
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = 2;
});
