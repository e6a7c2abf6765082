/**
 * A collection: the faces that were found in somebody's photos, and the people they show.
 * Everything a visitor decides is a change, which knows what was before, so that each can be
 * undone, in this visit or a later one. Nothing here knows the page, the store or the engine.
 */

/**
 * A photo that was looked at. Photos are known by their content: a copy elsewhere is the same.
 * @typedef {object} PhotoRecord
 * @property {string} hash    SHA-256 of the file, in hexadecimal
 * @property {string[]} paths  where it was found, relative to what was chosen
 * @property {number} bytes
 * @property {number} width   upright, in pixels; 0: it could not be read
 * @property {number} height
 * @property {number} orientation  of the file (EXIF, 1..8), by which it was turned upright
 * @property {string[]} faces  ids
 * @property {{code: string, message: string} | null} problem  why it cannot be used
 */

/**
 * @typedef {object} FaceRecord
 * @property {string} id
 * @property {string} photo   hash
 * @property {import('../../engine/humshakal.js').Face | null} box  in the photo; null: the
 *   whole of it, or not known
 * @property {number} quality  0.01..1
 * @property {Float32Array} embedding
 * @property {number} picture  bytes of its small picture, which lies in the store
 * @property {number} person  id; 0: not sorted yet
 * @property {boolean} sure   the visitor said so
 */

/**
 * kept: the visitor has decided something about this person, so that sorting anew does not
 * take it apart. aside: not of interest, a passer-by.
 * @typedef {{id: number, name: string, kept: boolean, aside: boolean}} PersonRecord
 */

/** @typedef {[string, string]} Apart  two faces that are not of one person */

/** @typedef {{person: number, sure: boolean}} Placed  where a face is */

/**
 * What a decision changes; before and after of each. Undone by putting back what was before.
 * @typedef {object} Change
 * @property {string} does  a word for it: 'name', 'merge', 'split', 'move', 'reject', 'aside',
 *   'apart', 'sure'
 * @property {string} name  whom it is about; '': somebody without a name
 * @property {{id: string, before: Placed, after: Placed}[]} faces
 * @property {{id: number, before: PersonRecord | null, after: PersonRecord | null}[]} people
 *   null: there is none
 * @property {Apart[]} apart  added
 */

/** Names are compared without case, accents as they are. @param {string} name */
const sameName = (name) => name.trim().toLocaleLowerCase();

export class Collection {
  /** @type {Map<string, PhotoRecord>} by hash */
  photos = new Map();
  /** @type {Map<string, FaceRecord>} */
  faces = new Map();
  /** @type {Map<number, PersonRecord>} */
  people = new Map();
  /** @type {Apart[]} */
  apart = [];
  /** @type {Change[]} oldest first */
  history = [];
  /** Grows with each change, for whoever keeps something computed. */
  version = 0;
  #lastPerson = 0;
  /** @type {Map<number, FaceRecord[]> | null} */
  #byPerson = null;
  /** @type {Map<number, Float32Array>} */
  #means = new Map();

  /** @param {PersonRecord[]} people @param {FaceRecord[]} faces @param {PhotoRecord[]} photos
   * @param {Apart[]} apart @param {Change[]} history */
  static of(people, faces, photos, apart, history) {
    const collection = new Collection();
    for (const photo of photos) collection.photos.set(photo.hash, photo);
    for (const face of faces) collection.faces.set(face.id, face);
    for (const person of people) collection.#setPerson(person.id, person);
    collection.apart = apart;
    collection.history = history;
    // Numbers of people who are gone may come back by undoing.
    for (const { people: changed } of history) {
      for (const { id } of changed) collection.#lastPerson = Math.max(collection.#lastPerson, id);
    }
    return collection;
  }

  // ---- What there is ----------------------------------------------------------------------

  /** The faces of everybody, the best first. @returns {Map<number, FaceRecord[]>} */
  get byPerson() {
    if (this.#byPerson) return this.#byPerson;
    /** @type {Map<number, FaceRecord[]>} */
    const by = new Map();
    for (const face of this.faces.values()) {
      const own = by.get(face.person);
      if (own) own.push(face);
      else by.set(face.person, [face]);
    }
    for (const own of by.values()) {
      own.sort((a, b) => b.quality - a.quality || (a.id < b.id ? -1 : 1));
    }
    this.#byPerson = by;
    return by;
  }

  /** @param {number} person */
  facesOf(person) {
    return this.byPerson.get(person) ?? [];
  }

  /** People with faces, those with most first. @returns {PersonRecord[]} */
  get everybody() {
    return [...this.people.values()].filter(({ id }) => this.byPerson.has(id)).sort((a, b) => (
      this.facesOf(b.id).length - this.facesOf(a.id).length || a.id - b.id));
  }

  /** What is kept of its faces, in bytes. */
  get bytes() {
    return [...this.faces.values()].reduce((all, { embedding, picture }) => (
      all + embedding.byteLength + picture), 0);
  }

  /** People with names, in the order of these. */
  get named() {
    return this.everybody.filter(({ name, aside }) => name && !aside)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @param {string} name @returns {PersonRecord | undefined} */
  called(name) {
    return [...this.people.values()].find((person) => sameName(person.name) === sameName(name));
  }

  /**
   * The direction of a person's faces together, weighed by quality: a vector of length 1.
   * @param {number} person
   */
  mean(person) {
    const known = this.#means.get(person);
    if (known) return known;
    const mean = meanOf(this.facesOf(person));
    this.#means.set(person, mean);
    return mean;
  }

  // ---- Photos come in ---------------------------------------------------------------------

  /** @param {PhotoRecord} photo @param {FaceRecord[]} faces */
  addPhoto(photo, faces) {
    this.photos.set(photo.hash, photo);
    for (const face of faces) this.faces.set(face.id, face);
    this.#changed();
  }

  /** The person of this name, who may be new. @param {string} name @returns {PersonRecord} */
  personCalled(name) {
    const known = this.called(name);
    if (known) return known;
    const person = { id: this.newId(), name: name.trim(), kept: true, aside: false };
    this.#setPerson(person.id, person);
    this.#changed();
    return person;
  }

  newId() {
    this.#lastPerson += 1;
    return this.#lastPerson;
  }

  /**
   * Faces as the engine sorts them (Humshakal.group), in the order of their photos' paths, so
   * that the same photos give the same groups whatever came first.
   */
  toGroup() {
    const path = (/** @type {FaceRecord} */ { photo }) => this.photos.get(photo)?.paths[0] ?? '';
    const faces = [...this.faces.values()].sort((a, b) => (
      path(a) < path(b) ? -1 : path(a) > path(b) ? 1 : a.id < b.id ? -1 : 1));
    const at = new Map(faces.map(({ id }, i) => [id, i]));
    return {
      faces: faces.map(({ id, embedding, quality, photo, person, sure }) => ({ id, embedding,
        quality, photo, person: sure || this.people.get(person)?.kept ? person : undefined })),
      apart: this.apart.flatMap(([a, b]) => {
        const [left, right] = [at.get(a), at.get(b)];
        return left === undefined || right === undefined ? []
          : [/** @type {[number, number]} */ ([left, right])];
      }),
    };
  }

  /**
   * Takes over what the engine found. People about whom nothing was decided yet are made anew.
   * @param {{id: string, person?: number}[]} faces  of toGroup()
   * @param {number[]} groups  of each face the number of its group
   */
  takeGroups(faces, groups) {
    /** @type {Map<number, number>} */
    const people = new Map();
    faces.forEach(({ person }, i) => {
      if (person) people.set(groups[i], person);
    });
    for (const [id, { kept }] of [...this.people]) if (!kept) this.people.delete(id);
    faces.forEach(({ id }, i) => {
      let person = people.get(groups[i]);
      if (!person) {
        person = this.newId();
        people.set(groups[i], person);
      }
      if (!this.people.has(person)) {
        this.people.set(person, { id: person, name: '', kept: false, aside: false });
      }
      /** @type {FaceRecord} */ (this.faces.get(id)).person = person;
    });
    this.#changed();
  }

  // ---- Decisions --------------------------------------------------------------------------

  /**
   * Gives a name, or with '' takes it away. Somebody who is called so already is the same
   * person then.
   * @param {number} id
   * @param {string} name
   */
  name(id, name) {
    const other = name.trim() && this.called(name);
    if (other && other.id !== id) return this.merge(id, other.id);
    const before = /** @type {PersonRecord} */ (this.people.get(id));
    const after = { ...before, name: name.trim(), kept: true, aside: false };
    return this.#decide({ does: 'name', name: after.name, faces: [], apart: [],
      people: [{ id, before, after }] });
  }

  /** All faces of one are the other's. @param {number} from @param {number} into */
  merge(from, into) {
    const [one, other] = [from, into].map((id) => (
      /** @type {PersonRecord} */ (this.people.get(id))));
    const after = { ...other, name: other.name || one.name, kept: true, aside: false };
    return this.#decide({ does: 'merge', name: after.name, apart: [],
      faces: this.#moved(this.facesOf(from), into),
      people: [{ id: from, before: one, after: null }, { id: into, before: other, after }] });
  }

  /**
   * These faces are somebody's: the person's with that id or, with 0, somebody new's.
   * @param {string[]} ids
   * @param {number} into
   */
  move(ids, into) {
    const faces = ids.map((id) => /** @type {FaceRecord} */ (this.faces.get(id)));
    const id = into || this.newId();
    const before = this.people.get(id) ?? null;
    const after = { id, name: '', aside: false, ...before, kept: true };
    return this.#decide({ does: into ? 'move' : 'split', name: after.name, apart: [],
      faces: this.#moved(faces, id, Boolean(into)), people: [{ id, before, after },
        ...this.#keptOf(faces.map(({ person }) => person).filter((person) => person !== id))] });
  }

  /** These faces are not of the person they are with. @param {string[]} ids */
  reject(ids) {
    const [first] = ids.map((id) => /** @type {FaceRecord} */ (this.faces.get(id)));
    const person = this.people.get(first.person) ?? null;
    const rest = this.facesOf(first.person).filter(({ id }) => !ids.includes(id));
    // Each may be of somebody else: sorting finds out who is with whom.
    const alone = ids.map((id) => ({ id, person: this.newId() }));
    return this.#decide({ does: 'reject', name: person?.name ?? '',
      faces: alone.flatMap(({ id, person: to }) => (
        this.#moved([/** @type {FaceRecord} */ (this.faces.get(id))], to, false))),
      people: [...alone.map(({ person: id }) => (
        { id, before: null, after: { id, name: '', kept: false, aside: false } })),
      ...this.#keptOf(rest.length ? [first.person] : [])],
      apart: rest.length ? ids.map((id) => /** @type {Apart} */ ([id, rest[0].id])) : [] });
  }

  /** A face is of the person it is with. @param {string} id */
  confirm(id) {
    const { person } = /** @type {FaceRecord} */ (this.faces.get(id));
    return this.#decide({ does: 'sure', name: this.people.get(person)?.name ?? '', apart: [],
      faces: this.#moved([/** @type {FaceRecord} */ (this.faces.get(id))], person),
      people: this.#keptOf([person]) });
  }

  /** Two people are not the same. @param {number} one @param {number} other */
  keepApart(one, other) {
    return this.#decide({ does: 'apart', name: this.people.get(one)?.name ?? '', faces: [],
      people: this.#keptOf([one, other]),
      apart: [[this.facesOf(one)[0].id, this.facesOf(other)[0].id]] });
  }

  /** A passer-by, or not any more. @param {number} id @param {boolean} aside */
  setAside(id, aside) {
    const before = /** @type {PersonRecord} */ (this.people.get(id));
    return this.#decide({ does: aside ? 'aside' : 'back', name: before.name, faces: [], apart: [],
      people: [{ id, before, after: { ...before, kept: true, aside } }] });
  }

  /** Takes back the last decision. @returns {Change | undefined} */
  undo() {
    const last = this.history.pop();
    if (!last) return undefined;
    for (const { id, before } of last.people) this.#setPerson(id, before);
    for (const { id, before } of last.faces) this.#place(id, before);
    this.apart = this.apart.slice(0, this.apart.length - last.apart.length);
    this.#changed();
    return last;
  }

  /**
   * Takes a person out, with all their faces. This cannot be undone, and what was decided before
   * cannot either, since it may tell of them. Their photos stay known, so that they are not
   * looked at again.
   * @param {number} id
   * @returns {FaceRecord[]}  those that are gone
   */
  remove(id) {
    const faces = this.facesOf(id);
    for (const { id: face, photo } of faces) {
      this.faces.delete(face);
      const record = this.photos.get(photo);
      if (record) this.photos.set(photo, { ...record, faces: record.faces.filter((one) => one !== face) });
    }
    this.people.delete(id);
    this.apart = this.apart.filter((pair) => pair.every((face) => this.faces.has(face)));
    this.history = [];
    this.#changed();
    return faces;
  }

  /** Whether two people were said to be different, or are in one photo. @param {number} one @param {number} other */
  areApart(one, other) {
    const photos = new Set(this.facesOf(one).map(({ photo }) => photo));
    return this.facesOf(other).some(({ photo }) => photos.has(photo))
      || this.apart.some(([a, b]) => {
        const [left, right] = [this.faces.get(a)?.person, this.faces.get(b)?.person];
        return (left === one && right === other) || (left === other && right === one);
      });
  }

  // ---- Inside -----------------------------------------------------------------------------

  /** @param {FaceRecord[]} faces @param {number} person @param {boolean} [sure] */
  #moved(faces, person, sure) {
    return faces.map((face) => ({ id: face.id,
      before: { person: face.person, sure: face.sure },
      after: { person, sure: sure ?? (face.person === person || face.sure) } }));
  }

  /** From now on they are not taken apart. @param {number[]} ids */
  #keptOf(ids) {
    return [...new Set(ids)].flatMap((id) => {
      const before = this.people.get(id);
      return !before || before.kept ? [] : [{ id, before, after: { ...before, kept: true } }];
    });
  }

  /** @param {Change} change */
  #decide(change) {
    for (const { id, after } of change.people) this.#setPerson(id, after);
    for (const { id, after } of change.faces) this.#place(id, after);
    this.apart = [...this.apart, ...change.apart];
    this.history.push(change);
    this.#changed();
    return change;
  }

  /** @param {string} id @param {Placed} placed */
  #place(id, { person, sure }) {
    const face = this.faces.get(id);
    if (!face) return;
    face.person = person;
    face.sure = sure;
    // Sorting anew may have dissolved whom it goes back to.
    if (person && !this.people.has(person)) {
      this.#setPerson(person, { id: person, name: '', kept: false, aside: false });
    }
  }

  /** @param {number} id @param {PersonRecord | null} person */
  #setPerson(id, person) {
    this.#lastPerson = Math.max(this.#lastPerson, id);
    if (person) this.people.set(id, person);
    else this.people.delete(id);
  }

  #changed() {
    this.version += 1;
    this.#byPerson = null;
    this.#means.clear();
  }
}

/** @param {FaceRecord[]} faces  one at least */
export function meanOf(faces) {
  const sum = new Float32Array(faces[0].embedding.length);
  for (const { embedding, quality } of faces) {
    for (let i = 0; i < sum.length; i += 1) sum[i] += quality * embedding[i];
  }
  const length = Math.hypot(...sum) || 1;
  return sum.map((value) => value / length);
}

/** @param {Float32Array} a @param {Float32Array} b  of length 1 */
export function cosine(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i] * b[i];
  return sum;
}
