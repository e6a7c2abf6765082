/** Sidecars: names and places as exiftool reads them, for photos that lie in their files turned. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { asStored, sidecarName, sidecarOf } from '../web/page/people/xmp.js';
import { folder } from './lib/cli.mjs';
import { inProject, need, site } from './lib/project.mjs';

/** @type {import('../web/engine/humshakal.js').Humshakal} */
let humshakal;

before(async () => {
  await need('build/site/models/manifest.json');
  const { Humshakal } = await import(new URL('humshakal.js', site).href);
  humshakal = await Humshakal.create({ gallery: null });
});

/** @param {string} file */
const exif = (file) => JSON.parse(String(execFileSync('exiftool', ['-j', '-struct', '-n', file])))[0];

test('a face is where it is in the picture as it lies in its file, however that is turned', async (t) => {
  const place = folder(t);
  const photo = join(place, 'photo.jpg');
  /** @type {{x: number, y: number} | null} */
  let stored = null;
  for (let orientation = 1; orientation <= 8; orientation += 1) {
    cpSync(inProject('build/photos/samples/portrait-1.jpg'), photo);
    execFileSync('exiftool', ['-q', '-overwrite_original', `-Orientation#=${orientation}`, photo]);
    const found = await humshakal.detect(new Blob([readFileSync(photo)]));
    assert.equal(found.orientation, orientation);
    const [face] = found.faces;
    writeFileSync(sidecarName(photo), sidecarOf({ ...found, faces: [{ ...face, name: 'Emily' }] }));
    const { RegionInfo, Orientation } = exif(sidecarName(photo));
    const [{ Area, Name, Type }] = RegionInfo.RegionList;
    assert.deepEqual([Orientation, Name, Type, Area.Unit], [orientation, 'Emily', 'Face', 'normalized']);
    assert.deepEqual(RegionInfo.AppliedToDimensions, { W: 730, H: 848, Unit: 'pixel' });
    const upright = { x: (face.x + face.width / 2) / found.width, y: (face.y + face.height / 2) / found.height };
    const expected = asStored(orientation, upright.x, upright.y);
    assert.ok(Math.abs(Area.X - expected.x) < 1e-6 && Math.abs(Area.Y - expected.y) < 1e-6);
    stored ??= { x: Area.X, y: Area.Y };
    // The pixels in the file are the same each time, and so is the face's place among them.
    assert.ok(Math.abs(Area.X - stored.x) < 0.04 && Math.abs(Area.Y - stored.y) < 0.04,
      `${orientation}: ${Area.X}, ${Area.Y} instead of ${stored.x}, ${stored.y}`);
    assert.ok(Math.abs(Area.W * 730 - face.width) < 1 && Math.abs(Area.H * 848 - face.height) < 1, `${orientation}`);
  }
  humshakal.close();
});

test('names stay what they are, and no name makes the file another one', (t) => {
  const place = folder(t);
  const names = ['आशा भोसले', 'O’Neill & <b>"Sons"</b>', '🙂 ٠١', ']]><x/>', 'a/b|c', 'bad \0 \x08 \ud800 end'];
  const faces = names.map((name, i) => ({ name, x: 10 * i, y: 5, width: 8, height: 9 }));
  writeFileSync(join(place, 'a.jpg.xmp'), sidecarOf({ width: 100, height: 50, orientation: 1, faces }));
  const read = exif(join(place, 'a.jpg.xmp'));
  const clean = [...names.slice(0, -1), 'bad    end'];
  assert.deepEqual(read.RegionInfo.RegionList.map((/** @type {any} */ region) => region.Name), clean);
  assert.deepEqual(read.PersonInImage, clean);
  assert.deepEqual(read.Subject, clean);
  assert.equal(read.TagsList[4], 'People/a-b|c');
  assert.equal(read.HierarchicalSubject[4], 'People|a/b-c');
  read.RegionInfo.RegionList.forEach((/** @type {any} */ { Area }, /** @type {number} */ i) => {
    assert.ok(Math.abs(Area.X - (10 * i + 4) / 100) < 1e-6 && Math.abs(Area.Y - 9.5 / 50) < 1e-6);
    assert.ok(Math.abs(Area.W - 0.08) < 1e-6 && Math.abs(Area.H - 0.18) < 1e-6);
  });
});
