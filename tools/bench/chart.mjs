/** Results as a picture: bars for each network and for the whole photo, shorter is faster. */

import { isOurs } from './report.mjs';

const WIDTH = 760;
const LABEL = 250; // where bars begin
const BAR = 400; // the longest
const ROW = { height: 22, bar: 9, second: 5 };
const GROUP = 30; // above a group's first bar
const EDGE = 12;

/** A page shows the picture as an image, so it looks after dark backgrounds itself. */
const STYLE = `
text { font: 13px system-ui, sans-serif; fill: #57606a }
.head { font-weight: 600; fill: #1f2328 }
.bar { fill: #8c959f } .ours { fill: #0a7d5a } .two { opacity: .55 }
@media (prefers-color-scheme: dark) {
  text { fill: #9da7b3 } .head { fill: #e6edf3 } .bar { fill: #6e7781 } .ours { fill: #2fbf8f }
}`;

/** What is drawn: rows of one network, of all its files; rows of one job on a photo.
    @param {any} parts  of the report */
function groups({ network, photo }) {
  /** @type {Map<string, any[]>} */
  const found = new Map();
  const add = (/** @type {string} */ title, /** @type {any} */ row) => (
    found.set(title, [...found.get(title) ?? [], row]));
  for (const row of network?.rows ?? []) add(`${row.subject.replace(/, \w+$/, '')}, one run`, row);
  for (const row of photo?.rows ?? []) {
    if (!row.subject.startsWith('of it')) add(`A 1920-pixel photo, ${row.subject} named`, row);
  }
  return [...found].map(([title, rows]) => ({ title, bars: bars(rows) }));
}

/** The fastest row of each engine, by threads. @param {any[]} rows */
function bars(rows) {
  const engines = [...new Set(rows.map(engineOf))];
  return engines.map((engine) => {
    const fastest = (/** @type {number} */ threads) => rows
      .filter((row) => engineOf(row) === engine && row.threads === threads && row.median)
      .reduce((best, row) => (!best || row.median < best.median ? row : best), null);
    const [one, two] = [fastest(1), fastest(2)];
    const type = (one ?? two)?.computes ?? (isOurs({ engine }) ? (one ?? two)?.file : '');
    return { label: type ? `${engine}, ${type}` : engine, ours: isOurs({ engine }), one, two };
  });
}

const engineOf = (/** @type {any} */ row) => (isOurs(row) ? 'Humshakal' : row.engine);

/** @param {any} report  what --json writes @returns {string} SVG */
export function chart(report) {
  let y = EDGE;
  const pieces = [];
  for (const { title, bars: all } of groups(report.parts)) {
    y += GROUP;
    pieces.push(`<text class="head" x="${EDGE}" y="${y - 10}">${escaped(title)}</text>`);
    const longest = Math.max(...all.flatMap(({ one, two }) => [one?.median ?? 0, two?.median ?? 0]));
    for (const bar of all) {
      pieces.push(...drawn(bar, y, BAR / longest));
      y += ROW.height;
    }
  }
  y += GROUP;
  const foot = `Milliseconds, median of ${report.runs}; pale: two threads. Shorter is faster. `
    + `${report.machine.split(',', 2).join(',')}; ${report.browser.replace(/(\d+)[.\d]*/, '$1')}`;
  pieces.push(`<text x="${EDGE}" y="${y - 8}">${escaped(foot)}</text>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" `
    + `height="${y}" role="img">\n<title>How long Humshakal and others take</title>\n`
    + `<style>${STYLE}</style>\n${pieces.join('\n')}\n</svg>\n`;
}

/** @param {any} bar @param {number} y @param {number} scale  pixels a millisecond */
function drawn({ label, ours, one, two }, y, scale) {
  const box = (/** @type {any} */ row, /** @type {string} */ kind, /** @type {number} */ top,
    /** @type {number} */ height) => (row ? [`<rect class="bar ${kind}" x="${LABEL}" y="${top}" `
      + `width="${Math.max(1, row.median * scale).toFixed(1)}" height="${height}" rx="2"/>`] : []);
  const kind = ours ? 'ours' : '';
  const times = [one, two].filter(Boolean).map((row) => milliseconds(row.median)).join(' / ');
  const end = LABEL + scale * Math.max(one?.median ?? 0, two?.median ?? 0) + 6;
  return [
    `<text x="${LABEL - 8}" y="${y + 12}" text-anchor="end">${escaped(label)}</text>`,
    ...box(one, kind, y + 1, ROW.bar),
    ...box(two, `${kind} two`, y + 1 + ROW.bar + 1, ROW.second),
    `<text x="${end.toFixed(1)}" y="${y + 12}">${times || 'failed'}</text>`,
  ];
}

const milliseconds = (/** @type {number} */ value) => value.toFixed(value < 10 ? 1 : 0);

const escaped = (/** @type {string} */ text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
