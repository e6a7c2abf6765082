#define _POSIX_C_SOURCE 200809L

#include "cli.h"

#include <stdlib.h>
#include <string.h>

/* ---- gallery build --------------------------------------------------------------- */

typedef struct {
    int people, photos, skipped;
    size_t bytes;
} build_report;

/* Why a photo that was read cannot be in the gallery; "" if it can. */
static const char *unfit(const photo_result *result, const char *person,
                         const char *file) {
    if (result->state != PHOTO_OK) return result->message;
    if (!text_is_clean(person) || !text_is_clean(file))
        return "its name is not valid UTF-8 text";
    return "";
}

/* Says so at once, and keeps it for the JSON report. */
static void report_skipped(FILE *json, const char *path, const char *reason,
                           int *skipped) {
    fprintf(stderr, "skipped %s: %s\n", path, reason);
    fputs((*skipped)++ ? ",{\"photo\":" : "{\"photo\":", json);
    json_string(json, path);
    fputs(",\"reason\":", json);
    json_string(json, reason);
    fputc('}', json);
}

/* Adds what can be added, in the order of names. */
static int fill(hum_engine *engine, const people_folder *folder,
                const photo_result *results, credits *known, FILE *json,
                build_report *report) {
    if (hum_gallery_begin(engine, 0) != HUM_OK) return cli_fail("%s", hum_error(engine));
    int last_person = -1;
    for (int i = 0; i < folder->count; i++) {
        const char *person = folder->people[folder->person[i]];
        const char *file = path_name(folder->paths[i]);
        const photo_result *r = &results[i];
        credit c = credits_find(known, person, file);
        const char *reason = unfit(r, person, file);
        if (!*reason && hum_gallery_add(engine, r->embedding, person, c.person_link, file,
                                        c.source, c.author, c.licence, c.link,
                                        r->thumbnail, r->thumbnail_size) != HUM_OK)
            reason = hum_error(engine);
        if (*reason) {
            report_skipped(json, folder->paths[i], reason, &report->skipped);
            continue;
        }
        if (r->faces > 1)
            fprintf(stderr, "note: %s shows %d faces; the largest was taken\n",
                    folder->paths[i], r->faces);
        report->photos++;
        report->people += folder->person[i] != last_person;
        last_person = folder->person[i];
    }
    return EXIT_DONE;
}

int gallery_write(hum_engine *engine, const cli_options *options, size_t *size) {
    const uint8_t *bytes;
    output_file out;
    if (hum_gallery_end(engine, options->axes[0], &bytes, size) != HUM_OK)
        return cli_fail("%s", hum_error(engine));
    if (output_open(&out, options->output)) return EXIT_BAD;
    fwrite(bytes, 1, *size, out.file); /* output_close checks */
    return output_close(&out);
}

static void print_report(const cli_options *options, const build_report *report,
                         int written, const char *skipped) {
    if (options->json) {
        fputs("{\"file\":", stdout);
        if (written) json_string(stdout, options->output);
        else fputs("null", stdout);
        printf(",\"bytes\":%zu,\"people\":%d,\"photos\":%d,\"skipped\":[%s]}\n",
               report->bytes, report->people, report->photos, skipped);
    } else if (written) {
        printf("%s: %d people, %d photos, %zu bytes", options->output, report->people,
               report->photos, report->bytes);
        if (report->skipped) printf("; %d photos skipped", report->skipped);
        putchar('\n');
    }
}

static int build(hum_engine *engine, const cli_options *options,
                 const people_folder *folder, credits *known) {
    build_report report = {0};
    photo_result *results = must_alloc((size_t)folder->count, sizeof *results);
    char *skipped = NULL;
    size_t skipped_size = 0;
    FILE *json = open_memstream(&skipped, &skipped_size);
    int code = json ? EXIT_DONE : cli_fail("memory ran out");
    if (!code)
        code = photos_read(engine, options, folder->paths, folder->count, 1, results);
    if (!code) code = fill(engine, folder, results, known, json, &report);
    if (!code) {
        credits_report_unused(known);
        if (report.photos) {
            code = gallery_write(engine, options, &report.bytes);
        } else {
            cli_fail("no photo could be used; nothing was written");
            code = EXIT_NOTHING;
        }
    }
    if (json) fclose(json);
    if (code != EXIT_BAD) print_report(options, &report, code == EXIT_DONE, skipped);
    free(skipped);
    for (int i = 0; i < folder->count; i++) photo_free(&results[i]);
    free(results);
    return code;
}

static int check_options(const cli_options *options) {
    if (!options->output) return cli_fail("name the file to write: -o people.humg");
    if (options->axes_count > 1) return cli_fail("a gallery has one number of axes");
    return EXIT_DONE;
}

int run_gallery_build(const cli_options *options) {
    if (check_options(options)) return EXIT_BAD;
    people_folder folder;
    credits *known = NULL;
    int code = people_folder_read(options->operands[0], &folder);
    if (!code) code = credits_read(options->operands[0], &known);
    if (!code) code = output_check(options->output);
    hum_engine *engine = code ? NULL : engine_open(options);
    if (!code) code = engine ? build(engine, options, &folder, known) : EXIT_BAD;
    hum_destroy(engine);
    credits_free(known);
    people_folder_free(&folder);
    return code;
}

/* ---- gallery project ------------------------------------------------------------- */

/* Whether the loaded gallery says how alike its people are; -1 if it cannot be asked. */
static int is_calibrated(hum_engine *engine, int *photos) {
    json_value info = {0};
    char why[160];
    const char *text = hum_info(engine);
    if (!text || json_parse(text, strlen(text), &info, why)) {
        cli_fail("the engine's description cannot be read");
        return -1;
    }
    const json_value *gallery = json_get(&info, "gallery");
    *photos = (int)json_get(gallery, "photos")->number;
    int calibrated = json_get(json_get(gallery, "nearest"), "pairs")->number > 0;
    json_free(&info);
    return calibrated;
}

/* Adds every photo of the loaded gallery to a new one. */
static int copy_photos(hum_engine *engine, int *photos) {
    int calibrated = is_calibrated(engine, photos), ok = calibrated >= 0;
    if (!ok) return EXIT_BAD;
    float *row = must_alloc((size_t)hum_dimension(engine), sizeof *row);
    ok = hum_gallery_begin(engine, calibrated ? 0 : HUM_NOT_PHOTOS) == HUM_OK;
    for (int i = 0; ok && i < *photos; i++) {
        const uint8_t *thumbnail;
        size_t size;
        int person = hum_gallery_person(engine, i);
        ok = hum_gallery_embedding(engine, i, row) == HUM_OK &&
             hum_gallery_thumbnail(engine, i, &thumbnail, &size) == HUM_OK &&
             hum_gallery_add(
                 engine, row, hum_gallery_text(engine, HUM_PERSON_NAME, person),
                 hum_gallery_text(engine, HUM_PERSON_LINK, person),
                 hum_gallery_text(engine, HUM_PHOTO_FILE, i),
                 hum_gallery_text(engine, HUM_PHOTO_SOURCE, i),
                 hum_gallery_text(engine, HUM_PHOTO_AUTHOR, i),
                 hum_gallery_text(engine, HUM_PHOTO_LICENCE, i),
                 hum_gallery_text(engine, HUM_PHOTO_LINK, i), thumbnail, size) == HUM_OK;
    }
    free(row);
    return ok ? EXIT_DONE : cli_fail("%s", hum_error(engine));
}

int run_gallery_project(const cli_options *options) {
    if (check_options(options)) return EXIT_BAD;
    if (!options->axes_count) return cli_fail("say to how many numbers: --axes 128");
    cli_options without_detector = *options;
    without_detector.no_detect = 1;
    gallery_file gallery = {0};
    int code = output_check(options->output), photos = 0;
    hum_engine *engine = code ? NULL : engine_open(&without_detector);
    if (!engine) return EXIT_BAD;
    size_t size = 0;
    code = gallery_open(engine, options->operands[0], &gallery);
    if (!code) code = copy_photos(engine, &photos);
    if (!code) code = gallery_write(engine, options, &size);
    if (!code && options->json) {
        fputs("{\"file\":", stdout);
        json_string(stdout, options->output);
        printf(",\"bytes\":%zu,\"photos\":%d,\"axes\":%d}\n", size, photos,
               options->axes[0]);
    } else if (!code) {
        printf("%s: %d photos along %d axes, %zu bytes\n", options->output, photos,
               options->axes[0], size);
    }
    hum_destroy(engine);
    gallery_close(&gallery);
    return code;
}

/* ---- gallery info ---------------------------------------------------------------- */

static void print_photo_json(const hum_engine *engine, int photo) {
    static const struct {
        const char *key;
        int field;
    } texts[] = {{"file", HUM_PHOTO_FILE},
                 {"source", HUM_PHOTO_SOURCE},
                 {"author", HUM_PHOTO_AUTHOR},
                 {"licence", HUM_PHOTO_LICENCE},
                 {"link", HUM_PHOTO_LINK}};
    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
        printf(t ? ",\"%s\":" : "{\"%s\":", texts[t].key);
        json_string(stdout, hum_gallery_text(engine, texts[t].field, photo));
    }
    putchar('}');
}

static void print_people_json(const hum_engine *engine, int people, int photos) {
    /* Photos by person: photo i comes before photo next[i], 0 ends. Counted from 1. */
    int *first = must_alloc((size_t)people, sizeof *first);
    int *next = must_alloc((size_t)photos + 1, sizeof *next);
    for (int i = photos; i >= 1; i--) {
        int person = hum_gallery_person(engine, i - 1);
        next[i] = first[person];
        first[person] = i;
    }
    for (int p = 0; p < people; p++) {
        printf(p ? ",{\"name\":" : "{\"name\":");
        json_string(stdout, hum_gallery_text(engine, HUM_PERSON_NAME, p));
        printf(",\"link\":");
        json_string(stdout, hum_gallery_text(engine, HUM_PERSON_LINK, p));
        printf(",\"photos\":[");
        for (int i = first[p]; i; i = next[i]) {
            if (i != first[p]) putchar(',');
            print_photo_json(engine, i - 1);
        }
        printf("]}");
    }
    free(first);
    free(next);
}

static void print_dimensions(const json_value *gallery) {
    printf("  %-18s %.0f", "numbers a row", json_get(gallery, "dimension")->number);
    if (json_get(gallery, "projected")->number != 0)
        printf(", projected from %.0f", json_get(gallery, "probeDimension")->number);
    putchar('\n');
}

static void print_quantiles(const char *what, const json_value *section) {
    const json_value *pairs = json_get(section, "pairs");
    const json_value *quantiles = json_get(section, "quantiles");
    if (!pairs || !quantiles || quantiles->count < 21) {
        printf("  %-18s %s\n", what,
               pairs && pairs->number > 0 ? "too few to tell" : "not measured");
        return;
    }
    printf("  %-18s %.0f scores: lowest %.3f, half below %.3f, 95 %% below %.3f, "
           "highest %.3f\n",
           what, pairs->number, quantiles->items[0].number, quantiles->items[10].number,
           quantiles->items[19].number, quantiles->items[20].number);
}

int entry_has_photo(hum_engine *engine, int photo) {
    const uint8_t *thumbnail;
    size_t size = 0;
    hum_gallery_thumbnail(engine, photo, &thumbnail, &size);
    return size || *hum_gallery_text(engine, HUM_PHOTO_FILE, photo);
}

int run_gallery_info(const cli_options *options) {
    cli_options without_detector = *options;
    without_detector.no_detect = 1;
    hum_engine *engine = engine_open(&without_detector);
    if (!engine) return EXIT_BAD;
    gallery_file file = {0};
    int code = gallery_open(engine, options->operands[0], &file);
    json_value info = {0};
    char why[160];
    const char *text = code ? NULL : hum_info(engine);
    if (!code && (!text || json_parse(text, strlen(text), &info, why)))
        code = cli_fail("the engine's description cannot be read");
    if (!code) {
        const json_value *gallery = json_get(&info, "gallery");
        int people = (int)json_get(gallery, "people")->number;
        int rows = (int)json_get(gallery, "photos")->number, photos = 0;
        if (options->json) {
            printf("{\"info\":%s,\"people\":[", text);
            print_people_json(engine, people, rows);
            printf("]}\n");
        } else {
            for (int i = 0; i < rows; i++) photos += entry_has_photo(engine, i);
            printf("%s\n  %-18s %d\n  %-18s %d\n  %-18s %.0f\n  %-18s %s\n",
                   options->operands[0], "people", people, "photos", photos, "bytes",
                   json_get(gallery, "bytes")->number, "made with",
                   json_get(gallery, "contract")->text);
            print_dimensions(gallery);
            print_quantiles("different people", json_get(gallery, "strangers"));
            print_quantiles("nearest of them", json_get(gallery, "nearest"));
            print_quantiles("same person", json_get(gallery, "kin"));
        }
    }
    json_free(&info);
    hum_destroy(engine);
    gallery_close(&file);
    return code;
}
