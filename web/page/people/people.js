/**
 * The controller of "Your own people": photos are looked at, their faces are sorted into
 * people, the visitor names and mends these, and makes something of them. Views send events
 * up ("collection", "reading", "folder-names", "tend", "answer", "person", "whole", "make",
 * "enrol", "action", "cancel").
 */

import { Humshakal, HumError, isAbort, pictureOf } from '../../engine/humshakal.js';
import { keepPage, startGate } from '../gate/gate.js';
import { keepChoice, recallChoice } from '../networks/choice.js';
import { createPage, element, on } from '../page.js';
import { SCREEN_SIDE } from '../pictures.js';
import { mountAnnouncer } from '../views/announcer.js';
import { mountNotice } from '../views/notice.js';
import { mountProgress } from '../views/progress.js';
import { saveFile } from '../views/save-file.js';
import { mountLanguages } from '../words/languages-view.js';
import { say } from '../words/say.js';
import { explain, explainGiven } from '../words/words.js';
import { Collection } from './collection.js';
import { mountAbout, mountFindings, mountKept, mountUses } from './collection-view.js';
import { mountCrowd } from './crowd-view.js';
import { createEnrolment } from './enrol.js';
import { mountEnrolment } from './enrol-view.js';
import { contentOf } from './make.js';
import { firstState } from './people-state.js';
import { PeopleStore } from './people-store.js';
import { explainElsewhere, explainPlain, madeText, nameOf, readText } from './people-words.js';
import { mountPerson } from './person-view.js';
import { mountQuestion } from './question-view.js';
import { findQuestions } from './questions.js';
import { Gate, hashOf, readPhotos, recordOf } from './reading.js';
import { mountFolderNames, mountReading } from './reading-view.js';
import { startWays } from './ways.js';
import { namesOf } from './sources.js';
import { mountWhole } from './whole-view.js';

/** @typedef {import('./collection.js').Change} Change */
/** @typedef {import('./people-state.js').State} State */
/** @typedef {import('./people-store.js').Kept} Kept */
/** @typedef {import('./sources.js').Source} Source */
/** @typedef {import('../page.js').PageJob<State>} Job */

/** Engines that look at photos side by side: each takes a core and 200 MB. */
const MOST_ENGINES = 4;

/** Faces shown while photos are looked at. */
const LATEST = 8;

const store = await PeopleStore.open();

/** @type {State} */
const state = {
  ...firstState,
  crops: { of: (face) => store.thumbnail(state.about?.id ?? 0, face) },
};

/** The service worker stands between the page and the network before the engine starts. */
const gate = startGate();

/** The page's files, for visits without a network. @type {Promise<void> | null} */
let keeping = null;

const page = createPage({
  state,
  views: [
    ({ phase }) => { document.body.classList.toggle('open', phase !== 'empty'); },
    mountKept(element('kept')),
    mountProgress(element('progress')),
    mountNotice(element('notice')),
    mountFolderNames(element('folder-names')),
    mountReading(element('reading')),
    mountAbout(element('about')),
    mountQuestion(element('question')),
    mountCrowd(element('crowd')),
    mountUses(element('uses')),
    mountFindings(element('findings')),
    mountPerson(/** @type {HTMLDialogElement} */ (element('person'))),
    mountWhole(/** @type {HTMLDialogElement} */ (element('whole'))),
    mountEnrolment(/** @type {HTMLDialogElement} */ (element('enrolment'))),
    mountAnnouncer(element('announce')),
  ],
  first: 'folder',
  create: async (options) => {
    await gate;
    const humshakal = await Humshakal.create({ ...await network(), ...options });
    keeping ??= gate.then((guarded) => (guarded ? keepPage() : undefined));
    return humshakal;
  },
  explain: (error, during) => (error instanceof HumError && error.code === 'HUM_ERROR_MISMATCH' && state.about
    ? explainPlain(say('wrongNetwork'), say('wrongNetworkText',
      { network: state.about?.model.name ?? '' }))
    : explain(error, during)),
});
const { show, begin } = page;
mountLanguages(element('languages'));

// ---- Engines ---------------------------------------------------------------------------

/** Of a gallery that becomes a collection. @type {string | undefined} */
let itsNetwork;

/** The network of the collection that is open or, for a new one, the chosen one. */
async function network() {
  const { models, model } = await Humshakal.offers();
  const { about } = state;
  const wanted = about?.model.id ?? itsNetwork ?? recallChoice().model ?? model.id;
  const found = models.find(({ id }) => id === wanted);
  if (about && found?.sha256 !== about.model.sha256) {
    throw new HumError('HUM_ERROR_MISMATCH', `The network ${about.model.id} is not here.`);
  }
  return { model: (found ?? model).id, gallery: null, threads: 1 };
}

/** Those beside the page's own. @type {Promise<Humshakal>[]} */
let others = [];

/** @param {number} photos */
function engines(photos) {
  const { hardwareConcurrency = 1, deviceMemory = 8 } = /** @type {any} */ (navigator);
  const most = Math.min(MOST_ENGINES, hardwareConcurrency, deviceMemory, Math.ceil(photos / 4));
  while (others.length < most - 1) {
    others.push(network().then((options) => Humshakal.create(options)));
  }
  return [page.wholeEngine(), ...others];
}

/** Gives back the memory of the engines that only looked at photos. */
function stopOthers() {
  for (const one of others) one.then((humshakal) => humshakal.close(), () => {});
  others = [];
}

// ---- Which collection ------------------------------------------------------------------

/** Lets go of the collection that is open. */
let release = () => {};

/** Where photos of this visit can be had again, by their path. @type {Map<string, () => Promise<File>>} */
const files = new Map();

/**
 * Only one tab changes a collection at a time.
 * @param {number} id
 * @returns {Promise<boolean>}
 */
async function hold(id) {
  if (!navigator.locks || !store.keeps) return true;
  return new Promise((resolve) => {
    navigator.locks.request(`humshakal-people:${new URL('./', location.href).pathname}:${id}`,
      { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock ? new Promise((end) => { release = () => end(undefined); }) : undefined;
      });
  });
}

/** The one that is open, or a new one. @param {Job} job @param {string} name @param {boolean} folders */
async function opened(job, name, folders) {
  if (state.about && state.collection) return state.collection;
  const { models } = await job.wait(Humshakal.offers());
  const humshakal = await job.wait(page.wholeEngine());
  const { sha256 } = humshakal.info.embedder;
  const { id = '', name: network = '' } = models.find((one) => one.sha256 === sha256) ?? {};
  const about = await job.wait(store.create({ name: name || say('collectionNew'), created: Date.now(),
    model: { id, sha256, name: network }, folders, statement: '',
    counts: { photos: 0, people: 0, faces: 0, bytes: 0 } }));
  await job.wait(hold(about.id));
  const collection = new Collection();
  job.show({ about, collection, version: 0, questions: [], asked: false, findings: null, made: '', read: '' });
  // Some browsers ask the visitor, who need not answer.
  if (store.keeps) navigator.storage?.persist?.().then((promised) => show({ promised }), () => {});
  return collection;
}

/** @param {Kept} kept */
function open(kept) {
  return begin({ last: false }, async (job) => {
    if (!await job.wait(hold(kept.id))) {
      job.show({ phase: 'notice', notice: explainElsewhere() });
      return;
    }
    if (state.about?.model.sha256 !== kept.model.sha256) stopEngines();
    const collection = await job.wait(store.load(kept.id));
    const promised = await job.wait(navigator.storage?.persisted?.() ?? false);
    job.show({ about: kept, collection, version: collection.version, questions: [], asked: false,
      findings: null, made: '', read: '', promised });
    // Photos whose faces were not sorted, because the page was closed before.
    if ([...collection.faces.values()].some(({ person }) => !person)) await sort(job);
    showPeople(job);
  });
}

function stopEngines() {
  stopOthers();
  page.stopEngine();
}

async function close() {
  itsNetwork = undefined;
  asking.abort();
  release();
  files.clear();
  page.interrupt({ phase: 'empty', about: null, collection: null, person: 0, whole: null,
    questions: [], reading: null, findings: null, last: false, kept: await store.list() });
}

/** Keeps what the list of collections says of this one. @param {Partial<Kept>} [changes] */
function keepAbout(changes = {}) {
  const { about, collection } = state;
  if (!about || !collection) return;
  const kept = { ...about, ...changes, counts: { photos: collection.photos.size,
    people: collection.named.length, faces: collection.faces.size, bytes: collection.bytes } };
  store.keep(kept);
  show({ about: kept, lasting: store.keeps });
}

// ---- From photos to people -------------------------------------------------------------

/** A folder whose names may be people's. @type {Source | null} */
let given = null;

/** Holds the photos, but not what is under way. */
const hand = new Gate();

/** @param {Source} source */
function give(source) {
  const names = state.collection ? [] : namesOf(source);
  if (!source.entries.length) {
    page.interrupt({ phase: 'notice', last: state.collection !== null,
      notice: explainPlain(say('givenNoPhotosTitle'), say('givenNoPhotos', { name: source.name || say('collectionNew') }), ['choose']) });
  } else if (names.length) {
    given = source;
    page.interrupt({ phase: 'names', folderNames: names });
    element('stage').scrollIntoView();
  } else read(source, state.about?.folders === true && namesOf(source).length > 0);
}

/** @param {Source} source @param {boolean} people  whether its folders have their names */
function read(source, people) {
  hand.open();
  return begin({ last: state.collection !== null, findings: null }, async (job) => {
    const collection = await job.wait(opened(job, source.name, people));
    const id = /** @type {Kept} */ (state.about).id;
    if (source.folder) store.keepFolder(id, source.folder);
    for (const { path, open: again } of source.entries) files.set(path, again);
    job.during = 'starting';
    const working = engines(source.entries.length);
    const humshakal = await job.wait(working[0]);
    job.during = 'photo';
    try {
      await job.wait(readPhotos({ entries: source.entries, engines: working, collection, gate: hand,
        nameOf: people ? ({ path }) => path.split('/')[0] : null, signal: job.signal,
        keep: async (photo, faces, thumbnails) => {
          collection.addPhoto(photo, faces);
          await store.addPhoto(id, photo, faces, thumbnails, collection.people.get(faces[0]?.person));
          if (faces.length) latest(job, faces.map((face) => face.id));
        },
        onProgress: (reading) => job.show({ phase: 'reading', reading }) }));
    } finally {
      stopOthers();
    }
    const reading = /** @type {NonNullable<State['reading']>} */ (state.reading);
    if (!people) await sort(job, humshakal);
    const came = readText(reading, source.others);
    job.show({ announcement: came, read: came });
    showPeople(job);
  });
}

/** A gallery file becomes a collection again, without its photos. @param {File} file */
function takeGallery(file) {
  return begin({ last: state.collection !== null, findings: null }, async (job) => {
    // Which network it was made with, and whether it is whole.
    const { gallery } = await job.wait(Humshakal.addGallery(file, { signal: job.signal }));
    await job.wait(Humshakal.removeGallery(gallery.id)); // it is kept as a collection
    if (!state.about) {
      itsNetwork = gallery.model;
      stopEngines();
    }
    const humshakal = await job.wait(page.wholeEngine());
    await job.wait(humshakal.loadGallery(file, { signal: job.signal }));
    const collection = await job.wait(opened(job, file.name.replace(/\.humg$/i, ''), true));
    const { id } = /** @type {Kept} */ (state.about);
    let number = 0;
    for await (const { face, about } of humshakal.galleryFaces({ signal: job.signal })) {
      const { photo, record } = await recordOf(face.embedding, about, number += 1,
        face.thumbnail?.length ?? 0);
      record.person = collection.personCalled(about.person).id;
      if (collection.photos.has(photo.hash)) continue;
      collection.addPhoto(photo, [record]);
      const thumbnail = face.thumbnail && new Blob([face.thumbnail], { type: 'image/jpeg' });
      await job.wait(store.addPhoto(id, photo, [record], new Map(thumbnail ? [[record.id, thumbnail]] : []),
        collection.people.get(record.person)));
    }
    showPeople(job);
  });
}

/** @param {Job} job @param {string[]} faces */
function latest(job, faces) {
  job.show({ latest: [...faces, ...state.latest].slice(0, LATEST) });
}

/** Finds out who is who. @param {Job} job @param {Humshakal} [ready] */
async function sort(job, ready) {
  const collection = /** @type {Collection} */ (state.collection);
  const humshakal = ready ?? await job.wait(page.wholeEngine());
  job.show({ phase: 'reading', reading: { done: 0, known: 0, refused: 0, total: 0, faces: 0,
    paused: false, sorting: true } });
  const { faces, apart } = collection.toGroup();
  if (!faces.length) return;
  const groups = await job.wait(humshakal.group(faces, { apart, signal: job.signal }));
  collection.takeGroups(faces, groups);
  await job.wait(store.keepPeople(/** @type {Kept} */ (state.about).id, collection));
}

/** @param {Job} job */
function showPeople(job) {
  job.show({ phase: 'people', reading: null, version: state.collection?.version });
  keepAbout();
  ask();
}

/** Ends the looking here, and sorts what there is. */
function stopReading() {
  const sorted = state.about?.folders;
  return begin({}, async (job) => {
    stopOthers();
    if (!sorted) await sort(job);
    showPeople(job);
  });
}

// ---- Decisions -------------------------------------------------------------------------

let asking = new AbortController();

/** Looks for questions to what is known now. */
async function ask() {
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  const { collection, about } = state;
  if (!collection || !about) return;
  if (state.offers?.model.id !== about.model.id) {
    show({ offers: await Humshakal.offers({ model: about.model.id }).catch(() => null) });
  }
  try {
    const humshakal = await page.wholeEngine();
    const questions = await findQuestions(collection, humshakal.info.embedder.other, signal);
    const left = questions.filter((question) => !skipped.has(keyOf(question)));
    if (!signal.aborted) show({ questions: left, asked: state.asked || left.length > 0 });
  } catch (error) {
    if (!isAbort(error)) console.warn(`No questions can be asked (${error}).`);
  }
}

/** Questions that the visitor could not answer in this visit. @type {Set<string>} */
const skipped = new Set();

/** @param {import('./questions.js').Question} question */
const keyOf = (question) => (question.kind === 'same' ? `${question.one} ${question.other}`
  : `${question.one} ${question.face}`);

/**
 * @param {Change | undefined} change
 * @param {string} [announcement]
 */
function decided(change, announcement = '') {
  const { about, collection } = state;
  if (!change || !about || !collection) return;
  store.keepChange(about.id, collection, change);
  // What was asked may be answered by it.
  const still = state.questions.filter((question) => (question.kind === 'same'
    ? collection.facesOf(question.one).length && collection.facesOf(question.other).length
      && !collection.areApart(question.one, question.other)
    : collection.faces.get(question.face)?.person === question.one
      && !collection.faces.get(question.face)?.sure));
  show({ version: collection.version, questions: still, announcement, findings: null });
  keepAbout();
  ask();
}

/** Of a collection, the galleries that the first page searches. @param {Kept} kept @param {boolean} both */
const galleryId = ({ id }, both) => `own-people-${id}${both ? '-both' : ''}`;

/** @param {Kept} kept */
async function removeGalleries(kept) {
  for (const both of [false, true]) await Humshakal.removeGallery(galleryId(kept, both));
}

/** @param {number} person */
function removePerson(person) {
  const { about, collection } = state;
  if (!about || !collection) return;
  const name = nameOf(collection.people.get(person));
  store.forget(about.id, collection, person, collection.remove(person));
  removeGalleries(about); // they have this person too, and are made anew when they are wanted
  show({ version: collection.version, person: 0, questions: [], findings: null,
    announcement: say('personRemoved', { name }) });
  keepAbout();
  ask();
}

/** What can be decided about a person and their faces. */
const tending = {
  /** @param {Collection} c @param {{person: number, name: string}} about */
  name: (c, { person, name }) => (
    (c.people.get(person)?.name ?? '') === name.trim() ? undefined : c.name(person, name)),
  /** @param {Collection} c @param {{faces: string[]}} about */
  reject: (c, { faces }) => c.reject(faces),
  /** @param {Collection} c @param {{faces: string[]}} about */
  split: (c, { faces }) => c.move(faces, 0),
  /** @param {Collection} c @param {{faces: string[], name: string}} about */
  move: (c, { faces, name }) => c.move(faces, c.personCalled(name).id),
  /** @param {Collection} c @param {{person: number}} about */
  aside: (c, { person }) => c.setAside(person, !c.people.get(person)?.aside),
  /** @param {Collection} c */
  undo: (c) => c.undo(),
};

/**
 * @param {import('./questions.js').Question} question
 * @param {'yes' | 'no' | 'skip' | 'else'} answer
 * @param {string} [name]
 */
function answer(question, answer, name = '') {
  const collection = /** @type {Collection} */ (state.collection);
  if (answer === 'skip') {
    skipped.add(keyOf(question));
    show({ questions: state.questions.filter((one) => one !== question) });
  } else if (question.kind === 'belongs') {
    const { face } = question;
    decided(answer === 'yes' ? collection.confirm(face)
      : answer === 'no' ? collection.reject([face])
        : collection.move([face], collection.personCalled(name).id));
  } else if (answer === 'else') {
    decided(collection.name(question.other, name));
  } else {
    const { one, other } = question;
    // Who has a name stays; else the one with more faces.
    const [from, into] = collection.people.get(other)?.name ? [one, other] : [other, one];
    decided(answer === 'yes' ? collection.merge(from, into) : collection.keepApart(one, other));
  }
}

// ---- Whole photos ----------------------------------------------------------------------

/** @param {string} hash */
async function showWhole(hash) {
  state.whole?.picture?.close();
  if (!hash) {
    show({ whole: null });
    return;
  }
  show({ whole: { hash, picture: null, problem: '' } });
  const file = await fileOf(hash);
  const picture = file && await pictureOf(file, SCREEN_SIDE).catch(() => null);
  if (state.whole?.hash !== hash) picture?.close();
  else show({ whole: { hash, picture, problem: !file ? 'gone' : picture ? '' : 'unseen' } });
}

/** The file of a photo, if it can be had and is still the same. @param {string} hash @returns {Promise<File | null>} */
async function fileOf(hash) {
  const { about, collection } = state;
  const paths = collection?.photos.get(hash)?.paths ?? [];
  for (const path of paths) {
    const file = await files.get(path)?.().catch(() => null);
    if (file && await hashOf(file) === hash) return file;
  }
  for (const folder of about ? await store.folders(about.id) : []) {
    try {
      // @ts-expect-error: only some browsers have it
      if (await folder.requestPermission({ mode: 'read' }) !== 'granted') continue;
      for (const path of paths) {
        const parts = path.split('/');
        let inside = folder;
        for (const part of parts.slice(0, -1)) inside = await inside.getDirectoryHandle(part);
        const file = await (await inside.getFileHandle(parts.at(-1) ?? '')).getFile();
        if (await hashOf(file) === hash) return file;
      }
    } catch (error) {
      console.warn(`The photo is not in ${folder.name} any more (${error}).`);
    }
  }
  return null;
}

// ---- What is made of it ----------------------------------------------------------------

/** @param {{does: string, statement?: string, person?: number}} wanted */
function make({ does, statement = '', person = 0 }) {
  const { about, collection, crops } = state;
  if (!about || !collection) return;
  if (does === 'site') {
    if (!statement.trim()) {
      show({ made: say('statementFirst') });
      element('statement').focus();
      return;
    }
    keepAbout({ statement });
  }
  begin({ phase: 'people', last: true }, async (job) => {
    const humshakal = await job.wait(page.wholeEngine());
    const content = contentOf({ about: { ...about, statement }, collection, crops, humshakal,
      signal: job.signal });
    if (does === 'check') {
      job.show({ findings: await job.wait(content.check()) });
      return;
    }
    if (does === 'match' || does === 'both') {
      const gallery = does === 'both' ? await job.wait(content.together(state.offers)) : await job.wait(content.gallery());
      const name = does === 'both'
        ? say('bothName', { name: about.name, gallery: state.offers?.gallery?.name ?? '' }) : about.name;
      const added = await job.wait(Humshakal.addGallery(new Blob([gallery]),
        { id: galleryId(about, does === 'both'), name, signal: job.signal }));
      keepChoice({ model: about.model.id, gallery: added.gallery.id });
      location.assign('./');
      return;
    }
    const title = person ? say('personsPhotos', { name: nameOf(collection.people.get(person)) }) : about.name;
    const file = `${title.replace(/[\\/:*?"<>|\p{Cc}]/gu, '-')}.${EXTENSIONS[does] ?? does}`;
    job.show({ made: say('making', { file }) });
    try {
      const blob = await job.wait(content.file(does, person));
      saveFile(blob, file);
      job.show({ made: madeText(file, blob) });
    } catch (error) {
      if (isAbort(error)) throw error;
      console.warn(error);
      job.show({ made: say('makeFailed', { problem: String(/** @type {any} */ (error)?.message ?? error) }) });
    }
  });
}

/** @type {Record<string, string>} */
const EXTENSIONS = { xmp: 'xmp.zip', site: 'site.zip', photos: 'csv' };

// ---- Camera ----------------------------------------------------------------------------

const enrolment = createEnrolment({
  show: (now) => show({ enrolment: now }),
  engine: () => page.wholeEngine(),
  failed: (error) => page.interrupt({ phase: 'notice', notice: explain(error, 'photo'),
    last: state.collection !== null }),
  taken: async (name, photo) => {
    const collection = /** @type {Collection} */ (state.collection);
    const { id } = /** @type {Kept} */ (state.about);
    /** @type {string | null} */
    let face = null;
    const path = `${name}/${new Date().toISOString().replace(/[:.]/g, '-')}.jpg`;
    await readPhotos({ entries: [{ path, open: async () => new File([photo], path) }],
      engines: [page.wholeEngine()], collection, gate: new Gate(), nameOf: () => name,
      signal: new AbortController().signal, onProgress: () => {},
      keep: async (record, faces, thumbnails) => {
        collection.addPhoto(record, faces);
        await store.addPhoto(id, record, faces, thumbnails, collection.people.get(faces[0]?.person));
        face = faces[0]?.id ?? null;
      } });
    return face;
  },
});

/** A collection and an engine, then the camera. */
function enrol() {
  return begin({ last: state.collection !== null }, async (job) => {
    await job.wait(opened(job, '', false));
    job.show({ phase: 'people', version: state.collection?.version });
    enrolment.open(/** @type {HTMLVideoElement} */ (element('enrolment').querySelector('video')));
  });
}

// ---- What views send -------------------------------------------------------------------

startWays({ give, enrol,
  problem: (notice) => page.interrupt({ phase: 'notice', notice, last: state.collection !== null }),
  gallery: takeGallery });

on('folder-names', ({ people }) => {
  if (given) read(given, people);
});
on('reading', ({ does }) => {
  if (does === 'stop') {
    hand.open();
    stopReading();
  } else if (state.reading) {
    if (hand.closed) hand.open();
    else hand.close();
    show({ reading: { ...state.reading, paused: hand.closed } });
  }
});
on('collection', async ({ does, kept, name }) => {
  if (does === 'open') open(kept);
  else if (does === 'close') close();
  else if (does === 'rename') keepAbout({ name: name.trim() || say('collectionNew') });
  else if (!await hold(kept.id)) page.interrupt({ phase: 'notice', notice: explainElsewhere() });
  else {
    await store.remove(kept.id);
    release();
    await removeGalleries(kept);
    show({ kept: await store.list(), announcement: say('keptDeleted', { name: kept.name }) });
  }
});
on('tend', ({ does, ...about }) => {
  const { collection } = state;
  if (does === 'remove') {
    removePerson(about.person);
    return;
  }
  if (collection) decided(tending[/** @type {keyof typeof tending} */ (does)](collection, about),
    does === 'undo' ? say('undone') : '');
});
on('answer', ({ question, answer: given_, name }) => answer(question, given_, name));
on('person', ({ person }) => show({ person }));
on('whole', ({ hash }) => showWhole(hash));
on('make', make);
on('enrol', ({ does, name }) => {
  if (does === 'name') enrolment.name(name);
  else if (does === 'next') enrolment.next();
  else {
    enrolment.close();
    if (state.collection) begin({}, async (job) => showPeople(job));
  }
});
on('cancel', () => {
  stopOthers();
  page.stopEngine();
  if (state.collection) begin({}, async (job) => showPeople(job));
  else page.interrupt({ phase: 'empty' });
});
on('action', ({ name }) => {
  if (name === 'choose') element('folder').click();
  else if (name === 'site') location.assign('./');
  else if (state.collection) begin({}, async (job) => showPeople(job));
  else page.interrupt({ phase: 'empty' });
});
on('problem', ({ text }) => page.interrupt({ phase: 'notice', notice: explainGiven(text),
  last: state.collection !== null }));

begin({ phase: 'empty' }, async (job) => job.show({ phase: 'empty', kept: await job.wait(store.list()),
  lasting: store.keeps }));
