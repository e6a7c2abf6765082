#include "figures.h"

#include "fail.h"

#include <math.h>
#include <stdlib.h>

const double figures_fars[FARS] = {0.01, 0.001};

int figures_is_probe(const photo_set *s, int i) {
    return s->photos_of[s->person[i]] > 1;
}

static double share(int part, int all) {
    return all ? (double)part / all : (double)NAN;
}

/* ---- Rank 1 ---------------------------------------------------------------------- */

/* All pairs once: the nearest other photo of each, and the cosines of both kinds. */
static void compare_all(const photo_set *s, figures *f, float *same, float *other) {
    float *score = must_alloc((size_t)s->count, sizeof *score);
    for (int i = 0; i < s->count; i++) score[i] = -2, f->best[i] = -1;
    for (int i = 0; i < s->count; i++) {
        for (int j = i + 1; j < s->count; j++) {
            float c = photo_product(photo_row(s, i), photo_row(s, j), s->dimension);
            if (c > score[i]) score[i] = c, f->best[i] = j;
            if (c > score[j]) score[j] = c, f->best[j] = i;
            if (s->person[i] == s->person[j]) same[f->same_pairs++] = c;
            else other[f->other_pairs++] = c;
        }
    }
    int hits = 0;
    for (int i = 0; i < s->count; i++) {
        if (!figures_is_probe(s, i)) continue;
        f->probes++;
        hits += s->person[f->best[i]] == s->person[i];
    }
    f->rank1 = share(hits, f->probes);
    free(score);
}

/* The person whose template a photo is nearest to. A template is the direction of the sum
   of a person's photos, the photo itself left out. own: room for a row. */
static int nearest_template(const photo_set *s, int photo, const float *sums,
                            const float *lengths, float *own) {
    int n = s->dimension, best = -1;
    float best_score = -2;
    const float *row = photo_row(s, photo);
    for (int p = 0; p < s->people; p++) {
        const float *sum = sums + (size_t)p * (size_t)n;
        float length = lengths[p];
        if (p == s->person[photo]) {
            for (int k = 0; k < n; k++) own[k] = sum[k] - row[k];
            sum = own;
            length = sqrtf(photo_product(own, own, n));
        }
        float score = length > 0 ? photo_product(row, sum, n) / length : -2;
        if (score > best_score) best_score = score, best = p;
    }
    return best;
}

static void compare_templates(const photo_set *s, figures *f) {
    int n = s->dimension, hits = 0;
    float *sums = must_alloc((size_t)s->people * (size_t)n, sizeof *sums);
    float *lengths = must_alloc((size_t)s->people, sizeof *lengths);
    float *own = must_alloc((size_t)n, sizeof *own);
    for (int i = 0; i < s->count; i++)
        for (int k = 0; k < n; k++)
            sums[(size_t)s->person[i] * (size_t)n + (size_t)k] += photo_row(s, i)[k];
    for (int p = 0; p < s->people; p++) {
        const float *sum = sums + (size_t)p * (size_t)n;
        lengths[p] = sqrtf(photo_product(sum, sum, n));
    }
    for (int i = 0; i < s->count; i++)
        hits += figures_is_probe(s, i) &&
                nearest_template(s, i, sums, lengths, own) == s->person[i];
    f->rank1_template = share(hits, f->probes);
    free(sums);
    free(lengths);
    free(own);
}

/* ---- True accepts at a rate of false ones ---------------------------------------- */

static int compare_descending(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x < y) - (x > y);
}

/* A pair is accepted if its cosine is above the threshold: that of the first pair of
   different people that must be refused for the rate to hold. */
static void measure_accepts(figures *f, const float *same, float *other) {
    qsort(other, f->other_pairs, sizeof *other, compare_descending);
    for (int i = 0; i < FARS; i++) {
        f->tar[i] = f->threshold[i] = NAN;
        if (!f->same_pairs || !f->other_pairs) continue;
        float threshold = other[(size_t)(figures_fars[i] * (double)f->other_pairs)];
        size_t accepted = 0;
        for (size_t k = 0; k < f->same_pairs; k++) accepted += same[k] > threshold;
        f->tar[i] = (double)accepted / (double)f->same_pairs;
        f->threshold[i] = (double)threshold;
    }
}

static void count_bins(const float *cosines, size_t count, size_t bins[BINS]) {
    for (size_t i = 0; i < count; i++) {
        int bin = (int)floorf((cosines[i] + 1) * 50);
        bins[bin < 0 ? 0 : bin >= BINS ? BINS - 1 : bin]++;
    }
}

figures figures_measure(const photo_set *s) {
    figures f = {0};
    size_t pairs = (size_t)s->count * (size_t)(s->count - 1) / 2, same_pairs = 0;
    for (int p = 0; p < s->people; p++) {
        size_t n = (size_t)s->photos_of[p];
        same_pairs += n * (n - 1) / 2;
    }
    float *same = must_alloc(same_pairs, sizeof *same);
    float *other = must_alloc(pairs - same_pairs, sizeof *other);
    f.best = must_alloc((size_t)s->count, sizeof *f.best);
    compare_all(s, &f, same, other);
    compare_templates(s, &f);
    measure_accepts(&f, same, other);
    count_bins(same, f.same_pairs, f.same_bins);
    count_bins(other, f.other_pairs, f.other_bins);
    free(same);
    free(other);
    return f;
}
