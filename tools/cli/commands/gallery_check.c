#include "commands.h"

#include "credits.h"
#include "files.h"
#include "gallery_file.h"
#include "people.h"
#include "text.h"
#include "workers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct {
    const char *person, *file;
    const float *embedding;
    const photo_result *photo; /* NULL: only its row is known */
    int credited;
} item;

typedef struct {
    item *items;
    int count, dimension;
    json_t *findings;
} doctor;

/* By the numbers of hum_check: what it is called, and what to do. */
static const char *const kinds[][2] = {
    {"duplicate", "leave one of the two out"},
    {"single", "add another photo: people of one are found less"},
    {"label", "it is nearer to the other person: look who it is"},
    {"outlier", "it is unlike all other photos of this person"},
    {"small", "take one where the face is larger"},
    {"blurred", "take a sharper one"},
    {"turned", "take one that looks at the camera"},
    {"cut", "take one with the whole face in it"},
};

static void find(doctor *d, const char *kind, const item *i, const item *other,
                 float score, const char *advice) {
    json_t *about = other ? json_pack("{s:o,s:o}", "person", text_json(other->person),
                                      "file", text_json(other->file))
                          : json_null();
    json_array_append_new(d->findings,
                          json_pack("{s:s,s:o,s:o,s:o,s:o,s:s}", "kind", kind, "person",
                                    text_json(i->person), "file", text_json(i->file),
                                    "other", about, "score", number_json((double)score),
                                    "advice", advice));
}

/* Items in a row, as the engine takes them. person: as a number, the first of that name.
 */
typedef struct {
    float *embeddings, *quality;
    int32_t *person;
    hum_face *faces;
    hum_finding *findings;
    int32_t found;
} columns;

static void columns_free(columns *c) {
    free(c->embeddings), free(c->quality), free(c->person), free(c->faces);
    free(c->findings);
}

static columns columns_of(const doctor *d) {
    size_t n = (size_t)d->count + 1, dimension = (size_t)d->dimension;
    columns c = {must_alloc(n * dimension, sizeof *c.embeddings),
                 must_alloc(n, sizeof *c.quality),
                 must_alloc(n, sizeof *c.person),
                 must_alloc(n, sizeof *c.faces),
                 must_alloc(n * HUM_MOST_FINDINGS, sizeof *c.findings),
                 0};
    for (int i = 0; i < d->count; i++) {
        const item *it = &d->items[i];
        memcpy(c.embeddings + (size_t)i * dimension, it->embedding,
               dimension * sizeof *c.embeddings);
        int first = 0; /* whole pictures have neither face nor quality */
        while (strcmp(d->items[first].person, it->person) != 0) first++;
        c.person[i] = first;
        c.faces[i] = it->photo && it->photo->faces ? it->photo->face : (hum_face){0};
        c.quality[i] = it->photo && it->photo->faces ? it->photo->quality[0] : 0;
    }
    return c;
}

/* Those of hum_check about item i, as far as `kind`; at: where they begin, and end. */
static void find_all(doctor *d, const columns *c, int i, int kind, int32_t *at) {
    for (; *at < c->found; ++*at) {
        const hum_finding *f = &c->findings[*at];
        if (f->face != i || f->kind > kind) return;
        find(d, kinds[f->kind][0], &d->items[i],
             f->other < 0 ? NULL : &d->items[f->other], f->score, kinds[f->kind][1]);
    }
}

static int examine(hum_engine *engine, doctor *d) {
    columns c = columns_of(d);
    int32_t at = 0;
    int code = EXIT_DONE;
    if (hum_check(engine, c.embeddings, c.person, c.faces, c.quality, d->count,
                  c.findings, &c.found) != HUM_OK)
        code = cli_fail("%s", hum_error(engine));
    for (int i = 0; !code && i < d->count; i++) {
        const item *it = &d->items[i];
        find_all(d, &c, i, HUM_FINDING_OUTLIER, &at);
        if (!it->credited)
            find(d, "credit", it, NULL, NAN, "say whose photo it is, and its licence");
        find_all(d, &c, i, HUM_FINDING_CUT, &at);
        if (it->photo && it->photo->faces > 1)
            find(d, "several", it, NULL, (float)it->photo->faces,
                 "the largest face was taken: see that it is the right one");
    }
    columns_free(&c);
    return code;
}

static int put_out(hum_engine *engine, const cli_options *options, doctor *d) {
    int failed = examine(engine, d);
    if (failed) return failed;
    size_t count = json_array_size(d->findings);
    if (options->json) {
        int code = print_json(
            json_pack("{s:i,s:O}", "photos", d->count, "findings", d->findings));
        return code ? code : count ? EXIT_NOTHING : EXIT_DONE;
    }
    for (size_t i = 0; i < count; i++) {
        const char *kind, *person, *file, *advice, *who = NULL, *which = NULL;
        json_unpack(json_array_get(d->findings, i), "{s:s,s:s,s:s,s:s,s?{s:s,s:s}}",
                    "kind", &kind, "person", &person, "file", &file, "advice", &advice,
                    "other", "person", &who, "file", &which);
        printf("%-9s ", kind);
        text_write(stdout, person, 1);
        fputs(", ", stdout);
        text_write(stdout, file, 1);
        if (who) {
            fputs(" and ", stdout);
            text_write(stdout, who, 1);
            fputs(", ", stdout);
            text_write(stdout, which, 1);
        }
        printf(": %s\n", advice);
    }
    printf("%d photos, %zu findings\n", d->count, count);
    return count ? EXIT_NOTHING : EXIT_DONE;
}

/* ---- A gallery's file, or a folder of people --------------------------------------- */

static int check_file(hum_engine *engine, const cli_options *options, doctor *d) {
    gallery_file gallery;
    int code = gallery_open(engine, options->operands[0], &gallery);
    json_t *info = code ? NULL : engine_info(engine);
    if (info) json_unpack(info, "{s:{s:i}}", "gallery", "photos", &d->count);
    else code = EXIT_BAD;
    json_decref(info);
    size_t n = (size_t)d->count, dimension = (size_t)d->dimension;
    float *rows = must_alloc(n * dimension + 1, sizeof *rows);
    d->items = must_alloc(n + 1, sizeof *d->items);
    for (int i = 0; !code && i < d->count; i++) {
        float *row = rows + (size_t)i * dimension;
        entry_texts t = entry_read(engine, i);
        d->items[i] = (item){t.name, t.file, row, NULL, *t.licence && *t.source};
        if (hum_gallery_embedding(engine, i, row) != HUM_OK)
            code = cli_fail("%s", hum_error(engine));
    }
    if (!code) code = put_out(engine, options, d);
    free(rows);
    gallery_close(&gallery);
    return code;
}

static int check_folder(hum_engine *engine, const cli_options *options, doctor *d) {
    people_folder folder;
    credits *known = NULL;
    int code = people_folder_read(options->operands[0], &folder);
    if (!code) code = credits_read(options->operands[0], &known);
    photo_result *photos =
        code ? NULL
             : photos_read(engine, options, folder.paths, folder.count, EVERY_FACE);
    if (!code && !photos) code = EXIT_BAD;
    d->items = must_alloc((size_t)folder.count + 1, sizeof *d->items);
    for (int i = 0; !code && i < folder.count; i++) {
        const char *person = folder.people[folder.person[i]];
        credit c = credits_find(known, person, path_name(folder.paths[i]));
        item one = {person, folder.paths[i], photos[i].embedding, &photos[i],
                    *c.licence && *c.source};
        if (photos[i].state == PHOTO_OK) d->items[d->count++] = one;
        else find(d, "unusable", &one, NULL, NAN, photos[i].message);
    }
    if (!code) code = put_out(engine, options, d);
    photos_free(photos, folder.count);
    credits_free(known);
    people_folder_free(&folder);
    return code;
}

int run_gallery_check(const cli_options *options) {
    struct stat about;
    int is_folder = stat(options->operands[0], &about) == 0 && S_ISDIR(about.st_mode);
    doctor d = {.findings = json_array()};
    hum_engine *engine;
    int code = engine_open(options, is_folder ? EMBEDDER | DETECTORS : EMBEDDER, &engine);
    if (!code) {
        d.dimension = hum_dimension(engine);
        code = (is_folder ? check_folder : check_file)(engine, options, &d);
    }
    free(d.items);
    json_decref(d.findings);
    hum_destroy(engine);
    return code;
}
