/* The reader of gallery files, and everything that is read from one that was accepted:
   texts, credits, thumbnails, search, calibration, projection.

   An input that says in its header that it is longer stands for one that goes on with
   zeros: the tables at the end of a gallery, 12 kB, are zeros in a small one. */

#include "fuzz.h"

#include "search.h"

#include <math.h>

enum { MOST_BYTES = 16384, MOST_PROBE = 512, MATCHES = 5 };

static void entries(const hum_gallery *g) {
    for (int32_t p = 0; p < g->people; p++)
        for (int32_t field = HUM_PERSON_NAME; field <= HUM_PERSON_LINK; field++)
            MUST(strlen(hum_gallery_entry(g, field, p)) <= HUM_MAX_TEXT);
    for (int32_t row = 0; row < g->rows; row++) {
        for (int32_t field = HUM_PHOTO_FILE; field <= HUM_PHOTO_LINK; field++)
            MUST(strlen(hum_gallery_entry(g, field, row)) <= HUM_MAX_TEXT);
        int32_t person = hum_gallery_person_of(g, row);
        MUST(person >= 0 && person < g->people);
        size_t size;
        const uint8_t *thumbnail = hum_gallery_thumb(g, row, &size);
        touch_bytes(thumbnail, size);
    }
    touch_bytes(g->contract, strlen(g->contract));
}

static void search(const hum_gallery *g) {
    float x[MOST_PROBE], y[MOST_PROBE], back[MOST_PROBE];
    int16_t codes[MOST_PROBE];
    hum_text error = {""};
    int32_t n = g->probe_dimension;
    if (n > MOST_PROBE) return;
    for (int32_t i = 0; i < n; i++) x[i] = (i % 3 ? 1 : -1) / sqrtf((float)n);
    memcpy(y, x, sizeof y);
    if (g->projection.to) {
        hum_status status = hum_project_vector(&g->projection, x, y, &error);
        must_explain(status, error.text);
        if (status != HUM_OK) return;
        must_explain(hum_project_back(&g->projection, y, back, &error), error.text);
    }
    hum_probe probe = {.codes = codes};
    hum_match matches[MATCHES];
    hum_make_probe(y, g->dimension, g->stride, &probe);
    int32_t count = hum_nearest(g, &probe, MATCHES, NULL, matches);
    MUST(count >= 1 && count <= MATCHES && count <= g->people);
    for (int32_t i = 0; i < count; i++) {
        const hum_match *m = &matches[i];
        MUST(hum_gallery_person_of(g, m->photo) == m->person);
        MUST(m->score >= -1.01f && m->score <= 1.01f);
        MUST(!i || m->score <= matches[i - 1].score);
        const float *quantiles[] = {g->strangers, g->kin, g->nearest};
        for (int k = 0; k < 3; k++) {
            float share = quantiles[k] ? hum_share_below(quantiles[k], m->score) : 0;
            MUST(share >= 0 && share <= 1);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint64_t said = size >= 16 ? *(const uint64_t *)(const void *)(data + 8) : 0;
    size_t length = said > size && said <= MOST_BYTES ? (size_t)said : size;
    uint8_t *file = calloc(1, length + !length);
    memcpy(file, data, size);
    hum_gallery gallery;
    hum_text error = {""};
    hum_status status = hum_gallery_parse(file, length, &gallery, &error);
    must_explain(status, error.text);
    if (status == HUM_OK) {
        entries(&gallery);
        search(&gallery);
    }
    free(file);
    return 0;
}
