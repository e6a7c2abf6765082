#include "calibrate.h"

#include "search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST = 4000000,    /* photos compared with photos, scores kept */
    FEW_PROBES = 200,  /* at least, where so many scores can be kept */
    MOST_FOLDS = 20,   /* person p is left out with fold p % folds */
    LEAST_PAIRS = 200, /* to speak of one in a hundred */
    LEAST_PEOPLE = 4,  /* leaving one out leaves three pairs */
    LEAST_NEAREST = 8  /* people; fewer seldom tell of one face in ten */
};

/* A score, and the folds of the photo's person and of the other one. */
typedef struct {
    float value;
    uint16_t probe, person;
} score;

typedef struct {
    const hum_gallery *g;
    int folds;
    size_t probes, step;
    score *strangers; /* [probes,people], in rising order in the end */
    float *nearest;   /* [probes,folds]: the best of each fold's people, -2: nobody */
    int *fold_of;     /* [probes] */
    float *kin;       /* [probes] */
    size_t stranger_count, probe_count, kin_count;
    float *scratch; /* [probes * people], at least */
    float *sorted;  /* [probes] */
    float *best;    /* [people] */
    int32_t *photo; /* [people] */
    int16_t *codes; /* [stride] */
    float *probe;   /* [dimension] */
    void *owned[10];
    int owned_count;
} work;

static void *take(work *w, size_t count, size_t each) {
    return w->owned[w->owned_count++] = malloc(count * each);
}

static int rising(const void *p, const void *q) {
    float a = *(const float *)p, b = *(const float *)q;
    return (a > b) - (a < b);
}

static int rising_scores(const void *p, const void *q) {
    const score *a = p, *b = q;
    return (a->value > b->value) - (a->value < b->value);
}

/* The value at a position, from 0 to n - 1, between n numbers in rising order that are
   stride floats apart. */
static double between(const float *sorted, size_t n, size_t stride, double at) {
    size_t low = (size_t)at, high = low + 1 < n ? low + 1 : low;
    double a = (double)sorted[low * stride], b = (double)sorted[high * stride];
    return a + (at - (double)low) * (b - a);
}

/* The value at a level, 0..1, of n numbers. */
static double at_level(const float *sorted, size_t n, size_t stride, double level) {
    return between(sorted, n, stride, level * (double)(n - 1));
}

/* What one more number will be less than, with the probability given: n numbers in rising
   order leave n + 1 places for it. Beyond them all it is 1, the highest level. */
static double next_below(const float *sorted, size_t n, double probability) {
    double at = probability * (double)(n + 1) - 1;
    return at > (double)(n - 1) ? 1 : between(sorted, n, 1, at < 0 ? 0 : at);
}

/* The share of n numbers in rising order that is less than x. */
static double share_less(const float *sorted, size_t n, float x) {
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (sorted[middle] < x) low = middle + 1;
        else high = middle;
    }
    return (double)low / (double)n;
}

static float cosine(double x) {
    return (float)fmax(-1, fmin(1, x));
}

/* ---- Measuring ------------------------------------------------------------------- */

/* Compares photos with all people as a search would, leaving each photo itself out. */
static void compare(work *w) {
    const hum_gallery *g = w->g;
    for (size_t i = 0; i < (size_t)g->rows; i += w->step) {
        const int8_t *row = g->row + i * (size_t)g->stride;
        for (int32_t d = 0; d < g->dimension; d++)
            w->probe[d] = (float)row[d] * g->norm[i];
        hum_probe probe = {.codes = w->codes};
        hum_make_probe(w->probe, g->dimension, g->stride, &probe);
        hum_score_people(g, &probe, (int32_t)i, w->best, w->photo);
        int32_t self = hum_gallery_person_of(g, (int32_t)i);
        float *nearest = w->nearest + w->probe_count * (size_t)w->folds;
        for (int f = 0; f < w->folds; f++) nearest[f] = -2;
        for (int32_t p = 0; p < g->people; p++) {
            if (w->photo[p] < 0) continue;
            if (p == self) {
                w->kin[w->kin_count++] = w->best[p];
                continue;
            }
            int fold = p % w->folds;
            nearest[fold] = fmaxf(nearest[fold], w->best[p]);
            w->strangers[w->stranger_count++] =
                (score){w->best[p], (uint16_t)(self % w->folds), (uint16_t)fold};
        }
        w->fold_of[w->probe_count++] = self % w->folds;
    }
    qsort(w->strangers, w->stranger_count, sizeof *w->strangers, rising_scores);
    qsort(w->kin, w->kin_count, sizeof *w->kin, rising);
}

/* ---- Cross-validation ------------------------------------------------------------ */

/* levels[]: for every photo of a fold and every person of another, the share of the
   scores in which neither is of that fold that are less. Returns how many there are. */
static size_t stranger_levels(const work *w, float *levels) {
    size_t count = 0;
    for (int fold = 0; fold < w->folds; fold++) {
        size_t first = count, kept = 0, less = 0;
        float last = -2;
        for (size_t i = 0; i < w->stranger_count; i++) {
            const score *s = &w->strangers[i];
            if (s->value > last) less = kept, last = s->value;
            if (s->probe != fold && s->person != fold) kept++;
            else if (s->probe == fold && s->person != fold) levels[count++] = (float)less;
        }
        for (size_t i = first; i < count; i++)
            levels[i] = kept ? levels[i] / (float)kept : 1;
    }
    return count;
}

/* The best score of a photo with people outside a fold (-1: with anybody). */
static float nearest_outside(const work *w, size_t probe, int fold) {
    const float *of_fold = w->nearest + probe * (size_t)w->folds;
    float best = -2;
    for (int f = 0; f < w->folds; f++)
        if (f != fold) best = fmaxf(best, of_fold[f]);
    return best;
}

/* levels[]: for every photo of a fold, the share of the photos outside it whose nearest
   person scores less. A photo of the fold has m people outside to be nearest to it; the
   others have m - 1, as their own person does not count. A share u among m - 1 people
   becomes u ^ (m / (m - 1)) among m, as if people were independent. */
static void nearest_levels(const work *w, float *levels) {
    for (int fold = 0; fold < w->folds; fold++) {
        size_t n = 0;
        for (size_t i = 0; i < w->probe_count; i++)
            if (w->fold_of[i] != fold) w->sorted[n++] = nearest_outside(w, i, fold);
        qsort(w->sorted, n, sizeof *w->sorted, rising);
        int left_out = (w->g->people - fold + w->folds - 1) / w->folds;
        double met = w->g->people - left_out;
        for (size_t i = 0; i < w->probe_count; i++)
            if (w->fold_of[i] == fold)
                levels[i] = (float)pow(
                    n ? share_less(w->sorted, n, nearest_outside(w, i, fold)) : 1,
                    met / (met - 1));
    }
}

static void strangers_distribution(work *w, hum_distribution *out) {
    out->scores = (uint32_t)w->stranger_count;
    if (w->g->people < LEAST_PEOPLE || out->scores < LEAST_PAIRS) return;
    size_t n = stranger_levels(w, w->scratch);
    qsort(w->scratch, n, sizeof *w->scratch, rising);
    for (int i = 0; i < HUM_QUANTILES; i++) {
        double level = next_below(w->scratch, n, (double)i / (HUM_QUANTILES - 1));
        out->quantiles[i] = cosine(at_level(&w->strangers->value, w->stranger_count,
                                            sizeof *w->strangers / sizeof(float), level));
    }
}

static void nearest_distribution(work *w, hum_distribution *out) {
    size_t n = w->probe_count;
    double others = w->g->people - 1;
    out->scores = (uint32_t)n;
    if (w->g->people < LEAST_NEAREST) return;
    nearest_levels(w, w->scratch);
    qsort(w->scratch, n, sizeof *w->scratch, rising);
    for (size_t i = 0; i < n; i++) w->sorted[i] = nearest_outside(w, i, -1);
    qsort(w->sorted, n, sizeof *w->sorted, rising);
    for (int i = 0; i < HUM_QUANTILES; i++) {
        double level = next_below(w->scratch, n, (double)i / (HUM_QUANTILES - 1));
        out->quantiles[i] =
            cosine(at_level(w->sorted, n, 1, pow(level, others / (others + 1))));
    }
}

static void kin_distribution(const work *w, hum_distribution *out) {
    out->scores = (uint32_t)w->kin_count;
    if (out->scores < LEAST_PAIRS) return;
    for (int i = 0; i < HUM_QUANTILES; i++)
        out->quantiles[i] =
            cosine(at_level(w->kin, w->kin_count, 1, (double)i / (HUM_QUANTILES - 1)));
}

hum_status hum_calibrate(const hum_gallery *g, hum_calibration *out, hum_text *error) {
    size_t people = (size_t)g->people, rows = (size_t)g->rows;
    size_t most = MOST / rows, kept = MOST / people;
    if (most < FEW_PROBES) most = FEW_PROBES < kept ? FEW_PROBES : kept;
    if (most < 1) most = 1;
    work w = {.g = g, .folds = people < MOST_FOLDS ? (int)people : MOST_FOLDS};
    w.step = (rows + most - 1) / most;
    w.probes = (rows + w.step - 1) / w.step;
    w.strangers = take(&w, w.probes * people, sizeof *w.strangers);
    w.nearest = take(&w, w.probes * (size_t)w.folds, sizeof *w.nearest);
    w.fold_of = take(&w, w.probes, sizeof *w.fold_of);
    w.kin = take(&w, w.probes, sizeof *w.kin);
    w.scratch = take(&w, w.probes * people, sizeof *w.scratch);
    w.sorted = take(&w, w.probes, sizeof *w.sorted);
    w.best = take(&w, people, sizeof *w.best);
    w.photo = take(&w, people, sizeof *w.photo);
    w.codes = take(&w, (size_t)g->stride, sizeof *w.codes);
    w.probe = take(&w, (size_t)g->dimension, sizeof *w.probe);
    hum_status status = HUM_OK;
    for (int i = 0; i < w.owned_count && status == HUM_OK; i++)
        if (!w.owned[i])
            status =
                hum_fail(error, HUM_ERROR_MEMORY, "no memory to calibrate the gallery");
    if (status == HUM_OK) {
        memset(out, 0, sizeof *out);
        compare(&w);
        strangers_distribution(&w, &out->strangers);
        nearest_distribution(&w, &out->nearest);
        kin_distribution(&w, &out->kin);
    }
    for (int i = 0; i < w.owned_count; i++) free(w.owned[i]);
    return status;
}
