/** What is made of a collection as a zip: sidecars of its photos, or a whole site. */

import { Humshakal } from '../../engine/humshakal.js';
import { sidecarName, sidecarOf } from './xmp.js';
import { siteFiles } from './site-files.js';
import { zipOf, zipPackage } from './zip.js';

/** @typedef {import('./collection.js').Collection} Collection */

/** @param {Collection} collection @param {AbortSignal} signal */
export async function xmpZip(collection, signal) {
  return zipOf(sidecars(collection), await zipPackage(), signal);
}

/** @param {Collection} collection */
export async function* sidecars({ photos, faces, people }) {
  for (const photo of photos.values()) {
    const named = photo.faces.flatMap((id) => {
      const face = faces.get(id);
      const person = people.get(face?.person ?? 0);
      return face?.box && person?.name && !person.aside ? [{ ...face.box, name: person.name }] : [];
    });
    if (!named.length) continue;
    const content = sidecarOf({ ...photo, faces: named });
    for (const path of photo.paths) yield { path: sidecarName(path), content };
  }
}

/**
 * @param {object} of
 * @param {import('./people-store.js').Kept} of.about  with the maker's statement
 * @param {Collection} of.collection
 * @param {Uint8Array<ArrayBuffer>} of.gallery
 * @param {AbortSignal} of.signal
 */
export async function siteZip({ about, collection, gallery, signal }) {
  const people = collection.named.length;
  const photos = collection.named.reduce((all, { id }) => all + collection.facesOf(id).length, 0);
  const large = Humshakal.siteWith({ gallery, model: about.model.id, name: about.name, people,
    photos }, { signal });
  const fetchFile = async (/** @type {string} */ file) => {
    const response = await fetch(new URL(file, document.baseURI), { cache: 'force-cache', signal });
    if (!response.ok) throw new Error(`${file} could not be fetched (${response.status})`);
    return new Uint8Array(await response.arrayBuffer());
  };
  return zipOf(siteFiles({ name: about.name, statement: about.statement, people, photos, large,
    fetchFile }), await zipPackage(), signal);
}
