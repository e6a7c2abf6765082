/** Runs the command line, and does in plain JavaScript what `eval` does in C. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inProject } from './project.mjs';

export const program = inProject('build/native/humshakal');

/**
 * @param {string[]} args
 * @param {{env?: Record<string, string>, cwd?: string}} [options]
 */
export function run(args, options = {}) {
  const env = { ...process.env, ...options.env };
  if (!options.env) delete env.HUMSHAKAL_MODELS;
  const { status, signal, stdout, stderr } = spawnSync(program, args,
    { encoding: 'utf8', maxBuffer: 1 << 28, cwd: options.cwd, env });
  return { status, signal, stdout, stderr };
}

/**
 * Runs a script that would fetch something, with no way to any address.
 * @param {string} script
 * @param {string[]} args
 */
export function runOffline(script, args) {
  const proxy = 'http://127.0.0.1:9'; // nobody listens there
  /** @type {NodeJS.ProcessEnv} */
  const env = { ...process.env, https_proxy: proxy, HTTPS_PROXY: proxy, no_proxy: '' };
  delete env.HUM_SETUP_RUNS;
  const { status, stdout, stderr } = spawnSync(script, args, { encoding: 'utf8', env });
  return { status, stdout, said: stdout + stderr };
}

/** Runs with --json and returns what was printed; any exit code but the given is an error. */
export function json(/** @type {string[]} */ args, expected = 0) {
  const { status, stdout, stderr } = run([...args, '--json']);
  if (status !== expected) throw new Error(`exit code ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

/** A folder that is gone when the test ends. */
export function folder(/** @type {import('node:test').TestContext} */ t) {
  const path = mkdtempSync(join(tmpdir(), 'humshakal-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Reads NumPy's format 1.0 with float32. @returns {{shape: number[], rows: Float32Array[]}} */
export function readNpy(/** @type {Buffer} */ bytes) {
  if (bytes.toString('latin1', 0, 8) !== '\x93NUMPY\x01\0') throw new Error('no NumPy file');
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, start);
  if (!/'descr': '<f4'/.test(header) || start % 64) throw new Error(`header: ${header}`);
  const shape = /'shape': \((\d+), (\d+)\)/.exec(header)?.slice(1).map(Number) ?? [];
  const [count, dimension] = shape;
  if (bytes.length !== start + 4 * count * dimension) throw new Error('wrong length');
  const rows = Array.from({ length: count }, (_, i) => Float32Array.from(
    { length: dimension }, (_, k) => bytes.readFloatLE(start + 4 * (i * dimension + k))));
  return { shape, rows };
}

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
export function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i] * b[i];
  return sum;
}

const unit = (/** @type {number[]} */ v) => {
  const length = Math.sqrt(dot(v, v));
  return v.map((x) => x / length);
};

/** Each row minus the mean of all, of length 1 again. */
export function centre(/** @type {ArrayLike<number>[]} */ rows) {
  const mean = Array.from(rows[0], (_, k) =>
    rows.reduce((sum, row) => sum + row[k], 0) / rows.length);
  return rows.map((row) => unit(mean.map((m, k) => row[k] - m)));
}

/**
 * The figures of `eval`, straight from their definitions.
 * @param {ArrayLike<number>[]} rows
 * @param {string[]} people  whose each row is
 */
export function figures(rows, people) {
  const cosine = rows.map((a) => rows.map((b) => dot(a, b)));
  const mates = (/** @type {number} */ i) =>
    rows.map((_, j) => j).filter((j) => j !== i && people[j] === people[i]);
  const probes = rows.map((_, i) => i).filter((i) => mates(i).length > 0);
  const argmax = (/** @type {number[]} */ v) => v.indexOf(Math.max(...v));

  const nearest = probes.filter((i) => {
    const others = cosine[i].map((c, j) => (j === i ? -2 : c));
    return people[argmax(others)] === people[i];
  });
  const names = [...new Set(people)];
  const template = probes.filter((i) => {
    const scores = names.map((name) => {
      const members = rows.filter((_, j) => j !== i && people[j] === name);
      const sum = Array.from(rows[0], (_, k) => members.reduce((s, row) => s + row[k], 0));
      return dot(rows[i], unit(sum));
    });
    return names[argmax(scores)] === people[i];
  });

  /** @type {number[]} */
  const same = [];
  /** @type {number[]} */
  const other = [];
  for (let i = 0; i < rows.length; i += 1) {
    for (let j = i + 1; j < rows.length; j += 1) {
      (people[i] === people[j] ? same : other).push(cosine[i][j]);
    }
  }
  other.sort((a, b) => b - a);
  const accepts = (/** @type {number} */ rate) => {
    const threshold = other[Math.floor(rate * other.length)];
    return { threshold, tar: same.filter((c) => c > threshold).length / same.length };
  };
  return {
    probes: probes.length,
    samePairs: same.length,
    otherPairs: other.length,
    rank1: nearest.length / probes.length,
    rank1Template: template.length / probes.length,
    atOnePercent: accepts(0.01),
    atOnePerMille: accepts(0.001),
  };
}
