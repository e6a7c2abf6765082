#include "image.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Weights have 14 fractional bits and sum to exactly 1; a row between the two passes
   keeps 7 fractional bits. 255 * 2^7 * 2^14 fits 32 bits. */
enum { WEIGHT_BITS = 14, ROW_BITS = 7 };

/* The taps of one axis: output i is the sum of counts[i] weights, from source sample
   starts[i] on (they add up to less than 1 where taps fell on black outside). */
typedef struct {
    int32_t *weights, *starts, *counts;
    int32_t stride; /* weights reserved for one output */
} axis;

static int32_t taps_for(double from, int32_t to) {
    double reach = from / to > 1 ? from / to : 1;
    return (int32_t)(2 * reach) + 3;
}

/* The sample that stands at place j, which may lie beyond the edges. */
static int32_t within(int32_t j, int32_t samples, hum_edge edge) {
    if (edge == HUM_EDGE_MIRROR) {
        int32_t period = 2 * samples;
        j = (j % period + period) % period;
        return j < samples ? j : period - 1 - j;
    }
    return j < 0 ? 0 : j > samples - 1 ? samples - 1 : j;
}

static void make_axis(axis *a, double origin, double length, int32_t samples,
                      int32_t outputs, hum_edge edge) {
    double step = length / outputs, reach = step > 1 ? step : 1;
    for (int32_t i = 0; i < outputs; i++) {
        double centre = origin + (i + 0.5) * step;
        int32_t first = (int32_t)floor(centre - reach), count = 0;
        int32_t *w = a->weights + (size_t)i * (size_t)a->stride;
        double total = 0, raw;
        for (int32_t j = first; j + 0.5 < centre + reach; j++)
            if ((raw = 1 - fabs(j + 0.5 - centre) / reach) > 0) total += raw;
        int32_t start = samples - 1, assigned = 0;
        for (int32_t j = first; j + 0.5 < centre + reach; j++) {
            int32_t s = within(j, samples, edge);
            if (s < start) start = s;
        }
        double running = 0;
        for (int32_t j = first; j + 0.5 < centre + reach; j++) {
            if ((raw = 1 - fabs(j + 0.5 - centre) / reach) <= 0) continue;
            running += raw;
            /* Rounding the running sum makes the weights add up exactly. */
            int32_t until = (int32_t)floor(running / total * (1 << WEIGHT_BITS) + 0.5);
            int32_t weight = until - assigned;
            assigned = until;
            if ((j < 0 || j >= samples) && edge == HUM_EDGE_BLACK) continue;
            int32_t k = within(j, samples, edge) - start;
            while (count <= k) w[count++] = 0;
            w[k] += weight;
        }
        a->starts[i] = start;
        a->counts[i] = count;
    }
}

static hum_status reserve(hum_resampler *s, size_t ints, size_t row, hum_text *error) {
    if (ints > s->capacity) {
        free(s->weights);
        s->capacity = 0;
        s->weights = malloc(ints * sizeof *s->weights);
        if (s->weights) s->capacity = ints;
    }
    row = (row + 1) & ~(size_t)1; /* keeps the sums behind it aligned */
    if (row > s->row_capacity) {
        free(s->row);
        s->row_capacity = 0;
        s->row = malloc(row * sizeof *s->row + row * sizeof(int32_t));
        if (s->row) s->row_capacity = row;
    }
    if (ints > s->capacity || row > s->row_capacity)
        return hum_fail(error, HUM_ERROR_MEMORY, "no memory to resize a picture");
    return HUM_OK;
}

/* Sums weighted rows of 8-bit samples; contiguous, so that compilers vectorise it. */
static void add_row(int32_t *restrict sum, const uint8_t *restrict row, int32_t weight,
                    size_t n) {
    for (size_t i = 0; i < n; i++) sum[i] += weight * row[i];
}

static hum_status resample_upright(const hum_image *image, hum_rect rect, hum_edge edge,
                                   int32_t width, int32_t height, uint8_t *out,
                                   hum_resampler *scratch, hum_text *error) {
    axis across = {.stride = taps_for(rect.width, width)};
    axis down = {.stride = taps_for(rect.height, height)};
    size_t w = (size_t)width, h = (size_t)height;
    size_t across_ints = w * ((size_t)across.stride + 2);
    hum_status status = reserve(scratch, across_ints + h * ((size_t)down.stride + 2),
                                (size_t)image->width * 3, error);
    if (status != HUM_OK) return status;
    across.weights = scratch->weights;
    across.starts = across.weights + w * (size_t)across.stride;
    across.counts = across.starts + w;
    down.weights = scratch->weights + across_ints;
    down.starts = down.weights + h * (size_t)down.stride;
    down.counts = down.starts + h;
    make_axis(&across, rect.x, rect.width, image->width, width, edge);
    make_axis(&down, rect.y, rect.height, image->height, height, edge);

    /* Down first: it runs along whole rows, and leaves few rows for the second pass. */
    size_t left = (size_t)image->width, right = 0;
    for (size_t x = 0; x < w; x++) {
        size_t start = (size_t)across.starts[x], end = start + (size_t)across.counts[x];
        if (across.counts[x] && start < left) left = start;
        if (end > right) right = end;
    }
    if (right < left) right = left;
    size_t n = (right - left) * 3;
    uint16_t *row = scratch->row;
    int32_t *sum = (int32_t *)(void *)(scratch->row + scratch->row_capacity);
    for (size_t y = 0; y < h; y++) {
        memset(sum, 0, n * sizeof *sum);
        for (int32_t k = 0; k < down.counts[y]; k++) {
            size_t line = (size_t)(down.starts[y] + k) * (size_t)image->width + left;
            add_row(sum, image->rgb + line * 3,
                    down.weights[y * (size_t)down.stride + (size_t)k], n);
        }
        for (size_t i = 0; i < n; i++)
            row[i] = (uint16_t)((sum[i] + (1 << (WEIGHT_BITS - ROW_BITS - 1))) >>
                                (WEIGHT_BITS - ROW_BITS));
        for (size_t x = 0; x < w; x++, out += 3) {
            const int32_t *weights = across.weights + x * (size_t)across.stride;
            int32_t r = 1 << (WEIGHT_BITS + ROW_BITS - 1), g = r, b = r;
            if (across.counts[x]) {
                const uint16_t *p = row + ((size_t)across.starts[x] - left) * 3;
                for (int32_t k = 0; k < across.counts[x]; k++, p += 3) {
                    r += weights[k] * p[0];
                    g += weights[k] * p[1];
                    b += weights[k] * p[2];
                }
            }
            out[0] = (uint8_t)(r >> (WEIGHT_BITS + ROW_BITS));
            out[1] = (uint8_t)(g >> (WEIGHT_BITS + ROW_BITS));
            out[2] = (uint8_t)(b >> (WEIGHT_BITS + ROW_BITS));
        }
    }
    return HUM_OK;
}

/* 16 fractional bits; exact at right angles. */
static int64_t fixed(double value) {
    return (int64_t)floor(value * 65536 + 0.5);
}

hum_status hum_resample(const hum_image *image, hum_rect rect, hum_edge edge,
                        int32_t width, int32_t height, uint8_t *out,
                        hum_resampler *scratch, hum_text *error) {
    if (!rect.turn)
        return resample_upright(image, rect, edge, width, height, out, scratch, error);
    double angle = rect.turn * 0.017453292519943295;
    int64_t c = fixed(cos(angle)), s = fixed(sin(angle));
    /* An upright square around it, side / size of a pixel of the result, of as many whole
       pixels more as turning needs. */
    int64_t size = width > height ? width : height;
    int64_t side = (size * (llabs(c) + llabs(s)) + 65535) / 65536;
    size_t bytes = (size_t)side * (size_t)side * 3;
    if (bytes > scratch->level_capacity) {
        free(scratch->level);
        scratch->level = malloc(bytes);
        scratch->level_capacity = scratch->level ? bytes : 0;
        if (!scratch->level)
            return hum_fail(error, HUM_ERROR_MEMORY, "no memory to turn a picture");
    }
    double grow = (double)side / (double)size;
    double wide = rect.width * grow, tall = rect.height * grow;
    hum_rect around = {rect.x + (rect.width - wide) / 2,
                       rect.y + (rect.height - tall) / 2, wide, tall, 0};
    hum_status status = resample_upright(image, around, edge, (int32_t)side,
                                         (int32_t)side, scratch->level, scratch, error);
    if (status != HUM_OK) return status;
    for (int64_t y = 0; y < height; y++) {
        int64_t v =
            (2 * y + 1) * size / height - size; /* from the centre, in half pixels */
        for (int64_t x = 0; x < width; x++, out += 3) {
            int64_t u = (2 * x + 1) * size / width - size;
            int64_t px = (side - 1) * 65536 + c * u - s * v; /* 17 fractional bits */
            int64_t py = (side - 1) * 65536 + s * u + c * v;
            int64_t most = (side - 1) << 17;
            px = px < 0 ? 0 : px > most ? most : px;
            py = py < 0 ? 0 : py > most ? most : py;
            int64_t fx = (px >> 9) & 255, fy = (py >> 9) & 255;
            const uint8_t *p = scratch->level + ((py >> 17) * side + (px >> 17)) * 3;
            const uint8_t *right = p + (fx ? 3 : 0), *below = p + (fy ? side * 3 : 0);
            const uint8_t *across = below + (right - p);
            for (int k = 0; k < 3; k++) {
                int64_t top = p[k] * (256 - fx) + right[k] * fx;
                int64_t bottom = below[k] * (256 - fx) + across[k] * fx;
                out[k] = (uint8_t)((top * (256 - fy) + bottom * fy + 32768) >> 16);
            }
        }
    }
    return HUM_OK;
}

void hum_resampler_free(hum_resampler *scratch) {
    free(scratch->weights);
    free(scratch->row);
    free(scratch->level);
    *scratch = (hum_resampler){0};
}
