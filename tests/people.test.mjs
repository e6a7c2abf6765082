/** "Your own people": from a folder of photos to names, questions, files and matches. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { serve } from '../tools/serve.mjs';
import { json } from './lib/cli.mjs';
import { guarded, inBoth, names, notice, open, resultShown } from './lib/page.mjs';
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

/** What a button lets the visitor save. @param {any} page @param {string} does */
async function saved(page, does) {
  const [download] = await Promise.all([page.waitForEvent('download'),
    page.click(`#uses [data-does=${does}]`)]);
  return { name: download.suggestedFilename(), path: await download.path() };
}

/** Names everybody who is in a photo of these four. @param {any} page */
async function nameAll(page) {
  const table = await page.evaluate(() => [...document.querySelectorAll('#crowd > .people > li button')]
    .map((button) => button.getAttribute('aria-label')));
  assert.equal(table.length, 4, 'four people with several photos');
}

test('a folder without names: people are found, named, searched and saved', async () => {
  const { page, errors } = await open({ path: 'people.html', context: { serviceWorkers: 'allow' } });
  await guarded(page);
  await read(page);
  await shown(page);
  const about = await page.innerText('#about');
  assert.match(about, /22 photos looked at, 2\d faces found\. One of them was known already\. One could not be used\. One other file was left aside\./);
  await nameAll(page);
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
  await page.waitForFunction(() => /1 people|one person with a name/.test(
    /** @type {HTMLElement} */ (document.querySelector('#about')).innerText));
  await page.click('#about [data-does=undo]');
  await page.waitForFunction(() => /0 people with a name/.test(
    /** @type {HTMLElement} */ (document.querySelector('#about')).innerText));
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
