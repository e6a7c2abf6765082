/** Changes in the boxes of HEIF files (ISO/IEC 14496-12 and 23008-12), for tests. */

/**
 * Where the boxes of these types lie that a photo has one of.
 * @param {Buffer} bytes
 * @returns {Map<string, {start: number, end: number}>}
 */
export function boxesOf(bytes) {
  /** @type {Map<string, {start: number, end: number}>} */
  const found = new Map();
  const walk = (/** @type {number} */ start, /** @type {number} */ end) => {
    while (start + 8 <= end) {
      const size = bytes.readUInt32BE(start);
      const type = bytes.toString('latin1', start + 4, start + 8);
      if (size < 8) throw new Error(`a box ${type} of ${size} bytes`);
      found.set(type, { start, end: start + size });
      if (type === 'iprp' || type === 'ipco') walk(start + 8, start + size);
      if (type === 'meta') walk(start + 12, start + size);
      start += size;
    }
  };
  walk(0, bytes.length);
  return found;
}

/** How many boxes are in ipco. @param {Buffer} bytes @param {{start: number, end: number}} ipco */
function countProperties(bytes, ipco) {
  let count = 0;
  for (let at = ipco.start + 8; at < ipco.end; at += bytes.readUInt32BE(at)) count += 1;
  return count;
}

/**
 * The file with properties more for its primary picture, in this order.
 * @param {Buffer} bytes  as heif-enc 1.15 writes it
 * @param {[type: string, value: number[]][]} properties
 */
export function addProperties(bytes, properties) {
  const copy = Buffer.from(bytes);
  const boxes = boxesOf(copy);
  const at = (/** @type {string} */ type) => {
    const box = boxes.get(type);
    if (!box) throw new Error(`there is no box ${type}`);
    return box;
  };
  const [ipco, ipma, iloc] = ['ipco', 'ipma', 'iloc'].map(at);
  const primary = copy.readUInt16BE(at('pitm').start + 12);
  const made = Buffer.concat(properties.map(([type, value]) => Buffer.from(
    [0, 0, 0, 8 + value.length, ...Buffer.from(type, 'latin1'), ...value])));
  const first = 1 + countProperties(copy, ipco);
  const named = Buffer.from(properties.map((_, i) => 0x80 | (first + i))); // essential

  // The picture's line in ipma.
  let line = ipma.start + 16;
  while (copy.readUInt16BE(line) !== primary) line += 3 + copy[line + 2];
  copy[line + 2] += named.length;
  const behind = line + 3 + copy[line + 2] - named.length;

  const more = made.length + named.length;
  for (const [type, by] of /** @type {[string, number][]} */ ([['ipco', made.length],
    ['ipma', named.length], ['iprp', more], ['meta', more]])) {
    copy.writeUInt32BE(copy.readUInt32BE(at(type).start) + by, at(type).start);
  }
  // iloc, version 1, with numbers of 4 bytes: what lies behind meta moves.
  if (copy.readUInt32BE(iloc.start + 8) !== 0x01000000
    || copy.readUInt16BE(iloc.start + 12) !== 0x4440) throw new Error('another kind of iloc');
  for (let i = iloc.start + 16; i < iloc.end; i += 12 + 8 * copy.readUInt16BE(i + 10)) {
    if (copy.readUInt16BE(i + 2) === 0) copy.writeUInt32BE(copy.readUInt32BE(i + 6) + more, i + 6);
  }
  return Buffer.concat([copy.subarray(0, ipco.end), made, copy.subarray(ipco.end, behind), named,
    copy.subarray(behind)]);
}
