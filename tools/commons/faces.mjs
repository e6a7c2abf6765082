/** Which photos show one good face, and the same one: asked of the project's command line. */

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { Refusal, Stop } from './refusal.mjs';
import { oneLine } from './text.mjs';

/** Smaller or less certain faces say little about who somebody is. */
const SMALLEST_FACE = 60;
const LEAST_SCORE = 0.6;
/** Faces in the background do not matter; of two people side by side we cannot know who is who. */
const BACKGROUND = 0.5;

/** What the files begin and end with. Decoders show grey where the rest of one is lost. */
const MARKS = {
  jpg: { begin: Buffer.from([0xff, 0xd8, 0xff]), end: Buffer.from([0xff, 0xd9]) },
  png: { begin: Buffer.from('\x89PNG', 'latin1'), end: Buffer.from('IEND') },
};
/** So near the end of the file the mark must be: some programs append a little. */
const NEAR = 1024;

export class Faces {
  #program;
  #models;
  #threshold = NaN;

  /** @param {string} program  humshakal @param {string} models  the folder of the networks */
  constructor(program, models) {
    this.#program = program;
    this.#models = models;
  }

  /** The cosine from which on two photos show the same person, by the network's recipe. */
  async prepare() {
    const path = `${this.#models}/facenet.recipe`;
    const recipe = await readFile(path, 'utf8').catch(() => '');
    this.#threshold = Number(/^threshold *= *([\d.]+)/m.exec(recipe)?.[1] ?? NaN);
    if (!(this.#threshold > 0)) {
      throw new Stop(`${path} tells no threshold. tools/demo.sh --no-serve makes what is needed.`);
    }
  }

  /** A Refusal unless the photo shows one good face. @param {string} path */
  async check(path) {
    const bytes = await readFile(path);
    const { begin, end } = MARKS[path.endsWith('.png') ? 'png' : 'jpg'];
    if (bytes.indexOf(begin) !== 0) throw new Refusal('broken', 'it is another kind of file');
    if (!bytes.includes(end, -NEAR)) throw new Refusal('broken', 'its end is missing');
    const { code, reply, said } = await this.#run(['detect', path]);
    if (code === 2) throw new Refusal('broken', said);
    const [face, next] = reply.faces;
    if (!face) throw new Refusal('noFace');
    if (face.width < SMALLEST_FACE || face.score < LEAST_SCORE) {
      throw new Refusal('smallFace',
        `${Math.round(face.width)} pixels, score ${face.score.toFixed(2)}`);
    }
    if (next && next.width >= BACKGROUND * face.width) {
      throw new Refusal('faces', String(reply.faces.length));
    }
  }

  /**
   * Which of a person's photos show the same face.
   * @param {string[]} paths
   * @param {number[]} weights  how much each counts for whose face it is
   * @returns {Promise<{group: number[], best: number[]}>}  numbers of the photos of the
   *   group that counts most, the first of equals; each photo's highest cosine with another
   */
  async agree(paths, weights) {
    const { code, reply, said } = await this.#run(['embed', ...paths]);
    if (code !== 0) throw new Stop(`humshakal embed: ${said}`);
    /** @type {number[][]} */
    const rows = reply.photos.map((/** @type {any} */ photo) => photo.embedding);
    const cosines = rows.map((a) => rows.map((b) => dot(a, b)));
    const best = cosines.map((row, i) => Math.max(...row.filter((_, k) => k !== i)));
    return { group: weightiestGroup(cosines, weights, this.#threshold), best };
  }

  /** @param {string[]} args @returns {Promise<{code: number, reply: any, said: string}>} */
  #run(args) {
    const env = { ...process.env, HUMSHAKAL_MODELS: this.#models };
    const options = { env, maxBuffer: 64 << 20 };
    return new Promise((done, failed) => {
      execFile(this.#program, [...args, '--json'], options, (error, stdout, stderr) => {
        const code = error ? Number(error.code) : 0;
        if (error && ![1, 2].includes(code)) {
          failed(new Stop(`${this.#program} ended with ${error.signal ?? error.code}. `
            + `tools/demo.sh --no-serve builds it. ${oneLine(stderr)}`));
        } else {
          done({ code, reply: code === 2 ? null : JSON.parse(stdout),
            said: oneLine(stderr.replace(/^humshakal: (.*: )?/, '')) });
        }
      });
    });
  }
}

/** @param {number[]} a @param {number[]} b */
const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);

/**
 * Photos that are connected by pairs that look like the same person. Not all pairs need to:
 * a profile resembles a half profile, and that the full face.
 * @param {number[][]} cosines
 * @param {number[]} weights
 * @param {number} threshold
 */
export function weightiestGroup(cosines, weights, threshold) {
  const left = new Set(cosines.keys());
  const weight = (/** @type {number[]} */ group) => group.reduce((sum, i) => sum + weights[i], 0);
  /** @type {number[]} */
  let weightiest = [];
  while (left.size) {
    const group = [Math.min(...left)];
    left.delete(group[0]);
    for (let at = 0; at < group.length; at += 1) {
      for (const other of left) {
        if (cosines[group[at]][other] < threshold) continue;
        group.push(other);
        left.delete(other);
      }
    }
    if (weight(group) > weight(weightiest)) weightiest = group;
  }
  return weightiest.sort((a, b) => a - b);
}
