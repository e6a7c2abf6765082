/* The engine: owns what is loaded, checks arguments, and chains the stages. */

#include "humshakal.h"

#include "builder.h"
#include "crop.h"
#include "findings.h"
#include "group.h"
#include "info.h"
#include "quality.h"
#include "search.h"
#include "sha256.h"
#include "thumbnail.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(hum_face) == 72, "hum_face crosses into JavaScript");
_Static_assert(sizeof(hum_match) == 24, "hum_match crosses into JavaScript");
_Static_assert(sizeof(hum_finding) == 16, "hum_finding crosses into JavaScript");

struct hum_engine {
    int32_t threads;
    hum_pool *pool;            /* NULL for one thread */
    hum_detector detectors[2]; /* by hum_range */
    hum_embedder embedder;
    hum_gallery gallery; /* bytes NULL: none */
    int16_t *codes;      /* [HUM_MAX_DIMENSION]: the probe */
    float *projected;    /* [HUM_MAX_DIMENSION]: the same before it is rounded */
    hum_builder *builder;
    hum_image photo; /* width 0: none */
    hum_image half;  /* the photo at half its size, while faces are looked for */
    hum_resampler resampler;
    uint8_t *crop; /* [side,side,3] for hum_crop */
    size_t crop_capacity;
    hum_jpeg thumbnail;
    char *info;
    hum_text error;
};

/* Every call begins here: no engine, no text to put a reason into. */
#define ENTER(engine)                                                                    \
    do {                                                                                 \
        if (!(engine)) return HUM_ERROR_ARGUMENT;                                        \
        (engine)->error.text[0] = 0;                                                     \
    } while (0)

#define REQUIRE(engine, condition, status, ...)                                          \
    do {                                                                                 \
        if (!(condition)) return hum_fail(&(engine)->error, status, __VA_ARGS__);        \
    } while (0)

/* ---- The engine ------------------------------------------------------------------ */

const char *hum_version(void) {
    return HUM_VERSION;
}

hum_status hum_create(int32_t threads, hum_engine **engine) {
    if (!engine || threads < 1 || threads > 64) return HUM_ERROR_ARGUMENT;
    hum_engine *e = calloc(1, sizeof *e);
    if (!e) return HUM_ERROR_MEMORY;
    e->threads = threads;
    e->codes = malloc(HUM_MAX_DIMENSION * sizeof *e->codes);
    e->projected = malloc(HUM_MAX_DIMENSION * sizeof *e->projected);
    if (threads > 1) e->pool = hum_pool_create(threads);
    if (!e->codes || !e->projected || (threads > 1 && !e->pool)) {
        hum_destroy(e);
        return HUM_ERROR_MEMORY;
    }
    *engine = e;
    return HUM_OK;
}

void hum_destroy(hum_engine *e) {
    if (!e) return;
    hum_builder_free(e->builder);
    for (int i = 0; i < 2; i++) hum_detector_free(&e->detectors[i]);
    hum_embedder_free(&e->embedder);
    hum_pool_free(e->pool);
    hum_image_free(&e->photo);
    hum_image_free(&e->half);
    hum_resampler_free(&e->resampler);
    free(e->codes);
    free(e->projected);
    free(e->crop);
    free(e->thumbnail.bytes);
    free(e->info);
    free(e);
}

const char *hum_error(const hum_engine *engine) {
    return engine ? engine->error.text : "there is no engine";
}

const char *hum_info(hum_engine *e) {
    if (!e) return NULL;
    free(e->info);
    return e->info = hum_info_text(e->threads, e->detectors, &e->embedder, &e->gallery);
}

/* ---- Networks and gallery -------------------------------------------------------- */

/* Parses model and recipe, and builds the network. */
static hum_status load(hum_engine *e, const uint8_t *bytes, size_t size,
                       const char *recipe_text, size_t recipe_size, int float_activations,
                       hum_net **net, hum_recipe *recipe) {
    REQUIRE(e, bytes || !size, HUM_ERROR_ARGUMENT, "the model is NULL");
    hum_model model;
    hum_status status = hum_tflite_parse(bytes, size, &model, &e->error);
    if (status != HUM_OK) return status;
    if (!recipe_text) {
        recipe_text = model.recipe;
        recipe_size = model.recipe_size;
    }
    status = recipe_text
                 ? hum_recipe_parse(recipe_text, recipe_size, recipe, &e->error)
                 : hum_fail(&e->error, HUM_ERROR_FORMAT,
                            "the model carries no recipe and none was given with it");
    if (status == HUM_OK)
        status = hum_net_create(&model, float_activations, e->pool, net, &e->error);
    hum_tflite_free(&model);
    return status;
}

hum_status hum_load_detector(hum_engine *e, const uint8_t *model, size_t model_size,
                             const char *recipe, size_t recipe_size) {
    ENTER(e);
    hum_net *net;
    hum_recipe r;
    hum_detector d;
    hum_status status = load(e, model, model_size, recipe, recipe_size, 1, &net, &r);
    if (status == HUM_OK) status = hum_detector_init(&d, net, &r, &e->error);
    if (status != HUM_OK) return status;
    hum_detector_free(&e->detectors[r.range]);
    e->detectors[r.range] = d;
    return HUM_OK;
}

static int same_network(const hum_engine *e, const hum_gallery *g) {
    return strcmp(g->contract, e->embedder.contract) == 0 &&
           g->probe_dimension == e->embedder.dimension;
}

static int is_sha256(const char *text) {
    return strspn(text, "0123456789abcdef") == 64 && !text[64];
}

hum_status hum_load_embedder(hum_engine *e, const uint8_t *model, size_t model_size,
                             const char *recipe, size_t recipe_size, const char *sha256,
                             int32_t flags) {
    ENTER(e);
    REQUIRE(e, !sha256 || is_sha256(sha256), HUM_ERROR_ARGUMENT,
            "sha256 is not 64 lower-case hexadecimal digits");
    REQUIRE(e, !(flags & ~HUM_FLOAT_ACTIVATIONS), HUM_ERROR_ARGUMENT, "unknown flags %d",
            flags);
    hum_net *net;
    hum_recipe r;
    hum_embedder m;
    char digest[65];
    hum_status status = load(e, model, model_size, recipe, recipe_size,
                             flags & HUM_FLOAT_ACTIVATIONS, &net, &r);
    if (status != HUM_OK) return status;
    if (sha256) memcpy(digest, sha256, sizeof digest);
    else hum_sha256(model, model_size, digest);
    status = hum_embedder_init(&m, net, &r, digest, &e->error);
    if (status != HUM_OK) return status;
    hum_embedder_free(&e->embedder);
    e->embedder = m;
    hum_builder_free(e->builder);
    e->builder = NULL;
    if (e->gallery.bytes && !same_network(e, &e->gallery)) e->gallery = (hum_gallery){0};
    return HUM_OK;
}

int32_t hum_dimension(const hum_engine *e) {
    return e ? e->embedder.dimension : 0;
}

static hum_status check_network(hum_engine *e, const hum_gallery *g) {
    if (same_network(e, g)) return HUM_OK;
    char theirs[160];
    hum_printable(g->contract, strlen(g->contract), theirs, sizeof theirs);
    return hum_fail(&e->error, HUM_ERROR_MISMATCH,
                    "the gallery was made with another network: it has '%s', loaded is "
                    "'%.160s'",
                    theirs, e->embedder.contract);
}

hum_status hum_load_gallery(hum_engine *e, const uint8_t *bytes, size_t size,
                            int32_t flags) {
    ENTER(e);
    REQUIRE(e, !(flags & ~HUM_ANY_NETWORK), HUM_ERROR_ARGUMENT, "unknown flags %d",
            flags);
    REQUIRE(e, bytes || !size, HUM_ERROR_ARGUMENT, "the gallery is NULL");
    REQUIRE(e, e->embedder.net, HUM_ERROR_STATE, "load the embedder before the gallery");
    hum_gallery g;
    hum_status status = hum_gallery_parse(bytes, size, &g, &e->error);
    if (status == HUM_OK && !(flags & HUM_ANY_NETWORK)) status = check_network(e, &g);
    if (status != HUM_OK) return status;
    e->gallery = g;
    return HUM_OK;
}

/* ---- The current photo ----------------------------------------------------------- */

hum_status hum_photo_decode(hum_engine *e, const uint8_t *bytes, size_t size,
                            int32_t dimensions[2]) {
    ENTER(e);
    REQUIRE(e, (bytes || !size) && dimensions, HUM_ERROR_ARGUMENT, "NULL argument");
    hum_status status = hum_image_decode(bytes, size, &e->photo, &e->error);
    if (status != HUM_OK) return status;
    dimensions[0] = e->photo.width * e->photo.shrink;
    dimensions[1] = e->photo.height * e->photo.shrink;
    return HUM_OK;
}

int32_t hum_photo_orientation(const hum_engine *e) {
    return e && e->photo.width ? e->photo.orientation : 0;
}

hum_status hum_photo_pixels(hum_engine *e, const uint8_t *rgba, int32_t width,
                            int32_t height) {
    ENTER(e);
    REQUIRE(e, rgba, HUM_ERROR_ARGUMENT, "the pixels are NULL");
    return hum_image_from_rgba(rgba, width, height, &e->photo, &e->error);
}

static hum_status need_photo(hum_engine *e) {
    REQUIRE(e, e->photo.width, HUM_ERROR_STATE, "there is no photo yet");
    return HUM_OK;
}

static void scale_face(hum_face *f, float by) {
    f->x *= by, f->y *= by, f->width *= by, f->height *= by;
    for (int i = 0; i < 12; i++) f->points[i] *= by;
}

/* A face of the current photo that comes back from the caller, who may have changed it;
   face: NULL, or &own with the face where it is in e->photo. */
static hum_status take_face(hum_engine *e, const hum_face **face, hum_face *own) {
    const hum_face *f = *face;
    hum_status status = need_photo(e);
    if (status != HUM_OK || !f) return status;
    float far = 4 * HUM_MAX_PHOTO_SIDE;
    REQUIRE(e,
            fabsf(f->x) <= far && fabsf(f->y) <= far && f->width >= 1 &&
                f->width <= far && f->height >= 1 && f->height <= far,
            HUM_ERROR_ARGUMENT,
            "the face's box (%g, %g, %g x %g) is not one of a photo of %d x %d pixels",
            (double)f->x, (double)f->y, (double)f->width, (double)f->height,
            e->photo.width * e->photo.shrink, e->photo.height * e->photo.shrink);
    *own = *f;
    scale_face(own, 1 / (float)e->photo.shrink);
    *face = own;
    return HUM_OK;
}

hum_status hum_detect(hum_engine *e, hum_face *faces, int32_t capacity, int32_t *count) {
    ENTER(e);
    REQUIRE(e, faces && count && capacity > 0, HUM_ERROR_ARGUMENT, "no room for faces");
    REQUIRE(e, e->detectors[HUM_RANGE_NEAR].net, HUM_ERROR_STATE,
            "load a near detector before looking for faces");
    hum_status status = need_photo(e);
    if (status != HUM_OK) return status;
    status = hum_find_faces(&e->detectors[HUM_RANGE_NEAR], &e->detectors[HUM_RANGE_FAR],
                            &e->photo, &e->half, &e->resampler, faces, capacity, count,
                            &e->error);
    if (status != HUM_OK) return status;
    for (int32_t i = 0; i < *count; i++) scale_face(&faces[i], (float)e->photo.shrink);
    return HUM_OK;
}

static hum_status embed(hum_engine *e, const hum_face *face, int mirrored,
                        float *embedding) {
    ENTER(e);
    REQUIRE(e, embedding, HUM_ERROR_ARGUMENT, "no room for the embedding");
    REQUIRE(e, e->embedder.net, HUM_ERROR_STATE, "load an embedder first");
    hum_face own;
    hum_status status = take_face(e, &face, &own);
    if (status != HUM_OK) return status;
    hum_rect rect = hum_crop_rect(&e->embedder.recipe, &e->photo, face);
    return hum_embed_rect(&e->embedder, &e->photo, rect, mirrored, &e->resampler,
                          embedding, &e->error);
}

hum_status hum_embed(hum_engine *e, const hum_face *face, float *embedding) {
    return embed(e, face, e && e->embedder.recipe.mirror, embedding);
}

hum_status hum_embed_once(hum_engine *e, const hum_face *face, float *embedding) {
    return embed(e, face, 0, embedding);
}

/* A face's picture into e->crop. */
static hum_status crop(hum_engine *e, const hum_face *face, int32_t loose, int32_t side) {
    hum_face own;
    hum_status status = take_face(e, &face, &own);
    if (status != HUM_OK) return status;
    size_t pixels = (size_t)side * (size_t)side;
    if (pixels * 3 > e->crop_capacity) {
        free(e->crop);
        e->crop = malloc(pixels * 3);
        e->crop_capacity = e->crop ? pixels * 3 : 0;
        REQUIRE(e, e->crop, HUM_ERROR_MEMORY, "no memory for a crop of %d pixels", side);
    }
    hum_rect rect = loose ? hum_crop_loose(&e->photo, face)
                          : hum_crop_rect(&e->embedder.recipe, &e->photo, face);
    return hum_resample(&e->photo, rect, HUM_EDGE_REPEAT, side, side, e->crop,
                        &e->resampler, &e->error);
}

hum_status hum_crop(hum_engine *e, const hum_face *face, int32_t loose, int32_t side,
                    uint8_t *rgba) {
    ENTER(e);
    REQUIRE(e, rgba && side >= 16 && side <= HUM_MAX_CROP_SIDE, HUM_ERROR_ARGUMENT,
            "a crop has 16 to %d pixels on a side, not %d", HUM_MAX_CROP_SIDE, side);
    REQUIRE(e, loose || e->embedder.net, HUM_ERROR_STATE, "load an embedder first");
    hum_status status = crop(e, face, loose, side);
    if (status != HUM_OK) return status;
    for (size_t i = 0; i < (size_t)side * (size_t)side; i++) {
        memcpy(rgba + 4 * i, e->crop + 3 * i, 3);
        rgba[4 * i + 3] = 255;
    }
    return HUM_OK;
}

hum_status hum_thumbnail(hum_engine *e, const hum_face *face, const uint8_t **bytes,
                         size_t *size) {
    ENTER(e);
    REQUIRE(e, bytes && size, HUM_ERROR_ARGUMENT, "NULL argument");
    hum_status status = crop(e, face, 1, HUM_THUMBNAIL_SIDE);
    if (status == HUM_OK) status = hum_write_thumbnail(e->crop, &e->thumbnail, &e->error);
    if (status != HUM_OK) return status;
    *bytes = e->thumbnail.bytes;
    *size = e->thumbnail.size;
    return HUM_OK;
}

hum_status hum_quality(hum_engine *e, const hum_face *face, float *quality) {
    ENTER(e);
    REQUIRE(e, quality, HUM_ERROR_ARGUMENT, "no room for the quality");
    REQUIRE(e, e->embedder.net, HUM_ERROR_STATE, "load an embedder first");
    hum_face own;
    hum_status status = take_face(e, &face, &own);
    if (status != HUM_OK) return status;
    return hum_measure_quality(
        &e->photo, hum_crop_rect(&e->embedder.recipe, &e->photo, face),
        face ? face->score : 1, e->embedder.width > 3 ? e->embedder.width : 3,
        &e->resampler, quality, &e->error);
}

/* ---- Comparing ------------------------------------------------------------------- */

static hum_status check_embedding(hum_engine *e, const float *v) {
    REQUIRE(e, v, HUM_ERROR_ARGUMENT, "the embedding is NULL");
    REQUIRE(e, e->embedder.net, HUM_ERROR_STATE, "load an embedder first");
    double sum = hum_product(v, v, e->embedder.dimension);
    REQUIRE(e, sum > 0.99 && sum < 1.01, HUM_ERROR_VALUE,
            "the embedding has length %g, expected 1", sqrt(sum));
    return HUM_OK;
}

hum_status hum_compare(hum_engine *e, const float *a, const float *b, float *cosine) {
    ENTER(e);
    REQUIRE(e, cosine, HUM_ERROR_ARGUMENT, "no room for the cosine");
    hum_status status = check_embedding(e, a);
    if (status == HUM_OK) status = check_embedding(e, b);
    if (status != HUM_OK) return status;
    *cosine = (float)hum_product(a, b, e->embedder.dimension);
    return HUM_OK;
}

/* The only way from an embedding to what rows are compared with: out [dimension of rows].
 */
static hum_status to_rows(hum_engine *e, const float *embedding, float *out) {
    hum_status status = check_embedding(e, embedding);
    if (status != HUM_OK) return status;
    const hum_gallery *g = &e->gallery;
    REQUIRE(e, g->bytes, HUM_ERROR_STATE, "load a gallery first");
    status = check_network(e, g);
    if (status != HUM_OK) return status;
    if (g->projection.to)
        return hum_project_vector(&g->projection, embedding, out, &e->error);
    memcpy(out, embedding, (size_t)g->dimension * sizeof *out);
    return HUM_OK;
}

hum_status hum_project(hum_engine *e, const float *embedding, float *out,
                       int32_t *dimension) {
    ENTER(e);
    REQUIRE(e, out && dimension, HUM_ERROR_ARGUMENT, "no room for what is projected");
    hum_status status = to_rows(e, embedding, e->projected);
    if (status != HUM_OK) return status;
    memcpy(out, e->projected, (size_t)e->gallery.dimension * sizeof *out);
    *dimension = e->gallery.dimension;
    return HUM_OK;
}

/* The score from which somebody looks like the face, in a gallery that cannot tell by its
   own people; NAN: not known. */
static float alike_from(const hum_gallery *g, const hum_recipe *r) {
    /* Rows that are projected, or no photos, have other cosines than pairs of photos. */
    if (g->projection.to || !(g->stranger_pairs || g->kin_pairs)) return NAN;
    if (!r->other.bins) return r->threshold;
    return hum_histogram_level(&r->other, (1 - HUM_ALIKE) / (float)g->rows);
}

hum_status hum_search(hum_engine *e, const float *embedding, int32_t k,
                      hum_match *matches, int32_t *count) {
    ENTER(e);
    REQUIRE(e, matches && count && k >= 1 && k <= HUM_MAX_MATCHES, HUM_ERROR_ARGUMENT,
            "1 to %d matches can be asked for, not %d", HUM_MAX_MATCHES, k);
    hum_status status = to_rows(e, embedding, e->projected);
    if (status != HUM_OK) return status;
    const hum_gallery *g = &e->gallery;
    hum_probe probe = {.codes = e->codes};
    hum_make_probe(e->projected, g->dimension, g->stride, &probe);
    *count = hum_nearest(g, &probe, k, e->pool, matches);
    int tells = g->nearest && hum_share_below(g->nearest, 2) >= HUM_ALIKE;
    float level = alike_from(g, &e->embedder.recipe);
    for (int32_t i = 0; i < *count; i++) {
        hum_match *m = &matches[i];
        if (g->strangers) m->strangers = hum_share_below(g->strangers, m->score);
        if (tells) m->nearest = hum_share_below(g->nearest, m->score);
        if (tells) m->alike = m->nearest >= HUM_ALIKE;
        else if (!isnan(level)) m->alike = m->score >= level;
    }
    return HUM_OK;
}

static hum_status check_faces(hum_engine *e, const float *embeddings, int32_t count) {
    REQUIRE(e, count <= HUM_MAX_GROUPED, HUM_ERROR_LIMIT,
            "%d faces; at most %d are taken at once", count, HUM_MAX_GROUPED);
    hum_status status = HUM_OK;
    for (int32_t i = 0; i < count && status == HUM_OK; i++)
        status = check_embedding(e, embeddings + (size_t)i * (size_t)hum_dimension(e));
    return status;
}

hum_status hum_check(hum_engine *e, const float *embeddings, const int32_t *person,
                     const hum_face *faces, const float *quality, int32_t count,
                     hum_finding *findings, int32_t *found) {
    ENTER(e);
    REQUIRE(e, found && count >= 0 && (!count || (embeddings && person && findings)),
            HUM_ERROR_ARGUMENT, "NULL argument");
    REQUIRE(e, e->embedder.net, HUM_ERROR_STATE, "load an embedder first");
    hum_status status = check_faces(e, embeddings, count);
    if (status != HUM_OK) return status;
    const hum_checked checked = {count,  e->embedder.dimension, embeddings, person, faces,
                                 quality};
    return hum_check_faces(&checked, e->embedder.recipe.threshold, e->pool, findings,
                           found, &e->error);
}

static hum_status check_grouped(hum_engine *e, const hum_faces *f) {
    hum_status status = check_faces(e, f->embeddings, f->count);
    if (status != HUM_OK) return status;
    for (int32_t i = 0; i < f->count; i++)
        REQUIRE(e, !f->quality || (f->quality[i] > 0 && f->quality[i] <= 1),
                HUM_ERROR_ARGUMENT, "the quality of face %d is %g, expected 0..1", i,
                (double)f->quality[i]);
    for (int32_t i = 0; i < 2 * f->aparts; i++)
        REQUIRE(e, f->apart[i] >= 0 && f->apart[i] < f->count, HUM_ERROR_ARGUMENT,
                "there is no face %d among %d", f->apart[i], f->count);
    return HUM_OK;
}

hum_status hum_group(hum_engine *e, const float *embeddings, const float *quality,
                     const int32_t *photo, int32_t count, const int32_t *apart,
                     int32_t aparts, float far, int32_t *group, int32_t *groups) {
    ENTER(e);
    REQUIRE(e,
            groups && count >= 0 && aparts >= 0 && (!count || (embeddings && group)) &&
                (!aparts || apart),
            HUM_ERROR_ARGUMENT, "NULL argument");
    REQUIRE(e, e->embedder.net, HUM_ERROR_STATE, "load an embedder first");
    if (isnan(far)) far = HUM_GROUP_FAR;
    REQUIRE(e, far > 0 && far <= 0.01F, HUM_ERROR_ARGUMENT,
            "the false accept rate is %g, expected 0..0.01", (double)far);
    const hum_recipe *r = &e->embedder.recipe;
    REQUIRE(e, r->other.bins, HUM_ERROR_UNSUPPORTED,
            "the recipe of this network does not say how alike different people are");
    float means = hum_histogram_level(&r->other, far);
    float pairs = hum_histogram_level(&r->other, 20 * far);
    const hum_faces faces = {
        count, e->embedder.dimension, embeddings, quality, photo, apart, aparts};
    hum_status status = check_grouped(e, &faces);
    if (status != HUM_OK) return status;
    return hum_group_faces(&faces, means, pairs, e->pool, group, groups, &e->error);
}

static int row_ok(const hum_engine *e, int32_t row) {
    return e && e->gallery.bytes && row >= 0 && row < e->gallery.rows;
}

const char *hum_gallery_text(const hum_engine *e, int32_t field, int32_t index) {
    if (field == HUM_PERSON_NAME || field == HUM_PERSON_LINK) {
        if (!e || !e->gallery.bytes || index < 0 || index >= e->gallery.people)
            return NULL;
    } else if (field < 0 || field > HUM_PHOTO_LINK || !row_ok(e, index)) {
        return NULL;
    }
    return hum_gallery_entry(&e->gallery, field, index);
}

int32_t hum_gallery_person(const hum_engine *e, int32_t photo) {
    return row_ok(e, photo) ? hum_gallery_person_of(&e->gallery, photo) : -1;
}

static hum_status check_row(hum_engine *e, int32_t photo, const void *out) {
    REQUIRE(e, out, HUM_ERROR_ARGUMENT, "NULL argument");
    REQUIRE(e, e->gallery.bytes, HUM_ERROR_STATE, "load a gallery first");
    REQUIRE(e, row_ok(e, photo), HUM_ERROR_ARGUMENT, "there is no photo %d among %d",
            photo, e->gallery.rows);
    return HUM_OK;
}

hum_status hum_gallery_thumbnail(hum_engine *e, int32_t photo, const uint8_t **bytes,
                                 size_t *size) {
    ENTER(e);
    hum_status status = check_row(e, photo, bytes && size ? bytes : NULL);
    if (status == HUM_OK) *bytes = hum_gallery_thumb(&e->gallery, photo, size);
    return status;
}

hum_status hum_gallery_embedding(hum_engine *e, int32_t photo, float *embedding) {
    ENTER(e);
    hum_status status = check_row(e, photo, embedding);
    if (status == HUM_OK) status = check_network(e, &e->gallery);
    if (status != HUM_OK) return status;
    const hum_gallery *g = &e->gallery;
    const int8_t *row = g->row + (size_t)photo * (size_t)g->stride;
    float *stored = g->projection.to ? e->projected : embedding;
    for (int32_t i = 0; i < g->dimension; i++) stored[i] = (float)row[i] * g->norm[photo];
    return g->projection.to
               ? hum_project_back(&g->projection, stored, embedding, &e->error)
               : HUM_OK;
}

/* ---- Making a gallery ------------------------------------------------------------ */

hum_status hum_gallery_begin(hum_engine *e, int32_t flags) {
    ENTER(e);
    REQUIRE(e, !(flags & ~HUM_NOT_PHOTOS), HUM_ERROR_ARGUMENT, "unknown flags %d", flags);
    REQUIRE(e, e->embedder.net, HUM_ERROR_STATE, "load an embedder first");
    hum_builder_free(e->builder);
    e->builder = hum_builder_create(e->embedder.dimension, e->embedder.contract,
                                    !(flags & HUM_NOT_PHOTOS));
    REQUIRE(e, e->builder, HUM_ERROR_MEMORY, "no memory for a gallery");
    return HUM_OK;
}

hum_status hum_gallery_add(hum_engine *e, const float *embedding, const char *person,
                           const char *link, const char *file, const char *source,
                           const char *author, const char *licence,
                           const char *photo_link, const uint8_t *thumbnail,
                           size_t thumbnail_size) {
    ENTER(e);
    REQUIRE(e, e->builder, HUM_ERROR_STATE, "begin a gallery first");
    REQUIRE(e, thumbnail || !thumbnail_size, HUM_ERROR_ARGUMENT, "NULL thumbnail");
    hum_status status = check_embedding(e, embedding);
    if (status != HUM_OK) return status;
    const char *const texts[7] = {person, link,    file,      source,
                                  author, licence, photo_link};
    return hum_builder_add(e->builder, embedding, texts, thumbnail, thumbnail_size,
                           &e->error);
}

hum_status hum_gallery_end(hum_engine *e, int32_t axes, const uint8_t **bytes,
                           size_t *size) {
    ENTER(e);
    REQUIRE(e, bytes && size, HUM_ERROR_ARGUMENT, "NULL argument");
    REQUIRE(e, e->builder, HUM_ERROR_STATE, "begin a gallery first");
    return hum_builder_end(e->builder, axes, bytes, size, &e->error);
}
