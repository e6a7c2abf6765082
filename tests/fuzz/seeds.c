/* Writes what the targets begin with, as far as it is made by code, into the folder
   given: tflite/, net/, gallery/, engine/. */

#include "program.h"

#include "fuzz.h"
#include "small.h"

#include <math.h>
#include <sys/stat.h>

static const char *folder;

static void write_seed(const char *target, const char *name, const void *data,
                       size_t size) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, target);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/%s/%s", folder, target, name);
    FILE *file = fopen(path, "wb");
    MUST(file && fwrite(data, 1, size, file) == size && fclose(file) == 0);
}

/* ---- Networks --------------------------------------------------------------------- */

static void write_network(const char *name, graph *g, const char *recipe) {
    model_file f = write_model(&g->model, recipe);
    write_seed("tflite", name, f.data, f.size);
    write_seed("net", name, f.data, f.size);
    free(f.data);
    graph_free(g);
}

/* The operators that small.h has not got, and a convolution that is Winograd's where
   activations are floats. */
static void other_operators(graph *g) {
    memset(g, 0, sizeof *g);
    random_state = 99;
    int32_t x = g->model.input = graph_tensor(g, HUM_F32, 4, SHAPE(1, 6, 6, 8));
    int32_t kernel = random_int8(g, 4, SHAPE(8, 3, 3, 8), 0, 0.3f);
    int32_t a = graph_tensor(g, HUM_F32, 4, SHAPE(1, 6, 6, 8));
    graph_node(g, HUM_OP_CONV_2D, a, 2, x, kernel)->same_padding = 1;
    int32_t b = graph_tensor(g, HUM_F32, 4, SHAPE(1, 6, 6, 8));
    graph_node(g, HUM_OP_ADD, b, 2, a, x)->activation = HUM_ACT_RELU;
    int32_t c = graph_tensor(g, HUM_F32, 4, SHAPE(1, 3, 3, 8));
    hum_node *n = graph_node(g, HUM_OP_AVERAGE_POOL_2D, c, 1, b);
    n->stride_h = n->stride_w = n->filter_h = n->filter_w = 2;
    int32_t d = graph_tensor(g, HUM_F32, 4, SHAPE(1, 5, 4, 8));
    graph_node(g, HUM_OP_RESIZE_BILINEAR, d, 1, c)->half_pixel_centers = 1;
    int32_t e = graph_tensor(g, HUM_F32, 4, SHAPE(1, 5, 4, 8));
    graph_node(g, HUM_OP_LOGISTIC, e, 1, d);
    int32_t f = graph_tensor(g, HUM_F32, 4, SHAPE(1, 5, 4, 8));
    graph_node(g, HUM_OP_RELU6, f, 1, e);
    int32_t flat = graph_tensor(g, HUM_F32, 2, SHAPE(1, 160));
    graph_node(g, HUM_OP_RESHAPE, flat, 1, f);
    int32_t axes = graph_constant(g, HUM_I32, 1, SHAPE(2), (const int32_t[]){1, 2});
    int32_t gate = graph_tensor(g, HUM_F32, 4, SHAPE(1, 1, 1, 8));
    graph_node(g, HUM_OP_MEAN, gate, 2, f, axes);
    int32_t gated = graph_tensor(g, HUM_F32, 4, SHAPE(1, 5, 4, 8));
    graph_node(g, HUM_OP_MUL, gated, 2, f, gate);
    int32_t flat2 = graph_tensor(g, HUM_F32, 2, SHAPE(1, 160));
    graph_node(g, HUM_OP_RESHAPE, flat2, 1, gated);
    int32_t out = graph_tensor(g, HUM_F32, 2, SHAPE(1, 320));
    graph_node(g, HUM_OP_CONCATENATION, out, 2, flat, flat2)->axis = 1;
    graph_output(g, out);
}

/* One layer is enough to change everything about it. */
static void one_operator(const char *name, hum_op op) {
    static graph g;
    memset(&g, 0, sizeof g);
    random_state = 7;
    int32_t x = g.model.input = graph_tensor(&g, HUM_F32, 4, SHAPE(1, 5, 4, 4));
    int32_t y = graph_tensor(&g, HUM_F32, 4, SHAPE(1, 5, 4, 4));
    hum_node *n = graph_node(&g, op, y, 1, x);
    n->same_padding = 1;
    if (op == HUM_OP_CONV_2D)
        n->inputs[n->input_count++] = random_int8(&g, 4, SHAPE(4, 3, 3, 4), 0, 1);
    if (op == HUM_OP_DEPTHWISE_CONV_2D)
        n->inputs[n->input_count++] =
            random_constant(&g, HUM_F32, 4, SHAPE(1, 3, 3, 4), 1);
    if (op == HUM_OP_MAX_POOL_2D) n->filter_h = n->filter_w = 3;
    if (op == HUM_OP_ADD || op == HUM_OP_MUL) n->inputs[n->input_count++] = x;
    if (op == HUM_OP_PAD)
        n->inputs[n->input_count++] =
            graph_constant(&g, HUM_I32, 2, SHAPE(4, 2), (const int32_t[8]){0});
    graph_output(&g, y);
    write_network(name, &g, NULL);
}

static void networks(void) {
    static graph g;
    small_graph(&g);
    write_network("small", &g, NULL);
    small_graph(&g);
    write_network("small-recipe", &g, small_recipe);
    small_detector(&g);
    write_network("detector", &g, small_detector_recipe);
    other_operators(&g);
    write_network("others", &g, NULL);
    one_operator("conv", HUM_OP_CONV_2D);
    one_operator("depthwise", HUM_OP_DEPTHWISE_CONV_2D);
    one_operator("max-pool", HUM_OP_MAX_POOL_2D);
    one_operator("average-pool", HUM_OP_AVERAGE_POOL_2D);
    one_operator("resize", HUM_OP_RESIZE_BILINEAR);
    one_operator("add", HUM_OP_ADD);
    one_operator("mul", HUM_OP_MUL);
    one_operator("pad", HUM_OP_PAD);
    one_operator("relu", HUM_OP_RELU);
    one_operator("reshape", HUM_OP_RESHAPE);
}

/* ---- Galleries --------------------------------------------------------------------- */

/* Photos of people whose embeddings are random, three of each person; without the zeros
   at the end. */
static void write_gallery(hum_engine *e, const char *name, int people, int axes) {
    random_state = 4321;
    MUST(!hum_gallery_begin(e, 0));
    for (int i = 0; i < 3 * people; i++) {
        float v[8], sum = 0;
        char person[16];
        snprintf(person, sizeof person, "P\xc3\xa9 %d", i / 3);
        for (int k = 0; k < 8; k++) sum += (v[k] = random_float()) * v[k];
        for (int k = 0; k < 8; k++) v[k] /= sqrtf(sum);
        MUST(!hum_gallery_add(e, v, person, "l", "f", "s", "a", "CC0", NULL,
                              (const uint8_t *)"\xff\xd8\xff", i % 2 ? 3 : 0));
    }
    const uint8_t *bytes;
    size_t size;
    MUST(!hum_gallery_end(e, axes, &bytes, &size));
    while (size > 64 && !bytes[size - 1]) size--;
    write_seed("gallery", name, bytes, size);
}

static void galleries(void) {
    static graph g;
    hum_engine *e;
    small_graph(&g);
    model_file f = write_model(&g.model, small_recipe);
    MUST(!hum_create(1, &e));
    MUST(!hum_load_embedder(e, f.data, f.size, NULL, 0, NULL, 0));
    write_gallery(e, "two", 2, 0);
    write_gallery(e, "projected", 2, 3);
    write_gallery(e, "calibrated", 12, 0);
    hum_destroy(e);
    free(f.data);
    graph_free(&g);
}

/* ---- Programs -----------------------------------------------------------------------
 */

#define PROGRAM(name, ...)                                                               \
    do {                                                                                 \
        const uint8_t calls[] = {__VA_ARGS__};                                           \
        write_seed("engine", name, calls, sizeof calls);                                 \
    } while (0)
#define NETWORKS                                                                         \
    CALL_DETECTOR, FILE_FIXTURE, FILE_FIXTURE, CALL_EMBEDDER, FILE_FIXTURE,              \
        FILE_FIXTURE, 0
#define PICTURE CALL_PHOTO, FILE_FIXTURE
#define PERSON(letter)                                                                   \
    CALL_ADD, 1, letter, 1, 'l', 1, 'f', 0, 2, 0xc3, 0xa9, 0, 0, FILE_FIXTURE
#define TURNED(k) CALL_SPOIL, k, 0, 0, 0x80, 0x3f, CALL_SPOIL, (k + 7) % 8, 0, 0, 0, 0

static void programs(void) {
    PROGRAM("match", NETWORKS, PICTURE, CALL_DETECT, 9, CALL_EMBED, 0, CALL_BEGIN, 0,
            PERSON('A'), TURNED(1), PERSON('B'), CALL_END, 0, CALL_SEARCH, 5,
            CALL_COMPARE, CALL_ENTRY, 1, 0, CALL_INFO);
    PROGRAM("projected", NETWORKS, CALL_BEGIN, 1, PERSON('A'), TURNED(1), PERSON('B'),
            TURNED(2), PERSON('C'), CALL_END, 2, CALL_SEARCH, 3, CALL_COMPARE, CALL_ENTRY,
            2, 3, CALL_SEARCH, 1, CALL_INFO);
    PROGRAM("crops", NETWORKS, CALL_PIXELS, 40, 30, 3, 200, CALL_DETECT, 2, CALL_CROP, 0,
            0, 32, CALL_CROP, 1, 1, 16, CALL_CROP, 64, 0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 0,
            0, 0x20, 0x41, 0, 0, 0xa0, 0x41, 1, 2, 3, 4, 0, 48, CALL_EMBED, 1);
    PROGRAM("patched", NETWORKS, CALL_BEGIN, 0, PERSON('A'), TURNED(1), PERSON('B'),
            CALL_END, 0, CALL_GALLERY, FILE_PATCHED, 1, 0x30, 0x01, 'x', 0x31, 0x01, 'y',
            1, CALL_SEARCH, 2, CALL_INFO, CALL_EMBEDDER, FILE_PATCHED, 0, 0x10, 0x02, 1,
            FILE_FIXTURE, 1, CALL_DETECTOR, FILE_FIXTURE, FILE_PATCHED, 0, 3, 0, 'z',
            CALL_INFO);
    PROGRAM("nothing", CALL_DETECT, 1, CALL_EMBED, 0, CALL_SEARCH, 1, CALL_BEGIN, 0,
            CALL_ADD, 0, 0, 0, 0, 0, 0, 0, FILE_LEFT_OUT, CALL_END, 0, CALL_ENTRY, 0, 0,
            CALL_GALLERY, FILE_LEFT_OUT, 0, CALL_PHOTO, FILE_OWN, 2, 0, 0xff, 0xd8,
            CALL_INFO);
}

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: fuzz-seeds FOLDER\n");
        return 2;
    }
    folder = arguments[1];
    networks();
    galleries();
    programs();
    return 0;
}
