#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- match ----------------------------------------------------------------------- */

static void print_share_json(const char *key, float share) {
    if (share < 0) printf(",\"%s\":null", key);
    else printf(",\"%s\":%.9g", key, (double)share);
}

static void print_match_json(hum_engine *engine, const hum_match *m) {
    printf("{\"name\":");
    json_string(stdout, hum_gallery_text(engine, HUM_PERSON_NAME, m->person));
    printf(",\"score\":%.9g", (double)m->score);
    print_share_json("strangers", m->strangers);
    print_share_json("nearest", m->nearest);
    static const struct {
        const char *key;
        int field;
    } texts[] = {{"link", HUM_PERSON_LINK},      {"file", HUM_PHOTO_FILE},
                 {"source", HUM_PHOTO_SOURCE},   {"author", HUM_PHOTO_AUTHOR},
                 {"licence", HUM_PHOTO_LICENCE}, {"photoLink", HUM_PHOTO_LINK}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int32_t index = texts[i].field == HUM_PERSON_LINK ? m->person : m->photo;
        printf(",\"%s\":", texts[i].key);
        json_string(stdout, hum_gallery_text(engine, texts[i].field, index));
    }
    putchar('}');
}

/* The columns of a name, counting characters rather than bytes. */
static int columns(const char *text) {
    int n = 0;
    for (; *text; text++) n += (*text & 0xC0) != 0x80;
    return n;
}

static void print_matches(hum_engine *engine, const hum_match *matches, int32_t count) {
    int widest = 0;
    for (int32_t i = 0; i < count; i++) {
        int width = columns(hum_gallery_text(engine, HUM_PERSON_NAME, matches[i].person));
        if (width > widest) widest = width;
    }
    if (count && matches[0].nearest >= 0 && matches[0].nearest < HUM_ALIKE)
        printf("Nobody here looks much like this face. The nearest are\n");
    else printf("Looks most like\n");
    for (int32_t i = 0; i < count; i++) {
        const hum_match *m = &matches[i];
        const char *name = hum_gallery_text(engine, HUM_PERSON_NAME, m->person);
        const char *author = hum_gallery_text(engine, HUM_PHOTO_AUTHOR, m->photo);
        const char *licence = hum_gallery_text(engine, HUM_PHOTO_LICENCE, m->photo);
        printf("%3d  %s%*s  %6.3f", i + 1, name, widest - columns(name), "",
               (double)m->score);
        if (m->strangers >= 0)
            printf("  closer than %.1f %% of strangers",
                   floor(1000 * (double)m->strangers) / 10);
        if (*author || *licence)
            printf("  (%s: %s%s%s)",
                   entry_has_photo(engine, m->photo) ? "photo" : "no photo", author,
                   *author && *licence ? ", " : "", licence);
        putchar('\n');
    }
}

static void print_face_json(const photo_result *r) {
    printf("\"face\":");
    if (r->faces) json_face(stdout, &r->face);
    else printf("null");
}

int run_match(const cli_options *options) {
    if (!options->gallery) return cli_fail("name the gallery: --gallery people.humg");
    hum_engine *engine = engine_open(options);
    if (!engine) return EXIT_BAD;
    gallery_file gallery = {0};
    photo_result photo = {0};
    hum_match matches[HUM_MAX_MATCHES];
    int32_t count = 0;
    const char *path = options->operands[0];
    int code = gallery_open(engine, options->gallery, &gallery);
    if (!code) code = photo_need(engine, options, path, &photo);
    if (!code &&
        hum_search(engine, photo.embedding, options->k, matches, &count) != HUM_OK)
        code = cli_fail("%s", hum_error(engine));
    if (options->json && code != EXIT_BAD) {
        printf("{\"photo\":");
        json_string(stdout, path);
        printf(",\"faces\":%d,", photo.faces);
        print_face_json(&photo);
        printf(",\"matches\":[");
        for (int32_t i = 0; i < count; i++) {
            if (i) putchar(',');
            print_match_json(engine, &matches[i]);
        }
        printf("]}\n");
    } else if (!code) {
        if (photo.faces > 1)
            fprintf(stderr, "note: %d faces; this is number %d by size (see --face)\n",
                    photo.faces, options->face);
        print_matches(engine, matches, count);
    }
    photo_free(&photo);
    hum_destroy(engine);
    gallery_close(&gallery);
    return code;
}

/* ---- verify ---------------------------------------------------------------------- */

/* The model's threshold, or the one that was asked for. */
static int find_threshold(hum_engine *engine, const cli_options *options, float *out) {
    *out = options->threshold;
    if (!isnan(*out)) return EXIT_DONE;
    json_value info;
    char why[160];
    const char *text = hum_info(engine);
    if (!text || json_parse(text, strlen(text), &info, why))
        return cli_fail("the engine's description cannot be read");
    const json_value *number = json_get(json_get(&info, "embedder"), "threshold");
    int known = number && number->type == JSON_NUMBER;
    if (known) *out = (float)number->number;
    json_free(&info);
    return known ? EXIT_DONE
                 : cli_fail(
                       "no threshold is known for this model; give one: --threshold X");
}

int run_verify(const cli_options *options) {
    hum_engine *engine = engine_open(options);
    if (!engine) return EXIT_BAD;
    photo_result photos[2] = {{0}, {0}};
    float threshold = NAN, cosine = NAN;
    int code = find_threshold(engine, options, &threshold);
    for (int i = 0; i < 2 && !code; i++)
        code = photo_need(engine, options, options->operands[i], &photos[i]);
    if (!code &&
        hum_compare(engine, photos[0].embedding, photos[1].embedding, &cosine) != HUM_OK)
        code = cli_fail("%s", hum_error(engine));
    if (!code) {
        int same = cosine >= threshold;
        if (options->json) {
            printf("{\"photos\":[");
            json_string(stdout, options->operands[0]);
            putchar(',');
            json_string(stdout, options->operands[1]);
            printf("],\"cosine\":%.9g,\"threshold\":%.9g,\"same\":%s}\n", (double)cosine,
                   (double)threshold, same ? "true" : "false");
        } else {
            printf("%s: cosine %.3f, threshold %.3f\n",
                   same ? "Looks like the same person" : "Looks like two people",
                   (double)cosine, (double)threshold);
        }
        code = same ? EXIT_DONE : EXIT_NOTHING;
    }
    for (int i = 0; i < 2; i++) photo_free(&photos[i]);
    hum_destroy(engine);
    return code;
}

/* ---- embed ----------------------------------------------------------------------- */

/* NumPy's format 1.0: magic, version, length of the header, header padded so that the
   floats begin at a multiple of 64. */
static void write_npy(FILE *out, const photo_result *photos, int count, int dimension) {
    char header[128];
    int n = snprintf(header, sizeof header,
                     "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }",
                     count, dimension);
    int padded = (10 + n + 1 + 63) / 64 * 64 - 10;
    fwrite("\x93NUMPY\1\0", 1, 8, out);
    fputc(padded & 255, out);
    fputc(padded >> 8, out);
    fprintf(out, "%s%*s\n", header, padded - n - 1, "");
    for (int i = 0; i < count; i++) {
        for (int k = 0; k < dimension; k++) {
            uint32_t bits;
            memcpy(&bits, &photos[i].embedding[k], sizeof bits);
            for (int shift = 0; shift < 32; shift += 8)
                fputc((int)(bits >> shift & 255), out);
        }
    }
}

static void print_embeddings(const cli_options *options, const photo_result *photos,
                             int dimension) {
    if (options->json) printf("{\"photos\":[");
    for (int i = 0; i < options->operand_count; i++) {
        const photo_result *r = &photos[i];
        if (options->json) {
            printf(i ? ",{\"photo\":" : "{\"photo\":");
            json_string(stdout, options->operands[i]);
            putchar(',');
            print_face_json(r);
            printf(",\"embedding\":");
            json_floats(stdout, r->embedding, dimension);
            putchar('}');
        } else {
            printf("%s", options->operands[i]);
            for (int k = 0; k < dimension; k++)
                printf(k ? " %.9g" : "\t%.9g", (double)r->embedding[k]);
            putchar('\n');
        }
    }
    if (options->json) printf("]}\n");
}

int run_embed(const cli_options *options) {
    int count = options->operand_count;
    hum_engine *engine = engine_open(options);
    if (!engine) return EXIT_BAD;
    int dimension = hum_dimension(engine);
    int code = options->output ? output_check(options->output) : EXIT_DONE;
    photo_result *photos = must_alloc((size_t)count, sizeof *photos);
    if (!code) code = photos_read(engine, options, options->operands, count, 0, photos);
    /* All or nothing: the rows of the output stand for the operands. */
    for (int i = 0; i < count && code != EXIT_BAD; i++) {
        if (photos[i].state == PHOTO_OK) continue;
        cli_fail("%s: %s", options->operands[i], photos[i].message);
        code = photos[i].state == PHOTO_BAD ? EXIT_BAD : EXIT_NOTHING;
    }
    output_file out;
    if (!code && options->output) code = output_open(&out, options->output);
    if (!code && options->output) {
        write_npy(out.file, photos, count, dimension);
        code = output_close(&out);
    }
    if (!code && (options->json || !options->output))
        print_embeddings(options, photos, dimension);
    for (int i = 0; i < count; i++) photo_free(&photos[i]);
    free(photos);
    hum_destroy(engine);
    return code;
}

/* ---- detect ---------------------------------------------------------------------- */

static void print_faces(const cli_options *options, const int32_t size[2],
                        const hum_face *faces, int32_t count) {
    if (options->json) {
        printf("{\"photo\":");
        json_string(stdout, options->operands[0]);
        printf(",\"width\":%d,\"height\":%d,\"faces\":[", size[0], size[1]);
        for (int32_t i = 0; i < count; i++) {
            if (i) putchar(',');
            json_face(stdout, &faces[i]);
        }
        printf("]}\n");
        return;
    }
    printf("%s: %d x %d pixels, faces: %d\n", options->operands[0], size[0], size[1],
           count);
    for (int32_t i = 0; i < count; i++)
        printf("%3d  at %.0f, %.0f  size %.0f x %.0f  score %.2f\n", i + 1,
               (double)faces[i].x, (double)faces[i].y, (double)faces[i].width,
               (double)faces[i].height, (double)faces[i].score);
}

int run_detect(const cli_options *options) {
    if (options->no_detect)
        return cli_fail("detect looks for faces; --no-detect leaves it nothing to do");
    hum_engine *engine = engine_open_detectors(options);
    if (!engine) return EXIT_BAD;
    const char *why = "", *path = options->operands[0];
    size_t bytes_size = 0;
    unsigned char *bytes = file_read(path, HUM_MAX_PHOTO_BYTES, &bytes_size, &why);
    int32_t size[2], count = 0;
    hum_face faces[HUM_MAX_FACES];
    int code = EXIT_DONE;
    if (!bytes) {
        code = cli_fail("%s: %s", path, why);
    } else if (hum_photo_decode(engine, bytes, bytes_size, size) != HUM_OK ||
               hum_detect(engine, faces, HUM_MAX_FACES, &count) != HUM_OK) {
        code = cli_fail("%s: %s", path, hum_error(engine));
    } else {
        print_faces(options, size, faces, count);
        if (!count) code = EXIT_NOTHING;
    }
    free(bytes);
    hum_destroy(engine);
    return code;
}
