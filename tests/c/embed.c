/* From pixels to a unit vector: normalisation in the recipe's channel order, mirroring,
   the contract, and vectors without direction. */

#include "embed.h"

#include "check.h"
#include "pixels.h"
#include "small.h"

#include <math.h>

static const char sha256[65] =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

static graph g;
static hum_text error;

static void check_pixels(void) {
    hum_recipe r = {.mean = {1, 2, 3}, .scale = 0.5f};
    const uint8_t rgb[6] = {10, 20, 30, 255, 0, 128};
    float out[6];
    hum_normalise(&r, rgb, 2, out);
    CHECK(out[0] == 4.5f && out[1] == 9 && out[2] == 13.5f);
    CHECK(out[3] == 127 && out[4] == -1 && out[5] == 62.5f);
    r.bgr = 1;
    hum_normalise(&r, rgb, 2, out);
    CHECK(out[0] == 14.5f && out[1] == 9 && out[2] == 3.5f);
    CHECK(out[3] == 63.5f && out[4] == -1 && out[5] == 126);
}

static void check_unit(void) {
    float v[3] = {3, 0, -4};
    CHECK_STATUS(hum_unit(v, 3, &error), HUM_OK);
    CHECK(v[0] == 0.6f && v[1] == 0 && v[2] == -0.8f);
    float large[2] = {3e38f, -3e38f}, tiny[2] = {3e-14f, 4e-14f};
    CHECK_STATUS(hum_unit(large, 2, &error), HUM_OK);
    CHECK(fabsf(large[0] - 0.70710678f) < 1e-6f);
    CHECK_STATUS(hum_unit(tiny, 2, &error), HUM_OK);
    CHECK(fabsf(tiny[1] - 0.8f) < 1e-6f);
    static const float bad[][2] = {{0, 0},        {NAN, 1},       {1, NAN},
                                   {INFINITY, 1}, {-INFINITY, 1}, {1e-20f, 1e-20f}};
    for (int i = 0; i < 6; i++) {
        memcpy(v, bad[i], sizeof bad[i]);
        CHECK_STATUS(hum_unit(v, 2, &error), HUM_ERROR_VALUE);
        CHECK(memcmp(v, bad[i], sizeof bad[i]) == 0);
    }
}

/* An embedder of the graph; consumes it. */
static hum_status make(hum_embedder *m, const char *recipe_text) {
    hum_recipe recipe;
    hum_net *net;
    CHECK_STATUS(hum_recipe_parse(recipe_text, strlen(recipe_text), &recipe, &error),
                 HUM_OK);
    CHECK_STATUS(hum_net_create(&g.model, 1, NULL, &net, &error), HUM_OK);
    graph_free(&g);
    return hum_embedder_init(m, net, &recipe, sha256, &error);
}

static void check_mirror(void) {
    enum { W = 20, H = 18 };
    uint8_t rgb[H * W * 3], turned[H * W * 3];
    for (int i = 0; i < H * W * 3; i++) rgb[i] = (uint8_t)(i * i % 251);
    for (int y = 0; y < H; y++)
        for (int x = 0; x < W; x++)
            memcpy(turned + (y * W + W - 1 - x) * 3, rgb + (y * W + x) * 3, 3);
    hum_image photo = {.rgb = rgb, .width = W, .height = H};
    hum_image mirrored = {.rgb = turned, .width = W, .height = H};
    hum_resampler scratch = {0};
    hum_rect rect = {1, 1, 18, 16, 0}, mirrored_rect = {1, 1, 18, 16, 0};
    hum_embedder plain, both;
    char recipe[512];
    small_graph(&g);
    CHECK_STATUS(make(&plain, small_recipe), HUM_OK);
    snprintf(recipe, sizeof recipe, "%smirror = yes\n", small_recipe);
    small_graph(&g);
    CHECK_STATUS(make(&both, recipe), HUM_OK);
    float a[8], b[8], c[8], d[8], length = 0, most = 0;
    CHECK_STATUS(hum_embed_rect(&plain, &photo, rect, 0, &scratch, a, &error), HUM_OK);
    CHECK_STATUS(hum_embed_rect(&plain, &mirrored, mirrored_rect, 0, &scratch, b, &error),
                 HUM_OK);
    CHECK_STATUS(hum_embed_rect(&both, &photo, rect, 1, &scratch, c, &error), HUM_OK);
    CHECK_STATUS(hum_embed_rect(&both, &mirrored, mirrored_rect, 1, &scratch, d, &error),
                 HUM_OK);
    for (int i = 0; i < 8; i++) length += (a[i] + b[i]) * (a[i] + b[i]);
    float differ = 0;
    for (int i = 0; i < 8; i++) {
        most = fmaxf(most, fabsf((a[i] + b[i]) / sqrtf(length) - c[i]));
        most = fmaxf(most, fabsf(c[i] - d[i]));
        differ = fmaxf(differ, fabsf(a[i] - b[i]));
    }
    CHECK(most < 1e-6f);
    CHECK(differ > 1e-3f); /* the picture is not its own mirror image */

    CHECK_TEXT(plain.contract, "model e3b0c442");
    CHECK_TEXT(plain.contract, "id small input 16x16 rgb mean 127.5 127.5 127.5");
    CHECK_TEXT(plain.contract, "crop square 0 0 1 1 mirror 0 dimension 8");
    CHECK_TEXT(both.contract, "mirror 1");
    hum_embedder_free(&plain);
    hum_embedder_free(&both);
    hum_resampler_free(&scratch);
}

/* mean over the picture, times factors: zeros for an embedding without direction. */
static void mean_graph(int32_t height, int32_t width, int32_t channels, float factor) {
    memset(&g, 0, sizeof g);
    int32_t x = g.model.input =
        graph_tensor(&g, HUM_F32, 4, SHAPE(1, height, width, channels));
    int32_t axes = graph_constant(&g, HUM_I32, 1, SHAPE(2), (const int32_t[]){1, 2});
    int32_t mean = graph_tensor(&g, HUM_F32, 2, SHAPE(1, channels));
    graph_node(&g, HUM_OP_MEAN, mean, 2, x, axes);
    const float factors[4] = {factor, factor, factor, factor};
    int32_t k = graph_constant(&g, HUM_F32, 1, SHAPE(channels), factors);
    int32_t y = graph_tensor(&g, HUM_F32, 2, SHAPE(1, channels));
    graph_node(&g, HUM_OP_MUL, y, 2, mean, k);
    graph_output(&g, y);
}

/* Two networks that differ in the last entry of the contract only, with the longest that
   stands before it. */
static void check_long_contract(void) {
    char id[256] = "", recipe[1024], contracts[2][sizeof((hum_embedder *)0)->contract];
    memset(id, 'i', 255);
    for (int yes = 0; yes < 2; yes++) {
        snprintf(recipe, sizeof recipe,
                 "id = %s\nname = Long\ntask = embedder\nchannels = rgb\n"
                 "mean = -1.23456789e-30 -1.23456789e-30 -1.23456789e-30\n"
                 "scale = 1.23456789e-05\ncrop = vggface2\n"
                 "box = -1.23456789e-30 -1.23456789e-30 0.123456789 0.123456789\n"
                 "mirror = %s\n",
                 id, yes ? "yes" : "no");
        hum_embedder m;
        mean_graph(1024, 1024, 3, 1);
        CHECK_STATUS(make(&m, recipe), HUM_OK);
        CHECK_TEXT(m.contract, id);
        CHECK_TEXT(m.contract, yes ? " mirror 1 dimension 3" : " mirror 0 dimension 3");
        memcpy(contracts[yes], m.contract, sizeof contracts[yes]);
        hum_embedder_free(&m);
    }
    CHECK(strcmp(contracts[0], contracts[1]) != 0);
}

static void check_refusals(void) {
    uint8_t rgb[16 * 16 * 3];
    memset(rgb, 200, sizeof rgb);
    hum_image photo = {.rgb = rgb, .width = 16, .height = 16};
    hum_resampler scratch = {0};
    hum_embedder m;
    static const float factors[] = {0, 1e38f}; /* the second one overflows */
    for (int i = 0; i < 2; i++) {
        mean_graph(16, 16, 3, factors[i]);
        CHECK_STATUS(make(&m, i ? "id = a\nname = a\ntask = embedder\nchannels = rgb\n"
                                  "mean = 0 0 0\nscale = 1000\ncrop = square\n"
                                  "box = 0 0 1 1\nmirror = yes\n"
                                : small_recipe),
                     HUM_OK);
        float out[3] = {7, 8, 9};
        CHECK_STATUS(hum_embed_rect(&m, &photo, (hum_rect){0, 0, 16, 16, 0}, 1, &scratch,
                                    out, &error),
                     HUM_ERROR_VALUE);
        CHECK_TEXT(error.text, "no direction");
        CHECK(out[0] == 7 && out[1] == 8 && out[2] == 9); /* failures write nothing */
        hum_embedder_free(&m);
    }
    hum_resampler_free(&scratch);

    mean_graph(16, 16, 3, 1);
    CHECK_STATUS(make(&m, small_detector_recipe), HUM_ERROR_FORMAT);
    CHECK_TEXT(error.text, "is a detector's, expected an embedder's");
    mean_graph(16, 16, 4, 1);
    CHECK_STATUS(make(&m, small_recipe), HUM_ERROR_FORMAT);
    CHECK_TEXT(error.text, "the embedder takes [16,16,4]");
    mean_graph(15, 16, 3, 1);
    CHECK_STATUS(make(&m, small_recipe), HUM_ERROR_FORMAT);
    mean_graph(16, 1025, 3, 1);
    CHECK_STATUS(make(&m, small_recipe), HUM_ERROR_FORMAT);
    mean_graph(16, 16, 3, 1);
    graph_output(&g, 2);
    CHECK_STATUS(make(&m, small_recipe), HUM_ERROR_FORMAT);
    CHECK_TEXT(error.text, "has 2 outputs");
    CHECK(!m.net && !m.pixels); /* nothing is left to free */
}

int main(void) {
    check_pixels();
    check_unit();
    check_mirror();
    check_long_contract();
    check_refusals();
    return check_end();
}
