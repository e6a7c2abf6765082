/* Writes gallery files, in the format that gallery.h describes. */

#ifndef HUM_BUILDER_H
#define HUM_BUILDER_H

#include "error.h"

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
