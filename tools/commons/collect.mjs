/** From a list to a folder of people: who, which photos, whose credit; and who not, and why. */

import { createHash } from 'node:crypto';
import { copyFile, link, mkdir, rename, rm } from 'node:fs/promises';
import { SOURCES, examine, findPhotos } from './photos.mjs';
import { REASONS, Refusal, Stop } from './refusal.mjs';
import { comparable, folderName, oneLine } from './text.mjs';
import { AT_ONCE, checkLabels, describePeople, findPeople } from './wikidata.mjs';

/** @typedef {import('./list.mjs').List} List */
/** @typedef {import('./wikidata.mjs').Person} Person */
/** @typedef {keyof typeof WEIGHTS} SourceName */
/** @typedef {import('./photos.mjs').Photo & {from: SourceName}} Photo  from: where it was found */
/** @typedef {{reason: keyof typeof REASONS, detail: string}} Why */
/** @typedef {Why & {what: string, person: string}} Refused  what: a photo's title, or '' */
/** @typedef {{most: number, kept: Photo[], refused: (Why & {title: string})[]}} Verdict */

/**
 * @typedef {object} Work
 * @property {List} list
 * @property {import('./list.mjs').LeftOut} leftOut
 * @property {import('./client.mjs').Client} client
 * @property {import('./faces.mjs').Faces} faces
 * @property {import('./store.mjs').Store} store
 * @property {(line: string) => void} say
 */

/** A copy of WIDTH pixels has a tenth of this. */
const LARGEST_PHOTO = 16 << 20;
/** So many photos are tried for each one that is wanted. */
const TRIES = 3;
/** What Wikidata shows was chosen to show the person: it counts as two others. */
const WEIGHTS = { images: 2, depicts: 1, category: 1 };

/**
 * What has been decided so far.
 * @typedef {object} Album
 * @property {{person: Person, photos: Photo[]}[]} shown
 * @property {Refused[]} refused
 * @property {Map<string, string>} taken  whose each photo is, by its sha1
 */

/**
 * @param {Work} work
 * @returns {Promise<{people: number, photos: number, refused: Refused[]}>}
 */
export async function collect(work) {
  const { client, list, store } = work;
  const wanted = `wanted-${keyOf(list)}`;
  await store.once(`${wanted}/labels.json`, () => checkLabels(client, list));
  const parts = await store.once(`${wanted}/parts.json`, () => findPeople(client, list));
  /** @type {Album} */
  const album = { shown: [], refused: [], taken: new Map() };
  for (const [part, ids] of parts.entries()) {
    const share = Math.floor(list.count / parts.length) + Number(part < list.count % parts.length);
    const full = album.shown.length + share;
    for (let at = 0; at < ids.length && album.shown.length < full; at += AT_ONCE) {
      const people = await store.once(`${wanted}/people-${part}-${at}.json`,
        () => describePeople(client, ids.slice(at, at + AT_ONCE), list.languages));
      for (const person of people) {
        if (album.shown.length < full) await show(work, person, album);
      }
    }
  }
  const { shown, refused } = album;
  if (!shown.length) throw new Stop('Nobody of the list can be shown.');
  await layOut(work, shown);
  const photos = shown.reduce((sum, one) => sum + one.photos.length, 0);
  const report = { people: shown.length, photos, refused };
  await store.writeJson('report.json', report);
  return report;
}

/** Of what decides who is wanted. @param {List} list */
function keyOf({ query, people, count, languages }) {
  return createHash('sha256').update(JSON.stringify([query, people, count, languages]))
    .digest('hex').slice(0, 12);
}

/** @param {Work} work @param {Person} person @param {Album} album */
async function show(work, person, album) {
  const { list, say } = work;
  const name = person.name || person.id;
  try {
    const photos = await photosOf(work, person, album);
    album.shown.push({ person, photos });
    say(`${album.shown.length} of ${list.count}: ${name}, ${photos.length} `
      + `photo${photos.length === 1 ? '' : 's'}`);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { reason, detail, message } = error;
    album.refused.push({ what: '', person: name, reason, detail });
    say(`not taken: ${name}: ${message}`);
  }
}

/**
 * @param {Work} work
 * @param {Person} person
 * @param {Album} album  refused and taken photos are added
 */
async function photosOf(work, person, { taken, refused }) {
  const { leftOut, store, say } = work;
  const { id, name, names } = person;
  const reason = leftOut.ids.get(id)
    ?? names.map((one) => leftOut.names.get(comparable(one))).find(Boolean);
  if (reason !== undefined) {
    await store.remove(`photos/${id}`);
    throw new Refusal('leftOut', reason);
  }
  if (!name) throw new Refusal('noName');
  const verdict = await judge(work, person);
  const refuse = (/** @type {string} */ title, /** @type {Why} */ { reason, detail }) => {
    refused.push({ what: title, person: name, reason, detail });
    say(`  not taken: ${title}: ${new Refusal(reason, detail).message}`);
  };
  for (const one of verdict.refused) refuse(one.title, one);
  const photos = verdict.kept.filter(({ sha1, title }) => {
    const other = taken.get(sha1);
    if (other !== undefined) refuse(title, { reason: 'taken', detail: other });
    else taken.set(sha1, name);
    return other === undefined;
  });
  if (!photos.length) throw new Refusal('noPhoto');
  return photos;
}

/**
 * Which photos of a person are good; decided once.
 * @param {Work} work
 * @param {Person} person
 * @returns {Promise<Verdict>}
 */
async function judge(work, person) {
  const { list: { photos: most }, store } = work;
  const folder = `photos/${person.id}`;
  const decided = await store.readJson(`${folder}/verdict.json`);
  if (decided?.most === most) return decided;
  const { candidates, refused } = await gather(work, person, folder);
  const { kept, others } = await agreeing(work, candidates, folder);
  const verdict = { most, kept, refused: [...refused, ...others] };
  await store.writeJson(`${folder}/verdict.json`, verdict);
  return verdict;
}

/**
 * Photos with a free licence and one good face.
 * @param {Work} work
 * @param {Person} person
 * @param {string} folder
 */
async function gather({ list, client, faces, store }, person, folder) {
  /** @type {Photo[]} */
  const candidates = [];
  /** @type {Verdict['refused']} */
  const refused = [];
  const seen = new Set();
  let tries = TRIES * list.photos;
  for (const { name, of } of SOURCES) {
    const which = of(person);
    if (!which || candidates.length >= list.photos) continue;
    const pages = await store.once(`${folder}/${name}.json`, () => findPhotos(client, which));
    for (const page of pages) {
      if (candidates.length >= list.photos || tries === 0) break;
      if (seen.has(page?.title)) continue;
      seen.add(page?.title);
      try {
        const photo = examine(page);
        if (seen.has(photo.sha1)) continue;
        seen.add(photo.sha1);
        tries -= 1;
        const why = await store.once(`${folder}/${photo.file}.json`, async () => ({
          page, refused: await fetchPhoto({ client, faces, store }, photo, folder) }));
        if (why.refused) throw new Refusal(why.refused.reason, why.refused.detail);
        candidates.push({ ...photo, from: name });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const { reason, detail } = error;
        refused.push({ title: oneLine(String(page?.title)), reason, detail });
      }
    }
  }
  return { candidates, refused };
}

/**
 * Puts a photo into the folder if it shows one good face; tells why not otherwise.
 * @param {Pick<Work, 'client' | 'faces' | 'store'>} work
 * @param {import('./photos.mjs').Photo} photo
 * @param {string} folder
 * @returns {Promise<Why | null>}
 */
async function fetchPhoto({ client, faces, store }, { file, address }, folder) {
  const name = `${folder}/${file}`;
  try {
    if (!await store.has(name)) {
      await store.write(name, await client.download(address, LARGEST_PHOTO));
    }
    await faces.check(store.path(name));
    return null;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    await store.remove(name);
    return { reason: error.reason, detail: error.detail };
  }
}

/**
 * The photos that show the same face. One alone counts if Wikidata shows it.
 * @param {Work} work
 * @param {Photo[]} photos
 * @param {string} folder
 */
async function agreeing({ faces, store }, photos, folder) {
  if (!photos.length) return { kept: [], others: [] };
  const { group, best } = photos.length === 1 ? { group: [0], best: [NaN] }
    : await faces.agree(photos.map(({ file }) => store.path(folder, file)),
      photos.map(({ from }) => WEIGHTS[from]));
  if (group.length === 1 && photos[group[0]].from !== 'images') group.pop();
  /** @type {Verdict['refused']} */
  const others = [];
  for (const [i, { file, title }] of photos.entries()) {
    if (group.includes(i)) continue;
    await store.remove(`${folder}/${file}`);
    others.push(photos.length === 1 ? { title, reason: 'alone', detail: '' }
      : { title, reason: 'outlier', detail: `highest cosine ${best[i].toFixed(2)}` });
  }
  return { kept: group.map((i) => photos[i]), others };
}

/**
 * The folder that `humshakal gallery build` reads.
 * @param {Work} work
 * @param {{person: Person, photos: Photo[]}[]} shown
 */
async function layOut({ list, store }, shown) {
  await store.remove('people.new');
  /** @type {{photos: Record<string, object>, people: Record<string, object>}} */
  const credits = { photos: {}, people: {} };
  const used = new Set(['credits.json']);
  for (const { person: { id, name }, photos } of shown) {
    const plain = folderName(name) || id;
    // Some file systems take names for the same that differ in case only.
    const folder = used.has(plain.toLowerCase()) ? `${plain} (${id})` : plain;
    used.add(folder.toLowerCase());
    await mkdir(store.path('people.new', folder), { recursive: true });
    credits.people[folder] = { link: `https://www.wikidata.org/wiki/${id}` };
    for (const photo of photos) {
      const from = store.path('photos', id, photo.file);
      const to = store.path('people.new', folder, photo.file);
      await link(from, to).catch(() => copyFile(from, to));
      credits.photos[`${folder}/${photo.file}`] = credit(photo);
    }
  }
  await store.writeJson('people.new/credits.json', credits);
  await store.write('title', `${list.title}\n`);
  await rm(store.path('people'), { recursive: true, force: true });
  await rename(store.path('people.new'), store.path('people'));
}

/** Creative Commons wants the licence linked, and changes told. @param {Photo} photo */
function credit({ title, author, licence, licenceLink, source }) {
  const address = licenceLink.replace(/^https:\/\/|\/$/g, '');
  return { title: title.replace(/\.\w+$/, ''), source: 'Wikimedia Commons, cropped', author,
    licence: address ? `${licence} (${address})` : licence, link: source };
}
