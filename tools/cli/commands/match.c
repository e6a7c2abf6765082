#include "commands.h"

#include "gallery_file.h"
#include "photo.h"
#include "text.h"

#include <math.h>

/* A share of strangers; null where it is not known. */
static json_t *share_json(float share) {
    return share < 0 ? json_null() : json_real((double)share);
}

static json_t *match_json(const hum_engine *engine, const hum_match *m) {
    entry_texts t = entry_read(engine, m->photo);
    return json_pack("{s:s,s:f,s:o,s:o,s:o,s:s,s:s,s:s,s:s,s:s,s:s}", "name", t.name,
                     "score", (double)m->score, "strangers", share_json(m->strangers),
                     "nearest", share_json(m->nearest), "alike",
                     m->alike < 0 ? json_null() : json_boolean(m->alike), "link", t.link,
                     "file", t.file, "source", t.source, "author", t.author, "licence",
                     t.licence, "photoLink", t.photo_link);
}

static int print_matches_json(hum_engine *engine, const char *path,
                              const photo_result *photo, const hum_match *matches,
                              int count) {
    json_t *list = json_array();
    for (int i = 0; i < count; i++)
        json_array_append_new(list, match_json(engine, &matches[i]));
    return print_json(json_pack(
        "{s:o,s:i,s:o,s:o}", "photo", text_json(path), "faces", photo->faces, "face",
        photo->faces ? face_json(&photo->face) : json_null(), "matches", list));
}

static void print_match(hum_engine *engine, int rank, const hum_match *m, int widest) {
    entry_texts t = entry_read(engine, m->photo);
    printf("%3d  ", rank);
    text_write(stdout, t.name, 1);
    printf("%*s  %6.3f", widest - text_columns(t.name), "", (double)m->score);
    if (m->strangers >= 0)
        printf("  closer than %.1f %% of strangers",
               floor(1000 * (double)m->strangers) / 10);
    if (*t.author || *t.licence) {
        fputs(entry_has_photo(engine, m->photo) ? "  (photo: " : "  (no photo: ", stdout);
        text_write(stdout, t.author, 1);
        if (*t.author && *t.licence) fputs(", ", stdout);
        text_write(stdout, t.licence, 1);
        putchar(')');
    }
    putchar('\n');
}

static void print_matches(hum_engine *engine, const hum_match *matches, int count) {
    int widest = 0;
    for (int i = 0; i < count; i++) {
        int width =
            text_columns(hum_gallery_text(engine, HUM_PERSON_NAME, matches[i].person));
        if (width > widest) widest = width;
    }
    if (count && matches[0].alike == 0)
        printf("Nobody here looks much like this face. The nearest are\n");
    else printf("Looks most like\n");
    for (int i = 0; i < count; i++) print_match(engine, i + 1, &matches[i], widest);
}

/* Looks the photo up in the loaded gallery. */
static int match(hum_engine *engine, const cli_options *options, photo_result *photo) {
    const char *path = options->operands[0];
    hum_match matches[HUM_MAX_MATCHES];
    int32_t count = 0;
    photo_read(engine, options, path, 0, photo);
    int code = photo_check(photo, path);
    if (!code &&
        hum_search(engine, photo->embedding, options->k, matches, &count) != HUM_OK)
        code = cli_fail("%s", hum_error(engine));
    if (options->json && code != EXIT_BAD) {
        int printed = print_matches_json(engine, path, photo, matches, count);
        return printed ? printed : code;
    }
    if (code) return code;
    if (photo->faces > 1)
        cli_note("note: %d faces; this is number %d by size (see --face)", photo->faces,
                 options->face);
    print_matches(engine, matches, count);
    return EXIT_DONE;
}

int run_match(const cli_options *options) {
    if (!options->gallery) return cli_fail("name the gallery: --gallery people.humg");
    hum_engine *engine;
    int code = engine_open(options, EMBEDDER | DETECTORS, &engine);
    if (code) return code;
    gallery_file gallery = {0};
    photo_result photo = {0};
    code = gallery_open(engine, options->gallery, &gallery);
    if (!code) code = match(engine, options, &photo);
    photo_free(&photo);
    hum_destroy(engine);
    gallery_close(&gallery);
    return code;
}
