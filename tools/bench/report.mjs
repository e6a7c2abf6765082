/** Results as text. */

const number = (/** @type {number | undefined} */ value, digits = 2) => (
  value === undefined ? '' : value.toFixed(digits));

/** @param {any} row */
export function isOurs(row) {
  return row.engine.startsWith('Humshakal');
}

/** What others are compared with: the first row of ours on the same subject. */
export function ours(/** @type {any[]} */ rows, /** @type {any} */ row) {
  return rows.find((other) => isOurs(other) && other.median !== undefined
    && other.subject === row.subject && other.threads === row.threads);
}

/** Our value over theirs. @param {any} row @param {any} base
    @param {(row: any) => number | undefined} of */
function ratio(row, base, of) {
  const [a, b] = [base && of(base), of(row)];
  return !isOurs(row) && a && b ? number(a / b) : '';
}

const spread = (/** @type {any} */ { low, high }) => (
  low === undefined ? '' : `${number(low)} - ${number(high)}`);

/** Columns that are empty in all rows are left out.
    @type {[string, (row: any, base: any) => string][]} */
const COLUMNS = [
  ['', ({ subject }) => subject],
  ['engine', ({ engine }) => engine],
  ['computes', ({ computes }) => computes ?? ''],
  ['threads', ({ threads }) => number(threads, 0)],
  ['median ms', ({ median }) => number(median)],
  ['middle half', spread],
  ['least', ({ min }) => number(min)],
  ['processor ms', ({ processor }) => number(processor?.median)],
  ['ratio', (row, base) => ratio(row, base, (r) => r.median)],
  ['of leasts', (row, base) => ratio(row, base, (r) => r.min)],
  ['of processor', (row, base) => ratio(row, base, (r) => r.processor?.median)],
  ['agreement', ({ agreement }) => number(agreement, 5)],
  ['of peak', ({ peak }) => peak === undefined ? '' : `${number(100 * peak, 0)} %`],
  ['G/s', ({ rate }) => number(rate, 1)],
  ['faces', ({ faces }) => number(faces, 0)],
  ['MB', ({ megabytes }) => number(megabytes)],
  ['files', ({ files }) => number(files, 0)],
  ['', ({ note, failed }) => failed ? `failed: ${failed}` : note ?? ''],
];

const TEXTS = 3; // the first columns

/**
 * One part's rows, a line each. A ratio is our time over theirs: below 1 we are faster.
 * @param {string} part
 * @param {{what: string, load: {before: number, after: number}, rows: any[]}} result
 */
export function table(part, { what, load, rows }) {
  const cells = rows.map((row) => COLUMNS.map(([, cell]) => cell(row, ours(rows, row))));
  cells.forEach((line, i) => {
    if (i > 0 && rows[i].subject === rows[i - 1].subject) line[0] = '';
  });
  const lines = [COLUMNS.map(([head]) => head), ...cells];
  const widths = COLUMNS.map((_, i) => (
    cells.some((line) => line[i]) ? Math.max(...lines.map((line) => line[i].length)) : 0));
  const last = COLUMNS.length - 1;
  const text = lines.map((line) => line.map((cell, i) => (
    i < TEXTS || i === last ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
    .filter((_, i) => widths[i]).join('  ').trimEnd());
  return `\n== ${part}: ${what} (machine's load ${number(load.before, 1)} before, `
    + `${number(load.after, 1)} after) ==\n${text.join('\n')}\n`;
}
