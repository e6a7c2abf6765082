/** "Your own people": from a folder of photos to names, questions, files and matches. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { serve } from '../tools/serve.mjs';
import { json } from './lib/cli.mjs';
import { launch } from './lib/browser.mjs';
import { assertForEveryone, assertRoom } from './lib/everyone.mjs';
import { guarded, inBoth, keptWhole, names, notice, open, resultShown } from './lib/page.mjs';
import { inProject } from './lib/project.mjs';

const LABELED = 'build/photos/test/labeled';

/** A folder of portraits of four people without their names, of others, and of what is none. */
let mixed = '';
/** Photo of each file: whose it is. @type {Map<string, string>} */
const truth = new Map();

before(async () => {
  mixed = await mkdtemp(join(tmpdir(), 'humshakal-people-'));
  await mkdir(join(mixed, 'inside'));
  for (const person of (await readdir(inProject(LABELED))).sort()) {
    for (const [i, file] of (await readdir(inProject(`${LABELED}/${person}`))).sort().entries()) {
      const name = `${truth.size}.jpg`;
      truth.set(name, person);
      await cp(inProject(`${LABELED}/${person}/${file}`), join(mixed, i % 2 ? 'inside' : '.', name));
    }
  }
  await cp(inProject('build/photos/samples/group.jpg'), join(mixed, 'group.jpg'));
  await cp(join(mixed, '0.jpg'), join(mixed, 'inside/copy-of-0.jpg'));
  await writeFile(join(mixed, 'broken.jpg'), 'no photo at all');
  await writeFile(join(mixed, 'notes.txt'), 'no photo either');
});

after(() => rm(mixed, { recursive: true, force: true }));

/** @param {any} page @param {string} [folder] */
async function read(page, folder = mixed) {
  await page.setInputFiles('#folder-files', folder);
}

/** @param {any} page */
const shown = (page) => page.waitForSelector('#crowd:not([hidden])');

/** The people with more than one photo. @param {any} page */
const cards = (page) => page.locator('#crowd > .people > li');

/**
 * @param {any} page
 * @param {number} card
 * @param {string} name
 */
async function name(page, card, name) {
  const input = cards(page).nth(card).locator('input');
  await input.fill(name);
  await input.press('Enter');
}

/** Waits until the collection's line says so. @param {any} page @param {string} text */
const says = (page, text) => page.waitForFunction((/** @type {string} */ wanted) => (
  /** @type {HTMLElement} */ (document.querySelector('#about')).innerText.includes(wanted)), text);

/** @param {any} page @param {string[]} [files]  without it, those of the mixed folder */
async function readFiles(page, files) {
  const names = files ?? (await readdir(mixed, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name)).sort();
  await page.setInputFiles('#files', names);
}

/** What a button lets the visitor save. @param {any} page @param {string} does */
async function saved(page, does) {
  const [download] = await Promise.all([page.waitForEvent('download'),
    page.click(`#uses [data-does=${does}]`)]);
  return { name: download.suggestedFilename(), path: await download.path() };
}

test('a folder without names: people are found, named, searched and saved', async () => {
  const { page, errors } = await open({ path: 'people.html', context: { serviceWorkers: 'allow' } });
  await guarded(page);
  await read(page);
  await shown(page);
  const about = await page.innerText('#about');
  assert.match(about, /22 photos looked at, 2\d faces found\. One of them was known already\. One could not be used\. One other file was left aside\./);
  assert.equal(await cards(page).count(), 4, 'four people with several photos');
  assert.match(await page.innerText('#crowd .refused summary'), /One photo that could not be used/);

  // Each card is one person: all their photos, and nobody else's.
  for (let card = 0; card < 4; card += 1) {
    await cards(page).nth(card).locator('button').click();
    await page.waitForSelector('#person[open]');
    const files = await page.locator('#person .tiles label').allInnerTexts();
    const people = new Set(files.map((/** @type {string} */ file) => truth.get(file.trim())));
    assert.equal(people.size, 1, files.join());
    const [person] = people;
    const all = [...truth.values()].filter((one) => one === person).length;
    assert.ok(files.length >= all - 1, `${person}: ${files.length} of ${all}`);
    await page.locator('#person .tiles button').first().click();
    await page.waitForSelector('#whole .frame:not([hidden])');
    assert.equal(await page.locator('#whole .face').count(), 1);
    await page.click('#whole [data-does=close]');
    await page.click('#person [data-does=close]');
    await page.waitForSelector('#person:not([open])', { state: 'attached' });
  }

  // A name, once given, is all of theirs; it can be taken back.
  await name(page, 0, 'Asha');
  await says(page, 'one person with a name');
  await page.click('#about [data-does=undo]');
  await says(page, '0 people with a name');
  assert.equal(await page.locator('#about [data-does=undo]').isDisabled(), true);
  assert.deepEqual(errors, []);
});

test('folders with names of people: the people and scores of the command line’s gallery', async (t) => {
  const { page, errors } = await open({ path: 'people.html' });
  await read(page, inProject(LABELED));
  await page.waitForSelector('#folder-names:not([hidden])');
  assert.match(await page.innerText('#folder-names .names'), /emily willis, jessica smith, laura tilling/);
  await page.click('#folder-names [data-does=yes]');
  await shown(page);
  const { path, name: file } = await saved(page, 'humg');
  assert.equal(file, 'labeled.humg');
  const target = join(await mkdtemp(join(tmpdir(), 'humshakal-humg-')), 'native.humg');
  t.after(() => rm(target, { force: true }));
  json(['gallery', 'build', inProject(LABELED), '-o', target, '--json']);
  const probe = inProject('build/photos/samples/portrait-1.jpg');
  const [here, there] = [path, target].map((gallery) => json(['match', probe, '--gallery', gallery, '--json']));
  const people = (/** @type {any} */ { matches }) => matches.map((/** @type {any} */ one) => one.name);
  assert.deepEqual(people(here), people(there));
  here.matches.forEach((/** @type {any} */ { score }, /** @type {number} */ i) => {
    // As tests/facade: activations of 8 bits are not rounded alike in every build.
    assert.ok(Math.abs(score - there.matches[i].score) < 0.005, `${score} ${there.matches[i].score}`);
  });

  // The table, for spreadsheets.
  const csv = await readFile((await saved(page, 'csv')).path, 'utf8');
  assert.match(csv, /^\ufeffperson,photo,x,y,width,height\r\n/);
  assert.equal(csv.trim().split('\r\n').length, 1 + truth.size);
  const table = JSON.parse(await readFile((await saved(page, 'json')).path, 'utf8'));
  assert.equal(table.faces.length, truth.size);
  assert.deepEqual(errors, []);
});

test('a zip of photos, the names as XMP sidecars, and the whole site as a zip', async (t) => {
  const { page, errors, server } = await open({ path: 'people.html', context: { serviceWorkers: 'allow' } });
  await guarded(page);
  const folder = await mkdtemp(join(tmpdir(), 'humshakal-zip-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const zip = join(folder, 'four.zip');
  execFileSync('python3', ['-c', 'import shutil, sys; shutil.make_archive(sys.argv[1], "zip", sys.argv[2])',
    zip.replace(/\.zip$/, ''), inProject(LABELED)]);
  await page.setInputFiles('#files', zip);
  await page.click('#folder-names [data-does=yes]');
  await shown(page);
  assert.match(await page.innerText('#about'), /19 photos looked at, 19 faces found/);

  const xmp = await saved(page, 'xmp');
  const sidecars = join(folder, 'xmp');
  execFileSync('python3', ['-c', 'import zipfile, sys; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])', xmp.path, sidecars]);
  const read = JSON.parse(String(execFileSync('exiftool', ['-j', '-struct', '-r', '-n', '-ext', 'xmp', sidecars])));
  assert.equal(read.length, 19);
  for (const { SourceFile, PersonInImage, Subject, RegionInfo } of read) {
    const person = basename(join(SourceFile, '..'));
    assert.deepEqual([PersonInImage, Subject].flat(), [person, person]);
    const [{ Name, Type, Area }] = RegionInfo.RegionList;
    assert.deepEqual([Name, Type], [person, 'Face']);
    assert.ok(Area.X > Area.W / 2 - 0.1 && Area.Y > Area.H / 2 - 0.1 && Area.W > 0.05, SourceFile);
  }

  await page.locator('#uses summary').click();
  await page.click('#uses [data-does=site]');
  assert.match(await page.innerText('#uses .made'), /First write whose photos these are/);
  await page.fill('#statement', 'Portraits from Unsplash.\n\nAsk <me> to be left out.');
  server.log.length = 0;
  const site = await saved(page, 'site');
  assert.equal(site.name, 'four.site.zip');
  assert.ok(server.log.every(({ method, url, bytesReceived }) => (
    method === 'GET' && bytesReceived === 0 && !url.includes('?'))), JSON.stringify(server.log));
  const made = join(folder, 'site');
  execFileSync('python3', ['-c', 'import zipfile, sys; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])', site.path, made]);

  // Anywhere, for somebody who was never here.
  const other = await serve(made, { base: '/some/where/' });
  t.after(() => other.close());
  const visitor = await open({ address: other.url, context: { serviceWorkers: 'allow' } });
  await guarded(visitor.page);
  const [file] = (await readdir(inProject(`${LABELED}/tara sanford`))).sort();
  await visitor.page.setInputFiles('#file', inProject(`${LABELED}/tara sanford/${file}`));
  await resultShown(visitor.page);
  assert.equal((await names(visitor.page))[0], 'tara sanford');
  await visitor.page.goto(new URL('statement.html', other.url).href);
  assert.match(await visitor.page.innerText('main'), /4 people, 19 photos[\s\S]*Ask <me> to be left out/);
  assert.deepEqual(other.log.filter(({ status }) => status >= 400), []);
  assert.deepEqual([...errors, ...visitor.errors], []);
});

inBoth('nothing is asked of the server while photos are read, sorted, named and saved', async () => {
  const { page, errors, server } = await open({ path: 'people.html', context: { serviceWorkers: 'allow' } });
  await guarded(page);
  await readFiles(page);
  await shown(page);
  await page.click('#about [data-does=close]');
  // All that the page needs is here now, and kept.
  await keptWhole(page);
  server.log.length = 0;
  await readFiles(page);
  await shown(page);
  assert.equal(await cards(page).count(), 4);
  await name(page, 0, 'Asha');
  await says(page, 'one person with a name');
  for (const does of ['humg', 'csv', 'json', 'xmp']) {
    await page.click(`#uses [data-does=${does}]`);
    await page.waitForFunction((/** @type {string} */ kind) => new RegExp(`${kind}.* is made`).test(
      /** @type {HTMLElement} */ (document.querySelector('#uses .made')).innerText), does);
  }
  await page.click('#uses [data-does=check]');
  await page.waitForSelector('#findings:not([hidden])');
  // But for what the browser asks by itself: whether there is a newer service worker.
  assert.deepEqual(server.log.filter(({ url }) => !['/sw.js', '/files.js'].includes(url)), []);
  assert.deepEqual(errors, []);
});

inBoth('what was done is there after the page was closed, and no photo is looked at again', async () => {
  const { page, errors, context, server } = await open({ path: 'people.html' });
  await readFiles(page);
  await shown(page);
  await name(page, 0, 'Asha');
  await name(page, 1, 'Ben');
  await says(page, '2 people with a name');
  await page.close();
  const again = await context.newPage();
  await again.goto(new URL('people.html', server.url).href);
  await again.click('#kept [data-does=open]');
  await shown(again);
  await says(again, '21 photos');
  await says(again, '2 people with a name');
  assert.deepEqual((await cards(again).locator('input').evaluateAll((/** @type {any[]} */ inputs) => (
    inputs.map(({ value }) => value)))).sort(), ['', '', 'Asha', 'Ben']);
  // Undone in another visit.
  await again.click('#about [data-does=undo]');
  await says(again, 'one person with a name');
  await readFiles(again);
  await says(again, '22 of them were known already');
  await says(again, 'one person with a name');
  assert.equal(await cards(again).count(), 4);

  await again.click('#about [data-does=close]');
  await again.click('#kept [data-does=delete]');
  assert.match(await again.innerText('#kept [data-does=delete]'), /for good/);
  await again.click('#kept [data-does=delete]');
  await again.waitForSelector('#kept[hidden]', { state: 'attached' });
  assert.deepEqual(errors, []);
});

test('closed in the middle: what was looked at is kept, and the rest follows', async () => {
  const { page, errors, context, server } = await open({ path: 'people.html' });
  await read(page, inProject('build/photos/presidents'));
  await page.click('#folder-names [data-does=no]');
  await page.waitForFunction(() => /^([5-9]|\d\d) of/.test(
    document.querySelector('#reading-text')?.textContent ?? ''));
  await page.click('#reading [data-does=pause]');
  await page.waitForFunction(() => /^Paused/.test(document.querySelector('#reading-text')?.textContent ?? ''));
  await page.close();
  const again = await context.newPage();
  await again.goto(new URL('people.html', server.url).href);
  await again.click('#kept [data-does=open]');
  await shown(again); // sorted, though it never came to that
  const done = Number(/(\d+) photos/.exec(await again.innerText('#about'))?.[1]);
  assert.ok(done >= 5 && done < 45, `${done} photos`);
  await read(again, inProject('build/photos/presidents'));
  await says(again, '45 photos looked at');
  assert.match(await again.innerText('#about'), new RegExp(`${done} of them were known already`));
  await says(again, '45 photos, ');
  assert.deepEqual(errors, []);
});

test('paused, gone on, and stopped', async () => {
  const { page } = await open({ path: 'people.html' });
  await read(page, inProject('build/photos/presidents'));
  await page.click('#folder-names [data-does=no]');
  const at = () => page.$eval('#reading-text', (/** @type {any} */ text) => Number(/(\d+) of/.exec(text.textContent)?.[1] ?? 0));
  await page.waitForFunction(() => /^[3-9] of/.test(document.querySelector('#reading-text')?.textContent ?? ''));
  await page.click('#reading [data-does=pause]');
  await page.waitForTimeout(1500); // what was under way comes to its end
  const before = await at();
  await page.waitForTimeout(1500);
  assert.equal(await at(), before);
  assert.equal(await page.innerText('#reading [data-does=pause]'), 'Go on');
  await page.click('#reading [data-does=pause]');
  await page.waitForFunction((/** @type {number} */ old) => Number(/(\d+) of/.exec(
    document.querySelector('#reading-text')?.textContent ?? '')?.[1]) > old, before);
  await page.click('#reading [data-does=stop]');
  await shown(page);
  assert.ok(Number(/(\d+) photos/.exec(await page.innerText('#about'))?.[1]) < 45);
});

test('looked for among one’s own people, and among the site’s as well', async () => {
  const { page, errors } = await open({ path: 'people.html' });
  await read(page, inProject(LABELED));
  await page.click('#folder-names [data-does=yes]');
  await shown(page);
  const [file] = (await readdir(inProject(`${LABELED}/laura tilling`))).sort();
  const probe = inProject(`${LABELED}/laura tilling/${file}`);
  await page.click('#uses [data-does=match]');
  await page.waitForSelector('#chooser #file');
  await page.waitForFunction(() => /labeled/.test(document.querySelector('#known')?.textContent ?? ''));
  await page.setInputFiles('#file', probe);
  await resultShown(page);
  assert.equal((await names(page)).length, 4);
  assert.equal((await names(page))[0], 'laura tilling');

  await page.goto(new URL('people.html', page.url()).href);
  await page.click('#kept [data-does=open]');
  await shown(page);
  await page.click('#uses [data-does=both]');
  await page.waitForFunction(() => /labeled, and Presidents.*49 people/.test(document.querySelector('#known')?.textContent ?? ''));
  await page.setInputFiles('#file', probe);
  await resultShown(page);
  assert.equal((await names(page))[0], 'laura tilling');
  await page.setInputFiles('#file', inProject('build/photos/presidents/Abraham Lincoln/abraham-lincoln.png'));
  await page.waitForFunction(() => /Lincoln/.test(
    /** @type {HTMLElement} */ (document.querySelector('#results .person h3'))?.innerText ?? ''));
  // A file of it is taken by the first page as well, and by any other.
  await page.goto(new URL('people.html', page.url()).href);
  await page.click('#kept [data-does=open]');
  await shown(page);
  const { path } = await saved(page, 'humg');
  const gallery = { name: 'Four friends.humg', mimeType: '', buffer: await readFile(path) };
  for (const where of ['./', 'compare.html']) {
    await page.goto(new URL(where, page.url()).href);
    await page.waitForFunction(() => !document.querySelector('#late'));
    await page.evaluate((/** @type {number[]} */ bytes) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([new Uint8Array(bytes)], 'Four friends.humg'));
      document.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true }));
    }, [...gallery.buffer]);
    await page.waitForFunction(() => /Four friends/.test(document.querySelector('#known')?.textContent ?? ''));
  }
  // And becomes a collection again, without its photos.
  await page.goto(new URL('people.html', page.url()).href);
  await page.setInputFiles('#files', gallery);
  await shown(page);
  await says(page, '19 photos, 19 faces, 4 people with a name');
  await cards(page).first().locator('button').click();
  await page.locator('#person .tiles button').first().click();
  await page.waitForSelector('#whole[open]');
  assert.match(await page.innerText('#whole'), /choose the folder again/);
  await page.click('#whole [data-does=close]');
  await page.click('#person [data-does=close]');
  assert.deepEqual(await readFile((await saved(page, 'humg')).path), gallery.buffer);
  await page.goto(new URL('./', page.url()).href);
  await page.setInputFiles('#file', { name: 'broken.humg', mimeType: '', buffer: Buffer.from('no gallery') });
  assert.match(await notice(page), /This gallery cannot be used here/);
  assert.deepEqual(errors, []);
});

test('a collection that is open elsewhere is not opened twice', async () => {
  const { page, context, server } = await open({ path: 'people.html' });
  await readFiles(page, [inProject('build/photos/samples/group.jpg')]);
  await shown(page);
  const other = await context.newPage();
  await other.goto(new URL('people.html', server.url).href);
  await other.click('#kept [data-does=open]');
  assert.match(await notice(other), /open in another tab/);
  await other.click('#notice .actions button >> nth=0');
  await other.click('#kept [data-does=delete]');
  await other.click('#kept [data-does=delete]');
  assert.match(await notice(other), /open in another tab/);
  await page.close();
  await other.click('#notice .actions button >> nth=0');
  await other.click('#kept [data-does=open]');
  await shown(other);
});

test('names are text, whatever they are', async () => {
  const { page, errors } = await open({ path: 'people.html' });
  await read(page);
  await shown(page);
  const wild = '<img src=x onerror=alert(1)>"&; ../=1+1 \u202e आशा';
  await name(page, 0, wild);
  await says(page, 'one person with a name');
  await cards(page).first().locator('button').click();
  assert.match(await page.innerText('#person h2'), /<img src=x onerror=alert\(1\)>/);
  await page.click('#person [data-does=close]');
  const gallery = await saved(page, 'humg');
  assert.deepEqual(json(['gallery', 'info', gallery.path]).people.map((/** @type {any} */ person) => person.name), [wild]);
  const xmp = await saved(page, 'xmp');
  assert.match(xmp.name, /^humshakal-people-\w+\.xmp\.zip$/);
  assert.deepEqual(errors, []);
});

test('a browser that keeps nothing says so, and everything works until the page is closed', async () => {
  const { page, errors } = await open({ path: 'people.html', script: () => {
    Object.defineProperty(globalThis, 'indexedDB', { value: { open: () => { throw new DOMException('no', 'SecurityError'); },
      databases: async () => [] } });
  } });
  await read(page);
  await shown(page);
  await says(page, 'lasts until this page is closed');
  await name(page, 0, 'Asha');
  await says(page, 'one person with a name');
  assert.ok((await saved(page, 'humg')).path);
  assert.ok(await page.locator('#crowd canvas').first().evaluate((/** @type {any} */ canvas) => canvas.width > 0));
  assert.deepEqual(errors, []);
});

test('the privacy page removes it all, from under an open page too', async () => {
  const { page, context, server } = await open({ path: 'people.html' });
  await readFiles(page, [inProject('build/photos/samples/group.jpg')]);
  await shown(page);
  const other = await context.newPage();
  await other.goto(new URL('privacy.html', server.url).href);
  await other.click('#wipe');
  await other.waitForFunction(() => /Your own people, with all names and faces/.test(
    document.querySelector('#wiped')?.textContent ?? ''));
  assert.deepEqual(await other.evaluate(async () => (await indexedDB.databases()).length), 0);
  await page.reload();
  await page.waitForFunction(() => !document.querySelector('#late'));
  assert.equal(await page.locator('#kept li').count(), 0);
});

for (const locale of ['en', 'hi']) {
  test(`axe finds nothing in any state of it (${locale})`, async () => {
    const { page } = await open({ path: 'people.html', context: { locale, reducedMotion: 'reduce' } });
    await assertForEveryone(page, `empty, ${locale}`);
    await read(page, inProject(LABELED));
    await page.waitForSelector('#folder-names:not([hidden])');
    await assertForEveryone(page, `names, ${locale}`);
    await read(page, inProject('build/photos/presidents'));
    await page.click('#folder-names [data-does=no]');
    await page.waitForSelector('#reading:not([hidden])');
    await page.click('#reading [data-does=pause]');
    await assertForEveryone(page, `reading, ${locale}`);
    await page.click('#reading [data-does=pause]');
    await shown(page);
    await read(page);
    await shown(page);
    await page.waitForSelector('#question:not([hidden])');
    await name(page, 0, 'आशा');
    await page.waitForTimeout(500);
    for (const summary of await page.locator('#crowd summary:visible, #uses summary').all()) await summary.click();
    await assertForEveryone(page, `people, ${locale}`);
    await page.click('#uses [data-does=check]');
    await page.waitForSelector('#findings:not([hidden])');
    await assertForEveryone(page, `findings, ${locale}`);
    await cards(page).first().locator('button').click();
    await page.waitForSelector('#person[open]');
    await assertForEveryone(page, `person, ${locale}`);
    await page.locator('#person .tiles button').first().click();
    await page.waitForSelector('#whole .frame:not([hidden])');
    await assertForEveryone(page, `whole, ${locale}`);
    await page.click('#whole [data-does=close]');
    await page.click('#person [data-does=close]');
    await page.click('#about [data-does=close]');
    await page.waitForSelector('#kept:not([hidden])');
    await assertForEveryone(page, `kept, ${locale}`);
  });
}

test('zips that are damaged, encrypted or made to fill the memory are told', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'humshakal-zips-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  execFileSync('/usr/bin/python3', ['-c', `
import sys, zipfile, struct, random
photo, folder = sys.argv[1:]
with zipfile.ZipFile(folder + '/good.zip', 'w', zipfile.ZIP_DEFLATED) as z:
    z.write(photo, 'some/photo.jpg')
    z.writestr('some/other.jpg', open(photo, 'rb').read() + b'2')
    z.writestr('some/notes.txt', 'hello')
    z.writestr('__MACOSX/some/._photo.jpg', b'x')
with zipfile.ZipFile(folder + '/up.zip', 'w') as z: z.writestr('some/../../up.jpg', b'x')
with zipfile.ZipFile(folder + '/bomb.zip', 'w', zipfile.ZIP_DEFLATED) as z: z.writestr('bomb.jpg', b'0' * (300 << 20))
data = bytearray(open(folder + '/bomb.zip', 'rb').read())
for at in (data.find(b'PK\\x01\\x02') + 24, data.find(b'PK\\x03\\x04') + 22): data[at:at + 4] = struct.pack('<I', 1000)
open(folder + '/liar.zip', 'wb').write(data)
good = open(folder + '/good.zip', 'rb').read()
locked = bytearray(good)
at = locked.find(b'PK\\x01\\x02')
while at >= 0:
    locked[at + 8] |= 1
    at = locked.find(b'PK\\x01\\x02', at + 4)
at = locked.find(b'PK\\x03\\x04')
while at >= 0:
    locked[at + 6] |= 1
    at = locked.find(b'PK\\x03\\x04', at + 4)
open(folder + '/locked.zip', 'wb').write(locked)
open(folder + '/cut.zip', 'wb').write(good[:-40])
open(folder + '/text.zip', 'w').write('no zip')
random.seed(4)
for i in range(60):
    bad = bytearray(good)
    for k in range(3): bad[random.randrange(len(bad)) if i % 2 else len(bad) - 1 - random.randrange(400)] ^= 1 << random.randrange(8)
    open(f'{folder}/damaged-{i}.zip', 'wb').write(bad if i % 5 else bad[:random.randrange(len(bad))])
`, inProject('build/photos/samples/portrait-1.jpg'), folder]);
  const { page, errors } = await open({ path: 'people.html' });
  const give = (/** @type {string} */ name) => page.setInputFiles('#files', join(folder, name));
  for (const [name, told] of /** @type {[string, RegExp][]} */ ([['text.zip', /damaged, or no zip/], ['cut.zip', /damaged, or no zip/],
    ['up.zip', /damaged, or no zip/],
    ['locked.zip', /has a password/]])) {
    await page.reload();
    await give(name);
    assert.match(await notice(page), told, name);
  }
  await page.reload();
  await give('good.zip');
  await shown(page);
  await says(page, 'faces found');
  assert.match(await page.innerText('#about'), /2 photos looked at/);
  await page.click('#about [data-does=close]');
  for (const name of ['bomb.zip', 'liar.zip']) {
    await give(name);
    await says(page, 'One could not be used');
    await page.click('#about [data-does=close]');
  }
  for (let i = 0; i < 60; i += 1) {
    await give(`damaged-${i}.zip`);
    await page.waitForSelector('#notice:not([hidden]), #about:not([hidden])');
    if (await page.isVisible('#about')) await page.click('#about [data-does=close]');
    else await page.reload();
  }
  assert.deepEqual(errors, []);
});

test('without a network, once it was here', async () => {
  const { page, context, server } = await open({ path: 'people.html', context: { serviceWorkers: 'allow' } });
  await guarded(page);
  await read(page);
  await shown(page);
  await keptWhole(page);
  await server.close();
  await context.setOffline(true);
  await page.goto(new URL('people.html', server.url).href);
  await page.click('#kept [data-does=open]');
  await shown(page);
  await read(page);
  await says(page, '22 of them were known already');
  await name(page, 0, 'Asha');
  await says(page, 'one person with a name');
  assert.match((await saved(page, 'xmp')).name, /xmp\.zip$/);
});

test('a person before the camera: a picture for each pose that is held, and none without a name', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'humshakal-enrol-'));
  await cp(inProject('build/photos/samples/portrait-1.jpg'), join(folder, 'film.mjpeg'));
  const browser = await launch('chromium', ['--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${join(folder, 'film.mjpeg')}`]);
  t.after(async () => {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  });
  const { page, errors } = await open({ path: 'people.html', browser, context: { permissions: ['camera'] } });
  await page.click('#enrol');
  await page.waitForFunction(() => /First write the name/.test(document.querySelector('#enrolment .hint')?.textContent ?? ''));
  await page.fill('#enrolment input', 'Emily');
  await page.press('#enrolment input', 'Enter');
  await page.waitForFunction(() => /One picture is taken/.test(document.querySelector('#enrolment .hint')?.textContent ?? ''));
  assert.equal(await page.locator('#enrolment .strip canvas').count(), 1);
  await page.click('#enrolment [data-does=close]');
  await shown(page);
  await says(page, 'one person with a name');
  assert.equal(await page.$eval('#enrolment video', (/** @type {any} */ video) => video.srcObject), null);
  assert.deepEqual(errors, []);
});

test('a folder that the browser can open again: whole photos in a later visit too', async () => {
  const { page, errors, context, server } = await open({ path: 'people.html', script: () => {
    // The browser's own window cannot be used by a test; what it gives is real.
    const pick = async () => (await navigator.storage.getDirectory()).getDirectoryHandle('album');
    Object.defineProperty(globalThis, 'showDirectoryPicker', { value: pick });
  } });
  const photo = await readFile(inProject('build/photos/samples/group.jpg'));
  await page.evaluate(async (/** @type {number[]} */ bytes) => {
    const album = await (await navigator.storage.getDirectory()).getDirectoryHandle('album', { create: true });
    const inside = await album.getDirectoryHandle('2019', { create: true });
    for (const [folder, name, content] of /** @type {[FileSystemDirectoryHandle, string, BlobPart][]} */ ([
      [inside, 'group.jpg', new Uint8Array(bytes)], [album, 'notes.txt', 'hello'], [album, '.hidden.jpg', 'x']])) {
      const file = await (await folder.getFileHandle(name, { create: true })).createWritable();
      await file.write(content);
      await file.close();
    }
  }, [...photo]);
  await page.click('#folder');
  await shown(page);
  await says(page, 'One other file was left aside.');
  assert.equal(await page.inputValue('#collection-name'), 'album');
  await page.close();
  const again = await context.newPage();
  await again.goto(new URL('people.html', server.url).href);
  await again.click('#kept [data-does=open]');
  await shown(again);
  await again.locator('#crowd .once summary').click();
  await again.locator('#crowd .once .people button').first().click();
  await again.locator('#person .tiles button').first().click();
  await again.waitForSelector('#whole .frame:not([hidden])');
  assert.equal(await again.locator('#whole .face').count(), 5);
  assert.deepEqual(errors, []);
});

test('faces that are not of the person they are with: moved, taken apart, set aside, and back again', async () => {
  const { page, errors } = await open({ path: 'people.html' });
  await read(page);
  await shown(page);
  const sizes = async () => (await cards(page).locator('.count').allInnerTexts()).map((text) => parseInt(text, 10));
  const before = await sizes();
  await cards(page).first().locator('button').click();
  await page.locator('#person .tiles input').first().check();
  await page.click('#person [data-does=split]');
  await page.waitForFunction((/** @type {number} */ count) => document.querySelectorAll('#person .tiles li').length === count, before[0] - 1);
  await page.locator('#person .tiles input').first().check();
  await page.fill('#person input[type=text]', 'Zoe');
  await page.press('#person input[type=text]', 'Enter');
  await page.waitForFunction((/** @type {number} */ count) => document.querySelectorAll('#person .tiles li').length === count, before[0] - 2);
  await page.locator('#person .tiles input').first().check();
  await page.click('#person [data-does=reject]');
  await page.waitForFunction((/** @type {number} */ count) => document.querySelectorAll('#person .tiles li').length === count, before[0] - 3);
  await page.click('#person [data-does=aside]');
  await page.click('#person [data-does=close]');
  await page.waitForSelector('#crowd .aside:not([hidden])');
  await says(page, 'one person with a name');
  for (const told of [/set aside/, /not somebody/, /moved to Zoe/, /somebody else/]) {
    assert.match(await page.innerText('#about [data-does=undo]'), told);
    await page.click('#about [data-does=undo]');
  }
  assert.equal(await page.locator('#about [data-does=undo]').isDisabled(), true);
  assert.deepEqual((await sizes()).sort(), before.sort());
  // By the keyboard: what is asked, and back.
  await page.waitForSelector('#question:not([hidden]) .sides:not([hidden])');
  const left = () => page.innerText('#question .left');
  const asked = await left();
  await page.click('#crowd-title');
  await page.keyboard.press('n');
  await page.waitForFunction((/** @type {string} */ text) => (
    /** @type {HTMLElement} */ (document.querySelector('#question .left')).innerText !== text), asked);
  await page.keyboard.press('Control+z');
  await page.waitForFunction((/** @type {string} */ text) => (
    /** @type {HTMLElement} */ (document.querySelector('#question .left')).innerText === text), asked);
  // Pasted into a name, text is a name.
  await cards(page).first().locator('input').focus();
  await page.evaluate(() => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', 'Hello');
    document.activeElement?.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
  });
  assert.equal(await page.isVisible('#notice'), false);
  // Who asks to be left out.
  await cards(page).nth(1).locator('button').click();
  await page.click('#person [data-does=remove]');
  assert.match(await page.innerText('#person [data-does=remove]'), /for good/);
  await page.click('#person [data-does=remove]');
  await page.waitForSelector('#person:not([open])', { state: 'attached' });
  assert.equal(await cards(page).count(), 3);
  await read(page);
  await says(page, '22 of them were known already');
  assert.equal(await cards(page).count(), 3);
  assert.deepEqual(errors, []);
});

test('from right to left, and with text of twice the size, everything has its room', async () => {
  for (const [locale, dir, size] of [['en', 'rtl', '100%'], ['hi', 'ltr', '200%']]) {
    const { page } = await open({ path: 'people.html', context: { locale, reducedMotion: 'reduce' } });
    await page.waitForSelector('#languages [aria-pressed]');
    await page.evaluate(([direction, fontSize]) => {
      document.documentElement.dir = direction;
      document.documentElement.style.fontSize = fontSize;
    }, [dir, size]);
    const look = async (/** @type {string} */ state) => {
      for (const width of [320, 640, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        await assertRoom(page, `${state}, ${locale}, ${dir}, ${size}, ${width} px`);
      }
    };
    await look('empty');
    await read(page);
    await shown(page);
    await name(page, 0, 'आशा');
    await page.waitForSelector('#question:not([hidden])');
    for (const summary of await page.locator('#crowd summary:visible, #uses summary').all()) await summary.click();
    await look('people');
    await cards(page).first().locator('button').click();
    await page.waitForSelector('#person[open]');
    await look('person');
    await page.locator('#person .tiles button').first().click();
    await page.waitForSelector('#whole .frame:not([hidden])');
    await look('whole');
  }
});
