#include "commands.h"

#include "gallery_file.h"

/* Every person with their photos. */
static json_t *people_json(const hum_engine *engine, int people, int photos) {
    json_t *list = json_array();
    for (int p = 0; p < people; p++)
        json_array_append_new(
            list, json_pack("{s:s,s:s,s:[]}", "name",
                            hum_gallery_text(engine, HUM_PERSON_NAME, p), "link",
                            hum_gallery_text(engine, HUM_PERSON_LINK, p), "photos"));
    for (int i = 0; i < photos; i++) {
        entry_texts t = entry_read(engine, i);
        json_t *person = json_array_get(list, (size_t)hum_gallery_person(engine, i));
        json_array_append_new(json_object_get(person, "photos"),
                              json_pack("{s:s,s:s,s:s,s:s,s:s}", "file", t.file, "source",
                                        t.source, "author", t.author, "licence",
                                        t.licence, "link", t.photo_link));
    }
    return list;
}

static void print_quantiles(const char *what, const json_t *section) {
    const json_t *quantiles = json_object_get(section, "quantiles");
    json_int_t pairs = json_integer_value(json_object_get(section, "pairs"));
    if (json_array_size(quantiles) < 21) {
        printf("  %-18s %s\n", what, pairs ? "too few to tell" : "not measured");
        return;
    }
    double q[21];
    for (size_t i = 0; i < 21; i++)
        q[i] = json_number_value(json_array_get(quantiles, i));
    printf("  %-18s %lld scores: lowest %.3f, half below %.3f, 95 %% below %.3f, "
           "highest %.3f\n",
           what, (long long)pairs, q[0], q[10], q[19], q[20]);
}

static int print_text(hum_engine *engine, const char *path, json_t *gallery) {
    int people, rows, dimension, probe_dimension, projected, photos = 0;
    json_int_t bytes;
    const char *contract;
    json_error_t error;
    if (json_unpack_ex(gallery, &error, 0, "{s:i,s:i,s:i,s:i,s:b,s:I,s:s}", "people",
                       &people, "photos", &rows, "dimension", &dimension,
                       "probeDimension", &probe_dimension, "projected", &projected,
                       "bytes", &bytes, "contract", &contract))
        return cli_fail("the engine's description is not as expected: %s", error.text);
    for (int i = 0; i < rows; i++) photos += entry_has_photo(engine, i);
    printf("%s\n  %-18s %d\n  %-18s %d\n  %-18s %lld\n  %-18s %s\n", path, "people",
           people, "photos", photos, "bytes", (long long)bytes, "made with", contract);
    printf("  %-18s %d", "numbers a row", dimension);
    if (projected) printf(", projected from %d", probe_dimension);
    putchar('\n');
    print_quantiles("different people", json_object_get(gallery, "strangers"));
    print_quantiles("nearest of them", json_object_get(gallery, "nearest"));
    print_quantiles("same person", json_object_get(gallery, "kin"));
    return EXIT_DONE;
}

int run_gallery_info(const cli_options *options) {
    hum_engine *engine;
    int code = engine_open(options, EMBEDDER, &engine);
    if (code) return code;
    gallery_file file = {0};
    json_t *info = NULL;
    code = gallery_open(engine, options->operands[0], &file);
    if (!code && !(info = engine_info(engine))) code = EXIT_BAD;
    json_t *gallery = json_object_get(info, "gallery");
    int people = (int)json_integer_value(json_object_get(gallery, "people"));
    int rows = (int)json_integer_value(json_object_get(gallery, "photos"));
    if (!code && options->json)
        code = print_json(json_pack("{s:O,s:o}", "info", info, "people",
                                    people_json(engine, people, rows)));
    else if (!code) code = print_text(engine, options->operands[0], gallery);
    json_decref(info);
    hum_destroy(engine);
    gallery_close(&file);
    return code;
}
