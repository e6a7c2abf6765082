/* The whole engine, by a sequence of calls. The input is a small program: a byte for each
   call, followed by what the call needs. Files are small valid ones made here, the same
   with some bytes overwritten, or bytes of the program itself.

   What must hold whatever is called in whatever order: failures have a reason, hum_info
   is JSON, a gallery that was written can be loaded, and no memory is misused. */

#include "program.h"

#include "fuzz.h"
#include "json.h"
#include "small.h"

#include <math.h>

enum { MOST_ELEMENTS = 8192, MOST_SIDE = 64, SMALL_DIMENSION = 8 };

static model_file embedder, detector;

/* ---- The program ------------------------------------------------------------------ */

typedef struct {
    const uint8_t *at;
    size_t left;
} program;

/* 0 at the end */
static uint8_t next(program *p) {
    if (!p->left) return 0;
    p->left--;
    return *p->at++;
}

static int32_t next_number(program *p) {
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) value |= (uint32_t)next(p) << (8 * i);
    return (int32_t)value;
}

/* A file in memory of exactly its size, so that the sanitizer sees what lies behind. */
typedef struct {
    uint8_t *data; /* NULL: left out */
    size_t size;
} piece;

static piece piece_of(const void *data, size_t size) {
    piece f = {malloc(size + !size), size};
    if (size) memcpy(f.data, data, size);
    return f;
}

/* What a program says: the file given, that file with bytes overwritten, none, or its own
   bytes. */
static piece next_file(program *p, const void *fixture, size_t fixture_size) {
    piece f = {NULL, 0};
    switch (next(p) % FILE_KINDS) {
    case FILE_LEFT_OUT: break;
    case FILE_FIXTURE: f = piece_of(fixture, fixture_size); break;
    case FILE_PATCHED:
        f = piece_of(fixture, fixture_size);
        for (int edits = next(p) % 8; edits >= 0 && f.size; edits--) {
            size_t at = next(p) | (size_t)next(p) << 8;
            f.data[at % f.size] = next(p);
        }
        break;
    case FILE_OWN: {
        size_t size = next(p) | (size_t)next(p) << 8;
        f = piece_of(p->at, size < p->left ? size : p->left);
        p->at += f.size;
        p->left -= f.size;
        break;
    }
    }
    return f;
}

/* A text of the program's own bytes; it ends at the first zero. */
static char *next_text(program *p) {
    size_t size = next(p);
    if (size > p->left) size = p->left;
    char *text = malloc(size + 1);
    memcpy(text, p->at, size);
    text[size] = 0;
    p->at += size;
    p->left -= size;
    return text;
}

/* ---- What is called ---------------------------------------------------------------- */

typedef struct {
    hum_engine *e;
    piece gallery, made; /* what the engine reads in place, what it wrote last */
    hum_face faces[HUM_MAX_FACES];
    int32_t face_count;
    float embedding[HUM_MAX_DIMENSION];
} state;

static hum_status explained(state *s, hum_status status) {
    must_explain(status, hum_error(s->e));
    return status;
}

static int is_small(piece file) {
    hum_model m;
    hum_text error;
    if (hum_tflite_parse(file.data, file.size, &m, &error) != HUM_OK) return 1;
    int small = is_small_model(&m, MOST_ELEMENTS);
    hum_tflite_free(&m);
    return small;
}

static void load_network(state *s, program *p, int detects) {
    const char *text = detects ? small_detector_recipe : small_recipe;
    const model_file *fixture = detects ? &detector : &embedder;
    piece model = next_file(p, fixture->data, fixture->size);
    piece recipe = next_file(p, text, strlen(text));
    const char *recipe_text = (const char *)recipe.data;
    if (is_small(model)) {
        if (detects)
            explained(s, hum_load_detector(s->e, model.data, model.size, recipe_text,
                                           recipe.size));
        else
            explained(s, hum_load_embedder(s->e, model.data, model.size, recipe_text,
                                           recipe.size, NULL, next(p) % 3));
    }
    free(model.data);
    free(recipe.data);
}

static void load_gallery(state *s, program *p) {
    piece file = next_file(p, s->made.data, s->made.size);
    if (explained(s, hum_load_gallery(s->e, file.data, file.size, next(p) % 3)) ==
        HUM_OK) {
        free(s->gallery.data);
        s->gallery = file;
    } else {
        free(file.data);
    }
}

static void photo(state *s, program *p) {
    int32_t size[2];
    piece file = next_file(p, small_png, sizeof small_png);
    if (file.data) make_small_photo(file.data, file.size);
    int ok = explained(s, hum_photo_decode(s->e, file.data, file.size, size)) == HUM_OK;
    int32_t orientation = hum_photo_orientation(s->e);
    MUST(ok ? orientation >= 1 && orientation <= 8 : orientation == 0);
    free(file.data);
}

static void pixels(state *s, program *p) {
    static uint8_t rgba[MOST_SIDE * MOST_SIDE * 4];
    int32_t width = next(p) % (MOST_SIDE + 1), height = next(p) % (MOST_SIDE + 1);
    for (int32_t i = 0; i < 4 * width * height; i++) rgba[i] = (uint8_t)(i * 7);
    if (width && height) rgba[next(p) * 4] = next(p);
    explained(s, hum_photo_pixels(s->e, rgba, width, height));
}

static void detect(state *s, program *p) {
    int32_t capacity = next(p) % (HUM_MAX_FACES + 1), count;
    if (explained(s, hum_detect(s->e, s->faces, capacity, &count)) != HUM_OK) return;
    MUST(count >= 0 && count <= capacity);
    s->face_count = count;
    for (int32_t i = 0; i < count; i++) {
        const hum_face *f = &s->faces[i];
        MUST(isfinite(f->x + f->y) && isfinite(f->width) && isfinite(f->height));
        MUST(f->score >= 0 && f->score <= 1);
        for (int k = 0; k < 12; k++) MUST(isfinite(f->points[k]));
    }
}

/* One that was found, one that the program makes up, or none. */
static const hum_face *next_face(state *s, program *p, hum_face *own) {
    uint8_t which = next(p);
    if (which < s->face_count) return &s->faces[which];
    if (which % 2) return NULL;
    memset(own, 0, sizeof *own);
    float *fields[] = {&own->x, &own->y, &own->width, &own->height};
    for (int i = 0; i < 4; i++) {
        int32_t bits = next_number(p);
        memcpy(fields[i], &bits, sizeof bits);
    }
    for (int i = 0; i < 4; i++) own->points[i] = (float)(int8_t)next(p);
    return own;
}

static void must_be_unit(const float *v, int32_t n) {
    double sum = 0;
    for (int32_t i = 0; i < n; i++) sum += (double)v[i] * (double)v[i];
    MUST(fabs(sum - 1) < 0.01);
}

static void embed(state *s, program *p) {
    hum_face own;
    hum_status (*way)(hum_engine *, const hum_face *, float *) =
        next(p) % 2 ? hum_embed_once : hum_embed;
    if (explained(s, way(s->e, next_face(s, p, &own), s->embedding)) == HUM_OK)
        must_be_unit(s->embedding, hum_dimension(s->e));
}

static void crop(state *s, program *p) {
    static uint8_t rgba[MOST_SIDE * MOST_SIDE * 4];
    hum_face own;
    const hum_face *face = next_face(s, p, &own);
    int32_t loose = next(p) % 2, side = next(p) % (MOST_SIDE + 1);
    explained(s, hum_crop(s->e, face, loose, side, rgba));
    const uint8_t *bytes;
    size_t size;
    if (explained(s, hum_thumbnail(s->e, face, &bytes, &size)) == HUM_OK)
        touch_bytes(bytes, size);
}

static void quality(state *s, program *p) {
    hum_face own;
    float value;
    if (explained(s, hum_quality(s->e, next_face(s, p, &own), &value)) == HUM_OK)
        MUST(value >= 0.009f && value <= 1);
}

/* Faces that differ from the embedding in the signs of some numbers. */
static void group(state *s, program *p) {
    enum { MOST_FACES = 70 };
    static float embeddings[MOST_FACES * SMALL_DIMENSION];
    float qualities[MOST_FACES];
    int32_t photos[MOST_FACES], groups[MOST_FACES], apart[6], found;
    int32_t count = next(p) % (MOST_FACES + 1), ways = next(p);
    if (hum_dimension(s->e) > SMALL_DIMENSION) return;
    size_t n = (size_t)hum_dimension(s->e);
    for (int32_t i = 0; i < count; i++) {
        uint8_t signs = next(p);
        for (size_t k = 0; k < n; k++)
            embeddings[(size_t)i * n + k] =
                s->embedding[k] * (signs >> k % 8 & 1 ? -1 : 1);
        qualities[i] = (float)next(p) / 255;
        photos[i] = next(p) % 32;
        groups[i] = (int8_t)next(p);
    }
    for (int i = 0; i < 6; i++) apart[i] = (int8_t)next(p);
    float far = ways & 8 ? NAN : (float)next(p) / 10000;
    if (explained(s, hum_group(s->e, embeddings, ways & 1 ? qualities : NULL,
                               ways & 2 ? photos : NULL, count, apart, ways & 4 ? 3 : 0,
                               far, groups, &found)) != HUM_OK)
        return;
    MUST(found <= count && (found > 0) == (count > 0));
    int32_t next_new = 0;
    for (int32_t i = 0; i < count; i++) {
        MUST(groups[i] >= 0 && groups[i] <= next_new && groups[i] < found);
        next_new += groups[i] == next_new;
    }
    MUST(next_new == found);
}

/* The same faces, twice under one name and once under another. */
static void check(state *s, program *p) {
    enum { MOST_FACES = 20 };
    static float embeddings[MOST_FACES * SMALL_DIMENSION];
    static hum_finding findings[MOST_FACES * HUM_MOST_FINDINGS];
    hum_face faces[MOST_FACES];
    float qualities[MOST_FACES];
    int32_t people[MOST_FACES], found;
    int32_t count = next(p) % (MOST_FACES + 1), ways = next(p);
    if (hum_dimension(s->e) > SMALL_DIMENSION) return;
    size_t n = (size_t)hum_dimension(s->e);
    for (int32_t i = 0; i < count; i++) {
        uint8_t signs = next(p);
        for (size_t k = 0; k < n; k++)
            embeddings[(size_t)i * n + k] =
                s->embedding[k] * (signs >> k % 8 & 1 ? -1 : 1);
        people[i] = (int8_t)next(p) % 4;
        qualities[i] = (float)next(p) / 255;
        faces[i] = (hum_face){.width = (float)next(p), .inside = (float)next(p) / 255};
        for (int k = 0; k < 12; k++) faces[i].points[k] = (float)next(p);
    }
    if (explained(s, hum_check(s->e, embeddings, people, ways & 1 ? faces : NULL,
                               ways & 2 ? qualities : NULL, count, findings, &found)) !=
        HUM_OK)
        return;
    MUST(found >= 0 && found <= count * HUM_MOST_FINDINGS);
    for (int32_t i = 0; i < found; i++) {
        const hum_finding *f = &findings[i];
        MUST(f->kind >= 0 && f->kind <= HUM_FINDING_CUT);
        MUST(f->face >= 0 && f->face < count && f->other >= -1 && f->other < count);
        MUST(i == 0 || f->face >= f[-1].face);
    }
}

/* Overwrites one number of the embedding. */
static void spoil(state *s, program *p) {
    int32_t at = next(p) % SMALL_DIMENSION, bits = next_number(p);
    memcpy(&s->embedding[at], &bits, sizeof bits);
}

static void search(state *s, program *p) {
    static hum_match matches[HUM_MAX_MATCHES];
    int32_t k = (int8_t)next(p), count;
    if (explained(s, hum_search(s->e, s->embedding, k, matches, &count)) != HUM_OK)
        return;
    MUST(count >= 1 && count <= k);
    for (int32_t i = 0; i < count; i++) {
        const hum_match *m = &matches[i];
        MUST(m->score >= -1.01f && m->score <= 1.01f);
        MUST(m->strangers >= -1 && m->strangers <= 1);
        MUST(m->nearest >= -1 && m->nearest <= 1);
        MUST(hum_gallery_person(s->e, m->photo) == m->person);
        MUST(hum_gallery_text(s->e, HUM_PERSON_NAME, m->person) != NULL);
    }
}

static void compare(state *s) {
    static float other[HUM_MAX_DIMENSION];
    float cosine;
    int32_t dimension;
    explained(s, hum_compare(s->e, s->embedding, s->embedding, &cosine));
    if (explained(s, hum_project(s->e, s->embedding, other, &dimension)) == HUM_OK)
        must_be_unit(other, dimension);
}

static void entry(state *s, program *p) {
    int32_t index = (int8_t)next(p), field = (int8_t)next(p);
    const char *text = hum_gallery_text(s->e, field, index);
    if (text) touch_bytes(text, strlen(text));
    const uint8_t *bytes;
    size_t size;
    if (explained(s, hum_gallery_thumbnail(s->e, index, &bytes, &size)) == HUM_OK)
        touch_bytes(bytes, size);
    if (explained(s, hum_gallery_embedding(s->e, index, s->embedding)) == HUM_OK)
        must_be_unit(s->embedding, hum_dimension(s->e));
}

static void add(state *s, program *p) {
    char *texts[7];
    for (int i = 0; i < 7; i++) texts[i] = next_text(p);
    piece thumbnail = next_file(p, small_png, sizeof small_png);
    explained(s, hum_gallery_add(s->e, s->embedding, texts[0], texts[1], texts[2],
                                 texts[3], texts[4], texts[5], texts[6], thumbnail.data,
                                 thumbnail.size));
    for (int i = 0; i < 7; i++) free(texts[i]);
    free(thumbnail.data);
}

/* What is written can be loaded. */
static void end(state *s, program *p) {
    const uint8_t *bytes;
    size_t size;
    if (explained(s, hum_gallery_end(s->e, (int8_t)next(p), &bytes, &size)) != HUM_OK)
        return;
    free(s->made.data);
    s->made = piece_of(bytes, size);
    piece file = piece_of(bytes, size);
    MUST(explained(s, hum_load_gallery(s->e, file.data, file.size, 0)) == HUM_OK);
    free(s->gallery.data);
    s->gallery = file;
}

static void call(state *s, program *p) {
    switch (next(p) % CALLS) {
    case CALL_DETECTOR: load_network(s, p, 1); break;
    case CALL_EMBEDDER: load_network(s, p, 0); break;
    case CALL_GALLERY: load_gallery(s, p); break;
    case CALL_PHOTO: photo(s, p); break;
    case CALL_PIXELS: pixels(s, p); break;
    case CALL_DETECT: detect(s, p); break;
    case CALL_EMBED: embed(s, p); break;
    case CALL_CROP: crop(s, p); break;
    case CALL_SPOIL: spoil(s, p); break;
    case CALL_COMPARE: compare(s); break;
    case CALL_SEARCH: search(s, p); break;
    case CALL_ENTRY: entry(s, p); break;
    case CALL_BEGIN: explained(s, hum_gallery_begin(s->e, next(p) % 3)); break;
    case CALL_ADD: add(s, p); break;
    case CALL_END: end(s, p); break;
    case CALL_INFO: MUST(is_json(hum_info(s->e))); break;
    case CALL_QUALITY: quality(s, p); break;
    case CALL_GROUP: group(s, p); break;
    case CALL_CHECK: check(s, p); break;
    }
}

static void make_networks(void) {
    static graph g;
    small_graph(&g);
    embedder = write_model(&g.model, NULL);
    graph_free(&g);
    small_detector(&g);
    detector = write_model(&g.model, NULL);
    graph_free(&g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static state s;
    memset(&s, 0, sizeof s);
    s.embedding[0] = 1;
    if (!embedder.data) make_networks();
    program p = {data, size};
    MUST(hum_create(1, &s.e) == HUM_OK);
    for (int calls = 0; p.left && calls < MOST_CALLS; calls++) call(&s, &p);
    MUST(is_json(hum_info(s.e)));
    hum_destroy(s.e);
    free(s.gallery.data);
    free(s.made.data);
    return 0;
}
