/** A .npy file of strings, as numpy.save writes it. */
export function npyStrings(names, { version = 1, kind = 'U', shape = `(${names.length},)` } = {}) {
  const longest = Math.max(...names.map((name) => [...name].length));
  const descr = `${kind === 'U' ? '<U' : '|S'}${longest}`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  const before = version === 1 ? 10 : 12;
  const length = Math.ceil((before + text.length + 1) / 64) * 64 - before;
  const width = longest * (kind === 'U' ? 4 : 1);
  const bytes = Buffer.alloc(before + length + names.length * width);
  bytes.write('\x93NUMPY', 'latin1');
  bytes[6] = version;
  if (version === 1) bytes.writeUInt16LE(length, 8);
  else bytes.writeUInt32LE(length, 8);
  bytes.write(`${text.padEnd(length - 1)}\n`, before, 'latin1');
  names.forEach((name, i) =>
    [...name].forEach((c, j) => {
      const at = before + length + i * width;
      if (kind === 'U') bytes.writeUInt32LE(c.codePointAt(0), at + 4 * j);
      else bytes.writeUInt8(c.codePointAt(0), at + j);
    }),
  );
  return new Uint8Array(bytes);
}
