/**
 * The names of the people in a photo as an XMP sidecar: a small file beside the photo, which
 * photo programs read. Names stand in it as MWG regions (Metadata Working Group, Guidelines
 * for Handling Image Metadata 2.0, 5.9), as keywords, as IPTC's list of people, and as the tree
 * of tags of digiKam and Lightroom.
 */

/**
 * @typedef {object} NamedFace
 * @property {string} name
 * @property {number} x       in the upright photo, in pixels, from its top left
 * @property {number} y
 * @property {number} width
 * @property {number} height
 */

/**
 * Regions are places in the picture as it lies in the file, before the EXIF orientation turns
 * it upright. So they are turned back, and the orientation is stated for programs that read
 * the sidecar alone.
 * @param {{width: number, height: number, orientation: number, faces: NamedFace[]}} photo
 *   width, height: upright, in pixels
 * @returns {string}
 */
export function sidecarOf({ width, height, orientation, faces }) {
  const turned = orientation > 4;
  const [w, h] = turned ? [height, width] : [width, height];
  const names = [...new Set(faces.map(({ name }) => name))];
  const regions = faces.map((face) => {
    const area = asStored(orientation, (face.x + face.width / 2) / width,
      (face.y + face.height / 2) / height);
    const [across, down] = [face.width / width, face.height / height];
    return `
     <rdf:li rdf:parseType="Resource">
      <mwg-rs:Name>${text(face.name)}</mwg-rs:Name>
      <mwg-rs:Type>Face</mwg-rs:Type>
      <mwg-rs:Area stArea:x="${share(area.x)}" stArea:y="${share(area.y)}" stArea:w="${
  share(turned ? down : across)}" stArea:h="${share(turned ? across : down)}" stArea:unit="normalized"/>
     </rdf:li>`;
  });
  return `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
   xmlns:dc="http://purl.org/dc/elements/1.1/"
   xmlns:digiKam="http://www.digikam.org/ns/1.0/"
   xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
   xmlns:lr="http://ns.adobe.com/lightroom/1.0/"
   xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"
   xmlns:stArea="http://ns.adobe.com/xmp/sType/Area#"
   xmlns:stDim="http://ns.adobe.com/xap/1.0/sType/Dimensions#"
   xmlns:tiff="http://ns.adobe.com/tiff/1.0/"
   tiff:Orientation="${orientation}">
   <dc:subject>${bag(names)}</dc:subject>
   <Iptc4xmpExt:PersonInImage>${bag(names)}</Iptc4xmpExt:PersonInImage>
   <digiKam:TagsList>${bag(names.map((name) => `People/${name.replaceAll('/', '-')}`), 'Seq')}</digiKam:TagsList>
   <lr:hierarchicalSubject>${bag(names.map((name) => `People|${name.replaceAll('|', '-')}`))}</lr:hierarchicalSubject>
   <mwg-rs:Regions rdf:parseType="Resource">
    <mwg-rs:AppliedToDimensions stDim:w="${w}" stDim:h="${h}" stDim:unit="pixel"/>
    <mwg-rs:RegionList>
     <rdf:Bag>${regions.join('')}
     </rdf:Bag>
    </mwg-rs:RegionList>
   </mwg-rs:Regions>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>
`;
}

/**
 * What a sidecar is called: digiKam and darktable add to the photo's whole name, which works
 * beside IMG_1.JPG and IMG_1.HEIC too.
 * @param {string} path
 */
export const sidecarName = (path) => `${path}.xmp`;

/**
 * A place of the upright picture, in the picture as it lies in the file (EXIF 2.3, tag 0x0112).
 * @param {number} orientation
 * @param {number} x  0..1
 * @param {number} y
 */
export function asStored(orientation, x, y) {
  switch (orientation) {
    case 2: return { x: 1 - x, y };
    case 3: return { x: 1 - x, y: 1 - y };
    case 4: return { x, y: 1 - y };
    case 5: return { x: y, y: x };
    case 6: return { x: y, y: 1 - x };
    case 7: return { x: 1 - y, y: 1 - x };
    case 8: return { x: 1 - y, y: x };
    default: return { x, y };
  }
}

/** @param {number} value */
const share = (value) => value.toFixed(6);

/** @param {string[]} items @param {'Bag' | 'Seq'} [kind] */
const bag = (items, kind = 'Bag') => `<rdf:${kind}>${items.map((item) => (
  `<rdf:li>${text(item)}</rdf:li>`)).join('')}</rdf:${kind}>`;

/** What XML 1.0 may not hold is left out. @param {string} value */
function text(value) {
  return value.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
