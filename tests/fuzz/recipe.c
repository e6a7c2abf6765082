/* The reader of recipes: whatever it accepts keeps to the limits that others rely on. */

#include "fuzz.h"

#include "recipe.h"

#include <math.h>

static void must_be_text(const char text[HUM_RECIPE_TEXT]) {
    MUST(memchr(text, 0, HUM_RECIPE_TEXT) != NULL);
    for (const char *c = text; *c; c++) MUST(*c >= 32 && *c <= 126);
}

static void must_be_histogram(const hum_histogram *h) {
    MUST(h->bins >= 0 && h->bins <= HUM_RECIPE_BINS && isfinite(h->first));
    for (int i = 0; i < h->bins; i++) MUST(h->count[i] >= 0 && isfinite(h->count[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    hum_recipe r;
    hum_text error = {""};
    hum_status status = hum_recipe_parse((const char *)data, size, &r, &error);
    must_explain(status, error.text);
    if (status != HUM_OK) return 0;
    const char *texts[] = {r.id,     r.name,     r.training, r.licence, r.citation,
                           r.source, r.accuracy, r.note,     r.measured};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) must_be_text(texts[i]);
    for (int i = 0; i < 3; i++) MUST(isfinite(r.mean[i]));
    MUST(isfinite(r.scale) && r.scale > 0);
    must_be_histogram(&r.same);
    must_be_histogram(&r.other);
    if (r.task == HUM_TASK_EMBEDDER) {
        MUST(isfinite(r.box[0] + r.box[1]) && r.box[2] > 0 && r.box[3] > 0);
        return 0;
    }
    const hum_anchor_layers *a = &r.anchors;
    MUST(a->count >= 1 && a->count <= HUM_RECIPE_ANCHOR_LAYERS);
    for (int i = 0; i < a->count; i++) MUST(a->stride[i] >= 1 && a->each[i] >= 1);
    MUST(r.score > 0 && r.score <= 1 && r.iou >= 0 && r.iou < 1);
    return 0;
}
