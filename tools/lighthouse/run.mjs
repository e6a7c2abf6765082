/** tools/lighthouse.sh, once everything is installed. */

import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { importPackage } from '../packages.mjs';
import { serve } from '../serve.mjs';

const SITE = 'build/site';
const CATEGORIES = { performance: 'performance', accessibility: 'accessibility',
  'best-practices': 'best practices', seo: 'SEO' };
const PERFECT = ['accessibility', 'best-practices'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: 'string', default: '1' }, details: { type: 'boolean' } },
});
const pages = positionals.length ? positionals
  : readdirSync(SITE).filter((name) => name.endsWith('.html')).sort();
const runs = Number(values.runs);
if (!(runs >= 1)) {
  process.stderr.write(`--runs is a number of 1 or more, not "${values.runs}"\n`);
  process.exit(2);
}

const { default: lighthouse } = await importPackage('lighthouse', 'lighthouse');

/** Compressed as every static host does it; Lighthouse counts bytes. */
function compress({ url }, response) {
  const name = url === '/' ? '/index.html' : url.replace(/\?.*/, '');
  const type = { html: 'text/html', js: 'text/javascript', mjs: 'text/javascript',
    css: 'text/css', json: 'application/json', svg: 'image/svg+xml',
    webmanifest: 'application/manifest+json' }[name.split('.').pop()];
  if (!type || name.includes('..')) return false;
  let bytes;
  try {
    bytes = readFileSync(join(SITE, name));
  } catch {
    return false; // the server answers what is not there
  }
  response.writeHead(200, { 'Content-Type': `${type}; charset=utf-8`, 'Content-Encoding': 'gzip' })
    .end(gzipSync(bytes));
  return true;
}

/** A Chromium that Lighthouse can speak to, and its port. */
async function startChromium() {
  const profile = await mkdtemp(join(tmpdir(), 'humshakal-lighthouse-'));
  const browser = spawn(process.env.CHROMIUM ?? '/usr/bin/chromium', ['--headless=new',
    '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--remote-debugging-port=0', `--user-data-dir=${profile}`,
    'about:blank'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const port = await new Promise((resolve, reject) => {
    let said = '';
    browser.stderr.on('data', (chunk) => {
      said += chunk;
      const [, found] = said.match(/DevTools listening on ws:\/\/[^:]+:(\d+)/) ?? [];
      if (found) resolve(Number(found));
    });
    browser.on('error', reject);
    browser.on('exit', (code) => reject(new Error(`Chromium ended (${code}): ${said}`)));
  });
  return { port, async close() {
    const ended = new Promise((resolve) => {
      browser.once('exit', resolve);
    });
    browser.kill();
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  } };
}

/** @param {number[]} numbers */
const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

const server = await serve(SITE, { intercept: compress });
const chromium = await startChromium();
// A new Chromium builds its own address bar first, which is not the page's work.
await setTimeout(5000);
let perfect = true;
try {
  process.stdout.write(`Lighthouse ${JSON.parse(readFileSync('tools/lighthouse/package.json', 'utf8'))
    .devDependencies.lighthouse}, mobile, ${execFileSync(process.env.CHROMIUM ?? '/usr/bin/chromium',
    ['--version', '--no-sandbox'], { encoding: 'utf8' }).trim()}, runs: ${runs}\n`);
  for (const page of pages) {
    const results = [];
    for (let run = 0; run < runs; run += 1) {
      const { lhr } = await lighthouse(`${server.url}${page}`, { port: chromium.port,
        logLevel: 'error', onlyCategories: Object.keys(CATEGORIES) });
      if (lhr.runtimeError) throw new Error(`${page}: ${lhr.runtimeError.message}`);
      results.push(lhr);
    }
    const scores = Object.entries(CATEGORIES).map(([id, name]) => {
      const score = Math.round(100 * median(results.map((lhr) => lhr.categories[id].score)));
      if (PERFECT.includes(id) && score < 100) perfect = false;
      return `${name} ${score}`;
    });
    process.stdout.write(`${page}: ${scores.join(', ')}\n`);
    const [lhr] = results;
    const weighed = Object.values(lhr.categories).flatMap(({ auditRefs }) => auditRefs)
      .filter(({ weight, group }) => weight > 0 || (values.details && group !== 'hidden'));
    for (const { id } of weighed) {
      const { score, title, displayValue = '', details } = lhr.audits[id];
      if (score === null || score >= 0.995) continue;
      process.stdout.write(`  ${score.toFixed(2)} ${title} ${displayValue}\n`);
      for (const item of values.details ? details?.items?.slice(0, 6) ?? [] : []) {
        process.stdout.write(`       ${JSON.stringify(item).slice(0, 300)}\n`);
      }
    }
  }
} finally {
  await chromium.close();
  await server.close();
}
process.exitCode = perfect ? 0 : 1;
