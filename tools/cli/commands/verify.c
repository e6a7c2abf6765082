#include "commands.h"

#include "photo.h"

#include <math.h>

/* The threshold that was asked for, or the model's. */
static int find_threshold(hum_engine *engine, const cli_options *options, double *out) {
    *out = (double)options->threshold;
    if (!isnan(*out)) return EXIT_DONE;
    json_t *info = engine_info(engine);
    if (!info) return EXIT_BAD;
    int known = !json_unpack(info, "{s:{s:F}}", "embedder", "threshold", out);
    json_decref(info);
    if (known) return EXIT_DONE;
    return cli_fail("no threshold is known for this model; give one: --threshold X");
}

static int print_verdict(const cli_options *options, double cosine, double threshold,
                         int same) {
    if (options->json)
        return print_json(json_pack("{s:[o,o],s:f,s:f,s:b}", "photos",
                                    text_json(options->operands[0]),
                                    text_json(options->operands[1]), "cosine", cosine,
                                    "threshold", threshold, "same", same));
    printf("%s: cosine %.3f, threshold %.3f\n",
           same ? "Looks like the same person" : "Looks like two people", cosine,
           threshold);
    return EXIT_DONE;
}

int run_verify(const cli_options *options) {
    hum_engine *engine;
    int code = engine_open(options, EMBEDDER | DETECTORS, &engine);
    if (code) return code;
    photo_result photos[2] = {{0}, {0}};
    double threshold;
    float cosine;
    code = find_threshold(engine, options, &threshold);
    for (int i = 0; i < 2 && !code; i++) {
        photo_read(engine, options, options->operands[i], 0, &photos[i]);
        code = photo_check(&photos[i], options->operands[i]);
    }
    if (!code &&
        hum_compare(engine, photos[0].embedding, photos[1].embedding, &cosine) != HUM_OK)
        code = cli_fail("%s", hum_error(engine));
    if (!code) {
        int same = cosine >= (float)threshold;
        code = print_verdict(options, (double)cosine, threshold, same);
        if (!code && !same) code = EXIT_NOTHING;
    }
    for (int i = 0; i < 2; i++) photo_free(&photos[i]);
    hum_destroy(engine);
    return code;
}
