/** How photos are prepared for the VGGFace networks; keys: src/recipe.h. */

const V2 = {
  mean: '91.4953 103.8827 131.0912',
  training: 'VGGFace2: 3.31 million photos of 9,131 people, from web image search',
  licence: 'CC BY-SA 4.0 (statement of the VGGFace2 authors)',
  citation:
    'Cao, Shen, Xie, Parkhi, Zisserman: VGGFace2: A dataset for recognising faces ' +
    'across pose and age, FG 2018',
};

const V1 = {
  mean: '93.5940 104.7624 129.1863',
  training: 'VGGFace: 2.6 million photos of 2,622 people, from web image search',
  licence: 'CC BY-NC 4.0 (statement of the VGGFace authors)',
  citation: 'Parkhi, Vedaldi, Zisserman: Deep Face Recognition, BMVC 2015',
  accuracy: 'Published, in f32 and of fc7: LFW 98.95 %',
};

// Accuracy: the authors' figures, of their f32 weights and their detector.
const NETWORKS = {
  resnet50: {
    id: 'vggface2-resnet50',
    name: 'VGGFace2 ResNet-50',
    accuracy: 'Published, in f32: IJB-B, 87.8 % of pairs are accepted at 0.1 % false accepts',
    ...V2,
  },
  senet50: {
    id: 'vggface2-senet50',
    name: 'VGGFace2 SE-ResNet-50',
    accuracy: 'Published, in f32: IJB-B, 88.8 % of pairs are accepted at 0.1 % false accepts',
    ...V2,
  },
  vgg16: { id: 'vggface-vgg16', name: 'VGGFace VGG-16', ...V1 },
};

/** The authors' detector was MTCNN; this turns our detector's box into one like it. On 62
    faces that both found (labelled photos, presidents, groups; MTCNN as the facenet project
    has it), the medians were: width 0.91 (0.85 to 1.02 for eight of ten faces), height 1.23
    (1.15 to 1.32), centre 0.11 of the height further up. The crop rule comes on top. */
const BOX = '0 -0.11 0.91 1.23';

/**
 * @param {import('./vggface.js').Network} network
 * @param {import('./vggface.js').Layer} layer
 */
export function vggfaceRecipe(network, layer) {
  const { id, name, accuracy, mean, training, licence, citation } = NETWORKS[network];
  const fc7 = layer === 'fc7';
  return `${Object.entries({
    id: fc7 ? `${id}-fc7` : id,
    name: fc7 ? `${name}, fc7` : name,
    task: 'embedder',
    channels: 'bgr',
    mean,
    scale: 1,
    crop: 'vggface2',
    box: BOX,
    mirror: 'yes',
    training,
    licence,
    citation,
    accuracy,
    source: 'weights of the keras-vggface project, converted by tools/convert.mjs',
  })
    .map(([key, value]) => `${key} = ${value}`)
    .join('\n')}\n`;
}
