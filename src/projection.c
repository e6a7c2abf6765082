#include "projection.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    LANES = 16,
    MOST_FITTED = 4096, /* rows; 100,000 x 2048 take seconds */
    ITERATIONS = 12
};

/* Sixteen sums side by side: vectors, and the same bits everywhere. */
static float dot(const float *a, const float *b, size_t n) {
    float lanes[LANES] = {0}, sum = 0;
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t k = 0; k < LANES; k++) lanes[k] += a[i + k] * b[i + k];
    for (size_t k = 0; k < LANES; k++) sum += lanes[k];
    for (; i < n; i++) sum += a[i] * b[i];
    return sum;
}

static void add(float *a, float factor, const float *b, size_t n) {
    for (size_t i = 0; i < n; i++) a[i] += factor * b[i];
}

static void scale(float *v, float factor, size_t n) {
    for (size_t i = 0; i < n; i++) v[i] *= factor;
}

/* Scales v to length 1. Returns its length before; 0 leaves it. */
static float make_unit(float *v, size_t n) {
    float length = sqrtf(dot(v, v, n));
    if (length > 0) scale(v, 1 / length, n);
    return length;
}

/* ---- Fitting --------------------------------------------------------------------- */

static void noise(float *v, size_t n, uint32_t *state) {
    for (size_t i = 0; i < n; i++) {
        *state = *state * 1664525u + 1013904223u;
        v[i] = (float)(*state >> 8) / 8388608 - 1;
    }
}

/* Makes vectors [count,n], count <= n, of length 1 and at right angles, after Gram and
   Schmidt: twice, because the first time leaves rounding errors. A vector of which the
   earlier ones leave nothing is replaced: where rows do not reach, any direction is as
   good. */
static void orthonormalise(float *vectors, size_t count, size_t n, uint32_t *state) {
    for (size_t k = 0; k < count; k++) {
        float *v = vectors + k * n;
        for (;;) {
            make_unit(v, n);
            for (int pass = 0; pass < 2; pass++)
                for (size_t j = 0; j < k; j++)
                    add(v, -dot(v, vectors + j * n, n), vectors + j * n, n);
            if (make_unit(v, n) > 1e-5f) break;
            noise(v, n, state);
        }
    }
}

typedef struct {
    size_t n, m;     /* n <= m */
    float *data;     /* [n,m]: the rows, or the rows turned by 90 degrees */
    float *gram;     /* [n,n]: the products of data's rows */
    float *q, *next; /* [to,n] */
} fit;

/* Orthogonal iteration: multiplied by the Gram matrix again and again, the vectors turn
   into the space of its largest eigenvectors. */
static void iterate(fit *f, size_t to) {
    uint32_t state = 1;
    for (size_t i = 0; i < f->n; i++)
        for (size_t j = 0; j <= i; j++)
            f->gram[i * f->n + j] = f->gram[j * f->n + i] =
                dot(f->data + i * f->m, f->data + j * f->m, f->m);
    noise(f->q, to * f->n, &state);
    for (int round = 0; round < ITERATIONS; round++) {
        for (size_t k = 0; k < to; k++)
            for (size_t i = 0; i < f->n; i++)
                f->next[k * f->n + i] = dot(f->gram + i * f->n, f->q + k * f->n, f->n);
        memcpy(f->q, f->next, to * f->n * sizeof *f->q);
        orthonormalise(f->q, to, f->n, &state);
    }
}

hum_status hum_fit_axes(const int8_t *row, const float *norm, int32_t rows, int32_t from,
                        int32_t stride, int32_t to, float *axes, hum_text *error) {
    size_t all = (size_t)rows, d = (size_t)from, count = (size_t)to;
    size_t used = all < MOST_FITTED ? all : MOST_FITTED;
    int turned = used > d; /* the shorter side has the smaller Gram matrix */
    fit f = {.n = turned ? d : used, .m = turned ? used : d};
    f.data = malloc(f.n * f.m * sizeof *f.data);
    f.gram = malloc(f.n * f.n * sizeof *f.gram);
    f.q = malloc(count * f.n * sizeof *f.q);
    f.next = malloc(count * f.n * sizeof *f.next);
    int ok = f.data && f.gram && f.q && f.next;
    if (ok) {
        for (size_t k = 0; k < used; k++) {
            size_t r = k * all / used;
            for (size_t i = 0; i < d; i++)
                f.data[turned ? i * used + k : k * d + i] =
                    (float)row[r * (size_t)stride + i] * norm[r];
        }
        iterate(&f, count);
        if (turned) memcpy(axes, f.q, count * d * sizeof *axes);
        else {
            uint32_t state = 2;
            memset(axes, 0, count * d * sizeof *axes);
            for (size_t k = 0; k < count; k++) /* q tells how rows add up to an axis */
                for (size_t i = 0; i < used; i++)
                    add(axes + k * d, f.q[k * used + i], f.data + i * d, d);
            orthonormalise(axes, count, d, &state);
        }
    }
    free(f.data);
    free(f.gram);
    free(f.q);
    free(f.next);
    return ok ? HUM_OK
              : hum_fail(error, HUM_ERROR_MEMORY, "no memory to find %d axes", to);
}

/* ---- Projecting ------------------------------------------------------------------ */

hum_status hum_project_vector(const hum_projection *p, const float *x, float *y,
                              hum_text *error) {
    size_t n = (size_t)p->from;
    for (int32_t k = 0; k < p->to; k++) {
        const int8_t *axis = p->axis + (size_t)k * (size_t)p->stride;
        float lanes[LANES] = {0}, sum = 0;
        size_t i = 0;
        for (; i + LANES <= n; i += LANES)
            for (size_t l = 0; l < LANES; l++) lanes[l] += (float)axis[i + l] * x[i + l];
        for (size_t l = 0; l < LANES; l++) sum += lanes[l];
        for (; i < n; i++) sum += (float)axis[i] * x[i];
        y[k] = sum * p->norm[k];
    }
    /* Below this, what is left is rounding. */
    if (make_unit(y, (size_t)p->to) > 1e-4f) return HUM_OK;
    return hum_fail(error, HUM_ERROR_VALUE,
                    "the embedding has nothing in common with the gallery's axes");
}

hum_status hum_project_back(const hum_projection *p, const float *y, float *x,
                            hum_text *error) {
    size_t n = (size_t)p->from;
    memset(x, 0, n * sizeof *x);
    for (int32_t k = 0; k < p->to; k++) {
        const int8_t *axis = p->axis + (size_t)k * (size_t)p->stride;
        for (size_t i = 0; i < n; i++) x[i] += y[k] * p->norm[k] * (float)axis[i];
    }
    if (make_unit(x, n) > 1e-4f) return HUM_OK;
    return hum_fail(error, HUM_ERROR_VALUE, "the gallery's axes are not at right angles");
}
