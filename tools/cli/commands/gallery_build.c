#include "commands.h"

#include "credits.h"
#include "files.h"
#include "gallery_file.h"
#include "people.h"
#include "workers.h"

typedef struct {
    int people, photos;
    size_t bytes;
    json_t *skipped; /* [{photo, reason}] */
} build_report;

/* Adds one photo. Returns why it cannot be in the gallery, "" if it is. */
static const char *add_photo(hum_engine *engine, const char *person, const char *path,
                             const photo_result *r, credits *known) {
    const char *file = path_name(path);
    credit c = credits_find(known, person, file);
    if (r->state != PHOTO_OK) return r->message;
    hum_status status =
        hum_gallery_add(engine, r->embedding, person, c.person_link, file, c.source,
                        c.author, c.licence, c.link, r->thumbnail, r->thumbnail_size);
    return status == HUM_OK ? "" : hum_error(engine);
}

/* Adds what can be added, in the order of names. */
static int fill(hum_engine *engine, const people_folder *folder,
                const photo_result *results, credits *known, build_report *report) {
    if (hum_gallery_begin(engine, 0) != HUM_OK) return cli_fail("%s", hum_error(engine));
    int last_person = -1;
    for (int i = 0; i < folder->count; i++) {
        const char *path = folder->paths[i], *person = folder->people[folder->person[i]];
        const char *reason = add_photo(engine, person, path, &results[i], known);
        if (*reason) {
            cli_note("skipped %s: %s", path, reason);
            json_array_append_new(report->skipped,
                                  json_pack("{s:o,s:o}", "photo", text_json(path),
                                            "reason", text_json(reason)));
            continue;
        }
        if (results[i].faces > 1)
            cli_note("note: %s shows %d faces; the largest was taken", path,
                     results[i].faces);
        report->photos++;
        report->people += folder->person[i] != last_person;
        last_person = folder->person[i];
    }
    credits_report_unused(known);
    return report->photos ? EXIT_DONE
                          : cli_nothing("no photo could be used; nothing was written");
}

static int print_report(const cli_options *options, const build_report *report,
                        int written) {
    if (options->json)
        return print_json(json_pack("{s:o,s:I,s:i,s:i,s:O}", "file",
                                    written ? text_json(options->output) : json_null(),
                                    "bytes", (json_int_t)report->bytes, "people",
                                    report->people, "photos", report->photos, "skipped",
                                    report->skipped));
    if (!written) return EXIT_DONE;
    printf("%s: %d people, %d photos, %zu bytes", options->output, report->people,
           report->photos, report->bytes);
    size_t skipped = json_array_size(report->skipped);
    if (skipped) printf("; %zu photos skipped", skipped);
    putchar('\n');
    return EXIT_DONE;
}

static int build(hum_engine *engine, const cli_options *options,
                 const people_folder *folder, credits *known) {
    photo_result *results =
        photos_read(engine, options, folder->paths, folder->count, THUMBNAIL);
    if (!results) return EXIT_BAD;
    build_report report = {.skipped = json_array()};
    int code = fill(engine, folder, results, known, &report);
    if (!code)
        code = gallery_write(engine, options->axes[0], options->output, &report.bytes);
    if (code != EXIT_BAD && print_report(options, &report, code == EXIT_DONE))
        code = EXIT_BAD;
    json_decref(report.skipped);
    photos_free(results, folder->count);
    return code;
}

int run_gallery_build(const cli_options *options) {
    if (args_check_gallery(options)) return EXIT_BAD;
    people_folder folder;
    credits *known = NULL;
    hum_engine *engine = NULL;
    int code = people_folder_read(options->operands[0], &folder);
    if (!code) code = credits_read(options->operands[0], &known);
    if (!code) code = output_check(options->output);
    if (!code) code = engine_open(options, EMBEDDER | DETECTORS, &engine);
    if (!code) code = build(engine, options, &folder, known);
    hum_destroy(engine);
    credits_free(known);
    people_folder_free(&folder);
    return code;
}
