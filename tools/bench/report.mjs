/** Results as text. */

const number = (/** @type {number} */ value, digits = 2) => value.toFixed(digits);

/** @param {any} row */
export function isOurs(row) {
  return row.engine.startsWith('Humshakal');
}

/** What others are compared with: the first row of ours on the same subject. */
export function ours(/** @type {any[]} */ rows, /** @type {any} */ row) {
  return rows.find((other) => other.subject === row.subject && isOurs(other));
}

const HEAD = ['', 'engine', 'median ms', 'middle half', 'least', 'processor ms', 'ratio',
  'of leasts', 'of processor', 'agreement'];

/**
 * One part's rows, a line each. A ratio is our time over theirs: below 1 we are faster.
 * @param {string} part
 * @param {{what: string, load: {before: number, after: number}, rows: any[]}} result
 */
export function table(part, { what, load, rows }) {
  const lines = [HEAD];
  let subject;
  for (const row of rows) {
    const base = isOurs(row) ? null : ours(rows, row);
    const ratio = (/** @type {(row: any) => number | undefined} */ of) => {
      const [a, b] = [base && of(base), of(row)];
      return a && b ? number(a / b) : '';
    };
    lines.push([
      row.subject === subject ? '' : row.subject,
      row.engine,
      number(row.median),
      `${number(row.low)} - ${number(row.high)}`,
      number(row.min),
      row.processor ? number(row.processor.median) : '',
      ratio((r) => r.median),
      ratio((r) => r.min),
      ratio((r) => r.processor?.median),
      row.agreement === undefined ? '' : number(row.agreement, 5),
    ]);
    subject = row.subject;
  }
  const widths = HEAD.map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  const text = lines.map((line) => line.map((cell, i) => (
    i < 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ').trimEnd());
  return `\n== ${part}: ${what} (machine's load ${number(load.before, 1)} before, `
    + `${number(load.after, 1)} after) ==\n${text.join('\n')}\n`;
}
