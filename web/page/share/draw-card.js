/**
 * The result as a picture to share: drawn here, on this device, and without any metadata.
 * The visitor's own face is left out unless they want it, as coarse squares or as it is.
 */

/** @typedef {'none' | 'squares' | 'shown'} OwnFace */

/**
 * @typedef {object} Card
 * @property {string} heading
 * @property {{name: string, verdict: string, share: string, credit: string,
 *   picture: ImageBitmap | null}[]} people
 * @property {ImageData | null} face  the visitor's own
 * @property {string} note     what a result is not
 * @property {string} address  of the page
 */

export const CARD = { width: 1080, height: 1350 };

/**
 * Squares to a side of a face that is not to be known again. Each is the mean of its part
 * of the picture, and nothing else of the face is in the file: 64 colours, from which
 * neither a person nor a network can tell a face, whereas a blur can be undone in part.
 */
export const SQUARES = 8;

const MARGIN = 72;
const ROW = { top: 330, height: 178, picture: 148 };
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans Devanagari", sans-serif';
const COLOURS = { paper: '#faf7f2', ink: '#211c27', soft: '#5d5666', accent: '#6a3d9a', tint: '#e5ddd2' };

/**
 * @param {HTMLCanvasElement | OffscreenCanvas} canvas
 * @param {Card} card
 * @param {OwnFace} ownFace
 */
export function drawCard(canvas, { heading, people, face, note, address }, ownFace) {
  Object.assign(canvas, CARD);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.fillStyle = COLOURS.paper;
  context.fillRect(0, 0, CARD.width, CARD.height);
  context.textBaseline = 'alphabetic';

  let left = MARGIN;
  if (face && ownFace !== 'none') {
    const side = 208;
    paste(context, ownFace === 'squares' ? coarse(face) : asCanvas(face),
      { x: MARGIN, y: 80, side, round: side / 2, smooth: ownFace === 'shown' });
    left += side + 40;
  }
  write(context, 'Humshakal', { x: left, y: 120, size: 34, weight: 700, colour: COLOURS.accent });
  writeLines(context, heading, { x: left, y: 188, size: 54, weight: 750, lines: 2,
    colour: COLOURS.ink });

  people.forEach(({ name, verdict, share, credit, picture }, i) => {
    const y = ROW.top + i * ROW.height;
    context.fillStyle = COLOURS.tint;
    rounded(context, MARGIN, y, ROW.picture, 28);
    context.fill();
    if (picture) paste(context, picture, { x: MARGIN, y, side: ROW.picture, round: 28, smooth: true });
    const x = MARGIN + ROW.picture + 32;
    write(context, name, { x, y: y + 42, size: 40, weight: 700, colour: COLOURS.ink });
    write(context, verdict, { x, y: y + 80, size: 28, weight: 600, colour: COLOURS.accent });
    write(context, share, { x, y: y + 114, size: 25, colour: COLOURS.soft });
    write(context, credit, { x, y: y + 144, size: 20, colour: COLOURS.soft });
  });
  write(context, note, { x: MARGIN, y: CARD.height - 88, size: 25, colour: COLOURS.soft });
  write(context, address, { x: MARGIN, y: CARD.height - 46, size: 28, weight: 650,
    colour: COLOURS.accent });
}

/** The card as a PNG file. @param {HTMLCanvasElement | OffscreenCanvas} canvas */
export async function cardFile(canvas) {
  const blob = canvas instanceof HTMLCanvasElement
    ? await new Promise((resolve) => { canvas.toBlob(resolve, 'image/png'); })
    : await canvas.convertToBlob({ type: 'image/png' });
  if (!blob) throw new Error('The browser has no memory for the picture.');
  const bytes = withoutMetadata(new Uint8Array(await blob.arrayBuffer()));
  return new File(bytes, 'humshakal.png', { type: 'image/png' });
}

/**
 * The parts of a PNG that hold the picture. What browsers write besides (colour profiles,
 * texts) tells of the device.
 * @param {Uint8Array<ArrayBuffer>} png
 */
function withoutMetadata(png) {
  const view = new DataView(png.buffer, png.byteOffset);
  const parts = [png.subarray(0, 8)];
  for (let at = 8; at < png.length;) {
    const end = at + 12 + view.getUint32(at);
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    if (['IHDR', 'PLTE', 'IDAT', 'IEND'].includes(type)) parts.push(png.subarray(at, end));
    at = end;
  }
  return parts;
}

/**
 * The means of SQUARES x SQUARES parts of a picture.
 * @param {ImageData} picture
 */
function coarse({ data, width, height }) {
  const small = new ImageData(SQUARES, SQUARES);
  for (let part = 0; part < SQUARES * SQUARES; part += 1) {
    const [column, row] = [part % SQUARES, Math.floor(part / SQUARES)];
    const sum = [0, 0, 0];
    let count = 0;
    for (let y = Math.floor(row * height / SQUARES); y < (row + 1) * height / SQUARES; y += 1) {
      for (let x = Math.floor(column * width / SQUARES); x < (column + 1) * width / SQUARES; x += 1) {
        for (let c = 0; c < 3; c += 1) sum[c] += data[4 * (y * width + x) + c];
        count += 1;
      }
    }
    small.data.set([...sum.map((value) => value / count), 255], 4 * part);
  }
  return asCanvas(small);
}

/** @param {ImageData} picture */
function asCanvas(picture) {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [picture.width, picture.height];
  canvas.getContext('2d')?.putImageData(picture, 0, 0);
  return canvas;
}

// ---- Drawing -----------------------------------------------------------------------------

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} x @param {number} y @param {number} side @param {number} round
 */
function rounded(context, x, y, side, round) {
  context.beginPath();
  context.roundRect(x, y, side, side, round);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {HTMLCanvasElement | ImageBitmap} picture
 * @param {{x: number, y: number, side: number, round: number, smooth: boolean}} place
 */
function paste(context, picture, { x, y, side, round, smooth }) {
  context.save();
  rounded(context, x, y, side, round);
  context.clip();
  context.imageSmoothingEnabled = smooth;
  context.imageSmoothingQuality = 'high';
  // Pictures that are not square show their middle.
  const shown = Math.min(picture.width, picture.height);
  context.drawImage(picture, (picture.width - shown) / 2, (picture.height - shown) / 2,
    shown, shown, x, y, side, side);
  context.restore();
}

/** @typedef {{x: number, y: number, size: number, weight?: number, colour: string}} Line */

/**
 * One line, cut short where it has no room.
 * @param {CanvasRenderingContext2D} context @param {string} text @param {Line} line
 */
function write(context, text, { x, y, size, weight = 400, colour }) {
  context.font = `${weight} ${size}px ${FONT}`;
  context.fillStyle = colour;
  const room = CARD.width - MARGIN - x;
  let shown = text;
  while (context.measureText(shown).width > room && shown.length > 1) {
    shown = `${[...shown.replace(/…$/, '')].slice(0, -1).join('').trimEnd()}…`;
  }
  context.fillText(shown, x, y);
}

/**
 * Lines in a size in which all of the text has room.
 * @param {CanvasRenderingContext2D} context @param {string} text
 * @param {Line & {lines: number}} line
 */
function writeLines(context, text, { lines, ...line }) {
  let { size } = line;
  let rows = broken(context, text, line);
  while (rows.length > lines && size > 24) {
    size -= 2;
    rows = broken(context, text, { ...line, size });
  }
  rows.slice(0, lines).forEach((row, i) => {
    write(context, row, { ...line, size, y: line.y + i * line.size * 1.2 });
  });
}

/** @param {CanvasRenderingContext2D} context @param {string} text @param {Line} line */
function broken(context, text, { x, size, weight }) {
  context.font = `${weight} ${size}px ${FONT}`;
  /** @type {string[]} */
  const rows = [];
  for (const word of text.split(' ')) {
    const longer = `${rows.at(-1)} ${word}`;
    if (rows.length && context.measureText(longer).width <= CARD.width - MARGIN - x) {
      rows[rows.length - 1] = longer;
    } else rows.push(word);
  }
  return rows;
}
