#include "winograd.h"

#include <string.h>

enum {
    TILE = HUM_WINOGRAD_TILE,
    SIDE = TILE + 2,
    POINTS = HUM_WINOGRAD_POINTS,
    GROUP = HUM_WINOGRAD_GROUP
};

/* Compilers turn it into the machine's vectors, into two or more where these are shorter.
 */
typedef float vector __attribute__((vector_size(GROUP * sizeof(float))));

/* ---- The three transforms along one axis, at the points 0, 1, -1, 2, -2, infinity ---
 */

static inline void transform_kernel(const float g[3], float out[SIDE]) {
    out[0] = g[0] / 4;
    out[1] = -(g[0] + g[1] + g[2]) / 6;
    out[2] = -(g[0] - g[1] + g[2]) / 6;
    out[3] = g[0] / 24 + g[1] / 12 + g[2] / 6;
    out[4] = g[0] / 24 - g[1] / 12 + g[2] / 6;
    out[5] = g[2];
}

static inline void transform_input(const vector d[SIDE], vector out[SIDE]) {
    vector even = d[4] - 4 * d[2], odd = d[3] - 4 * d[1];
    vector even2 = d[4] - d[2], odd2 = 2 * (d[3] - d[1]);
    out[0] = 4 * d[0] - 5 * d[2] + d[4];
    out[1] = even + odd;
    out[2] = even - odd;
    out[3] = even2 + odd2;
    out[4] = even2 - odd2;
    out[5] = 4 * d[1] - 5 * d[3] + d[5];
}

static inline void transform_output(const vector m[SIDE], vector out[TILE]) {
    vector sum = m[1] + m[2], difference = m[1] - m[2];
    vector sum2 = m[3] + m[4], difference2 = m[3] - m[4];
    out[0] = m[0] + sum + sum2;
    out[1] = difference + 2 * difference2;
    out[2] = sum + 4 * sum2;
    out[3] = difference + 8 * difference2 + m[5];
}

/* ---- The kernel ------------------------------------------------------------------ */

void hum_winograd_kernel(const float *kernel, size_t n, size_t c, float *points) {
    for (size_t i = 0; i < n * c; i++) {
        const float *k = kernel + i / c * 9 * c + i % c;
        float half[SIDE][3], column[3], out[SIDE];
        for (size_t x = 0; x < 3; x++) {
            for (size_t y = 0; y < 3; y++) column[y] = k[(3 * y + x) * c];
            transform_kernel(column, out);
            for (size_t y = 0; y < SIDE; y++) half[y][x] = out[y];
        }
        for (size_t y = 0; y < SIDE; y++) {
            transform_kernel(half[y], out);
            for (size_t x = 0; x < SIDE; x++) points[(y * SIDE + x) * n * c + i] = out[x];
        }
    }
}

/* ---- Tiles ----------------------------------------------------------------------- */

static size_t tiles_along(int32_t extent) {
    return ((size_t)extent + TILE - 1) / TILE;
}

size_t hum_winograd_tiles(int32_t height, int32_t width) {
    return tiles_along(height) * tiles_along(width);
}

void hum_winograd_input(const float *input, const hum_plane *shape,
                        const int32_t before[2], const hum_plane *output, size_t tile,
                        size_t row, size_t rows, float *points) {
    size_t across = tiles_along(output->width), c = (size_t)shape->channels;
    int32_t top = (int32_t)(tile / across) * TILE - before[0];
    int32_t left = (int32_t)(tile % across) * TILE - before[1];
    int row_inside[SIDE], column_inside[SIDE];
    for (int32_t i = 0; i < SIDE; i++) {
        row_inside[i] = top + i >= 0 && top + i < shape->height;
        column_inside[i] = left + i >= 0 && left + i < shape->width;
    }
    for (size_t g = 0; g < c; g += GROUP) {
        vector half[SIDE][SIDE]; /* [column][row] */
        for (int32_t x = 0; x < SIDE; x++) {
            vector d[SIDE];
            for (int32_t y = 0; y < SIDE; y++) {
                d[y] = (vector){0};
                if (row_inside[y] && column_inside[x])
                    memcpy(&d[y],
                           input + g +
                               (size_t)((top + y) * shape->width + left + x) *
                                   shape->stride,
                           sizeof(vector));
            }
            transform_input(d, half[x]);
        }
        float *out = points + row * c + g;
        for (size_t y = 0; y < SIDE; y++) {
            vector d[SIDE], t[SIDE];
            for (size_t x = 0; x < SIDE; x++) d[x] = half[x][y];
            transform_input(d, t);
            for (size_t x = 0; x < SIDE; x++)
                memcpy(out + (y * SIDE + x) * rows * c, &t[x], sizeof(vector));
        }
    }
}

void hum_winograd_output(const float *points, size_t rows, size_t row, const float *bias,
                         float low, float high, const hum_plane *shape, size_t tile,
                         float *output) {
    size_t across = tiles_along(shape->width), n = (size_t)shape->channels;
    size_t top = tile / across * TILE, left = tile % across * TILE;
    size_t height = (size_t)shape->height - top, width = (size_t)shape->width - left;
    if (height > TILE) height = TILE;
    if (width > TILE) width = TILE;
    float *corner = output + (top * (size_t)shape->width + left) * shape->stride;
    for (size_t g = 0; g < n; g += GROUP) {
        const float *in = points + row * n + g;
        vector half[SIDE][TILE]; /* [row of the points][column] */
        for (size_t y = 0; y < SIDE; y++) {
            vector m[SIDE];
            for (size_t x = 0; x < SIDE; x++)
                memcpy(&m[x], in + (y * SIDE + x) * rows * n, sizeof(vector));
            transform_output(m, half[y]);
        }
        vector b;
        memcpy(&b, bias + g, sizeof b);
        for (size_t x = 0; x < width; x++) {
            vector m[SIDE], t[TILE];
            for (size_t y = 0; y < SIDE; y++) m[y] = half[y][x];
            transform_output(m, t);
            for (size_t y = 0; y < height; y++) {
                vector v = t[y] + b;
                for (size_t i = 0; i < GROUP; i++) {
                    v[i] = v[i] < low ? low : v[i];
                    v[i] = v[i] > high ? high : v[i];
                }
                memcpy(corner + (y * (size_t)shape->width + x) * shape->stride + g, &v,
                       sizeof v);
            }
        }
    }
}
