#include "search.h"

#include <math.h>
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
        if (count == 4) hum_dot4(rows, stride, probe->codes, g->stride, dots);
        else
            for (int32_t r = 0; r < count; r++)
                dots[r] = hum_dot(rows + (size_t)r * stride, probe->codes, g->stride);
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

int32_t hum_top(const float *best, const int32_t *photo, int32_t people, int32_t k,
                hum_match *matches) {
    int32_t count = 0;
    for (int32_t p = 0; p < people; p++) {
        if (photo[p] < 0 || (count == k && best[p] <= matches[k - 1].score)) continue;
        int32_t at = count < k ? count++ : k - 1;
        for (; at > 0 && matches[at - 1].score < best[p]; at--)
            matches[at] = matches[at - 1];
        matches[at] = (hum_match){p, photo[p], best[p], -1, -1};
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
