/**
 * Where collections are kept: an IndexedDB of this site on this device. Faces, their small
 * pictures and what was decided; never the photos themselves. Where it cannot be had,
 * collections last until the page is closed.
 */

import { Collection } from './collection.js';

/** @typedef {import('./collection.js').Change} Change */
/** @typedef {import('./collection.js').FaceRecord} FaceRecord */
/** @typedef {import('./collection.js').PersonRecord} PersonRecord */
/** @typedef {import('./collection.js').PhotoRecord} PhotoRecord */

/**
 * @typedef {object} Kept
 * @property {number} id
 * @property {string} name
 * @property {number} created  milliseconds since 1970
 * @property {{id: string, sha256: string, name: string}} model  whose embeddings these are
 * @property {boolean} folders  people came by the names of their folders
 * @property {string} statement  whose photos these are, as the maker says it; '': not asked yet
 * @property {{photos: number, people: number, faces: number, bytes: number}} counts  when it was
 *   changed last
 */

/** As privacy/stored.js knows what is this site's. */
const NAME = `humshakal-people:${new URL('../../', import.meta.url).pathname}`;

const VERSION = 1;

/**
 * Where a face is, beside the face itself, which is large and never changes.
 * @typedef {{id: string, person: number, sure: boolean}} Place
 */
const NOWHERE = { person: 0, sure: false };

/** @param {FaceRecord} face @returns {Place} */
const placeOf = ({ id, person, sure }) => ({ id, person, sure });

/** Everything but collections lies under [collection, key]. */
const OF_COLLECTION = ['photos', 'faces', 'places', 'thumbnails', 'people', 'apart', 'history',
  'folders'];

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const answerOf = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

/** @param {IDBTransaction} transaction @returns {Promise<void>} */
const doneWith = (transaction) => new Promise((resolve, reject) => {
  transaction.oncomplete = () => resolve();
  transaction.onerror = transaction.onabort = () => reject(transaction.error
    ?? new DOMException('It was given up.', 'AbortError'));
});

/** All of a collection. @param {number} id */
const allOf = (id) => IDBKeyRange.bound([id], [id, []]);

export class PeopleStore {
  #database;
  /** Of what could not be kept, by [collection, face] as a text. @type {Map<string, Blob>} */
  #thumbnails = new Map();
  /** Why the last thing could not be kept; ''. */
  problem = '';

  /** @param {IDBDatabase | null} database */
  constructor(database) {
    this.#database = database;
    // Another tab wants to remove it all.
    if (database) database.onversionchange = () => database.close();
  }

  /** @returns {Promise<PeopleStore>} */
  static async open() {
    try {
      const request = indexedDB.open(NAME, VERSION);
      request.onupgradeneeded = () => {
        request.result.createObjectStore('collections', { keyPath: 'id', autoIncrement: true });
        for (const name of OF_COLLECTION) request.result.createObjectStore(name);
      };
      return new PeopleStore(await answerOf(request));
    } catch (error) {
      console.warn(`Collections cannot be kept on this device (${error}).`);
      const store = new PeopleStore(null);
      store.problem = String(error);
      return store;
    }
  }

  /** Whether anything is kept for the next visit. */
  get keeps() {
    return this.#database !== null && !this.problem;
  }

  /** @returns {Promise<Kept[]>}  newest first */
  async list() {
    if (!this.#database) return [];
    const all = await answerOf(this.#database.transaction('collections')
      .objectStore('collections').getAll());
    return all.reverse();
  }

  /** @param {Omit<Kept, 'id'>} about @returns {Promise<Kept>} */
  async create(about) {
    if (!this.#database) return { ...about, id: 1 };
    const transaction = this.#database.transaction('collections', 'readwrite');
    const id = await answerOf(transaction.objectStore('collections').add(about));
    await doneWith(transaction).catch((error) => this.#note(error));
    return { ...about, id: Number(id) };
  }

  /** @param {Kept} about */
  async keep(about) {
    await this.#write(['collections'], ({ collections }) => collections.put(about));
  }

  /** @param {number} id */
  async remove(id) {
    await this.#write(['collections', ...OF_COLLECTION], (stores) => {
      stores.collections.delete(id);
      for (const name of OF_COLLECTION) stores[name].delete(allOf(id));
    });
  }

  /**
   * A collection as it was left.
   * @param {number} id
   * @returns {Promise<Collection>}
   */
  async load(id) {
    const parts = ['people', 'faces', 'places', 'photos', 'apart', 'history'];
    if (!this.#database) throw new Error('Nothing is kept here.');
    const transaction = this.#database.transaction(parts);
    const [people, faces, places, photos, apart, history] = await Promise.all(parts.map((name) => (
      answerOf(transaction.objectStore(name).getAll(allOf(id))))));
    /** @type {Map<string, Place>} */
    const placed = new Map(places.map((place) => [place.id, place]));
    return Collection.of(people, faces.map((face) => ({ ...face, ...NOWHERE, ...placed.get(face.id) })),
      photos, apart, history);
  }

  /**
   * A photo and what was found in it, at once or not at all.
   * @param {number} id
   * @param {PhotoRecord} photo
   * @param {FaceRecord[]} faces
   * @param {Map<string, Blob>} thumbnails  by face
   * @param {PersonRecord} [person]  whose faces they are, if that is known
   */
  async addPhoto(id, photo, faces, thumbnails, person) {
    const names = ['photos', 'faces', 'places', 'thumbnails', 'people'];
    const kept = await this.#write(names, (stores) => {
      if (person) stores.people.put(person, [id, person.id]);
      stores.photos.put(photo, [id, photo.hash]);
      for (const face of faces) {
        const { person, sure, ...lasting } = face;
        stores.faces.put(lasting, [id, face.id]);
        if (person) stores.places.put(placeOf(face), [id, face.id]);
      }
      for (const [face, blob] of thumbnails) stores.thumbnails.put(blob, [id, face]);
    });
    if (!kept) for (const [face, blob] of thumbnails) this.#thumbnails.set(`${id} ${face}`, blob);
  }

  /**
   * What a decision, or its undoing, has changed.
   * @param {number} id
   * @param {Collection} collection  after it
   * @param {Change} change
   */
  async keepChange(id, collection, change) {
    await this.#write(['people', 'places', 'apart', 'history'], (stores) => {
      for (const { id: person } of change.people) {
        const now = collection.people.get(person);
        if (now) stores.people.put(now, [id, person]);
        else stores.people.delete([id, person]);
      }
      for (const { id: face } of change.faces) {
        const now = collection.faces.get(face);
        if (now) stores.places.put(placeOf(now), [id, face]);
      }
      stores.apart.delete(allOf(id));
      collection.apart.forEach((pair, i) => stores.apart.put(pair, [id, i]));
      const { length } = collection.history;
      if (length && collection.history[length - 1] === change) {
        stores.history.put(change, [id, length - 1]);
      } else stores.history.delete([id, length]);
    });
  }

  /**
   * A person who was taken out.
   * @param {number} id
   * @param {Collection} collection  without them
   * @param {number} person
   * @param {FaceRecord[]} faces  theirs
   */
  async forget(id, collection, person, faces) {
    for (const { id: face } of faces) this.#thumbnails.delete(`${id} ${face}`);
    await this.#write(['photos', 'faces', 'places', 'thumbnails', 'people', 'apart', 'history'], (stores) => {
      for (const { id: face, photo } of faces) {
        for (const name of ['faces', 'places', 'thumbnails']) stores[name].delete([id, face]);
        stores.photos.put(collection.photos.get(photo), [id, photo]);
      }
      stores.people.delete([id, person]);
      stores.history.delete(allOf(id));
      stores.apart.delete(allOf(id));
      collection.apart.forEach((pair, i) => stores.apart.put(pair, [id, i]));
    });
  }

  /** Who is who, after sorting. @param {number} id @param {Collection} collection */
  async keepPeople(id, collection) {
    await this.#write(['people', 'places'], ({ people, places }) => {
      people.delete(allOf(id));
      for (const person of collection.people.values()) people.put(person, [id, person.id]);
      for (const face of collection.faces.values()) places.put(placeOf(face), [id, face.id]);
    });
  }

  /**
   * The small picture of a face.
   * @param {number} id
   * @param {string} face
   * @returns {Promise<Blob | null>}
   */
  async thumbnail(id, face) {
    const here = this.#thumbnails.get(`${id} ${face}`);
    if (here || !this.#database) return here ?? null;
    return await answerOf(this.#database.transaction('thumbnails').objectStore('thumbnails')
      .get([id, face])) ?? null;
  }

  /**
   * Folders that can be read again, where the browser can keep the way to them.
   * @param {number} id
   * @returns {Promise<FileSystemDirectoryHandle[]>}
   */
  async folders(id) {
    if (!this.#database) return [];
    return answerOf(this.#database.transaction('folders').objectStore('folders').getAll(allOf(id)));
  }

  /** @param {number} id @param {FileSystemDirectoryHandle} folder */
  async keepFolder(id, folder) {
    const known = await this.folders(id);
    for (const one of known) if (await one.isSameEntry(folder)) return;
    await this.#write(['folders'], ({ folders }) => folders.put(folder, [id, known.length]));
  }

  /**
   * @param {string[]} names
   * @param {(stores: Record<string, IDBObjectStore>) => void} work
   * @returns {Promise<boolean>}  whether it is kept
   */
  async #write(names, work) {
    if (!this.#database) return false;
    try {
      const transaction = this.#database.transaction(names, 'readwrite');
      const done = doneWith(transaction);
      work(Object.fromEntries(names.map((name) => [name, transaction.objectStore(name)])));
      transaction.commit(); // at once: a page that is closed now loses nothing of it
      await done;
      return true;
    } catch (error) {
      this.#note(error);
      return false;
    }
  }

  /** @param {unknown} error */
  #note(error) {
    console.warn(`This could not be kept on this device (${error}).`);
    this.problem = String(error);
  }
}
