/* Memory that runs out: the whole way through the engine on small networks, again and
   again, with one allocation more that succeeds each time. Nothing may crash or leak (the
   address sanitizer counts), every failure must say so, and the same call must succeed
   when there is memory again. XNNPACK's and stb's allocations fail as well as ours.

   malloc and its kin are replaced here, by the names that each C library offers for it.
 */

#include "check.h"
#include "files.h"
#include "small.h"

#include <errno.h>
#include <math.h>

#ifdef __EMSCRIPTEN__ /* realloc stays as it is, there is no other name for it */
#include <emscripten/heap.h>
#define REAL(name) emscripten_builtin_##name
enum { LEAST = 90 }; /* allocations; 95 without those of realloc */
#else
enum { LEAST = 100 };
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define REAL(name) __interceptor_##name
#endif
#endif
#ifndef REAL
#define REAL(name) __libc_##name
#endif
void *REAL(malloc)(size_t size);
void *REAL(calloc)(size_t count, size_t size);
void *REAL(realloc)(void *old, size_t size);
void *REAL(memalign)(size_t alignment, size_t size);
#endif

static int counting;
static long seen, fail_at; /* the allocation that fails, -1: none */
static int ever_after;     /* all later ones fail too */

static int fails(void) {
    if (!counting) return 0;
    seen++;
    return fail_at >= 0 && (seen == fail_at || (ever_after && seen > fail_at));
}

void *malloc(size_t size) {
    return fails() ? NULL : REAL(malloc)(size);
}
void *calloc(size_t count, size_t size) {
    return fails() ? NULL : REAL(calloc)(count, size);
}
void *memalign(size_t alignment, size_t size) {
    return fails() ? NULL : REAL(memalign)(alignment, size);
}
void *aligned_alloc(size_t alignment, size_t size) {
    return fails() ? NULL : REAL(memalign)(alignment, size);
}
int posix_memalign(void **out, size_t alignment, size_t size) {
    void *p = fails() ? NULL : REAL(memalign)(alignment, size);
    if (!p) return ENOMEM;
    *out = p;
    return 0;
}
#ifndef __EMSCRIPTEN__
void *realloc(void *old, size_t size) {
    return fails() ? NULL : REAL(realloc)(old, size);
}
#endif

/* ---- The way ---------------------------------------------------------------------- */

static model_file model, detector;
static file photo;
static float first[8]; /* the embedding when nothing fails */

typedef struct {
    hum_engine *engine;
    hum_face faces[HUM_MAX_FACES];
    int32_t count, size[2];
    float embedding[8];
    const uint8_t *gallery;
    size_t gallery_size;
    hum_match matches[2];
    uint8_t crop[16 * 16 * 4];
} way;

static hum_status add(way *w, const char *name) {
    return hum_gallery_add(w->engine, w->embedding, name, NULL, "file", NULL, NULL, NULL,
                           NULL, photo.data, photo.size);
}

enum { STEPS = 16 };

static hum_status step(way *w, int number) {
    hum_engine *e = w->engine;
    switch (number) {
    case 0: return hum_create(1, &w->engine);
    case 1: return hum_load_detector(e, detector.data, detector.size, NULL, 0);
    case 2: return hum_load_embedder(e, model.data, model.size, NULL, 0, NULL, 1);
    case 3: return hum_load_embedder(e, model.data, model.size, NULL, 0, NULL, 0);
    case 4: return hum_photo_decode(e, photo.data, photo.size, w->size);
    case 5: return hum_detect(e, w->faces, HUM_MAX_FACES, &w->count);
    case 6: return hum_embed(e, &w->faces[0], w->embedding);
    case 7: return hum_crop(e, &w->faces[0], 1, 16, w->crop);
    case 8: return hum_gallery_begin(e, 0);
    case 9: return add(w, "Somebody");
    case 10: return add(w, "Somebody else");
    case 11: return hum_gallery_end(e, 2, &w->gallery, &w->gallery_size);
    case 12: return hum_load_gallery(e, w->gallery, w->gallery_size, 0);
    case 13: return hum_search(e, w->embedding, 2, w->matches, &w->count);
    case 14: return hum_info(e) ? HUM_OK : HUM_ERROR_MEMORY;
    default: return hum_photo_pixels(e, w->crop, 16, 16);
    }
}

/* Goes the way; a step that fails is taken again with memory. Returns how many failed. */
static int go(long n, int after) {
    static way w;
    int failed = 0;
    memset(&w, 0, sizeof w);
    seen = 0;
    fail_at = n;
    ever_after = after;
    for (int i = 0; i < STEPS; i++) {
        counting = 1;
        hum_status status = step(&w, i);
        counting = 0;
        if (status == HUM_OK) continue;
        failed++;
        /* A picture may be damaged, or memory ran out: stb does not say. */
        const char *why = i == 0 || i == 14 ? "memory" : hum_error(w.engine);
        int said = status == HUM_ERROR_MEMORY || (i == 4 && status == HUM_ERROR_FORMAT);
        if (!said || !strstr(why, "memory"))
            printf("    allocation %ld, step %d: %s '%s'\n", n, i,
                   hum_status_name((int32_t)status), why);
        CHECK(said && strstr(why, "memory"));
        fail_at = -1;
        if (!CHECK(step(&w, i) == HUM_OK)) break;
    }
    CHECK_INT(w.size[0], 29);
    CHECK_INT(w.count, 2); /* people found */
    if (n < 0) memcpy(first, w.embedding, sizeof first);
    CHECK(memcmp(first, w.embedding, sizeof first) == 0);
    CHECK(fabsf(w.matches[0].score - 1) < 0.01f && w.matches[0].person == 0);
    CHECK_TEXT(hum_gallery_text(w.engine, HUM_PERSON_NAME, 1), "Somebody else");
    CHECK(hum_gallery_text(w.engine, HUM_PERSON_NAME, 2) == NULL);
    hum_destroy(w.engine);
    return failed;
}

int main(void) {
    static graph g;
    small_graph(&g);
    model = write_model(&g.model, small_recipe);
    graph_free(&g);
    small_detector(&g);
    detector = write_model(&g.model, small_detector_recipe);
    graph_free(&g);
    photo = need_file("tests/fixtures/pictures/baseline.jpg");

    CHECK_INT(go(-1, 0), 0); /* XNNPACK starts once in a process */
    CHECK_INT(go(-1, 0), 0);
    long all = seen;
    int failed = 0;
    for (long n = 1; n <= all; n++) failed += go(n, 0);
    for (long n = 1; n <= all; n++) failed += go(n, 1);
    printf("%ld allocations, %d calls failed for want of them\n", all, failed);
    CHECK(all > LEAST && failed > all);
    free(model.data);
    free(detector.data);
    free(photo.data);
    return check_end();
}
