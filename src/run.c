#include "steps.h"

#include <math.h>
#include <string.h>

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

enum {
    WIDE = 16, /* numbers that are looked at at a time */
    PARTS = 16 /* of a tensor that threads share */
};
#define CODES 127.0f /* steps of a quantised activation, see run_quantise */

static float clamp(float x, float low, float high) {
    x = x < low ? low : x;
    return x > high ? high : x;
}

static void add_rows(float *restrict y, const float *restrict a, const float *restrict b,
                     size_t n, float low, float high) {
    for (size_t i = 0; i < n; i++) y[i] = clamp(a[i] + b[i], low, high);
}

static void multiply_rows(float *restrict y, const float *restrict a,
                          const float *restrict b, size_t n, float low, float high) {
    for (size_t i = 0; i < n; i++) y[i] = clamp(a[i] * b[i], low, high);
}

/* The elements that thread `part` takes of n. */
typedef struct {
    size_t first, end;
} range;

static range range_of(size_t part, size_t n) {
    uint64_t first = (uint64_t)n * part / PARTS, end = (uint64_t)n * (part + 1) / PARTS;
    return (range){(size_t)first, (size_t)end};
}

typedef struct {
    const hum_net *net;
    const step *s;
} job;

static void binary_part(void *context, size_t part) {
    const job *j = context;
    const step *s = j->s;
    const value *x = &j->net->values[s->in], *other = &j->net->values[s->in2];
    const value *out = &j->net->values[s->out];
    const range r = range_of(part, pixels(x));
    size_t rows = r.end - r.first, n = (size_t)x->channels;
    size_t b_stride = pixels(other) == 1 ? 0 : other->stride;
    const float *a = floats(j->net, s->in) + r.first * x->stride;
    const float *b = floats(j->net, s->in2) + r.first * b_stride;
    float *y = floats(j->net, s->out) + r.first * out->stride;
    if (contiguous(x) && contiguous(out) && contiguous(other) && b_stride) {
        n *= rows;
        rows = 1;
    }
    for (size_t i = 0; i < rows; i++, a += x->stride, b += b_stride, y += out->stride)
        (s->kind == STEP_ADD ? add_rows : multiply_rows)(y, a, b, n, s->low, s->high);
}

static void run_unary(const hum_net *net, const step *s) {
    const value *x = &net->values[s->in], *out = &net->values[s->out];
    const float *a = floats(net, s->in);
    float *y = floats(net, s->out);
    size_t rows = pixels(x), n = (size_t)x->channels;
    for (size_t r = 0; r < rows; r++, a += x->stride, y += out->stride) {
        if (s->kind == STEP_COPY) memcpy(y, a, n * sizeof *y);
        else if (s->kind == STEP_SIGMOID)
            for (size_t i = 0; i < n; i++) y[i] = 1 / (1 + expf(-a[i]));
        else
            for (size_t i = 0; i < n; i++) y[i] = clamp(a[i], s->low, s->high);
    }
}

static void run_mean(const hum_net *net, const step *s) {
    const value *x = &net->values[s->in];
    const float *a = floats(net, s->in);
    float *restrict y = floats(net, s->out);
    size_t rows = pixels(x), n = (size_t)x->channels;
    float scale = 1 / (float)rows;
    memset(y, 0, n * sizeof *y);
    for (size_t r = 0; r < rows; r++, a += x->stride)
        for (size_t i = 0; i < n; i++) y[i] += a[i];
    for (size_t i = 0; i < n; i++) y[i] *= scale;
}

static void run_pad(const hum_net *net, const step *s) {
    const value *x = &net->values[s->in], *out = &net->values[s->out];
    const float *a = floats(net, s->in);
    float *y = floats(net, s->out);
    for (int32_t r = 0; r < out->height; r++)
        for (int32_t c = 0; c < out->width; c++, y += out->stride) {
            memset(y, 0, (size_t)out->channels * sizeof *y);
            int32_t v = r - s->top, u = c - s->left;
            if (v >= 0 && v < x->height && u >= 0 && u < x->width)
                memcpy(y + s->before, a + (size_t)(v * x->width + u) * x->stride,
                       (size_t)x->channels * sizeof *y);
        }
}

/* Widens low..high, which holds 0, to all of x[n]. */
static void find_range(const float *x, size_t n, float *low, float *high) {
    float lows[WIDE] = {0}, highs[WIDE] = {0};
    size_t i = 0;
#ifdef __wasm_simd128__ /* pmin and pmax: compilers do not find them */
    v128_t least[2] = {0}, most[2] = {0};
    for (; i + 8 <= n; i += 8)
        for (size_t k = 0; k < 2; k++) {
            v128_t v = wasm_v128_load(x + i + 4 * k);
            least[k] = wasm_f32x4_pmin(least[k], v);
            most[k] = wasm_f32x4_pmax(most[k], v);
        }
    memcpy(lows, least, sizeof least);
    memcpy(highs, most, sizeof most);
#else
    for (; i + WIDE <= n; i += WIDE)
        for (size_t k = 0; k < WIDE; k++) {
            lows[k] = x[i + k] < lows[k] ? x[i + k] : lows[k];
            highs[k] = x[i + k] > highs[k] ? x[i + k] : highs[k];
        }
#endif
    for (; i < n; i++) {
        lows[0] = x[i] < lows[0] ? x[i] : lows[0];
        highs[0] = x[i] > highs[0] ? x[i] : highs[0];
    }
    for (size_t k = 0; k < WIDE; k++) {
        *low = lows[k] < *low ? lows[k] : *low;
        *high = highs[k] > *high ? highs[k] : *high;
    }
}

/* q = round(x * inverse) + zero, which is 0..127. Adding 1.5 * 2^23 leaves the rounded
   number in the low bits of the float, which is a vector instruction everywhere, as
   lrintf is not. */
static void to_codes(const float *restrict x, int8_t *restrict q, size_t n, float inverse,
                     int32_t zero) {
    const float magic = 0x1.8p23f;
    uint32_t magic_bits;
    memcpy(&magic_bits, &magic, sizeof magic);
    uint32_t offset = (uint32_t)zero - magic_bits;
    size_t i = 0;
#ifdef __wasm_simd128__ /* compilers narrow by shuffles */
    for (; i + 16 <= n; i += 16) {
        v128_t c[4];
        for (size_t k = 0; k < 4; k++) {
            v128_t v =
                wasm_f32x4_mul(wasm_v128_load(x + i + 4 * k), wasm_f32x4_splat(inverse));
            c[k] = wasm_i32x4_add(wasm_f32x4_add(v, wasm_f32x4_splat(magic)),
                                  wasm_u32x4_splat(offset));
        }
        wasm_v128_store(q + i,
                        wasm_i8x16_narrow_i16x8(wasm_i16x8_narrow_i32x4(c[0], c[1]),
                                                wasm_i16x8_narrow_i32x4(c[2], c[3])));
    }
#endif
    for (; i < n; i++) {
        float shifted = x[i] * inverse + magic;
        uint32_t bits;
        memcpy(&bits, &shifted, sizeof bits);
        q[i] = (int8_t)(uint8_t)(bits + offset);
    }
}

/* A tensor that is being quantised. */
typedef struct {
    const float *x;
    int8_t *codes;
    size_t n;
    float low[PARTS], high[PARTS];
    float inverse;
    int32_t zero;
} quantising;

static void find_part_range(void *context, size_t part) {
    quantising *q = context;
    range r = range_of(part, q->n);
    find_range(q->x + r.first, r.end - r.first, &q->low[part], &q->high[part]);
}

static void part_to_codes(void *context, size_t part) {
    const quantising *q = context;
    range r = range_of(part, q->n);
    to_codes(q->x + r.first, q->codes + r.first, r.end - r.first, q->inverse, q->zero);
}

/* Activations become codes 0..127: that many steps over their range, which always
   includes 0. The relaxed SIMD dot product is defined for these only: with larger ones it
   saturates on x86 processors without AVX-VNNI. Every build does the same, so that they
   all agree. */
static void run_quantise(const hum_net *net, const step *s) {
    const value *x = &net->values[s->in];
    quantising q = {.x = floats(net, s->in),
                    .codes = codes(net, s->out),
                    .n = pixels(x) * (size_t)x->channels};
    pthreadpool_parallelize_1d(net->pool, find_part_range, &q, PARTS, 0);
    float low = 0, high = 0;
    for (size_t i = 0; i < PARTS; i++) {
        low = q.low[i] < low ? q.low[i] : low;
        high = q.high[i] > high ? q.high[i] : high;
    }
    float span = high - low;
    if (!(span > 1e-30f && span < 1e30f)) { /* all zero, or beyond saving */
        low = high = 0;
        span = 1;
    }
    q.inverse = CODES / span;
    /* Where both ends lie half way between two codes, as those of a symmetric range do,
       both are rounded outwards, to 128 steps; slightly longer ones end that. */
    if (rintf(high * q.inverse) - rintf(low * q.inverse) > CODES) {
        span *= 1 + 0x1p-20f;
        q.inverse = CODES / span;
    }
    q.zero = -(int32_t)lrintf(low * q.inverse);
    struct xnn_quantization_params *params = net->values[s->out].params;
    params->scale = span / CODES;
    params->zero_point = q.zero;
    pthreadpool_parallelize_1d(net->pool, part_to_codes, &q, PARTS, 0);
}

/* A band of tiles on its way through a WINOGRAD step. */
typedef struct {
    const hum_net *net;
    const step *s;
    hum_plane in, out;
    size_t first; /* tile of the band */
} winograd;

static void to_points(void *context, size_t i) {
    const winograd *w = context;
    const step *s = w->s;
    float *points = (float *)(void *)codes(w->net, s->workspace);
    hum_winograd_input(floats(w->net, s->in), &w->in, (int32_t[]){s->top, s->left},
                       &w->out, w->first + i, i, s->band, points);
}

static void from_points(void *context, size_t i) {
    const winograd *w = context;
    const step *s = w->s;
    hum_winograd_output(products(w->net, s), s->band, i, floats(w->net, s->in2), s->low,
                        s->high, &w->out, w->first + i, floats(w->net, s->out));
}

static hum_plane plane(const value *v) {
    return (hum_plane){v->height, v->width, v->channels, v->stride};
}

static enum xnn_status run_winograd(const hum_net *net, const step *s) {
    winograd w = {net, s, plane(&net->values[s->in]), plane(&net->values[s->out]), 0};
    size_t tiles = hum_winograd_tiles(w.out.height, w.out.width);
    enum xnn_status status = xnn_status_success;
    for (; w.first < tiles && status == xnn_status_success; w.first += s->band) {
        size_t count = tiles - w.first < s->band ? tiles - w.first : s->band;
        pthreadpool_parallelize_1d(net->pool, to_points, &w, count, 0);
        status = xnn_run_operator(s->op, net->pool);
        pthreadpool_parallelize_1d(net->pool, from_points, &w, count, 0);
    }
    return status;
}

hum_status hum_net_run(hum_net *net, hum_text *error) {
    for (int i = 0; i < net->step_count; i++) {
        const step *s = &net->steps[i];
        if (s->op) {
            enum xnn_status status = s->kind == STEP_WINOGRAD
                                         ? run_winograd(net, s)
                                         : xnn_run_operator(s->op, net->pool);
            if (status != xnn_status_success)
                return hum_fail(error, HUM_ERROR_INTERNAL, "XNNPACK failed in step %d",
                                i);
            continue;
        }
        switch (s->kind) {
        case STEP_ADD:
        case STEP_MUL:
            pthreadpool_parallelize_1d(net->pool, binary_part, &(job){net, s}, PARTS, 0);
            break;
        case STEP_MEAN: run_mean(net, s); break;
        case STEP_PAD: run_pad(net, s); break;
        case STEP_QUANTISE: run_quantise(net, s); break;
        default: run_unary(net, s); break;
        }
    }
    return HUM_OK;
}
