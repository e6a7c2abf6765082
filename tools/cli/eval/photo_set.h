/* Embeddings of photos whose people are known. */

#ifndef HUM_CLI_PHOTO_SET_H
#define HUM_CLI_PHOTO_SET_H

#include "people.h"
#include "photo.h"

/* Grouped by person as the folder is. */
typedef struct {
    int count, people, dimension;
    float *rows;        /* [count,dimension], unit vectors */
    int *person;        /* [count], 0..people-1 */
    int *photos_of;     /* [people] */
    const char **paths; /* [count], the folder's; NULL in parts */
} photo_set;

/* The photos of a folder that could be read; notes the others, *skipped of them. */
photo_set photo_set_make(const people_folder *folder, const photo_result *results,
                         int dimension, int *skipped);

/* The photos of the people whose mark is so; people keep their numbers. */
photo_set photo_set_part(const photo_set *s, const int *marks, int mark);

void photo_set_free(photo_set *s);

float *photo_row(const photo_set *s, int i);

/* The product of two vectors of n numbers, the same wherever it is computed. */
float photo_product(const float *a, const float *b, int n);

/* The mean of all rows, in fresh memory. */
float *photo_set_mean(const photo_set *s);

/* Takes a mean off each row and scales it to length 1 again. */
void photo_set_centre(photo_set *s, const float *mean);

/* Begins a gallery of the photos; flags as of hum_gallery_begin. Returns EXIT_DONE, or
   EXIT_BAD with the reason printed. */
int photo_set_begin_gallery(hum_engine *engine, const photo_set *s, int flags);

#endif
