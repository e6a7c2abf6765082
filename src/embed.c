#include "embed.h"

#include "pixels.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Everything that changes what an embedding means. Two engines may compare vectors only
   where these texts are equal. */
static void write_contract(hum_embedder *m) {
    const hum_recipe *r = &m->recipe;
    snprintf(m->contract, sizeof m->contract,
             "model %s id %s input %dx%d %s mean %.9g %.9g %.9g scale %.9g crop %s "
             "%.9g %.9g %.9g %.9g mirror %d dimension %d",
             m->sha256, r->id, m->width, m->height, r->bgr ? "bgr" : "rgb",
             (double)r->mean[0], (double)r->mean[1], (double)r->mean[2], (double)r->scale,
             r->crop == HUM_CROP_SQUARE ? "square" : "vggface2", (double)r->box[0],
             (double)r->box[1], (double)r->box[2], (double)r->box[3], r->mirror,
             m->dimension);
    size_t used = strlen(m->contract);
    if (!isnan(r->level))
        snprintf(m->contract + used, sizeof m->contract - used, " level %.9g",
                 (double)r->level);
}

hum_status hum_embedder_init(hum_embedder *m, hum_net *net, const hum_recipe *recipe,
                             const char sha256[65], hum_text *error) {
    *m = (hum_embedder){.net = net, .recipe = *recipe};
    int32_t shape[3];
    hum_net_input_shape(net, shape);
    size_t dimension = hum_net_output_size(net, 0);
    hum_status status = HUM_OK;
    if (recipe->task != HUM_TASK_EMBEDDER)
        status = hum_fail(error, HUM_ERROR_FORMAT,
                          "the recipe '%s' is a detector's, expected an embedder's",
                          recipe->id);
    else if (shape[2] != 3 || shape[0] < 16 || shape[1] < 16 || shape[0] > 1024 ||
             shape[1] > 1024)
        status = hum_fail(error, HUM_ERROR_FORMAT,
                          "the embedder takes [%d,%d,%d]; expected 16 to 1024 pixels a "
                          "side and 3 channels",
                          shape[0], shape[1], shape[2]);
    else if (hum_net_outputs(net) != 1 || dimension < 2 || dimension > HUM_MAX_DIMENSION)
        status = hum_fail(error, HUM_ERROR_FORMAT,
                          "the embedder has %d outputs, the first of %zu numbers; "
                          "expected one of 2 to %d",
                          hum_net_outputs(net), dimension, HUM_MAX_DIMENSION);
    if (status == HUM_OK) {
        m->height = shape[0];
        m->width = shape[1];
        m->dimension = (int32_t)dimension;
        memcpy(m->sha256, sha256, sizeof m->sha256);
        write_contract(m);
        m->pixels = malloc((size_t)m->width * (size_t)m->height * 3);
        m->vectors = malloc(2 * dimension * sizeof *m->vectors);
        if (!m->pixels || !m->vectors)
            status = hum_fail(error, HUM_ERROR_MEMORY, "no memory for the embedder");
    }
    if (status != HUM_OK) hum_embedder_free(m);
    return status;
}

void hum_embedder_free(hum_embedder *m) {
    hum_net_free(m->net);
    free(m->pixels);
    free(m->vectors);
    *m = (hum_embedder){0};
}

double hum_product(const float *a, const float *b, int32_t n) {
    double sum = 0;
    for (int32_t i = 0; i < n; i++) sum += (double)a[i] * (double)b[i];
    return sum;
}

hum_status hum_unit(float *v, int32_t n, hum_text *error) {
    double sum = hum_product(v, v, n);
    if (!isfinite(sum) || sum < 1e-30)
        return hum_fail(error, HUM_ERROR_VALUE,
                        "the embedding has no direction (its squared length is %g)", sum);
    double scale = 1 / sqrt(sum);
    for (int32_t i = 0; i < n; i++) v[i] = (float)(v[i] * scale);
    return HUM_OK;
}

static void mirror(uint8_t *rgb, int32_t width, int32_t height) {
    for (int32_t y = 0; y < height; y++) {
        uint8_t *row = rgb + (size_t)y * (size_t)width * 3;
        for (int32_t a = 0, b = width - 1; a < b; a++, b--)
            for (int c = 0; c < 3; c++) {
                uint8_t kept = row[3 * a + c];
                row[3 * a + c] = row[3 * b + c];
                row[3 * b + c] = kept;
            }
    }
}

static hum_status run(hum_embedder *m, float *out, hum_text *error) {
    hum_normalise(&m->recipe, m->pixels, (size_t)m->width * (size_t)m->height,
                  hum_net_input(m->net));
    hum_status status = hum_net_run(m->net, error);
    if (status != HUM_OK) return status;
    memcpy(out, hum_net_output(m->net, 0), (size_t)m->dimension * sizeof *out);
    return hum_unit(out, m->dimension, error);
}

hum_status hum_embed_rect(hum_embedder *m, const hum_image *photo, hum_rect rect,
                          int mirrored, hum_resampler *scratch, float *out,
                          hum_text *error) {
    hum_status status = hum_resample(photo, rect, HUM_EDGE_REPEAT, m->width, m->height,
                                     m->pixels, scratch, error);
    float *v = m->vectors, *other = v + m->dimension;
    if (status == HUM_OK) status = run(m, v, error);
    if (status == HUM_OK && mirrored) {
        mirror(m->pixels, m->width, m->height);
        status = run(m, other, error);
        for (int32_t i = 0; status == HUM_OK && i < m->dimension; i++) v[i] += other[i];
        if (status == HUM_OK) status = hum_unit(v, m->dimension, error);
    }
    if (status == HUM_OK) memcpy(out, v, (size_t)m->dimension * sizeof *out);
    return status;
}
