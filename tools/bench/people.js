/** Somebody to be compared with, for applications that keep descriptors themselves. */

/** @param {number} count @param {number} dimension */
export function madePeople(count, dimension) {
  return Array.from({ length: count }, (_, person) => ({
    name: `Person ${person}`,
    descriptor: Float32Array.from({ length: dimension },
      (__, i) => Math.sin((person * dimension + i) ** 2) / Math.sqrt(dimension)),
  }));
}

/**
 * The five best names.
 * @param {{name: string, descriptor: Float32Array}[]} people
 * @param {(descriptor: Float32Array) => number} score
 */
export function fiveBest(people, score) {
  return people.map(({ name, descriptor }) => ({ name, score: score(descriptor) }))
    .sort((a, b) => b.score - a.score).slice(0, 5);
}
