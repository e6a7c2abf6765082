#include "findings.h"

#include <math.h>
#include <stdlib.h>

/* Two pictures of one moment; of different ones of a person facenet has 0.95 at most. */
#define SAME_PICTURE 0.98
/* By how much another person must be nearer than the face's own. */
#define CLEARLY 0.05
/* A share of the network's same-person level: below it a face is unlike its person. */
#define UNLIKE 0.6
#define BLURRED 0.25F /* quality, see quality.h */
#define SMALL 48      /* pixels; the networks take 128 and more */
#define AWAY 0.35F    /* the nose from the middle of the eyes, in distances of the eyes */
#define CUT 0.85F     /* of the face's box that lies in the photo */

/* What a face is like, of all others. */
typedef struct {
    double own, other,
        copy;              /* the nearest of its person, of others, and of those before */
    int32_t nearest, same; /* which the last two are; -1: none */
    int32_t photos;        /* of its person, with itself */
} likeness;

typedef struct {
    const hum_checked *checked;
    hum_codes codes;
    likeness *likeness;  /* [count] */
    volatile int failed; /* memory ran out in some thread */
} job;

static double cosine(const hum_checked *c, int32_t a, int32_t b) {
    const float *left = c->embeddings + (size_t)a * (size_t)c->dimension;
    const float *right = c->embeddings + (size_t)b * (size_t)c->dimension;
    return hum_dot_floats(left, right, c->dimension);
}

static void take(const job *j, int32_t i, int32_t k, double about, likeness *l) {
    const hum_checked *c = j->checked;
    int own = c->person[i] == c->person[k], before = k < i;
    l->photos += own;
    double reach = about + HUM_CODES_ROUNDING;
    if (reach < (own ? l->own : l->other) && !(before && reach >= l->copy)) return;
    double score = cosine(c, i, k);
    if (before && score >= l->copy) l->copy = score, l->same = k;
    if (own && score > l->own) l->own = score;
    if (!own && score > l->other) l->other = score, l->nearest = k;
}

enum { FACES_A_PART = 32 };

static void compare(void *context, size_t part) {
    job *j = context;
    const hum_checked *c = j->checked;
    hum_probe probe = {.codes = malloc((size_t)j->codes.stride * sizeof *probe.codes)};
    if (!probe.codes) j->failed = 1;
    int32_t first = (int32_t)part * FACES_A_PART;
    for (int32_t i = first; i < first + FACES_A_PART && i < c->count && !j->failed; i++) {
        likeness l = {-1, -1, SAME_PICTURE, -1, -1, 0};
        hum_make_probe(c->embeddings + (size_t)i * (size_t)c->dimension, c->dimension,
                       j->codes.stride, &probe);
        for (int32_t at = 0; at < c->count; at += 4) {
            double about[4];
            hum_dot_codes(&j->codes, at, &probe, about);
            for (int32_t k = at; k < at + 4 && k < c->count; k++)
                if (k == i) l.photos++;
                else take(j, i, k, about[k - at], &l);
        }
        j->likeness[i] = l;
    }
    free(probe.codes);
}

/* ---- Findings -------------------------------------------------------------------- */

typedef struct {
    hum_finding *findings;
    int32_t count, face;
} list;

static void find(list *l, int32_t kind, int32_t other, double score) {
    l->findings[l->count++] = (hum_finding){kind, l->face, other, (float)score};
}

static void find_among(list *l, const likeness *about, double threshold) {
    if (about->same >= 0) find(l, HUM_FINDING_DUPLICATE, about->same, about->copy);
    if (about->photos == 1) find(l, HUM_FINDING_SINGLE, -1, NAN);
    if (isnan(threshold) || about->photos == 1) return;
    if (about->same < 0 && about->nearest >= 0 && about->other >= threshold &&
        about->other > about->own + CLEARLY)
        find(l, HUM_FINDING_LABEL, about->nearest, about->other);
    else if (about->own < UNLIKE * threshold)
        find(l, HUM_FINDING_OUTLIER, -1, about->own);
}

static void find_in_photo(list *l, const hum_face *face, float quality) {
    const float *at = face->points;
    float eyes = hypotf(at[2] - at[0], at[3] - at[1]);
    float nose = fabsf(at[4] - (at[0] + at[2]) / 2) / fmaxf(eyes, 1);
    if (face->width < SMALL) find(l, HUM_FINDING_SMALL, -1, (double)face->width);
    else if (quality > 0 && quality < BLURRED)
        find(l, HUM_FINDING_BLURRED, -1, (double)quality);
    if (nose > AWAY) find(l, HUM_FINDING_TURNED, -1, (double)nose);
    if (face->inside < CUT) find(l, HUM_FINDING_CUT, -1, (double)face->inside);
}

hum_status hum_check_faces(const hum_checked *c, float threshold, hum_pool *pool,
                           hum_finding *findings, int32_t *count, hum_text *error) {
    size_t n = (size_t)c->count;
    job j = {.checked = c};
    j.likeness = malloc(n * sizeof *j.likeness + 1);
    int ok = j.likeness && hum_encode(c->embeddings, c->count, c->dimension, &j.codes);
    if (ok) hum_pool_run(pool, compare, &j, (n + FACES_A_PART - 1) / FACES_A_PART);
    ok = ok && !j.failed;
    list l = {findings, 0, 0};
    for (; ok && l.face < c->count; l.face++) {
        const hum_face *face = c->faces ? &c->faces[l.face] : NULL;
        find_among(&l, &j.likeness[l.face], (double)threshold);
        if (face && face->width > 0)
            find_in_photo(&l, face, c->quality ? c->quality[l.face] : 0);
    }
    free(j.likeness);
    hum_codes_free(&j.codes);
    if (!ok)
        return hum_fail(error, HUM_ERROR_MEMORY, "no memory to check %d faces", c->count);
    *count = l.count;
    return HUM_OK;
}
