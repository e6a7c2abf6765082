/* Humshakal: who of a gallery looks most like the face in a photo?

       hum_engine *e = NULL;
       hum_create(1, &e);
       hum_load_detector(e, blazeface, blazeface_size, recipe, recipe_size);
       hum_load_embedder(e, facenet, facenet_size, recipe2, recipe2_size, NULL, 0);
       hum_load_gallery(e, gallery, gallery_size, 0);
       hum_photo_decode(e, jpeg, jpeg_size, size);           // the current photo
       hum_detect(e, faces, HUM_MAX_FACES, &count);          // its faces, largest first
       hum_embed(e, &faces[0], embedding);                   // a unit vector
       hum_search(e, embedding, 5, matches, &count);         // five different people
       hum_destroy(e);

   Every function that can fail returns a hum_status. On failure no output parameter is
   written and hum_error() tells what was expected, what was found and what to do. "No
   face" is a result (count 0), not a failure.

   Pixels are 8-bit sRGB. Coordinates are pixels of the upright photo, origin at the top
   left corner of the top left pixel. Cosines are -1..1, scores of faces 0..1. Strings
   are UTF-8 and end with a zero byte.

   An engine is used by one thread at a time; different engines are independent. Loading
   allocates; detecting, embedding and searching do not, once the largest photo has been
   seen. Nothing here reads files, prints, or ends the process.

   All arguments are pointers, int32_t, size_t and float, so that this list of functions
   is also the list of exports of the WebAssembly module. */

#ifndef HUMSHAKAL_H
#define HUMSHAKAL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HUM_VERSION "0.1.0"

typedef struct hum_engine hum_engine;

typedef enum {
    HUM_OK = 0,
    HUM_ERROR_ARGUMENT = 1,    /* the call itself is wrong: NULL, out of range */
    HUM_ERROR_STATE = 2,       /* something must be loaded first */
    HUM_ERROR_FORMAT = 3,      /* the bytes are damaged or not of the expected format */
    HUM_ERROR_UNSUPPORTED = 4, /* well formed, but a feature this engine does not have */
    HUM_ERROR_LIMIT = 5,       /* larger than a stated limit */
    HUM_ERROR_MEMORY = 6,      /* memory ran out */
    HUM_ERROR_MISMATCH = 7,    /* gallery and embedder belong to different networks */
    HUM_ERROR_VALUE = 8,       /* not a finite number, or a vector without direction */
    HUM_ERROR_INTERNAL = 9     /* a fault of ours; please report it */
} hum_status;

enum {
    HUM_MAX_FACES = 64,              /* most faces that hum_detect reports */
    HUM_MAX_MATCHES = 100,           /* most people that hum_search reports */
    HUM_MAX_PHOTO_BYTES = 64 << 20,  /* an encoded photo */
    HUM_MAX_PHOTO_SIDE = 16384,      /* pixels */
    HUM_MAX_PHOTO_PIXELS = 64000000, /* a 48-megapixel phone photo fits */
    HUM_MAX_CROP_SIDE = 1024,        /* of what hum_crop gives */
    HUM_MAX_GROUPED = 100000,        /* faces that hum_group sorts */
    HUM_MAX_DIMENSION = 8192,        /* components of an embedding */
    HUM_MAX_AXES = 1024              /* what a gallery's rows can be projected to */
};

/* A face. The box is square-ish, from the middle of the forehead to the chin, and may
   reach over the edge of the photo. points: x, y of the right eye, left eye (the
   person's own right and left), nose tip, mouth centre, right ear, left ear. Of a tilted
   face the box is as large as if it were upright, about the same centre. inside: the
   share of the box that lies in the photo, 0..1. */
typedef struct {
    float x, y, width, height;
    float score;
    float points[12];
    float inside;
} hum_face;

/* One person of the gallery. photo is the one of their photos that is nearest to the
   probe, score the cosine of the two (see hum_search).

   strangers and nearest tell what the score is worth for the face of somebody who is not
   in the gallery, as measured on the gallery's own people (how: calibrate.h). A stranger
   has a score with every person: strangers is the share, 0..1, of all these that are
   lower. nearest is the share of strangers whose best score, with whomever, is lower.
   Both are -1 where the gallery has too few people to tell, or rows that are not photos.
   They end at 0.999, or earlier where its people can tell no more.

   alike tells whether the score is enough to say that this person looks like the face: 1,
   or 0, or -1 where it is not known. It is meant for the first match, the best of so
   many: one face in ten of people who are not in the gallery (1 - HUM_ALIKE) looks like
   somebody. Where the gallery has too few people to tell it by nearest, the score has to
   be one that at most 0.1 / photos of the pairs of different people reach on which the
   network was measured (recipe: other), or where that is not known, its same-person
   level (threshold). */
typedef struct {
    int32_t person;
    int32_t photo;
    float score;
    float strangers;
    float nearest;
    int32_t alike;
} hum_match;

#define HUM_ALIKE 0.9f

/* ---- The engine ------------------------------------------------------------------ */

/* "0.1.0" */
const char *hum_version(void);

/* The name of a status, such as "HUM_ERROR_FORMAT"; "unknown status" for other values.
   The page uses these names as its stable error codes. */
const char *hum_status_name(int32_t status);

/* Makes an engine with nothing loaded. threads: 1..64; builds without threads take 1
   only. Returns ARGUMENT or MEMORY. */
hum_status hum_create(int32_t threads, hum_engine **engine);

/* Frees the engine and all that it holds. NULL is allowed. */
void hum_destroy(hum_engine *engine);

/* Why the last call on this engine failed; "" after a success. Valid until the next
   call. */
const char *hum_error(const hum_engine *engine);

/* What is loaded, as a JSON object: version, threads, limits, detectors, embedder (the
   recipe's entries, input size, dimension, multiplications a face, sha256, activations),
   gallery (people, photos, row type, dimension of rows, probeDimension of embeddings,
   projected, bytes, contract, calibration, HUM_ALIKE). Keys of absent parts are null.
   Valid until the next hum_load_* or hum_info. NULL if memory ran out. */
const char *hum_info(hum_engine *engine);

/* ---- Networks and gallery -------------------------------------------------------- */

enum {
    /* Compute int8 weights with float activations: slower and larger, the reference for
       the quantised path. */
    HUM_FLOAT_ACTIVATIONS = 1
};

/* Loads a BlazeFace detector (TensorFlow Lite). recipe: the text described in recipe.h,
   or NULL if the model carries it as metadata "humshakal.recipe". The bytes may be freed
   afterwards. A near detector (the recipe's `range = near`) must be there to detect; a
   far one finds smaller faces as well. Loading again replaces the one of that range.
   Returns ARGUMENT, FORMAT, UNSUPPORTED, LIMIT, MEMORY. */
hum_status hum_load_detector(hum_engine *engine, const uint8_t *model, size_t model_size,
                             const char *recipe, size_t recipe_size);

/* Loads the network that turns a face into an embedding; replaces the one before.
   sha256: of the model's bytes, 64 lower-case hexadecimal digits, if the caller has
   compared them already, as downloads are; NULL: it is computed here, which for the
   default network takes most of the time to load it. It decides which galleries fit.
   flags: 0 or HUM_FLOAT_ACTIVATIONS. Otherwise as hum_load_detector. A gallery that was
   loaded for another network is dropped. */
hum_status hum_load_embedder(hum_engine *engine, const uint8_t *model, size_t model_size,
                             const char *recipe, size_t recipe_size, const char *sha256,
                             int32_t flags);

/* Components of an embedding; 0 before an embedder is loaded. */
int32_t hum_dimension(const hum_engine *engine);

enum {
    /* Take a gallery of any network. Unless it was made with the loaded one, only its
       texts and thumbnails can be had, to make a gallery for this network from them;
       hum_search and hum_gallery_embedding return MISMATCH. */
    HUM_ANY_NETWORK = 1
};

/* Loads a gallery file (format: gallery.h). The engine reads it in place: the bytes,
   aligned to 8 as malloc does, must stay, unchanged, until another gallery is loaded or
   the engine is destroyed. The embedder must be loaded, and be the one the gallery was
   made with. flags: 0 or HUM_ANY_NETWORK. Returns ARGUMENT, STATE, FORMAT, UNSUPPORTED,
   LIMIT, MEMORY, MISMATCH. */
hum_status hum_load_gallery(hum_engine *engine, const uint8_t *bytes, size_t size,
                            int32_t flags);

/* ---- The current photo ----------------------------------------------------------- */

/* Decodes a JPEG or PNG and makes it the current photo: turned upright by its EXIF
   orientation, transparency laid over white, 16-bit, grey and palette pictures turned
   into 8-bit RGB. size receives width and height. Limits are checked on the header,
   before anything large is allocated. Of a photo of more than 16,777,216 pixels only
   half the resolution is kept (and an odd last row or column left out); faces are in its
   own pixels all the same. On failure there is no current photo.
   Returns ARGUMENT, FORMAT, UNSUPPORTED (neither JPEG nor PNG), LIMIT, MEMORY. */
hum_status hum_photo_decode(hum_engine *engine, const uint8_t *bytes, size_t size,
                            int32_t dimensions[2]);

/* The EXIF orientation of the current photo's file, 1..8, by which it was turned upright:
   for whoever writes places into a file that other programs read as it lies. 1: pixels,
   or a file without one. 0: there is no photo. */
int32_t hum_photo_orientation(const hum_engine *engine);

/* Makes pixels decoded elsewhere the current photo. rgba: [height,width,4], not
   premultiplied, upright; copied. Returns ARGUMENT, LIMIT, MEMORY. */
hum_status hum_photo_pixels(hum_engine *engine, const uint8_t *rgba, int32_t width,
                            int32_t height);

/* Finds the faces of the current photo, largest first. faces: room for capacity. Returns
   ARGUMENT, STATE, MEMORY, INTERNAL. */
hum_status hum_detect(hum_engine *engine, hum_face *faces, int32_t capacity,
                      int32_t *count);

/* The embedding of a face of the current photo, or of the whole photo (already a face
   crop) when face is NULL: hum_dimension() floats, length 1. Returns ARGUMENT, STATE,
   MEMORY, VALUE, INTERNAL. */
hum_status hum_embed(hum_engine *engine, const hum_face *face, float *embedding);

/* The same without the mirror image, which the recipe may ask for: half the time, a
   little less exact, and comparable with the others all the same. For a camera's stream,
   where many looks come together. */
hum_status hum_embed_once(hum_engine *engine, const hum_face *face, float *embedding);

/* The picture of a face (NULL: of the whole photo) as the embedder sees it, or, with
   loose = 1, with room around the head for a thumbnail. rgba: [side,side,4], alpha 255.
   side: 16..HUM_MAX_CROP_SIDE. Returns ARGUMENT, STATE, MEMORY. */
hum_status hum_crop(hum_engine *engine, const hum_face *face, int32_t loose, int32_t side,
                    uint8_t *rgba);

/* The small picture of a face (NULL: of the whole photo), with room around the head, that
   belongs into a gallery: a JPEG of 128 x 128 pixels. The bytes are the engine's, valid
   until the next hum_thumbnail or hum_destroy. Returns ARGUMENT, STATE, MEMORY. */
hum_status hum_thumbnail(hum_engine *engine, const hum_face *face, const uint8_t **bytes,
                         size_t *size);

/* How much a face (NULL: the whole photo) is worth among several of one person, 0.01..1:
   its score times the sharpness of the crop as the embedder sees it (quality.h). Returns
   ARGUMENT, STATE, MEMORY. */
hum_status hum_quality(hum_engine *engine, const hum_face *face, float *quality);

/* ---- Comparing ------------------------------------------------------------------- */

/* The cosine of two embeddings of hum_dimension() floats: of the embeddings themselves,
   which a recipe's threshold is about, whatever gallery is loaded. Returns ARGUMENT,
   STATE, VALUE. */
hum_status hum_compare(hum_engine *engine, const float *a, const float *b, float *cosine);

/* The k people (1..HUM_MAX_MATCHES) whose photos are nearest to the embedding, best
   first, nobody twice; a tie goes to the earlier person. A person's score is that of
   their best photo. matches: room for k. count <= k receives how many there are. Returns
   ARGUMENT, STATE, VALUE, MISMATCH. */
hum_status hum_search(hum_engine *engine, const float *embedding, int32_t k,
                      hum_match *matches, int32_t *count);

/* An embedding as the loaded gallery's rows are: the same numbers, or projected where the
   gallery is. The scores of hum_search are cosines of these. out: room for
   hum_dimension() floats, of which *dimension are written; length 1. Returns ARGUMENT,
   STATE, VALUE, MISMATCH. */
hum_status hum_project(hum_engine *engine, const float *embedding, float *out,
                       int32_t *dimension);

/* What hum_check finds about a face. */
enum {
    HUM_FINDING_DUPLICATE = 0, /* other: the same picture, before it. score: cosine */
    HUM_FINDING_SINGLE = 1,    /* the only one of its person. score: NAN */
    HUM_FINDING_LABEL = 2,     /* clearly nearer to `other`, of another person: cosine */
    HUM_FINDING_OUTLIER = 3,   /* unlike all others of its person: the best cosine */
    HUM_FINDING_SMALL = 4,     /* its width in pixels */
    HUM_FINDING_BLURRED = 5,   /* its quality */
    HUM_FINDING_TURNED = 6, /* the nose from the middle of the eyes, in eye distances */
    HUM_FINDING_CUT = 7,    /* the share of its box in the photo */
    HUM_MOST_FINDINGS = 6   /* about one face */
};

typedef struct {
    int32_t kind, face, other; /* other: a face's number, -1 where there is none */
    float score;               /* as the kind says */
} hum_finding;

/* What may be wrong in a gallery of these faces (how, and all levels: findings.c). Labels
   and outliers are told by the network's same-person level, where its recipe has one.

   embeddings: [count,hum_dimension()], of length 1, count at most HUM_MAX_GROUPED.
   person [count]: whose face each is. faces, quality [count], or NULL: not known, nor is
   a face of width 0, or a quality of 0. findings: room for HUM_MOST_FINDINGS * count;
   sorted by face, then kind. found receives how many there are. Returns ARGUMENT, STATE,
   LIMIT, VALUE, MEMORY. */
hum_status hum_check(hum_engine *engine, const float *embeddings, const int32_t *person,
                     const hum_face *faces, const float *quality, int32_t count,
                     hum_finding *findings, int32_t *found);

#define HUM_GROUP_FAR 0.001f

/* Sorts faces into people who have no names yet (how: group.h).

   embeddings: [count,hum_dimension()], of length 1, count at most HUM_MAX_GROUPED.
   quality [count]: above 0, how much each counts; NULL: all the same.
   photo [count]: the number of the photo that a face is in. Faces of one photo, at most
   HUM_MAX_FACES of them, are never one person; NULL: they are of different photos.
   apart [aparts,2]: numbers of faces that are not of one person.
   far: false accept rate, 0..0.01; NAN: HUM_GROUP_FAR. Groups become one where the cosine
   of their means is one that so many pairs of different people reach on which the network
   was measured (recipe: other), and their mean cosine one that 20 times as many do.
   group [count]: in: -1, or the number of a person to whom a face is known to belong;
   such people are never made one. Out: groups, numbered from 0 by their first faces; a
   face that is like no other is a group of its own. groups receives how many there are.

   The same input gives the same groups, in every build. Returns ARGUMENT, STATE,
   UNSUPPORTED (the recipe has no `other`), LIMIT, VALUE, MEMORY. */
hum_status hum_group(hum_engine *engine, const float *embeddings, const float *quality,
                     const int32_t *photo, int32_t count, const int32_t *apart,
                     int32_t aparts, float far, int32_t *group, int32_t *groups);

/* What the gallery tells of a person or a photo. */
enum {
    HUM_PERSON_NAME = 0,
    HUM_PERSON_LINK = 1,
    HUM_PHOTO_FILE = 2,
    HUM_PHOTO_SOURCE = 3,
    HUM_PHOTO_AUTHOR = 4,
    HUM_PHOTO_LICENCE = 5,
    HUM_PHOTO_LINK = 6
};

/* One text of person or photo number index; "" where the gallery says nothing, NULL
   where index or field is out of range. Points into the gallery's bytes. */
const char *hum_gallery_text(const hum_engine *engine, int32_t field, int32_t index);

/* The person whom photo number index shows; -1 if out of range. */
int32_t hum_gallery_person(const hum_engine *engine, int32_t photo);

/* A photo's thumbnail (JPEG). size 0: there is none. The pointer is into the gallery's
   bytes. Returns ARGUMENT, STATE. */
hum_status hum_gallery_thumbnail(hum_engine *engine, int32_t photo, const uint8_t **bytes,
                                 size_t *size);

/* The stored embedding of a photo, hum_dimension() floats, length 1. Of a projected
   gallery: one that projects onto the stored row, so that the gallery's scores of it are
   those of the photo. Returns ARGUMENT, STATE, VALUE, MISMATCH. */
hum_status hum_gallery_embedding(hum_engine *engine, int32_t photo, float *embedding);

/* ---- Making a gallery ------------------------------------------------------------ */

enum {
    /* The rows are directions of a classifier, not embeddings of photos: how alike two of
       them are tells nothing about people, so a match's strangers and nearest will be
       -1. */
    HUM_NOT_PHOTOS = 1
};

/* Starts a new gallery for the loaded embedder, dropping one begun before. The loaded
   gallery is untouched. flags: 0 or HUM_NOT_PHOTOS. Returns ARGUMENT, STATE, MEMORY. */
hum_status hum_gallery_begin(hum_engine *engine, int32_t flags);

/* Adds a photo: its embedding and what to say about it. person, link (of the person),
   file, source, author, licence, photo_link: texts, NULL counts as "". Photos of one
   person need not come together; people are numbered as they first appear. thumbnail:
   JPEG bytes or NULL. Everything is copied. Returns ARGUMENT, STATE, VALUE, LIMIT,
   MEMORY. */
hum_status hum_gallery_add(hum_engine *engine, const float *embedding, const char *person,
                           const char *link, const char *file, const char *source,
                           const char *author, const char *licence,
                           const char *photo_link, const uint8_t *thumbnail,
                           size_t thumbnail_size);

/* Writes the gallery file; the same additions give the same bytes. axes: 0 leaves rows as
   they are. N projects them to N numbers: their coordinates along the N axes that keep
   most of them, and that go into the file too. N is 2..HUM_MAX_AXES, at most the number
   of photos, and less than hum_dimension(). The bytes are the engine's, valid until the
   next hum_gallery_begin, hum_gallery_end or hum_destroy. Returns ARGUMENT, STATE (none
   begun, or nothing added), LIMIT, VALUE, MEMORY. */
hum_status hum_gallery_end(hum_engine *engine, int32_t axes, const uint8_t **bytes,
                           size_t *size);

#ifdef __cplusplus
}
#endif
#endif
