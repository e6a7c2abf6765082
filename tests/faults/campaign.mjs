/** Runs the rows of the table (rows.mjs), each as a visit of its own, and judges them. */

import { FIVE, LIMIT } from './rows.mjs';
import { NEXT_PHOTO, Scene } from './scene.mjs';

/**
 * @typedef {import('./rows.mjs').Row} Row
 * @typedef {object} Verdict
 * @property {string} fault
 * @property {string} browser
 * @property {string} seen
 * @property {number} seconds  until that was seen
 * @property {'ok' | 'STUCK' | 'WRONG'} verdict  STUCK: no outcome in the time for it
 * @property {string} why      it is not ok
 */

/** What is no sentence for a visitor: the words of an exception. */
const RAW = /\b([A-Z]\w*)?Error\b|Exception|undefined|\[object|\bNaN\b|HUM_/;

/** Words that say what to do next, where there is no button that does it. */
const STEP = /again|reload|open|use|choose|close|ask|tell/i;

class Failed extends Error {
  /** @param {'STUCK' | 'WRONG'} verdict @param {string} why */
  constructor(verdict, why) {
    super(why);
    this.verdict = verdict;
  }
}

/** @param {string} seen @param {RegExp} sees */
function judge(seen, sees) {
  if (!seen) throw new Failed('STUCK', 'nothing was said in time');
  if (!sees.test(seen)) throw new Failed('WRONG', `expected ${sees}`);
  if (FIVE.test(seen)) return;
  if (seen.length < 20) throw new Failed('WRONG', 'not a sentence');
  if (RAW.test(seen)) throw new Failed('WRONG', 'the words of an exception');
  if (!STEP.test(seen)) throw new Failed('WRONG', 'no next step');
}

/** The rest of the page's life: what has to work after the fault. @param {Scene} scene @param {Row} row */
async function goOn(scene, { then = 'photo', mends = true }) {
  if (then === 'nothing') return;
  if (mends) scene.mend();
  let seen = '';
  if (then === 'retry') {
    // Twice at most: the first may still wait for what is given up only then.
    for (let i = 0; i < 2 && !FIVE.test(seen); i += 1) {
      scene.begun();
      await scene.press('Try again');
      seen = await scene.outcome();
    }
  } else {
    if (then === 'reload') {
      scene.expect(FIVE);
      await scene.reload();
      await scene.give(NEXT_PHOTO);
    } else await scene.choose(NEXT_PHOTO);
    seen = await scene.outcome();
  }
  if (!FIVE.test(seen)) {
    throw new Failed(seen ? 'WRONG' : 'STUCK', `then (${then}): ${seen || await leftover(scene)}`);
  }
}

/**
 * @param {any} browser
 * @param {string} name of it
 * @param {Row} row
 * @returns {Promise<Verdict>}
 */
export async function run(browser, name, row) {
  const { fault, answers = [], context, script, network, base, path, visit, sees = FIVE,
    within = LIMIT.names, check } = row;
  const scene = new Scene(browser);
  let seen = '';
  let seconds = 0;
  try {
    await scene.begin({ answers, sees, context, script, network, base });
    await scene.open(path);
    if (visit) await visit(scene);
    else await scene.give(undefined, within);
    seen = await scene.outcome(within);
    seconds = scene.seconds();
    judge(seen, sees);
    await check?.(scene);
    await goOn(scene, row);
    await scene.page.evaluate(() => null); // what was thrown until now is known after it
    // A script that does not come whole is such an error itself.
    if (scene.uncaught.length && row.then !== 'reload') throw new Failed('WRONG', `nobody caught: ${scene.uncaught[0]}`);
    return { fault, browser: name, seen, seconds, verdict: 'ok', why: '' };
  } catch (error) {
    if (!browser.isConnected()) throw new Error(`${name} has ended, in the row "${fault}".`);
    seconds ||= scene.seconds();
    const { verdict = /Timeout/.test(String(error)) ? 'STUCK' : 'WRONG', message } =
      /** @type {any} */ (error);
    return { fault, browser: name, seen: seen || await leftover(scene), seconds, verdict,
      why: message.split('\n')[0] };
  } finally {
    await scene.end();
  }
}

/** What is on the page instead of an outcome. @param {Scene} scene */
async function leftover({ page }) {
  const text = await page?.evaluate(() => {
    const busy = /** @type {HTMLElement | null} */ (document.querySelector('#progress:not([hidden])'));
    return busy ? `busy: ${busy.innerText}` : document.body?.innerText.slice(0, 60) || 'a blank page';
  }).catch(() => 'no page');
  return `(${String(text).replace(/\s+/g, ' ')})`;
}

/** A line of the printed table. @param {Verdict} verdict */
export function line({ fault, browser, seen, seconds, verdict, why }) {
  const short = seen.length > 60 ? `${seen.slice(0, 59)}…` : seen;
  return [verdict.padEnd(5), browser.padEnd(8), `${seconds.toFixed(1)} s`.padStart(7), ' ',
    fault.padEnd(56), short.padEnd(60), why].join(' ').trimEnd();
}
