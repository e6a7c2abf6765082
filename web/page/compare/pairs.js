/** How alike two faces are, in words and beside the pairs that the network was measured on. */

import { number, say } from '../words/say.js';
import { told } from '../words/words.js';

/** @typedef {{first: number, step: number, counts: number[]}} Histogram  pairs by cosine */

/**
 * What a network's recipe tells of pairs; null where it tells nothing.
 * @typedef {object} Measured
 * @property {number | null} threshold  from there on two faces could be one person's
 * @property {number | null} far   the share of pairs of different people that reach it
 * @property {string} measured     on what the next two were measured
 * @property {Histogram | null} same
 * @property {Histogram | null} other
 */

/** @param {Histogram} histogram */
export const sum = ({ counts }) => counts.reduce((all, count) => all + count, 0);

/**
 * The share of pairs that are at least this alike; within a bin they count as even.
 * @param {Histogram} histogram
 * @param {number} cosine
 */
export function shareAbove(histogram, cosine) {
  const { first, step, counts } = histogram;
  const at = (cosine - first) / step;
  const above = counts.reduce((all, count, i) => (
    all + count * Math.min(1, Math.max(0, i + 1 - at))), 0);
  return above / sum(histogram);
}

/** A share as a percentage; small ones with a digit more. @param {number} share */
export function percentage(share) {
  const tenths = share < 0.1 ? 10 : 1;
  return say('percent', { share: number(Math.round(100 * share * tenths) / tenths) });
}

/**
 * A share of the pairs measured. Where there is none the number of pairs is the limit.
 * @param {Histogram} histogram
 * @param {number} cosine
 */
function measuredShare(histogram, cosine) {
  const share = shareAbove(histogram, cosine);
  return share * 1000 < 1 ? say('lessThan', { share: percentage(0.001) }) : percentage(share);
}

/** @param {number} score @param {Measured} measured */
export function pairHeading(score, { threshold }) {
  if (threshold === null) return say('pairUnknown', { cosine: number(score, 2) });
  return score >= threshold ? say('pairSame') : say('pairOther');
}

/** @param {number} score @param {Measured} measured */
export function pairText(score, { threshold, far }) {
  const cosine = number(score, 2);
  if (threshold === null) return say('pairUnknownText');
  const level = number(threshold, 2);
  return far === null ? say('pairLevel', { cosine, level })
    : say('pairLevelRate', { cosine, level, rate: percentage(far) });
}

/** The drawing in words, '' where nothing was measured. @param {number} score @param {Measured} measured */
export function pairMeasured(score, { measured, same, other }) {
  if (!same || !other) return '';
  return say('pairMeasured', {
    measured: told(measured),
    other: measuredShare(other, score),
    same: measuredShare(same, score),
  });
}

/**
 * A pair of a family, in a sentence.
 * @param {{a: number, b: number, score: number}} pair  faces, counted from 0
 * @param {Measured} measured
 */
export function familyPair({ a, b, score }, { other }) {
  const values = { a: a + 1, b: b + 1, cosine: number(score, 2) };
  return other ? say('familyPair', { ...values, share: measuredShare(other, score) })
    : say('familyPairOnly', values);
}

/**
 * How often the strongest of so many pairs would be as strong by chance: the best of many
 * is always rather near. As if the pairs were independent, which is roughly so.
 * @param {number} strongest
 * @param {number} pairs
 * @param {Measured} measured
 */
export function familyChance(strongest, pairs, { other }) {
  if (!other) return '';
  const chance = 1 - (1 - shareAbove(other, strongest)) ** pairs;
  return say('familyChance', { count: pairs, share: chance < 0.001
    ? say('lessThan', { share: percentage(0.001) }) : say('about', { share: percentage(chance) }) });
}
