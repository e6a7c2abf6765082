#include "search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

/* The length of a probe's codes. By Cauchy and Schwarz no partial sum of a dot product
   exceeds |row| |codes| <= 127 sqrt(8192) * 16384 (and rounding), far below 2^31. */
#define PROBE_LENGTH 16384.0f

void hum_make_probe(const float *embedding, int32_t dimension, int32_t stride,
                    hum_probe *probe) {
    for (int32_t i = 0; i < dimension; i++)
        probe->codes[i] = (int16_t)lrintf(embedding[i] * PROBE_LENGTH);
    for (int32_t i = dimension; i < stride; i++) probe->codes[i] = 0;
    probe->scale = 1 / PROBE_LENGTH;
}

int32_t hum_dot(const int8_t *row, const int16_t *codes, int32_t n) {
    int32_t sum = 0;
    for (int32_t i = 0; i < n; i++) sum += row[i] * codes[i];
    return sum;
}

double hum_dot_floats(const float *a, const float *b, int32_t n) {
    double sum[4] = {0}; /* that can be added up at the same time */
    int32_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (int k = 0; k < 4; k++) sum[k] += (double)a[i + k] * (double)b[i + k];
    for (; i < n; i++) sum[0] += (double)a[i] * (double)b[i];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

int hum_encode(const float *embeddings, int32_t count, int32_t dimension,
               hum_codes *codes) {
    int32_t stride = (dimension + 15) / 16 * 16;
    *codes = (hum_codes){.count = count, .stride = stride};
    codes->rows = calloc((size_t)count + 3, (size_t)stride);
    codes->norms = calloc((size_t)count + 3, sizeof *codes->norms);
    if (!codes->rows || !codes->norms) return 0;
    for (int32_t i = 0; i < count; i++) {
        const float *e = embeddings + (size_t)i * (size_t)dimension;
        int8_t *row = codes->rows + (size_t)i * (size_t)stride;
        float most = 0;
        for (int32_t k = 0; k < dimension; k++) most = fmaxf(most, fabsf(e[k]));
        codes->norms[i] = most / 127;
        for (int32_t k = 0; k < dimension; k++)
            row[k] = (int8_t)lrintf(e[k] / most * 127);
    }
    return 1;
}

void hum_codes_free(hum_codes *codes) {
    free(codes->rows);
    free(codes->norms);
}

void hum_dot_codes(const hum_codes *c, int32_t at, const hum_probe *probe,
                   double out[4]) {
    int32_t dots[4];
    hum_dot4(c->rows + (size_t)at * (size_t)c->stride, (size_t)c->stride, probe->codes,
             c->stride, dots);
    for (int32_t k = 0; k < 4; k++)
        out[k] = (double)((float)dots[k] * probe->scale * c->norms[at + k]);
}

#ifdef __wasm_simd128__
/* One row after the other: read in turns they arrive more slowly. */
void hum_dot4(const int8_t *rows, size_t stride, const int16_t *codes, int32_t n,
              int32_t out[4]) {
    v128_t sum[4];
    for (size_t r = 0; r < 4; r++) {
        const int8_t *row = rows + r * stride;
        v128_t a = wasm_i32x4_const_splat(0), b = a;
        for (int32_t i = 0; i < n; i += 16) {
            a = wasm_i32x4_add(a, wasm_i32x4_dot_i16x8(wasm_i16x8_load8x8(row + i),
                                                       wasm_v128_load(codes + i)));
            b = wasm_i32x4_add(b, wasm_i32x4_dot_i16x8(wasm_i16x8_load8x8(row + i + 8),
                                                       wasm_v128_load(codes + i + 8)));
        }
        sum[r] = wasm_i32x4_add(a, b);
    }
    v128_t ab = wasm_i32x4_add(wasm_i32x4_shuffle(sum[0], sum[1], 0, 4, 1, 5),
                               wasm_i32x4_shuffle(sum[0], sum[1], 2, 6, 3, 7));
    v128_t cd = wasm_i32x4_add(wasm_i32x4_shuffle(sum[2], sum[3], 0, 4, 1, 5),
                               wasm_i32x4_shuffle(sum[2], sum[3], 2, 6, 3, 7));
    wasm_v128_store(out, wasm_i32x4_add(wasm_i32x4_shuffle(ab, cd, 0, 1, 4, 5),
                                        wasm_i32x4_shuffle(ab, cd, 2, 3, 6, 7)));
}
#else
void hum_dot4(const int8_t *rows, size_t stride, const int16_t *codes, int32_t n,
              int32_t out[4]) {
    for (size_t r = 0; r < 4; r++) /* compilers turn it into pmaddwd, smlal */
        out[r] = hum_dot(rows + r * stride, codes, n);
}
#endif

/* The dot products of n rows, 1..4. */
static void score_rows(const hum_gallery *g, const hum_probe *probe, const int8_t *rows,
                       int32_t n, int32_t dots[4]) {
    size_t stride = (size_t)g->stride;
    if (n == 4) hum_dot4(rows, stride, probe->codes, g->stride, dots);
    else
        for (int32_t r = 0; r < n; r++)
            dots[r] = hum_dot(rows + (size_t)r * stride, probe->codes, g->stride);
}

void hum_score_people(const hum_gallery *g, const hum_probe *probe, int32_t except,
                      float *best, int32_t *photo) {
    for (int32_t p = 0; p < g->people; p++) {
        best[p] = -2;
        photo[p] = -1;
    }
    size_t stride = (size_t)g->stride;
    for (int32_t i = 0; i < g->rows; i += 4) {
        const int8_t *rows = g->row + (size_t)i * stride;
        int32_t dots[4], count = g->rows - i < 4 ? g->rows - i : 4;
        score_rows(g, probe, rows, count, dots);
        for (int32_t r = 0; r < count; r++) {
            if (i + r == except) continue;
            float cosine = (float)dots[r] * probe->scale * g->norm[i + r];
            int32_t p = hum_gallery_person_of(g, i + r);
            if (cosine > best[p]) {
                best[p] = cosine;
                photo[p] = i + r;
            }
        }
    }
}

/* ---- The nearest people ---------------------------------------------------------- */

static int before(float score, int32_t person, const hum_match *m) {
    return score > m->score || (score == m->score && person < m->person);
}

/* Takes a photo into the list of the best k, in which nobody stands twice; returns how
   many there are then. */
static int32_t offer(hum_match *list, int32_t count, int32_t k, int32_t person,
                     int32_t photo, float score) {
    int32_t at = 0;
    while (at < count && list[at].person != person) at++;
    if (at < count) {
        if (score <= list[at].score) return count;
    } else if (count < k) {
        count++;
    } else {
        at = k - 1;
        if (!before(score, person, &list[at])) return count;
    }
    for (; at > 0 && before(score, person, &list[at - 1]); at--) list[at] = list[at - 1];
    list[at] = (hum_match){person, photo, score, -1, -1, -1};
    return count;
}

#ifdef __wasm_relaxed_simd__
/* The probe in 7 bits, -63..63, of which the relaxed dot product takes the sum with BIAS.
   A row's exact cosine is at most the one with this plus `margin`, the length of what was
   rounded away (Cauchy and Schwarz). Only rows that may be among the best are computed
   exactly. */
enum { COARSE = 63, BIAS = 64 };

typedef struct {
    int8_t codes[HUM_MAX_DIMENSION + 16];
    float scale, margin;
} coarse_probe;

static void make_coarse(const hum_probe *probe, int32_t n, coarse_probe *c) {
    int32_t largest = 1;
    for (int32_t i = 0; i < n; i++)
        if (abs(probe->codes[i]) > largest) largest = abs(probe->codes[i]);
    double lost = 0, step = (double)largest / (double)COARSE;
    for (int32_t i = 0; i < n; i++) {
        int32_t code = (int32_t)lrint(probe->codes[i] / step);
        c->codes[i] = (int8_t)(code + BIAS);
        double rest = probe->codes[i] - code * step;
        lost += rest * rest;
    }
    memset(c->codes + n, BIAS, 16);
    c->scale = (float)step * probe->scale;
    c->margin = (float)sqrt(lost) * probe->scale + 1e-5f; /* and floats round */
}

/* Sums of two products each, which fit 16 bits four at a time. */
static v128_t coarse_pairs(const int8_t *row, const int8_t *codes) {
    v128_t v = wasm_v128_load(row);
    return wasm_i16x8_sub(
        wasm_i16x8_relaxed_dot_i8x16_i7x16(v, wasm_v128_load(codes)),
        wasm_i16x8_relaxed_dot_i8x16_i7x16(v, wasm_i8x16_const_splat(BIAS)));
}

/* The first row of first..end that may score `least`; end if none may. Vectors are read
   two at a time. Where a row has an odd number of them, the last one is multiplied with
   codes of 0 (and BIAS): it is not of the row, but of what follows it in the file. */
static int32_t next_near(const hum_gallery *g, int32_t first, int32_t end,
                         const coarse_probe *c, float least) {
    const int8_t *row = g->row + (size_t)first * (size_t)g->stride;
    for (int32_t r = first; r < end; r++, row += g->stride) {
        v128_t sum = wasm_i32x4_const_splat(0);
        for (int32_t i = 0; i < g->stride; i += 32) {
            v128_t fours = wasm_i16x8_add(coarse_pairs(row + i, c->codes + i),
                                          coarse_pairs(row + i + 16, c->codes + i + 16));
            sum = wasm_i32x4_add(sum,
                                 wasm_i32x4_dot_i16x8(fours, wasm_i16x8_const_splat(1)));
        }
        int32_t dot = wasm_i32x4_extract_lane(sum, 0) + wasm_i32x4_extract_lane(sum, 1) +
                      wasm_i32x4_extract_lane(sum, 2) + wasm_i32x4_extract_lane(sum, 3);
        if ((float)dot * c->scale * g->norm[r] + c->margin >= least) return r;
    }
    return end;
}
#endif

enum {
    PARTS = 8,         /* of a gallery that threads share */
    SHARED_ROWS = 2000 /* fewer are faster without waking threads */
};

typedef struct {
    const hum_gallery *g;
    const hum_probe *probe;
#ifdef __wasm_relaxed_simd__
    coarse_probe coarse;
#endif
    int32_t k, parts;
    int32_t count[PARTS];
    hum_match best[PARTS][HUM_MAX_MATCHES];
} search;

/* The nearest of the rows that a part has. */
static void search_part(void *context, size_t part) {
    search *s = context;
    const hum_gallery *g = s->g;
    hum_match *best = s->best[part];
    int32_t k = s->k, count = 0;
    int32_t first = (int32_t)((int64_t)g->rows * (int64_t)part / s->parts);
    int32_t end = (int32_t)((int64_t)g->rows * ((int64_t)part + 1) / s->parts);
    for (int32_t i = first, n; i < end; i += n) {
        n = end - i < 4 ? end - i : 4;
#ifdef __wasm_relaxed_simd__
        if (count == k) {
            i = next_near(g, i, end, &s->coarse, best[k - 1].score);
            n = i < end;
        }
#endif
        int32_t dots[4];
        score_rows(g, s->probe, g->row + (size_t)i * (size_t)g->stride, n, dots);
        for (int32_t r = 0; r < n; r++) {
            float cosine = (float)dots[r] * s->probe->scale * g->norm[i + r];
            if (count < k || cosine >= best[k - 1].score)
                count =
                    offer(best, count, k, hum_gallery_person_of(g, i + r), i + r, cosine);
        }
    }
    s->count[part] = count;
}

int32_t hum_nearest(const hum_gallery *g, const hum_probe *probe, int32_t k,
                    hum_pool *pool, hum_match *matches) {
    search s = {.g = g, .probe = probe, .k = k};
    s.parts = pool && g->rows >= SHARED_ROWS ? PARTS : 1;
#ifdef __wasm_relaxed_simd__
    make_coarse(probe, g->stride, &s.coarse);
#endif
    hum_pool_run(pool, search_part, &s, (size_t)s.parts);
    int32_t count = 0;
    for (int32_t p = 0; p < s.parts; p++) /* in the order of rows, as ties want it */
        for (int32_t i = 0; i < s.count[p]; i++) {
            const hum_match *m = &s.best[p][i];
            count = offer(matches, count, k, m->person, m->photo, m->score);
        }
    return count;
}

float hum_share_below(const float *quantiles, float x) {
    if (x <= quantiles[0]) return 0;
    int last = HUM_QUANTILES - 2; /* the last that lies below the highest score */
    while (last > 0 && quantiles[last] == quantiles[HUM_QUANTILES - 1]) last--;
    if (x >= quantiles[last]) return (float)last / (HUM_QUANTILES - 1);
    int low = 0, high = last; /* quantiles[low] < x <= quantiles[high] */
    while (high - low > 1) {
        int middle = (low + high) / 2;
        if (quantiles[middle] < x) low = middle;
        else high = middle;
    }
    float step = quantiles[high] - quantiles[low];
    float part = step > 0 ? (x - quantiles[low]) / step : 0;
    return ((float)low + part) / (HUM_QUANTILES - 1);
}
