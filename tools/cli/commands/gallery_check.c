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

/* Two pictures of one moment; of different ones of a person facenet has 0.95 at most. */
#define SAME_PICTURE 0.98F
/* By how much another person must be nearer than the photo's own. */
#define CLEARLY 0.05F
/* A share of the network's same-person level: below it a photo is unlike its person. */
#define UNLIKE 0.6F
#define BLURRED 0.25F /* quality, see quality.h */
#define SMALL 48      /* pixels; the networks take 128 and more */
#define AWAY 0.35F    /* the nose from the middle of the eyes, in distances of the eyes */
#define CUT 0.85F     /* of the face's box that lies in the photo */

typedef struct {
    const char *person, *file;
    const float *embedding;
    const photo_result *photo; /* NULL: only its row is known */
    int credited;
} item;

typedef struct {
    item *items;
    int count, dimension;
    float threshold; /* NAN: not stated */
    json_t *findings;
} doctor;

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

static float cosine(const doctor *d, const item *a, const item *b) {
    float sum = 0;
    for (int k = 0; k < d->dimension; k++) sum += a->embedding[k] * b->embedding[k];
    return sum;
}

static void check_against_others(doctor *d, int at) {
    const item *i = &d->items[at], *near = NULL, *copy = NULL;
    float own = -1, other = -1, same = SAME_PICTURE;
    int photos = 1;
    for (int k = 0; k < d->count; k++) {
        if (k == at) continue;
        const item *o = &d->items[k];
        float score = cosine(d, i, o);
        if (k < at && score >= same) same = score, copy = o;
        if (strcmp(o->person, i->person) == 0) {
            photos++;
            own = fmaxf(own, score);
        } else if (score > other) {
            other = score;
            near = o;
        }
    }
    if (copy) find(d, "duplicate", i, copy, same, "leave one of the two out");
    if (photos == 1)
        find(d, "single", i, NULL, NAN,
             "add another photo: people of one are found less");
    if (isnan(d->threshold) || photos == 1) return;
    if (near && !copy && other >= d->threshold && other > own + CLEARLY)
        find(d, "label", i, near, other,
             "it is nearer to the other person: look who it is");
    else if (own < UNLIKE * d->threshold)
        find(d, "outlier", i, NULL, own, "it is unlike all other photos of this person");
}

static void check_photo(doctor *d, const item *i) {
    const photo_result *p = i->photo;
    if (!p->faces) return; /* the whole picture was taken */
    const float *at = p->face.points;
    float eyes = hypotf(at[2] - at[0], at[3] - at[1]);
    float nose = fabsf(at[4] - (at[0] + at[2]) / 2) / fmaxf(eyes, 1);
    if (p->face.width < SMALL)
        find(d, "small", i, NULL, p->face.width, "take one where the face is larger");
    else if (p->quality[0] < BLURRED)
        find(d, "blurred", i, NULL, p->quality[0], "take a sharper one");
    if (nose > AWAY)
        find(d, "turned", i, NULL, nose, "take one that looks at the camera");
    if (p->face.inside < CUT)
        find(d, "cut", i, NULL, p->face.inside, "take one with the whole face in it");
    if (p->faces > 1)
        find(d, "several", i, NULL, (float)p->faces,
             "the largest face was taken: see that it is the right one");
}

static int put_out(const cli_options *options, doctor *d) {
    for (int i = 0; i < d->count; i++) {
        check_against_others(d, i);
        if (!d->items[i].credited)
            find(d, "credit", &d->items[i], NULL, NAN,
                 "say whose photo it is, and its licence");
        if (d->items[i].photo) check_photo(d, &d->items[i]);
    }
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
    if (!code) code = put_out(options, d);
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
    if (!code) code = put_out(options, d);
    photos_free(photos, folder.count);
    credits_free(known);
    people_folder_free(&folder);
    return code;
}

int run_gallery_check(const cli_options *options) {
    struct stat about;
    int is_folder = stat(options->operands[0], &about) == 0 && S_ISDIR(about.st_mode);
    doctor d = {.threshold = NAN, .findings = json_array()};
    hum_engine *engine;
    int code = engine_open(options, is_folder ? EMBEDDER | DETECTORS : EMBEDDER, &engine);
    json_t *info = code ? NULL : engine_info(engine);
    double threshold = NAN;
    if (info) json_unpack(info, "{s:{s?F}}", "embedder", "threshold", &threshold);
    json_decref(info);
    if (!code) {
        d.threshold = (float)threshold;
        d.dimension = hum_dimension(engine);
        code = (is_folder ? check_folder : check_file)(engine, options, &d);
    }
    free(d.items);
    json_decref(d.findings);
    hum_destroy(engine);
    return code;
}
