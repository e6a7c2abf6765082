/* Axes of rows that lie in a known space, and the way there and back. */

#include "projection.h"

#include "check.h"

#include <math.h>
#include <stdlib.h>

enum { E = 70, STRIDE = 80, RANK = 6, MOST = 9000 };

static uint32_t state = 1;

static float uniform(void) {
    state = state * 1664525u + 1013904223u;
    return (float)(state >> 8) / 8388608 - 1;
}

static int8_t row[MOST * STRIDE];
static float norm[MOST], basis[RANK][E];

/* Rows of the space that the basis spans, rounded to int8. */
static void make_rows(int rows) {
    memset(row, 0, sizeof row);
    for (int r = 0; r < rows; r++) {
        float v[E] = {0}, most = 0;
        for (int k = 0; k < RANK; k++) {
            float part = uniform();
            for (int i = 0; i < E; i++) v[i] += part * basis[k][i];
        }
        for (int i = 0; i < E; i++) most = fmaxf(most, fabsf(v[i]));
        double sum = 0;
        for (int i = 0; i < E; i++) {
            row[r * STRIDE + i] = (int8_t)lrintf(v[i] * 127 / most);
            sum += row[r * STRIDE + i] * row[r * STRIDE + i];
        }
        norm[r] = (float)(1 / sqrt(sum));
    }
}

static double product(const float *a, const float *b, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) sum += (double)a[i] * (double)b[i];
    return sum;
}

static double skew(const float *axes, int to) {
    double worst = 0;
    for (int a = 0; a < to; a++)
        for (int b = 0; b <= a; b++)
            worst = fmax(worst, fabs(product(axes + a * E, axes + b * E, E) - (a == b)));
    return worst;
}

/* The share of the rows' squared length that the axes do not keep. */
static double lost(const float *axes, int to, int rows) {
    double all = 0;
    for (int r = 0; r < rows; r++) {
        float v[E];
        double kept = 0;
        for (int i = 0; i < E; i++) v[i] = (float)row[r * STRIDE + i] * norm[r];
        for (int k = 0; k < to; k++) {
            double along = product(v, axes + k * E, E);
            kept += along * along;
        }
        all += 1 - kept;
    }
    return all / rows;
}

static void finds(int rows, int to, double most_lost) {
    static float axes[64 * E], again[64 * E];
    hum_text error;
    make_rows(rows);
    CHECK_STATUS(hum_fit_axes(row, norm, rows, E, STRIDE, to, axes, &error), HUM_OK);
    double off = skew(axes, to), part = lost(axes, to, rows);
    printf("%d rows, %d axes: %.1e off right angles, %.1e of the rows lost\n", rows, to,
           off, part);
    CHECK(off < 1e-5); /* observed: 5e-7 */
    CHECK(part < most_lost);
    CHECK_STATUS(hum_fit_axes(row, norm, rows, E, STRIDE, to, again, &error), HUM_OK);
    CHECK(memcmp(axes, again, (size_t)(to * E) * sizeof *axes) == 0);
}

/* Two axes at right angles, in int8, that do not reach all directions. */
static void there_and_back(void) {
    enum { N = 20, S = 32 };
    int8_t axis[2 * S] = {0};
    axis[1] = 3;
    axis[18] = 4; /* behind the last whole vector */
    axis[S + 7] = -127;
    const float norms[2] = {1.0f / 5, 1.0f / 127};
    hum_projection p = {N, 2, S, norms, axis};
    hum_text error = {""};
    float x[N] = {0}, y[2];
    x[0] = 0.5f; /* lost */
    x[1] = 0.3f;
    x[18] = 0.4f;
    x[7] = 0.5f;
    CHECK_STATUS(hum_project_vector(&p, x, y, &error), HUM_OK);
    CHECK(fabsf(y[0] - sqrtf(0.5f)) < 1e-6f && fabsf(y[1] + sqrtf(0.5f)) < 1e-6f);
    CHECK_STATUS(hum_project_back(&p, y, x, &error), HUM_OK);
    CHECK(x[0] == 0 && fabs(product(x, x, N) - 1) < 1e-6);
    float again[2];
    CHECK_STATUS(hum_project_vector(&p, x, again, &error), HUM_OK);
    CHECK(fabsf(y[0] - again[0]) < 1e-6f && fabsf(y[1] - again[1]) < 1e-6f);
    memset(x, 0, sizeof x);
    x[0] = 1;
    CHECK_STATUS(hum_project_vector(&p, x, y, &error), HUM_ERROR_VALUE);
    CHECK_TEXT(error.text, "nothing in common");
    axis[1] = axis[18] = 0; /* a file may say so: the same axis, there and back */
    axis[7] = 127;
    const float same[2] = {1.0f / 127, 1.0f / 127};
    p.norm = same;
    y[0] = y[1] = sqrtf(0.5f);
    CHECK_STATUS(hum_project_back(&p, y, x, &error), HUM_ERROR_VALUE);
}

int main(void) {
    for (int k = 0; k < RANK; k++)
        for (int i = 0; i < E; i++) basis[k][i] = uniform();
    finds(MOST, RANK, 1e-4); /* a part of the rows decides; observed: 2e-5, int8's */
    finds(300, RANK, 1e-4);
    finds(40, RANK, 1e-4); /* fewer rows than numbers */
    finds(40, 40, 1e-6);   /* as many axes as rows: all is kept */
    finds(300, 64, 1e-4);
    make_rows(1); /* one row again and again: the other axes are as good as any */
    for (int r = 1; r < 10; r++) {
        memcpy(row + r * STRIDE, row, STRIDE);
        norm[r] = norm[0];
    }
    static float axes[10 * E];
    hum_text error;
    CHECK_STATUS(hum_fit_axes(row, norm, 10, E, STRIDE, 10, axes, &error), HUM_OK);
    CHECK(skew(axes, 10) < 1e-5 && lost(axes, 10, 10) < 1e-5);
    there_and_back();
    return check_end();
}
