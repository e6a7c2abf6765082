#include "commands.h"

#include "eval/axes.h"
#include "eval/calibration.h"
#include "eval/figures.h"
#include "people.h"
#include "workers.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_EVAL_PHOTOS = 20000 };

/* In the words of a recipe: the lowest cosine, then the counts from there on. */
static json_t *bins_json(const size_t bins[BINS]) {
    int first = 0, last = BINS - 1;
    while (first < last && !bins[first]) first++;
    while (last > first && !bins[last]) last--;
    char text[16 + BINS * 21];
    int n = snprintf(text, sizeof text, "%.2f", first / 50.0 - 1);
    for (int i = first; i <= last; i++)
        n += snprintf(text + n, sizeof text - (size_t)n, " %zu", bins[i]);
    return json_string(text);
}

static json_t *figures_json(const photo_set *s, const figures *f) {
    json_t *misses = json_array();
    for (int i = 0; i < s->count; i++)
        if (figures_is_probe(s, i) && s->person[f->best[i]] != s->person[i])
            json_array_append_new(misses,
                                  json_pack("{s:o,s:o}", "photo", text_json(s->paths[i]),
                                            "nearest", text_json(s->paths[f->best[i]])));
    return json_pack(
        "{s:i,s:I,s:I,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "probes", f->probes,
        "samePairs", (json_int_t)f->same_pairs, "otherPairs", (json_int_t)f->other_pairs,
        "rank1", number_json(f->rank1), "rank1Template", number_json(f->rank1_template),
        "tarAtFar1e-2", number_json(f->tar[0]), "thresholdAtFar1e-2",
        number_json(f->threshold[0]), "tarAtFar1e-3", number_json(f->tar[1]),
        "thresholdAtFar1e-3", number_json(f->threshold[1]), "same",
        bins_json(f->same_bins), "other", bins_json(f->other_bins), "misses", misses);
}

static void print_line(const char *what, double plain, double centred, int has_centred) {
    printf("  %-34s %8.3f", what, plain);
    if (has_centred) printf("   %8.3f", centred);
    putchar('\n');
}

/* centred: NULL where it was not asked for. */
static void print_figures(const photo_set *s, const figures *plain,
                          const figures *centred) {
    int both = centred != NULL;
    const figures *c = both ? centred : plain;
    printf("%d photos of %d people; %d have another photo of the same person\n", s->count,
           s->people, plain->probes);
    printf("  %-34s %8s%s\n", "", "plain", both ? "    centred" : "");
    print_line("rank 1, nearest other photo", plain->rank1, c->rank1, both);
    print_line("rank 1, nearest template", plain->rank1_template, c->rank1_template,
               both);
    for (int i = 0; i < FARS; i++) {
        char what[64];
        snprintf(what, sizeof what, "true accepts at %g %% false ones",
                 100 * figures_fars[i]);
        print_line(what, plain->tar[i], c->tar[i], both);
        print_line("  above the cosine", plain->threshold[i], c->threshold[i], both);
    }
    printf("  (%zu pairs of the same person, %zu of different people)\n",
           plain->same_pairs, plain->other_pairs);
}

static figures measure_centred(const photo_set *s) {
    photo_set copy = *s;
    size_t bytes = (size_t)s->count * (size_t)s->dimension * sizeof *s->rows;
    float *mean = photo_set_mean(s);
    copy.rows = memcpy(must_alloc(bytes, 1), s->rows, bytes);
    photo_set_centre(&copy, mean);
    figures centred = figures_measure(&copy);
    free(copy.rows);
    free(mean);
    return centred;
}

static int print_report(const cli_options *options, const photo_set *s, int skipped,
                        const figures *plain, const figures *centred, json_t *axes) {
    if (!options->json) {
        print_figures(s, plain, centred);
        if (axes) axes_print(axes, s->people);
        return EXIT_DONE;
    }
    json_t *report =
        json_pack("{s:i,s:i,s:i,s:o}", "photos", s->count, "people", s->people, "skipped",
                  skipped, "plain", figures_json(s, plain));
    if (centred) json_object_set_new(report, "centred", figures_json(s, centred));
    if (axes) json_object_set(report, "axes", axes);
    return print_json(report);
}

static int report(hum_engine *engine, const cli_options *options, const photo_set *s,
                  int skipped, unsigned char **gallery) {
    figures plain = figures_measure(s), centred = {0};
    json_t *axes = NULL;
    int code = plain.probes ? EXIT_DONE
                            : cli_nothing("nobody has two usable photos, so there is "
                                          "nothing to measure");
    if (!code && options->centre) centred = measure_centred(s);
    if (!code && options->axes_count && !(axes = axes_try(engine, options, s, gallery)))
        code = EXIT_BAD;
    if (!code)
        code = print_report(options, s, skipped, &plain,
                            options->centre ? &centred : NULL, axes);
    json_decref(axes);
    free(plain.best);
    free(centred.best);
    return code;
}

static int eval(hum_engine *engine, const cli_options *options,
                const people_folder *folder, unsigned char **gallery) {
    photo_result *results = photos_read(engine, options, folder->paths, folder->count, 0);
    if (!results) return EXIT_BAD;
    int skipped;
    photo_set set = photo_set_make(folder, results, hum_dimension(engine), &skipped);
    photos_free(results, folder->count);
    int code = options->calibration
                   ? calibration_report(engine, options, &set, skipped, gallery)
                   : report(engine, options, &set, skipped, gallery);
    photo_set_free(&set);
    return code;
}

int run_eval(const cli_options *options) {
    people_folder folder;
    hum_engine *engine = NULL;
    unsigned char *gallery = NULL; /* the loaded one's bytes: freed after the engine */
    if (options->calibration && (options->centre || options->axes_count))
        return cli_fail("--calibration goes alone; leave out --centre and --axes");
    int code = people_folder_read(options->operands[0], &folder);
    if (!code && folder.count > MAX_EVAL_PHOTOS)
        code = cli_fail("%s holds %d photos; at most %d can be compared pair by pair",
                        options->operands[0], folder.count, MAX_EVAL_PHOTOS);
    if (!code) code = engine_open(options, EMBEDDER | DETECTORS, &engine);
    if (!code) code = eval(engine, options, &folder, &gallery);
    hum_destroy(engine);
    people_folder_free(&folder);
    free(gallery);
    return code;
}
