#include "commands.h"

#include "files.h"
#include "gallery_file.h"

/* Adds every photo of the loaded gallery to a new one. */
static int copy_photos(hum_engine *engine, int *photos) {
    int pairs = 0;
    json_t *info = engine_info(engine);
    if (!info) return EXIT_BAD;
    json_unpack(info, "{s:{s:i,s:{s:i}}}", "gallery", "photos", photos, "nearest",
                "pairs", &pairs);
    json_decref(info);
    /* A gallery that does not say how alike its people are stays one. */
    if (hum_gallery_begin(engine, pairs ? 0 : HUM_NOT_PHOTOS) != HUM_OK)
        return cli_fail("%s", hum_error(engine));
    return gallery_add_photos(engine, *photos);
}

static int report(const cli_options *options, size_t size, int photos) {
    int axes = options->axes[0];
    if (options->json)
        return print_json(json_pack("{s:o,s:I,s:i,s:i}", "file",
                                    text_json(options->output), "bytes", (json_int_t)size,
                                    "photos", photos, "axes", axes));
    printf("%s: %d photos along %d axes, %zu bytes\n", options->output, photos, axes,
           size);
    return EXIT_DONE;
}

int run_gallery_project(const cli_options *options) {
    if (args_check_gallery(options)) return EXIT_BAD;
    if (!options->axes_count) return cli_fail("say to how many numbers: --axes 128");
    hum_engine *engine = NULL;
    gallery_file gallery = {0};
    size_t size = 0;
    int photos = 0, code = output_check(options->output);
    if (!code) code = engine_open(options, EMBEDDER, &engine);
    if (!code) code = gallery_open(engine, options->operands[0], &gallery);
    if (!code) code = copy_photos(engine, &photos);
    if (!code) code = gallery_write(engine, options->axes[0], options->output, &size);
    if (!code) code = report(options, size, photos);
    hum_destroy(engine);
    gallery_close(&gallery);
    return code;
}
