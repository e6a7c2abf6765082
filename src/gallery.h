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
     CONT  what the embeddings were made with (embed.h), a text like those of TEXT
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
    HUM_GALLERY_VERSION = 3,
    HUM_GALLERY_HEADER = 64,
    HUM_GALLERY_ENTRY = 24, /* of the table */
    HUM_GALLERY_ALIGNMENT = 64,
    HUM_QUANTILES = 1001,
    HUM_CALIBRATION_BYTES = 16 + 3 * 4 * HUM_QUANTILES,
    HUM_MAX_ROWS = 4000000,
    HUM_MAX_TEXT = 4096 /* bytes of one text */
};

/* The sections, in the order of the file. */
enum {
    HUM_CONT,
    HUM_AXES,
    HUM_ROWS,
    HUM_NORM,
    HUM_PERS,
    HUM_PHOT,
    HUM_TEXT,
    HUM_THMB,
    HUM_CALI,
    HUM_GALLERY_SECTIONS
};
extern const char hum_gallery_tags[HUM_GALLERY_SECTIONS][5];

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

/* What a text of the file is made of: the length, 1..4, of the UTF-8 sequence (RFC 3629)
   at p, of which `left` bytes are there; 0 if it is none, or a control character. */
size_t hum_utf8(const uint8_t *p, size_t left);

#endif
