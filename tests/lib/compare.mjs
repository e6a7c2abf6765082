/** How far two vectors are apart. */

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
export function cosine(a, b) {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return ab / Math.sqrt(aa * bb);
}

/** @param {ArrayLike<number>} vector @returns {Float64Array} of length 1 */
export function unit(vector) {
  const norm = Math.hypot(...vector);
  return Float64Array.from(vector, (value) => value / norm);
}

/** The largest difference, relative to the largest value of `right`. */
export function relativeError(found, right) {
  let [difference, largest] = [0, 0];
  for (let i = 0; i < right.length; i++) {
    difference = Math.max(difference, Math.abs(found[i] - right[i]));
    largest = Math.max(largest, Math.abs(right[i]));
  }
  return difference / largest;
}
