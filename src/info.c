#include "info.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
    char *text;
    size_t size, capacity;
} writer;

/* Appends printf output; on lack of memory the writer's text becomes NULL for good. */
#ifdef __GNUC__
__attribute__((format(printf, 2, 3)))
#endif
static void
put(writer *w, const char *format, ...) {
    if (!w->text) return;
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    while (w->capacity - w->size <= (size_t)n) {
        char *grown = realloc(w->text, w->capacity * 2);
        if (!grown) {
            free(w->text);
            w->text = NULL;
            return;
        }
        w->text = grown;
        w->capacity *= 2;
    }
    va_start(arguments, format);
    vsnprintf(w->text + w->size, w->capacity - w->size, format, arguments);
    va_end(arguments);
    w->size += (size_t)n;
}

/* "key":"text", with the two characters escaped that JSON needs escaped in texts without
   control characters: those of recipes and galleries are refused where they have any. */
static void put_text(writer *w, const char *key, const char *text) {
    put(w, "\"%s\":\"", key);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') put(w, "\\%c", *text);
        else put(w, "%c", *text);
    }
    put(w, "\",");
}

static void put_number(writer *w, const char *key, float value) {
    if (isfinite(value)) put(w, "\"%s\":%.9g,", key, (double)value);
    else put(w, "\"%s\":null,", key);
}

static void put_histogram(writer *w, const char *key, const hum_histogram *h) {
    if (!h->bins) {
        put(w, "\"%s\":null,", key);
        return;
    }
    put(w, "\"%s\":{\"first\":%.9g,\"step\":%.9g,\"counts\":", key, (double)h->first,
        (double)HUM_RECIPE_STEP);
    for (int i = 0; i < h->bins; i++)
        put(w, "%c%.0f", i ? ',' : '[', (double)h->count[i]);
    put(w, "]},");
}

static void put_recipe(writer *w, const hum_recipe *r) {
    put_text(w, "id", r->id);
    put_text(w, "name", r->name);
    put_text(w, "training", r->training);
    put_text(w, "licence", r->licence);
    put_text(w, "citation", r->citation);
    put_text(w, "source", r->source);
    put_text(w, "accuracy", r->accuracy);
    put_text(w, "note", r->note);
}

static void put_detector(writer *w, const hum_detector *d) {
    put(w, "{");
    put_recipe(w, &d->recipe);
    put(w, "\"range\":\"%s\",\"side\":%d,\"score\":%.9g}",
        d->recipe.range == HUM_RANGE_NEAR ? "near" : "far", d->side,
        (double)d->recipe.score);
}

static void put_embedder(writer *w, const hum_embedder *m) {
    const hum_recipe *r = &m->recipe;
    put(w, "{");
    put_recipe(w, r);
    put_text(w, "sha256", m->sha256);
    put_text(w, "contract", m->contract);
    put_text(w, "channels", r->bgr ? "bgr" : "rgb");
    put_text(w, "crop", r->crop == HUM_CROP_SQUARE ? "square" : "vggface2");
    put_text(w, "activations", hum_net_quantised(m->net) ? "int8" : "float");
    put_number(w, "level", r->level);
    put_number(w, "threshold", r->threshold);
    put_number(w, "far", r->far);
    put_text(w, "measured", r->measured);
    put_histogram(w, "same", &r->same);
    put_histogram(w, "other", &r->other);
    put(w,
        "\"mirror\":%s,\"width\":%d,\"height\":%d,\"dimension\":%d,"
        "\"multiplications\":%.0f}",
        r->mirror ? "true" : "false", m->width, m->height, m->dimension,
        hum_net_multiplications(m->net) * (r->mirror ? 2 : 1));
}

static void put_quantiles(writer *w, const char *key, const float *q, uint32_t pairs) {
    put(w, "\"%s\":{\"pairs\":%u,\"quantiles\":", key, pairs);
    if (q) /* every twentieth of the way, for a chart */
        for (int i = 0; i <= 20; i++)
            put(w, "%c%.6g", i ? ',' : '[', (double)q[i * (HUM_QUANTILES - 1) / 20]);
    put(w, "%s", q ? "]}" : "null}");
}

static void put_gallery(writer *w, const hum_gallery *g) {
    put(w,
        "{\"people\":%d,\"photos\":%d,\"dimension\":%d,\"probeDimension\":%d,"
        "\"projected\":%s,\"rows\":\"int8\",",
        g->people, g->rows, g->dimension, g->probe_dimension,
        g->projection.to ? "true" : "false");
    put_text(w, "contract", g->contract);
    put(w, "\"bytes\":%zu,", g->size);
    put_number(w, "alike", HUM_ALIKE);
    put_quantiles(w, "strangers", g->strangers, g->stranger_pairs);
    put(w, ",");
    put_quantiles(w, "kin", g->kin, g->kin_pairs);
    put(w, ",");
    put_quantiles(w, "nearest", g->nearest, g->nearest_probes);
    put(w, "}");
}

char *hum_info_text(int32_t threads, const hum_detector detectors[2],
                    const hum_embedder *embedder, const hum_gallery *gallery) {
    writer w = {malloc(1024), 0, 1024};
    put(&w, "{\"version\":\"%s\",\"threads\":%d,", HUM_VERSION, threads);
    put(&w,
        "\"limits\":{\"faces\":%d,\"matches\":%d,\"photoBytes\":%d,\"photoSide\":%d,"
        "\"photoPixels\":%d,\"cropSide\":%d},\"detectors\":[",
        HUM_MAX_FACES, HUM_MAX_MATCHES, HUM_MAX_PHOTO_BYTES, HUM_MAX_PHOTO_SIDE,
        HUM_MAX_PHOTO_PIXELS, HUM_MAX_CROP_SIDE);
    for (int i = 0, listed = 0; i < 2; i++) {
        if (!detectors[i].net) continue;
        put(&w, "%s", listed++ ? "," : "");
        put_detector(&w, &detectors[i]);
    }
    put(&w, "],\"embedder\":");
    if (embedder->net) put_embedder(&w, embedder);
    else put(&w, "null");
    put(&w, ",\"gallery\":");
    if (gallery->bytes) put_gallery(&w, gallery);
    else put(&w, "null");
    put(&w, "}");
    return w.text;
}
