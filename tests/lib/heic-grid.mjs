/**
 * HEIC files as iPhones write them: a grid of tiles, and a note that the whole is turned.
 * heif-enc makes single pictures only; several in one file are made a grid here.
 */

/** @param {string} type @param {(Buffer | number[])[]} parts */
function box(type, ...parts) {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}

/** @param {number} value @param {number} bytes */
function big(value, bytes) {
  const number = Buffer.alloc(bytes);
  number.writeUIntBE(value, 0, bytes);
  return number;
}

/** @param {Buffer} bytes @param {number} [at] @returns {{type: string, body: Buffer}[]} */
function boxes(bytes, at = 0) {
  if (at >= bytes.length) return [];
  const end = at + bytes.readUInt32BE(at);
  return [{ type: bytes.toString('latin1', at + 4, at + 8), body: bytes.subarray(at + 8, end) },
    ...boxes(bytes, end)];
}

/** @param {{type: string, body: Buffer}[]} among @param {string} type */
function bodyOf(among, type) {
  const found = among.find((one) => one.type === type);
  if (!found) throw new Error(`heif-enc wrote no ${type} box`);
  return found.body;
}

/**
 * Where each picture of heif-enc's file is: construction method 0, one extent.
 * @param {Buffer} iloc
 */
function places(iloc) {
  const [version, sizes] = [iloc[0], iloc.readUInt16BE(4)];
  const [offsetSize, lengthSize, baseSize] = [sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15];
  let at = 6;
  const next = (/** @type {number} */ bytes) => {
    at += bytes;
    return bytes ? iloc.readUIntBE(at - bytes, bytes) : 0;
  };
  return Array.from({ length: next(2) }, () => {
    const id = next(2);
    if (version === 1) next(2); // the construction method
    next(2); // the file itself
    const base = next(baseSize);
    if (next(2) !== 1) throw new Error('a picture in several extents');
    return { id, offset: base + next(offsetSize), length: next(lengthSize) };
  });
}

/**
 * @param {Buffer} tiles  a file of heif-enc with as many pictures of one size, row by row
 * @param {{columns: number, rows: number, width: number, height: number, quarters: number}} how
 *   the whole picture's size, and how often it is turned by a quarter, anticlockwise
 */
export function gridOf(tiles, { columns, rows, width, height, quarters }) {
  const meta = boxes(bodyOf(boxes(tiles), 'meta').subarray(4));
  const found = places(bodyOf(meta, 'iloc'));
  if (found.length !== columns * rows) throw new Error(`${found.length} tiles`);
  const coding = boxes(bodyOf(boxes(bodyOf(meta, 'iprp')), 'ipco'))
    .find(({ type }) => type === 'hvcC');
  if (!coding) throw new Error('no hvcC');
  const [tileWidth, tileHeight] = [width / columns, height / rows];
  const grid = found.length + 1; // items are numbered from 1
  const hidden = 1;
  const item = (/** @type {number} */ id, /** @type {string} */ type, flags = hidden) => box('infe',
    [2, 0, 0, flags], big(id, 2), [0, 0], Buffer.from(type), [0]);
  const size = (/** @type {number} */ w, /** @type {number} */ h) => box('ispe', [0, 0, 0, 0], big(w, 4), big(h, 4));
  const ids = found.map((_, i) => i + 1);
  const essential = 0x80;
  const ispeGrid = 3;
  const irot = 4;
  const makeMeta = (/** @type {number} */ start) => {
    let offset = start;
    const located = found.map(({ length }, i) => {
      const place = Buffer.concat([big(i + 1, 2), big(0, 2), big(0, 2), big(1, 2), big(offset, 4), big(length, 4)]);
      offset += length;
      return place;
    });
    const inMeta = Buffer.concat([big(grid, 2), big(1, 2), big(0, 2), big(1, 2), big(0, 4), big(8, 4)]);
    return box('meta', [0, 0, 0, 0],
      box('hdlr', Buffer.alloc(8), Buffer.from('pict'), Buffer.alloc(13)),
      box('pitm', [0, 0, 0, 0], big(grid, 2)),
      box('iinf', [0, 0, 0, 0], big(grid, 2), ...ids.map((id) => item(id, 'hvc1')), item(grid, 'grid', 0)),
      box('iref', [0, 0, 0, 0], box('dimg', big(grid, 2), big(ids.length, 2), ...ids.map((id) => big(id, 2)))),
      box('iprp',
        box('ipco', box('hvcC', coding.body), size(tileWidth, tileHeight), size(width, height),
          box('irot', [quarters])),
        box('ipma', [0, 0, 0, 0], big(grid, 4),
          ...ids.map((id) => Buffer.concat([big(id, 2), Buffer.from([2, essential | 1, 2])])),
          big(grid, 2), [2, ispeGrid, essential | irot])),
      box('idat', [0, 0, rows - 1, columns - 1], big(width, 2), big(height, 2)),
      box('iloc', [1, 0, 0, 0], [0x44, 0], big(grid, 2), ...located, inMeta));
  };
  const kind = box('ftyp', Buffer.from('heic\0\0\0\0mif1heic'));
  const start = kind.length + makeMeta(0).length + 8;
  return Buffer.concat([kind, makeMeta(start), box('mdat',
    ...found.map(({ offset, length }) => tiles.subarray(offset, offset + length)))]);
}
