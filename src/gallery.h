/* The gallery file: embeddings of known people, with names, credits and thumbnails.

   All numbers are little endian. Sections follow one another in the order of the table,
   each at the next multiple of 64 with zeros between; the last ends the file.

     header, 64 bytes
        0  "HUMG"                     8  u64 size of the file
        4  u32 version, 3            16  u32 dimension D of rows
       20  u32 rows R (photos)       24  u32 people P
       28  u32 sections, 9           32  u32 dimension E of the network's embeddings
       36  zeros
     section table, 24 bytes each: u32 tag, u32 zero, u64 offset, u64 size
     CONT  what the embeddings were made with (embed.h), ends with zero
     AXES  what rows are coordinates along (projection.h): f32 [D], 1 / length of each
           axis, then int8 [D,E rounded up to 16], padded with zeros. Empty where rows are
           embeddings themselves: then, and only then, D = E
     ROWS  int8 [R,S], S = D rounded up to 16, padded with zeros
     NORM  f32 [R]: 1 / length of the row; cosine = row . probe * norm
     PERS  u32 [P,2]: name, link
     PHOT  u32 [R,8]: person, file, source, author, licence, link, thumbnail, its size
     TEXT  zero-ended UTF-8 texts without control characters; texts above are offsets of
           a text's first byte. It begins with the empty text.
     THMB  JPEG thumbnails; `thumbnail` above is an offset into it
     CALI  u32 strangers N, u32 kin M, u32 nearest K (numbers of scores measured), u32
           zero, then for each of the three f32 [1001]: quantiles 0, 0.001 .. 1 of what
           calibrate.h describes; zeros where there are too few to tell, or where rows are
           not photos' embeddings */

#ifndef HUM_GALLERY_H
#define HUM_GALLERY_H

#include "projection.h"

enum {
    HUM_QUANTILES = 1001,
    HUM_LEAST_PAIRS = 200, /* to speak of one in a hundred */
    HUM_MAX_ROWS = 4000000,
    HUM_MAX_TEXT = 4096 /* bytes of one text */
};

typedef struct {
    const uint8_t *bytes; /* the file, not owned */
    size_t size;
    const char *contract;
    int32_t dimension, stride, rows, people;
    int32_t probe_dimension;                /* of the network's embeddings */
    hum_projection projection;              /* of these to rows */
    const int8_t *row;                      /* [rows,stride] */
    const float *norm;                      /* [rows] */
    const uint8_t *person, *photo, *thumbs; /* PERS, PHOT, THMB */
    const char *text;
    const float *strangers, *kin, *nearest; /* [HUM_QUANTILES], NULL where not measured */
    uint32_t stranger_pairs, kin_pairs, nearest_probes;
} hum_gallery;

/* Checks every byte that is used later, so that reading needs no more checks. bytes:
   aligned to 8. Returns ARGUMENT, FORMAT, UNSUPPORTED, LIMIT. */
hum_status hum_gallery_parse(const uint8_t *bytes, size_t size, hum_gallery *gallery,
                             hum_text *error);

/* Entries of a parsed gallery; indices must be in range. field: HUM_PERSON_NAME... */
const char *hum_gallery_entry(const hum_gallery *g, int32_t field, int32_t index);
int32_t hum_gallery_person_of(const hum_gallery *g, int32_t row);
const uint8_t *hum_gallery_thumb(const hum_gallery *g, int32_t row, size_t *size);

/* Writing. */
typedef struct hum_builder hum_builder;

/* calibrated: whether cosines between rows say how alike people's photos are. */
hum_builder *hum_builder_create(int32_t dimension, const char *contract, int calibrated);
void hum_builder_free(hum_builder *b);

/* texts: person's name and link, file, source, author, licence, link; NULL counts as "".
   embedding: length 1. Returns ARGUMENT, LIMIT, MEMORY. */
hum_status hum_builder_add(hum_builder *b, const float *embedding,
                           const char *const texts[7], const uint8_t *thumbnail,
                           size_t thumbnail_size, hum_text *error);

/* The file's bytes; they stay the builder's. axes: 0, or how many numbers a row is
   projected to. Returns STATE, LIMIT, VALUE, MEMORY. */
hum_status hum_builder_end(hum_builder *b, int32_t axes, const uint8_t **bytes,
                           size_t *size, hum_text *error);

#endif
