#include "group.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of the faces after it, how many a face is linked with at most. A person with more
   photos is found by any of these links; what counts is always the mean over all pairs.
 */
#define MOST_LINKS 128

typedef struct {
    int32_t other;
    double product; /* of the two sums of vectors; -INFINITY: never one group */
} link;

typedef struct {
    link *links; /* by the other's number, ascending */
    int32_t count, capacity;
    int32_t nearest; /* -1: none is near enough */
    double score;    /* of the nearest */
    double weight;   /* of its faces */
    double square;   /* of the length of its sum of vectors */
    int32_t known;   /* -1, or the number it was given */
} cluster; /* numbered as its first face; a lesser one has taken over if weight is 0 */

typedef struct {
    const hum_faces *faces;
    double means, pairs;
    hum_codes codes;
    link **later; /* [count]: of each face to those after it; of `laters` */
    int32_t *laters;
    float *sums;         /* [count,dimension]: of a cluster's vectors times quality */
    cluster *clusters;   /* [count] */
    int32_t *parent;     /* [count]: the cluster that took it over, or itself */
    volatile int failed; /* memory ran out in some thread */
    int crowded;         /* too many faces in one photo */
} job;

static float quality(const hum_faces *f, int32_t i) {
    return f->quality ? f->quality[i] : 1;
}

static const float *embedding(const hum_faces *f, int32_t i) {
    return f->embeddings + (size_t)i * (size_t)f->dimension;
}

/* ---- Pairs of faces that are near enough ----------------------------------------- */

static int nearer(const void *left, const void *right) {
    const link *a = left, *b = right;
    if (a->product != b->product) return a->product > b->product ? -1 : 1;
    return a->other < b->other ? -1 : 1;
}

static int by_number(const void *left, const void *right) {
    const link *a = left, *b = right;
    return a->other < b->other ? -1 : 1;
}

/* Leaves the nearest ones; returns how far they reach. */
static double cut_off(link *found, int32_t *n) {
    qsort(found, (size_t)*n, sizeof *found, nearer);
    if (*n > MOST_LINKS) *n = MOST_LINKS;
    return found[*n - 1].product;
}

/* The nearest ones of the faces after i, with their cosines; how many. */
static int32_t near_faces(const job *j, int32_t i, const hum_probe *probe,
                          link found[2 * MOST_LINKS]) {
    const hum_faces *f = j->faces;
    double bar = j->pairs - HUM_CODES_ROUNDING;
    int32_t n = 0, kept = 0;
    for (int32_t at = i + 1; at < f->count; at += 4) {
        double about[4];
        hum_dot_codes(&j->codes, at, probe, about);
        for (int32_t k = at; k < at + 4 && k < f->count; k++) {
            if (about[k - at] <= bar) continue;
            found[n++] = (link){k, about[k - at]};
            if (n == 2 * MOST_LINKS) bar = cut_off(found, &n);
        }
    }
    if (n > MOST_LINKS) cut_off(found, &n);
    for (int32_t k = 0; k < n; k++) {
        double cosine =
            hum_dot_floats(embedding(f, i), embedding(f, found[k].other), f->dimension);
        if (cosine >= j->pairs) found[kept++] = (link){found[k].other, cosine};
    }
    qsort(found, (size_t)kept, sizeof *found, by_number);
    return kept;
}

enum { FACES_A_PART = 32 };

static void find_pairs(void *context, size_t part) {
    job *j = context;
    const hum_faces *f = j->faces;
    link found[2 * MOST_LINKS];
    hum_probe probe = {.codes = malloc((size_t)j->codes.stride * sizeof *probe.codes)};
    if (!probe.codes) j->failed = 1;
    int32_t first = (int32_t)part * FACES_A_PART;
    for (int32_t i = first; i < first + FACES_A_PART && i < f->count && !j->failed; i++) {
        hum_make_probe(embedding(f, i), f->dimension, j->codes.stride, &probe);
        int32_t n = near_faces(j, i, &probe, found);
        if (!n) continue;
        j->later[i] = malloc((size_t)n * sizeof *found);
        if (j->later[i]) memcpy(j->later[i], found, (size_t)n * sizeof *found);
        else j->failed = 1;
        j->laters[i] = n;
    }
    free(probe.codes);
}

/* ---- Links of clusters ------------------------------------------------------------- */

/* Where the link to `other` stands, or would. */
static int32_t place_of(const cluster *c, int32_t other) {
    int32_t low = 0, high = c->count;
    while (low < high) {
        int32_t middle = (low + high) / 2;
        if (c->links[middle].other < other) low = middle + 1;
        else high = middle;
    }
    return low;
}

static int set_link(cluster *c, int32_t other, double product) {
    int32_t at = place_of(c, other);
    if (at == c->count || c->links[at].other != other) {
        if (c->count == c->capacity) {
            int32_t capacity = c->capacity * 2 + 4;
            link *links = realloc(c->links, (size_t)capacity * sizeof *links);
            if (!links) return 0;
            c->links = links;
            c->capacity = capacity;
        }
        memmove(c->links + at + 1, c->links + at,
                (size_t)(c->count - at) * sizeof *c->links);
        c->count++;
    }
    c->links[at] = (link){other, product};
    return 1;
}

static void drop_link(cluster *c, int32_t other) {
    int32_t at = place_of(c, other);
    if (at == c->count || c->links[at].other != other) return;
    c->count--;
    memmove(c->links + at, c->links + at + 1, (size_t)(c->count - at) * sizeof *c->links);
}

static int link_faces(job *j) {
    const hum_faces *f = j->faces;
    int ok = 1;
    for (int32_t i = 0; ok && i < f->count; i++) {
        for (int32_t k = 0; ok && k < j->laters[i]; k++) {
            int32_t other = j->later[i][k].other;
            double product = j->later[i][k].product * (double)quality(f, i) *
                             (double)quality(f, other);
            ok = set_link(&j->clusters[i], other, product) &&
                 set_link(&j->clusters[other], i, product);
        }
        free(j->later[i]);
        j->later[i] = NULL;
    }
    return ok;
}

static int part_faces(job *j, int32_t a, int32_t b) {
    return a == b || (set_link(&j->clusters[a], b, -INFINITY) &&
                      set_link(&j->clusters[b], a, -INFINITY));
}

typedef struct {
    int32_t photo, face;
} shown;

static int by_photo(const void *left, const void *right) {
    const shown *a = left, *b = right;
    if (a->photo != b->photo) return a->photo < b->photo ? -1 : 1;
    return a->face < b->face ? -1 : 1;
}

static int part_all(job *j) {
    const hum_faces *f = j->faces;
    int ok = 1;
    for (int32_t i = 0; ok && i < f->aparts; i++)
        ok = part_faces(j, f->apart[2 * i], f->apart[2 * i + 1]);
    if (!ok || !f->photo) return ok;
    shown *order = malloc((size_t)f->count * sizeof *order);
    if (!order) return 0;
    for (int32_t i = 0; i < f->count; i++) order[i] = (shown){f->photo[i], i};
    qsort(order, (size_t)f->count, sizeof *order, by_photo);
    for (int32_t i = HUM_MAX_FACES; i < f->count; i++)
        if (order[i].photo == order[i - HUM_MAX_FACES].photo) j->crowded = 1;
    ok = !j->crowded;
    for (int32_t i = 0; ok && i < f->count; i++)
        for (int32_t k = i + 1; ok && k < f->count && order[k].photo == order[i].photo;
             k++)
            ok = part_faces(j, order[i].face, order[k].face);
    free(order);
    return ok;
}

/* ---- Merging --------------------------------------------------------------------- */

/* The cosine of two clusters' mean vectors; less than any where they must not be one. */
static double score(const job *j, const cluster *c, const link *l) {
    const cluster *other = &j->clusters[l->other];
    if (c->known >= 0 && other->known >= 0) return -INFINITY;
    double cosine = l->product / sqrt(c->square * other->square);
    int enough = cosine >= j->means && l->product >= j->pairs * c->weight * other->weight;
    return enough ? cosine : -INFINITY;
}

static void find_nearest(const job *j, cluster *c) {
    c->nearest = -1;
    c->score = -INFINITY;
    for (int32_t i = 0; i < c->count; i++) {
        double s = score(j, c, &c->links[i]);
        if (s <= c->score) continue;
        c->score = s;
        c->nearest = c->links[i].other;
    }
}

/* c, one of whose links now leads to a in place of a and b. */
static void see_merged(const job *j, cluster *c, int32_t a, int32_t b) {
    const link *l = &c->links[place_of(c, a)];
    double s = score(j, c, l);
    if (c->nearest == a || c->nearest == b) {
        if (isfinite(s) && s >= c->score) c->nearest = a, c->score = s;
        else find_nearest(j, c);
    } else if (s > c->score || (s == c->score && isfinite(s) && a < c->nearest)) {
        c->nearest = a;
        c->score = s;
    }
}

static float *sum_of(const job *j, int32_t i) {
    return j->sums + (size_t)i * (size_t)j->faces->dimension;
}

/* b becomes part of a. */
static int merge(job *j, int32_t a, int32_t b) {
    cluster *into = &j->clusters[a], *from = &j->clusters[b];
    int32_t dimension = j->faces->dimension, n = 0, i = 0, k = 0;
    drop_link(into, b);
    drop_link(from, a);
    link *links = malloc((size_t)(into->count + from->count + 1) * sizeof *links);
    if (!links) return 0;
    while (i < into->count || k < from->count) {
        int32_t left = i < into->count ? into->links[i].other : INT32_MAX;
        int32_t right = k < from->count ? from->links[k].other : INT32_MAX;
        int32_t other = left < right ? left : right;
        double product = 0;
        if (left == other) product += into->links[i++].product;
        else if (isfinite(from->links[k].product))
            product += hum_dot_floats(sum_of(j, a), sum_of(j, other), dimension);
        if (right == other) product += from->links[k++].product;
        else if (isfinite(product))
            product += hum_dot_floats(sum_of(j, b), sum_of(j, other), dimension);
        links[n++] = (link){other, product};
    }
    free(into->links);
    free(from->links);
    into->links = links;
    into->count = into->capacity = n;
    into->weight += from->weight;
    if (from->known > into->known) into->known = from->known;
    *from = (cluster){.nearest = -1, .known = -1};
    j->parent[b] = a;
    for (int32_t d = 0; d < dimension; d++) sum_of(j, a)[d] += sum_of(j, b)[d];
    into->square = hum_dot_floats(sum_of(j, a), sum_of(j, a), dimension);
    find_nearest(j, into);
    for (i = 0; i < n; i++) {
        cluster *c = &j->clusters[links[i].other];
        drop_link(c, b);
        if (!set_link(c, a, links[i].product)) return 0;
        see_merged(j, c, a, b);
    }
    return 1;
}

static int merge_known(job *j, const int32_t *group) {
    int32_t n = j->faces->count;
    shown *order = malloc((size_t)n * sizeof *order);
    if (!order) return 0;
    for (int32_t i = 0; i < n; i++) {
        order[i] = (shown){group[i], i};
        j->clusters[i].known = group[i] < 0 ? -1 : group[i];
    }
    qsort(order, (size_t)n, sizeof *order, by_photo);
    int ok = 1;
    for (int32_t i = 1, first = 0; ok && i < n; i++) {
        if (order[i].photo != order[first].photo) first = i;
        else if (order[i].photo >= 0) ok = merge(j, order[first].face, order[i].face);
    }
    free(order);
    return ok;
}

static int merge_near(job *j) {
    for (;;) {
        int32_t best = -1;
        for (int32_t i = 0; i < j->faces->count; i++)
            if (j->clusters[i].nearest >= 0 &&
                (best < 0 || j->clusters[i].score > j->clusters[best].score))
                best = i;
        if (best < 0) return 1;
        int32_t other = j->clusters[best].nearest; /* after it: a tie goes to the first */
        int32_t a = best < other ? best : other, b = best < other ? other : best;
        if (!merge(j, a, b)) return 0;
    }
}

/* ---- All of it ------------------------------------------------------------------- */

static int run(job *j, hum_pool *pool, const int32_t *group) {
    const hum_faces *f = j->faces;
    for (int32_t i = 0; i < f->count; i++) {
        float weight = quality(f, i);
        j->parent[i] = i;
        j->clusters[i] = (cluster){.nearest = -1,
                                   .weight = (double)weight,
                                   .square = (double)weight * (double)weight};
        for (int32_t d = 0; d < f->dimension; d++)
            sum_of(j, i)[d] = embedding(f, i)[d] * weight;
    }
    hum_pool_run(pool, find_pairs, j,
                 ((size_t)f->count + FACES_A_PART - 1) / FACES_A_PART);
    if (j->failed || !link_faces(j) || !part_all(j) || !merge_known(j, group)) return 0;
    for (int32_t i = 0; i < f->count; i++) find_nearest(j, &j->clusters[i]);
    return merge_near(j);
}

hum_status hum_group_faces(const hum_faces *f, float means, float pairs, hum_pool *pool,
                           int32_t *group, int32_t *groups, hum_text *error) {
    size_t n = (size_t)f->count;
    job j = {.faces = f, .means = (double)means, .pairs = (double)pairs};
    j.later = calloc(n + 1, sizeof *j.later);
    j.laters = calloc(n + 1, sizeof *j.laters);
    j.sums = malloc(n * (size_t)f->dimension * sizeof *j.sums + 1);
    j.clusters = calloc(n + 1, sizeof *j.clusters);
    j.parent = malloc(n * sizeof *j.parent + 1);
    int ok = hum_encode(f->embeddings, f->count, f->dimension, &j.codes) && j.later &&
             j.laters && j.sums && j.clusters && j.parent && run(&j, pool, group);
    *groups = 0;
    for (int32_t i = 0; ok && i < f->count;
         i++) { /* a parent comes before its children */
        int32_t parent = j.parent[i];
        group[i] = parent == i ? (*groups)++ : group[parent];
    }
    for (size_t i = 0; i < n; i++) {
        if (j.clusters) free(j.clusters[i].links);
        if (j.later) free(j.later[i]);
    }
    hum_codes_free(&j.codes), free(j.later), free(j.laters), free(j.sums);
    free(j.clusters), free(j.parent);
    if (ok) return HUM_OK;
    if (j.crowded)
        return hum_fail(error, HUM_ERROR_LIMIT, "a photo has more than %d faces",
                        HUM_MAX_FACES);
    return hum_fail(error, HUM_ERROR_MEMORY, "no memory to group %d faces", f->count);
}
