/* Exact search by cosine over int8 rows, folded to people. */

#ifndef HUM_SEARCH_H
#define HUM_SEARCH_H

#include "gallery.h"
#include "pool.h"

/* The probe as 16-bit integers, so that products with int8 rows add up exactly in 32
   bits whatever the order: scalar and SIMD give the same bits. */
typedef struct {
    int16_t *codes; /* [stride], zeros behind dimension */
    float scale;    /* probe = codes * scale */
} hum_probe;

/* Fills a probe (codes: room for stride) from a unit vector. */
void hum_make_probe(const float *embedding, int32_t dimension, int32_t stride,
                    hum_probe *probe);

/* The dot product of a row and a probe's codes; n is a multiple of 16. */
int32_t hum_dot(const int8_t *row, const int16_t *codes, int32_t n);

/* The same of four rows, stride bytes apart, in SIMD. */
void hum_dot4(const int8_t *rows, size_t stride, const int16_t *codes, int32_t n,
              int32_t out[4]);

/* Embeddings as 8-bit codes, by which pairs that are alike are found fast, and then
   looked at exactly. */
typedef struct {
    int32_t count, stride;
    int8_t *rows; /* [count + 3,stride], zeros behind count */
    float *norms; /* [count + 3] */
} hum_codes;

/* What rounding to 8 bits changes a cosine by, at most (0.004 in 10 million pairs). */
#define HUM_CODES_ROUNDING 0.02

/* embeddings: [count,dimension], of length 1. 0: memory ran out. */
int hum_encode(const float *embeddings, int32_t count, int32_t dimension,
               hum_codes *codes);
void hum_codes_free(hum_codes *codes);

/* The cosines of a probe and of the four codes from `at` on, nearly; 0 behind the last.
 */
void hum_dot_codes(const hum_codes *codes, int32_t at, const hum_probe *probe,
                   double out[4]);

/* The scalar product of two embeddings. */
double hum_dot_floats(const float *a, const float *b, int32_t n);

/* best[person], photo[person]: the highest cosine of a person's rows and that row, over
   all rows but `except` (-1: none); -2 and -1 for people without a row. */
void hum_score_people(const hum_gallery *g, const hum_probe *probe, int32_t except,
                      float *best, int32_t *photo);

/* The k people (at most HUM_MAX_MATCHES) whose rows are nearest, best first; a person's
   score is that of their best row, a tie goes to the lower number. pool: NULL for one
   thread. Returns how many there are (people with a row, at most k). */
int32_t hum_nearest(const hum_gallery *g, const hum_probe *probe, int32_t k,
                    hum_pool *pool, hum_match *matches);

/* The share of a distribution that lies below x: quantiles[HUM_QUANTILES], interpolated.
   0 to 0.999, or less: beyond the last quantile that differs from the highest, nothing
   more is known. */
float hum_share_below(const float *quantiles, float x);

#endif
