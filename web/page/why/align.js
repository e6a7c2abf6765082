/**
 * Two faces at the same place and size: turned, scaled and moved until the eyes are where
 * those of the other are.
 */

/** Where the eyes go, in a picture 1 wide and 1 high. */
const RIGHT_EYE = { x: 0.365, y: 0.42 };
const LEFT_EYE = { x: 0.635, y: 0.42 };

/**
 * The canvas transformation that does it, for a canvas of side x side.
 * @param {number[]} points  x, y of the right eye, then of the left one (hum_face)
 * @param {number} side
 * @returns {[number, number, number, number, number, number]} as setTransform() takes them
 */
export function eyesInPlace([rightX, rightY, leftX, leftY], side) {
  // As complex numbers: what the vector between the eyes is to be multiplied with.
  const [x, y] = [leftX - rightX, leftY - rightY];
  const [wantedX, wantedY] = [side * (LEFT_EYE.x - RIGHT_EYE.x), side * (LEFT_EYE.y - RIGHT_EYE.y)];
  const squared = x * x + y * y;
  const a = (wantedX * x + wantedY * y) / squared;
  const b = (wantedY * x - wantedX * y) / squared;
  return [a, b, -b, a, side * RIGHT_EYE.x - (a * rightX - b * rightY),
    side * RIGHT_EYE.y - (b * rightX + a * rightY)];
}

/**
 * Without eyes to go by: the middle of the picture, as large as it goes.
 * @param {{width: number, height: number}} picture
 * @param {number} side
 * @returns {[number, number, number, number, number, number]}
 */
export function filling({ width, height }, side) {
  const scale = side / Math.min(width, height);
  return [scale, 0, 0, scale, (side - scale * width) / 2, (side - scale * height) / 2];
}
