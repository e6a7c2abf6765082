/**
 * What is made of a collection: a gallery, tables, sidecars for photo programs, a site. Only
 * people with names go into any of them.
 */

import { fileOf } from './people-words.js';

/** @typedef {import('../../engine/humshakal.js').Humshakal} Humshakal */
/** @typedef {import('../../engine/humshakal.js').Offers} Offers */
/** @typedef {import('./collection.js').Collection} Collection */
/** @typedef {import('./collection.js').FaceRecord} FaceRecord */
/** @typedef {import('./people-state.js').Finding} Finding */

/**
 * @param {object} of
 * @param {import('./people-store.js').Kept} of.about
 * @param {Collection} of.collection
 * @param {import('./people-state.js').Crops} of.crops
 * @param {Humshakal} of.humshakal  with the collection's network
 * @param {AbortSignal} of.signal
 */
export function contentOf({ about, collection, crops, humshakal, signal }) {
  /** @param {FaceRecord} face */
  const pathsOf = ({ photo }) => collection.photos.get(photo)?.paths ?? [''];

  /** Everybody with a name, each with their faces in the order of their photos. */
  const everybody = () => collection.named.map((person) => ({ person,
    faces: [...collection.facesOf(person.id)].sort((a, b) => (
      pathsOf(a)[0] < pathsOf(b)[0] ? -1 : pathsOf(a)[0] > pathsOf(b)[0] ? 1 : a.id < b.id ? -1 : 1)) }));

  /** @param {import('../../engine/maker.js').GalleryMaker} maker */
  async function addAll(maker) {
    for (const { person, faces } of everybody()) {
      for (const face of faces) {
        const picture = await crops.of(face.id);
        maker.addFace({ embedding: face.embedding,
          thumbnail: picture && new Uint8Array(await picture.arrayBuffer()) },
        { person: person.name, file: fileOf(pathsOf(face)[0]) });
      }
    }
  }

  /** The bytes of a gallery file, as the command line makes them of folders of these names. */
  async function gallery() {
    const maker = await humshakal.createGallery();
    await addAll(maker);
    return maker.build({ signal });
  }

  /** @param {number} person  0: everybody */
  const rows = (person) => everybody().filter(({ person: { id } }) => !person || id === person)
    .flatMap(({ person: { name }, faces }) => faces.flatMap((face) => pathsOf(face).map((path) => {
      const { x = 0, y = 0, width = 0, height = 0 } = face.box ?? {};
      return { person: name, photo: path, x, y, width, height };
    })));

  return {
    gallery,

    /**
     * The same with everybody of the site's gallery.
     * @param {Offers | null} offers
     */
    async together(offers) {
      const other = offers?.gallery;
      if (!other) throw new Error('The site has no gallery.');
      await humshakal.loadGallery(other.id, { signal });
      const maker = await humshakal.createGallery();
      for await (const { face, about: theirs } of humshakal.galleryFaces({ signal })) {
        maker.addFace(face, theirs);
      }
      await addAll(maker);
      return maker.build({ signal });
    },

    /** @returns {Promise<Finding[]>} */
    async check() {
      const faces = everybody().flatMap(({ person, faces: own }) => own.map((face) => ({ ...face,
        person: person.id, face: face.box ?? undefined })));
      const found = await humshakal.check(faces, { signal });
      return found.map(({ kind, face, other }) => ({ kind, face: faces[face].id,
        other: other === null ? null : faces[other].id }));
    },

    /**
     * @param {string} kind
     * @param {number} person  whom it is about; 0: everybody
     * @returns {Promise<Blob>}
     */
    async file(kind, person) {
      if (kind === 'humg') return new Blob([await gallery()], { type: 'application/octet-stream' });
      if (kind === 'csv' || kind === 'photos') return new Blob([csv(rows(person))], { type: 'text/csv' });
      if (kind === 'json') {
        return new Blob([JSON.stringify({ collection: about.name, faces: rows(person) }, null, 1)],
          { type: 'application/json' });
      }
      const { siteZip, xmpZip } = await import('./make-zip.js');
      return kind === 'xmp' ? xmpZip(collection, signal)
        : siteZip({ about, gallery: await gallery(), collection, signal });
    },
  };
}

/** RFC 4180, in UTF-8 with a mark, by which spreadsheets know it. @param {Record<string, string | number>[]} rows */
export function csv(rows) {
  const lines = [['person', 'photo', 'x', 'y', 'width', 'height'],
    ...rows.map(({ person, photo, ...box }) => [person, photo, ...Object.values(box)
      .map((value) => Number(value).toFixed(1))])];
  return `\ufeff${lines.map((line) => line.map(field).join(',')).join('\r\n')}\r\n`;
}

/** What spreadsheets would take for a formula stays text. @param {unknown} value */
function field(value) {
  const text = String(value);
  const plain = /^[=+\-@\t\r]/.test(text) && !/^-?[\d.]+$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
