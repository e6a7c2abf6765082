/* How well a network tells the people of a folder apart. */

#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_EVAL_PHOTOS = 20000, LANES = 16, FARS = 2, BINS = 101 };

typedef struct {
    int probes;                /* photos of people who have another one */
    int nearest, template_hit; /* probes whose best is the right person */
    int *best;                 /* [count]: the nearest other photo; -1 for no probe */
    size_t same_pairs, other_pairs;
    double tar[FARS], threshold[FARS];        /* NAN where there are no pairs */
    size_t same_bins[BINS], other_bins[BINS]; /* from -1 on, each 0.02 wide */
} figures;

static const double fars[FARS] = {0.01, 0.001};

/* Sixteen sums side by side, so that the compiler may use vectors without changing the
   result. */
static float dot(const float *a, const float *b, int n) {
    float lanes[LANES] = {0};
    int i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int k = 0; k < LANES; k++) lanes[k] += a[i + k] * b[i + k];
    float sum = 0;
    for (int k = 0; k < LANES; k++) sum += lanes[k];
    for (; i < n; i++) sum += a[i] * b[i];
    return sum;
}

float *photo_row(const photo_set *s, int i) {
    return s->rows + (size_t)i * (size_t)s->dimension;
}

float *photos_mean(const photo_set *s) {
    double *sum = must_alloc((size_t)s->dimension, sizeof *sum);
    float *mean = must_alloc((size_t)s->dimension, sizeof *mean);
    for (int i = 0; i < s->count; i++)
        for (int k = 0; k < s->dimension; k++)
            sum[k] += (double)photo_row(s, i)[k] / s->count;
    for (int k = 0; k < s->dimension; k++) mean[k] = (float)sum[k];
    free(sum);
    return mean;
}

void photos_centre(photo_set *s, const float *mean) {
    for (int i = 0; i < s->count; i++) {
        float *v = photo_row(s, i);
        for (int k = 0; k < s->dimension; k++) v[k] -= mean[k];
        float length = sqrtf(dot(v, v, s->dimension));
        if (length > 0) /* the mean itself stays zero, and like nobody */
            for (int k = 0; k < s->dimension; k++) v[k] /= length;
    }
}

static int is_probe(const photo_set *s, int i) {
    return s->photos_of[s->person[i]] > 1;
}

/* ---- Rank 1 ---------------------------------------------------------------------- */

/* All pairs once: the nearest other photo of each, and the cosines of both kinds. */
static void compare_all(const photo_set *s, figures *f, float *same, float *other) {
    float *score = must_alloc((size_t)s->count, sizeof *score);
    for (int i = 0; i < s->count; i++) score[i] = -2, f->best[i] = -1;
    for (int i = 0; i < s->count; i++) {
        for (int j = i + 1; j < s->count; j++) {
            float c = dot(photo_row(s, i), photo_row(s, j), s->dimension);
            if (c > score[i]) score[i] = c, f->best[i] = j;
            if (c > score[j]) score[j] = c, f->best[j] = i;
            if (s->person[i] == s->person[j]) same[f->same_pairs++] = c;
            else other[f->other_pairs++] = c;
        }
    }
    for (int i = 0; i < s->count; i++) {
        if (!is_probe(s, i)) continue;
        f->probes++;
        f->nearest += s->person[f->best[i]] == s->person[i];
    }
    free(score);
}

/* A person's template is the direction of the sum of their photos, the probe left out. */
static void compare_templates(const photo_set *s, figures *f) {
    int n = s->dimension;
    float *sums = must_alloc((size_t)s->people * (size_t)n, sizeof *sums);
    float *lengths = must_alloc((size_t)s->people, sizeof *lengths);
    float *own = must_alloc((size_t)n, sizeof *own);
    for (int i = 0; i < s->count; i++)
        for (int k = 0; k < n; k++)
            sums[(size_t)s->person[i] * (size_t)n + (size_t)k] += photo_row(s, i)[k];
    for (int p = 0; p < s->people; p++) {
        const float *sum = sums + (size_t)p * (size_t)n;
        lengths[p] = sqrtf(dot(sum, sum, n));
    }
    for (int i = 0; i < s->count; i++) {
        if (!is_probe(s, i)) continue;
        int best = -1;
        float best_score = -2;
        for (int p = 0; p < s->people; p++) {
            const float *sum = sums + (size_t)p * (size_t)n;
            float length = lengths[p];
            if (p == s->person[i]) {
                for (int k = 0; k < n; k++) own[k] = sum[k] - photo_row(s, i)[k];
                sum = own;
                length = sqrtf(dot(own, own, n));
            }
            float score = length > 0 ? dot(photo_row(s, i), sum, n) / length : -2;
            if (score > best_score) best_score = score, best = p;
        }
        f->template_hit += best == s->person[i];
    }
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
        float threshold = other[(size_t)(fars[i] * (double)f->other_pairs)];
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

static figures measure(const photo_set *s) {
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

static double share(int part, int all) {
    return all ? (double)part / all : (double)NAN;
}

void photos_measure(const photo_set *s, double out[BRIEF]) {
    figures f = measure(s);
    out[0] = share(f.nearest, f.probes);
    for (int i = 0; i < FARS; i++) out[1 + i] = f.tar[i];
    free(f.best);
}

/* ---- Output ---------------------------------------------------------------------- */

static void print_number_json(const char *key, double value) {
    if (isnan(value)) printf(",\"%s\":null", key);
    else printf(",\"%s\":%.9g", key, value);
}

/* In the words of a recipe: the lowest cosine, then the counts from there on. */
static void print_bins_json(const char *key, const size_t bins[BINS]) {
    int first = 0, last = BINS - 1;
    while (first < last && !bins[first]) first++;
    while (last > first && !bins[last]) last--;
    printf(",\"%s\":\"%.2f", key, first / 50.0 - 1);
    for (int i = first; i <= last; i++) printf(" %zu", bins[i]);
    putchar('"');
}

static void print_figures_json(const photo_set *s, const figures *f) {
    printf("{\"probes\":%d,\"samePairs\":%zu,\"otherPairs\":%zu", f->probes,
           f->same_pairs, f->other_pairs);
    print_number_json("rank1", share(f->nearest, f->probes));
    print_number_json("rank1Template", share(f->template_hit, f->probes));
    print_number_json("tarAtFar1e-2", f->tar[0]);
    print_number_json("thresholdAtFar1e-2", f->threshold[0]);
    print_number_json("tarAtFar1e-3", f->tar[1]);
    print_number_json("thresholdAtFar1e-3", f->threshold[1]);
    print_bins_json("same", f->same_bins);
    print_bins_json("other", f->other_bins);
    printf(",\"misses\":[");
    for (int i = 0, listed = 0; i < s->count; i++) {
        if (!is_probe(s, i) || s->person[f->best[i]] == s->person[i]) continue;
        printf(listed++ ? ",{\"photo\":" : "{\"photo\":");
        json_string(stdout, s->paths[i]);
        printf(",\"nearest\":");
        json_string(stdout, s->paths[f->best[i]]);
        putchar('}');
    }
    printf("]}");
}

static void print_line(const char *what, double plain, const double *centred) {
    printf("  %-34s %8.3f", what, plain);
    if (centred) printf("   %8.3f", *centred);
    putchar('\n');
}

static void print_figures(const photo_set *s, const figures *plain,
                          const figures *centred) {
    printf("%d photos of %d people; %d have another photo of the same person\n", s->count,
           s->people, plain->probes);
    printf("  %-34s %8s%s\n", "", "plain", centred ? "    centred" : "");
    double value = centred ? share(centred->nearest, centred->probes) : 0;
    const double *beside = centred ? &value : NULL;
    print_line("rank 1, nearest other photo", share(plain->nearest, plain->probes),
               beside);
    if (centred) value = share(centred->template_hit, centred->probes);
    print_line("rank 1, nearest template", share(plain->template_hit, plain->probes),
               beside);
    for (int i = 0; i < FARS; i++) {
        char what[40];
        if (centred) value = centred->tar[i];
        snprintf(what, sizeof what, "true accepts at %g %% false ones", 100 * fars[i]);
        print_line(what, plain->tar[i], beside);
        if (centred) value = centred->threshold[i];
        print_line("  above the cosine", plain->threshold[i], beside);
    }
    printf("  (%zu pairs of the same person, %zu of different people)\n",
           plain->same_pairs, plain->other_pairs);
}

/* ---- The command ----------------------------------------------------------------- */

/* Keeps the photos that could be read, reports the others. */
static void gather(const people_folder *folder, const photo_result *results,
                   int dimension, photo_set *s, int *skipped) {
    *s = (photo_set){.dimension = dimension};
    s->rows = must_alloc((size_t)folder->count * (size_t)dimension, sizeof *s->rows);
    s->person = must_alloc((size_t)folder->count, sizeof *s->person);
    s->paths = must_alloc((size_t)folder->count, sizeof *s->paths);
    s->photos_of = must_alloc((size_t)folder->people_count, sizeof *s->photos_of);
    int last = -1;
    for (int i = 0; i < folder->count; i++) {
        if (results[i].state != PHOTO_OK) {
            fprintf(stderr, "skipped %s: %s\n", folder->paths[i], results[i].message);
            ++*skipped;
            continue;
        }
        if (folder->person[i] != last) s->people++;
        last = folder->person[i];
        memcpy(photo_row(s, s->count), results[i].embedding,
               (size_t)dimension * sizeof *s->rows);
        s->person[s->count] = s->people - 1;
        s->photos_of[s->people - 1]++;
        s->paths[s->count++] = folder->paths[i];
    }
}

static int report(hum_engine *engine, const cli_options *options, photo_set *s,
                  int skipped) {
    figures plain = measure(s), centred = {0};
    if (!plain.probes) {
        free(plain.best);
        cli_fail("nobody has two usable photos, so there is nothing to measure");
        return EXIT_NOTHING;
    }
    if (options->centre) {
        photo_set minus_mean = *s;
        size_t bytes = (size_t)s->count * (size_t)s->dimension * sizeof *s->rows;
        float *mean = photos_mean(s);
        minus_mean.rows = must_alloc(bytes, 1);
        memcpy(minus_mean.rows, s->rows, bytes);
        photos_centre(&minus_mean, mean);
        centred = measure(&minus_mean);
        free(minus_mean.rows);
        free(mean);
    }
    int code = EXIT_DONE;
    if (options->json) {
        printf("{\"photos\":%d,\"people\":%d,\"skipped\":%d,\"plain\":", s->count,
               s->people, skipped);
        print_figures_json(s, &plain);
        if (options->centre) {
            printf(",\"centred\":");
            print_figures_json(s, &centred);
        }
        if (options->axes_count) code = report_axes(engine, options, s);
        printf("}\n");
    } else {
        print_figures(s, &plain, options->centre ? &centred : NULL);
        if (options->axes_count) code = report_axes(engine, options, s);
    }
    free(plain.best);
    free(centred.best);
    return code;
}

int run_eval(const cli_options *options) {
    people_folder folder;
    int code = people_folder_read(options->operands[0], &folder), skipped = 0;
    if (!code && folder.count > MAX_EVAL_PHOTOS)
        code = cli_fail("%s holds %d photos; at most %d can be compared pair by pair",
                        options->operands[0], folder.count, MAX_EVAL_PHOTOS);
    hum_engine *engine = code ? NULL : engine_open(options);
    if (!code && !engine) code = EXIT_BAD;
    if (!code) {
        photo_set set;
        photo_result *results = must_alloc((size_t)folder.count, sizeof *results);
        code = photos_read(engine, options, folder.paths, folder.count, 0, results);
        if (!code) {
            gather(&folder, results, hum_dimension(engine), &set, &skipped);
            code = options->calibration
                       ? report_calibration(engine, options, &set, skipped)
                       : report(engine, options, &set, skipped);
            free(set.rows);
            free(set.person);
            free(set.paths);
            free(set.photos_of);
        }
        for (int i = 0; i < folder.count; i++) photo_free(&results[i]);
        free(results);
    }
    hum_destroy(engine);
    people_folder_free(&folder);
    return code;
}
