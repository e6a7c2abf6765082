/* Fewer numbers a row: the directions that a gallery's own embeddings lie along most
   (principal axes), and embeddings as coordinates along these.

   An embedding x, of length 1, becomes A x, of length 1 again. What the axes leave out
   apart, cosines stay what they are, so that a recipe's threshold goes on to be true.
   That is why no mean is taken off first; what it would do is measured in
   models/README.md.

   The axes are int8 with a scale, as rows are: a quarter of f32, and they are at right
   angles but for some 0.001, which is the same for rows and probes. */

#ifndef HUM_PROJECTION_H
#define HUM_PROJECTION_H

#include "error.h"

typedef struct {
    int32_t from, to, stride; /* to 0: there is none. stride: from, rounded up to 16 */
    const float *norm;        /* [to]: 1 / length of each axis */
    const int8_t *axis;       /* [to,stride] */
} hum_projection;

/* Finds axes [to,from], of length 1 and at right angles, for rows of `from` numbers, int8
   [rows,stride] with norm [rows]. to: at most rows, less than from. The same rows give
   the same bits. Of many rows a part, evenly spread, decides. Returns MEMORY. */
hum_status hum_fit_axes(const int8_t *row, const float *norm, int32_t rows, int32_t from,
                        int32_t stride, int32_t to, float *axes, hum_text *error);

/* y [to] = A x, of length 1. x: [from]. Returns VALUE where nothing of x lies along the
   axes. */
hum_status hum_project_vector(const hum_projection *p, const float *x, float *y,
                              hum_text *error);

/* The x [from], of length 1, that lies along the axes as y says. Returns VALUE where axes
   that are not at right angles leave nothing. */
hum_status hum_project_back(const hum_projection *p, const float *y, float *x,
                            hum_text *error);

#endif
