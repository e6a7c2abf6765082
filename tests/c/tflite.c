/* The reader of models: what it gives back of every kind of tensor and operator, every
   structural refusal, and a small model cut off everywhere and spoilt everywhere. */

#include "tflite.h"

#include "check.h"
#include "net.h"
#include "small.h"

#include <math.h>

static graph g;

static hum_status parse(const model_file *f, hum_model *m, hum_text *error) {
    error->text[0] = 0;
    return hum_tflite_parse(f->data, f->size, m, error);
}

/* ---- What a model says ----------------------------------------------------------- */

static void same_tensor(const hum_tensor *a, const hum_tensor *b) {
    CHECK_INT(a->type, b->type);
    CHECK_INT(a->rank, b->rank);
    CHECK(memcmp(a->shape, b->shape, sizeof a->shape) == 0);
    CHECK_INT(a->elements, b->elements);
    CHECK(!a->data == !b->data);
    if (b->data) CHECK(memcmp(a->data, b->data, b->elements * type_size(b->type)) == 0);
    CHECK_INT(a->scale_count, b->scale_count);
    if (b->scales) {
        CHECK(memcmp(a->scales, b->scales, 4 * (size_t)b->scale_count) == 0);
        CHECK_INT(a->scale_axis, b->scale_axis);
    }
    CHECK(strcmp(a->name, b->name) == 0);
}

static void same_node(const hum_node *a, const hum_node *b) {
    int conv = b->op == HUM_OP_CONV_2D || b->op == HUM_OP_DEPTHWISE_CONV_2D;
    int pool = b->op == HUM_OP_MAX_POOL_2D || b->op == HUM_OP_AVERAGE_POOL_2D;
    CHECK_INT(a->op, b->op);
    CHECK_INT(a->input_count, b->input_count);
    CHECK(memcmp(a->inputs, b->inputs, 4 * (size_t)b->input_count) == 0);
    CHECK_INT(a->output, b->output);
    CHECK_INT(a->activation, b->activation);
    if (conv || pool) {
        CHECK_INT(a->same_padding, b->same_padding);
        CHECK_INT(a->stride_h, b->stride_h);
        CHECK_INT(a->stride_w, b->stride_w);
    }
    if (conv) {
        CHECK_INT(a->dilation_h, b->dilation_h);
        CHECK_INT(a->dilation_w, b->dilation_w);
    }
    if (pool) {
        CHECK_INT(a->filter_h, b->filter_h);
        CHECK_INT(a->filter_w, b->filter_w);
    }
    if (b->op == HUM_OP_DEPTHWISE_CONV_2D)
        CHECK_INT(a->depth_multiplier, b->depth_multiplier);
    if (b->op == HUM_OP_CONCATENATION) CHECK_INT(a->axis, b->axis);
    if (b->op == HUM_OP_RESIZE_BILINEAR) {
        CHECK_INT(a->align_corners, b->align_corners);
        CHECK_INT(a->half_pixel_centers, b->half_pixel_centers);
    }
}

static void check_round_trip(graph *from, const char *recipe) {
    model_file f = write_model(&from->model, recipe);
    hum_model m;
    hum_text error;
    CHECK_STATUS(parse(&f, &m, &error), HUM_OK);
    if (error.text[0]) {
        printf("    %s\n", error.text);
        free(f.data);
        return;
    }
    CHECK_INT(m.tensor_count, from->model.tensor_count);
    CHECK_INT(m.node_count, from->model.node_count);
    for (int i = 0; i < m.tensor_count; i++)
        same_tensor(&m.tensors[i], &from->tensors[i]);
    for (int i = 0; i < m.node_count; i++) same_node(&m.nodes[i], &from->nodes[i]);
    CHECK_INT(m.input, from->model.input);
    CHECK_INT(m.output_count, from->model.output_count);
    CHECK(memcmp(m.outputs, from->model.outputs, 4 * (size_t)m.output_count) == 0);
    CHECK_INT(m.recipe_size, recipe ? strlen(recipe) : 0);
    if (recipe) CHECK(m.recipe && memcmp(m.recipe, recipe, m.recipe_size) == 0);
    else CHECK(!m.recipe);
    hum_tflite_free(&m);
    CHECK(!m.tensors && !m.nodes);
    hum_tflite_free(&m); /* again does nothing */
    free(f.data);
}

/* Every operator with every option set to a number of its own. */
static void every_operator(graph *to) {
    static const hum_op ops[] = {HUM_OP_ADD,
                                 HUM_OP_AVERAGE_POOL_2D,
                                 HUM_OP_CONCATENATION,
                                 HUM_OP_CONV_2D,
                                 HUM_OP_DEPTHWISE_CONV_2D,
                                 HUM_OP_DEQUANTIZE,
                                 HUM_OP_FULLY_CONNECTED,
                                 HUM_OP_LOGISTIC,
                                 HUM_OP_MAX_POOL_2D,
                                 HUM_OP_MUL,
                                 HUM_OP_RELU,
                                 HUM_OP_RELU6,
                                 HUM_OP_RESHAPE,
                                 HUM_OP_RESIZE_BILINEAR,
                                 HUM_OP_PAD,
                                 HUM_OP_MEAN};
    static const hum_activation acts[] = {HUM_ACT_NONE, HUM_ACT_RELU, HUM_ACT_RELU6};
    memset(to, 0, sizeof *to);
    int32_t last = to->model.input = graph_tensor(to, HUM_F32, 4, SHAPE(1, 2, 3, 4));
    for (int i = 0; i < 16; i++) {
        int32_t out = graph_tensor(to, HUM_F32, i % 5, SHAPE(2, 3, 4, 5));
        hum_node *n = graph_node(to, ops[i], out, 1 + i % 3, last, i % 2 ? 0 : -1, last);
        CHECK(strcmp(hum_op_name((int32_t)ops[i]), "an unknown operator") != 0);
        n->same_padding = i % 2;
        n->stride_h = 10 + i;
        n->stride_w = 30 + i;
        n->dilation_h = 50 + i;
        n->dilation_w = 70 + i;
        n->filter_h = 90 + i;
        n->filter_w = 110 + i;
        n->depth_multiplier = 130 + i;
        n->axis = -2;
        n->align_corners = 1;
        if (ops[i] != HUM_OP_DEQUANTIZE && ops[i] != HUM_OP_LOGISTIC &&
            ops[i] < HUM_OP_RELU)
            n->activation = acts[i % 3];
        last = out;
    }
    for (int i = 0; i < HUM_TFLITE_MAX_OUTPUTS; i++) graph_output(to, last - i);
    CHECK_TEXT(hum_op_name(5), "an unknown operator");
    CHECK_TEXT(hum_op_name(-1), "an unknown operator");
}

/* ---- Refusals -------------------------------------------------------------------- */

/* Where the count of a vector stands. */
static size_t vector_at(const model_file *f, size_t table, unsigned field) {
    size_t slot = model_slot(table, field);
    return slot + (f->data[slot] | (size_t)f->data[slot + 1] << 8 |
                   (size_t)f->data[slot + 2] << 16);
}

/* Checks that the file is refused, and frees it. */
static void refused(model_file f, hum_status status, const char *why, int line) {
    hum_model m;
    hum_text error;
    memset(&m, 0x5a, sizeof m);
    hum_status found = parse(&f, &m, &error);
    if (found != status || !strstr(error.text, why))
        printf("%s:%d: found %s '%s', expected %s '%s'\n", __FILE__, line,
               hum_status_name((int32_t)found), error.text,
               hum_status_name((int32_t)status), why);
    CHECK(found == status && strstr(error.text, why));
    CHECK_INT(((unsigned char *)&m)[0], 0x5a); /* untouched */
    if (found == HUM_OK) hum_tflite_free(&m);
    free(f.data);
}

/* SPOIL(statements on `f`, status, message): the small model, changed. */
#define SPOIL(change, status, why)                                                       \
    do {                                                                                 \
        model_file f = write_model(&g.model, NULL);                                      \
        change;                                                                          \
        refused(f, status, why, __LINE__);                                               \
    } while (0)

static void check_file_refusals(void) {
    hum_model m;
    hum_text error;
    CHECK_STATUS(hum_tflite_parse(NULL, 0, &m, &error), HUM_ERROR_FORMAT);
    CHECK_TEXT(error.text, "0 bytes beginning ''");
    SPOIL(f.data[4] = 'X', HUM_ERROR_FORMAT, "expected 'TFL3' at byte 4");
    SPOIL(f.size = 19, HUM_ERROR_FORMAT, "not a TensorFlow Lite model: 19 bytes");
    SPOIL(set_int(&f, 0, (int64_t)f.size, 4), HUM_ERROR_FORMAT, "damaged");
    SPOIL(set_int(&f, 0, -4, 4), HUM_ERROR_FORMAT, "damaged");
    SPOIL(set_int(&f, 0, 0, 4), HUM_ERROR_UNSUPPORTED, "0 subgraphs");
    SPOIL(set_int(&f, f.root, (int64_t)f.root + 4, 4), HUM_ERROR_FORMAT, "damaged");
    SPOIL(set_int(&f, f.root, -(int64_t)f.size, 4), HUM_ERROR_FORMAT, "damaged");
    SPOIL(set_int(&f, vector_at(&f, f.root, 2), 2, 4), HUM_ERROR_UNSUPPORTED,
          "2 subgraphs");
    SPOIL(set_int(&f, vector_at(&f, f.root, 2), 1 << 30, 4), HUM_ERROR_FORMAT, "damaged");
    SPOIL(set_int(&f, vector_at(&f, f.graph_at, 0), 0, 4), HUM_ERROR_LIMIT,
          "the model has 0 tensors");
    SPOIL(set_int(&f, vector_at(&f, f.graph_at, 3), 0, 4), HUM_ERROR_LIMIT,
          "and 0 operators");
    SPOIL(set_int(&f, vector_at(&f, f.graph_at, 0), -1, 4), HUM_ERROR_FORMAT, "damaged");
    SPOIL(put_bytes(&f, NULL, 40000); set_int(&f, vector_at(&f, f.graph_at, 0), 8193, 4),
                                      HUM_ERROR_LIMIT, "8193 tensors");
    SPOIL(put_bytes(&f, NULL, 40000); set_int(&f, vector_at(&f, f.graph_at, 3), 4097, 4),
                                      HUM_ERROR_LIMIT, "4097 operators");
}

static void check_tensor_refusals(void) {
    int32_t half = 1, x = 0, deep = 5; /* see small_graph */
    CHECK(g.tensors[half].type == HUM_F16 && g.tensors[deep].scale_count == 4);
    size_t i = (size_t)half;
    SPOIL(set_int(&f, vector_at(&f, f.tensor[x], 0), 5, 4), HUM_ERROR_UNSUPPORTED,
          "'t0' has 5 dimensions");
    static const int32_t extents[] = {0, -1, (1 << 24) + 1};
    for (int k = 0; k < 3; k++)
        SPOIL(set_int(&f, vector_at(&f, f.tensor[x], 0) + 8, extents[k], 4),
              HUM_ERROR_LIMIT, "'t0' has extent");
    SPOIL(set_int(&f, vector_at(&f, f.tensor[x], 0) + 8, 1 << 24, 4);
          set_int(&f, vector_at(&f, f.tensor[x], 0) + 12, 1 << 24, 4), HUM_ERROR_LIMIT,
          "'t0' has more than 2^28 elements");
    SPOIL(set_field(&f, f.tensor[i], 2, 10000), HUM_ERROR_FORMAT,
          "'t1' names buffer 10000 of");
    SPOIL(set_field(&f, f.tensor[i], 2, -1), HUM_ERROR_FORMAT, "names buffer 4294967295");
    SPOIL(set_field(&f, f.tensor[i], 1, 4), HUM_ERROR_UNSUPPORTED, "'t1' has type 4");
    SPOIL(set_field(&f, f.tensor[i], 1, 0), HUM_ERROR_FORMAT,
          "'t1' has 216 bytes where its shape needs 432");
    SPOIL(set_int(&f, vector_at(&f, f.buffer[i + 1], 0), 215, 4), HUM_ERROR_FORMAT,
          "'t1' has 215 bytes where its shape needs 216");
    SPOIL(set_int(&f, vector_at(&f, f.buffer[i + 1], 0), 1 << 29, 4), HUM_ERROR_FORMAT,
          "damaged");
    /* A buffer outside the FlatBuffer, as very large models have: fields 1 and 2. */
    SPOIL(size_t t = put_table(&f, 3, 1); set_link(&f, f.buffers + 4 * (i + 1), t),
                                          HUM_ERROR_UNSUPPORTED,
                                          "'t1' lies outside the FlatBuffer");
    SPOIL(f.data[vector_at(&f, f.quantization[deep], 3) + 4 + 8] = 1,
          HUM_ERROR_UNSUPPORTED, "'t5' is not quantised symmetrically");
    SPOIL(set_int(&f, vector_at(&f, f.quantization[deep], 2), 1 << 28, 4),
          HUM_ERROR_FORMAT, "tensor 5 reaches outside");
    SPOIL(set_int(&f, vector_at(&f, f.quantization[deep], 3), 1 << 28, 4),
          HUM_ERROR_FORMAT, "tensor 5 reaches outside");
}

static void check_node_refusals(void) {
    size_t conv = 1; /* node 0 is DEQUANTIZE */
    SPOIL(set_field(&f, f.node[conv], 0, 1000), HUM_ERROR_FORMAT,
          "operator 1 has no code");
    SPOIL(set_field(&f, f.node[conv], 0, -1), HUM_ERROR_FORMAT, "operator 1 has no code");
    SPOIL(set_field(&f, f.code[conv], 3, 32), HUM_ERROR_UNSUPPORTED,
          "operator 1 has builtin code 32");
    SPOIL(set_field(&f, f.code[conv], 3, 150), HUM_ERROR_UNSUPPORTED, "code 150");
    SPOIL(set_field(&f, f.code[conv], 0, 127), HUM_ERROR_UNSUPPORTED, "code 127");
    SPOIL(set_field(&f, f.node[conv], 3, 2), HUM_ERROR_FORMAT,
          "(CONV_2D) carries options of type 2, not 1");
    for (int32_t act = 2; act <= 5; act++)
        if (act != HUM_ACT_RELU6)
            SPOIL(set_field(&f, f.options[conv], 3, act), HUM_ERROR_UNSUPPORTED,
                  "(CONV_2D) has fused activation");
    SPOIL(set_int(&f, vector_at(&f, f.node[conv], 1), 0, 4), HUM_ERROR_UNSUPPORTED,
          "has 0 inputs and 1 outputs");
    SPOIL(set_int(&f, vector_at(&f, f.node[conv], 1), 17, 4), HUM_ERROR_UNSUPPORTED,
          "has 17 inputs and 1 outputs");
    SPOIL(set_int(&f, vector_at(&f, f.node[conv], 2), 0, 4), HUM_ERROR_UNSUPPORTED,
          "has 3 inputs and 0 outputs");
    SPOIL(set_int(&f, vector_at(&f, f.node[conv], 2), 2, 4), HUM_ERROR_UNSUPPORTED,
          "has 3 inputs and 2 outputs");
    static const int32_t strangers[] = {-1, -2, 1000, 6}; /* 6: computed later */
    for (int k = 0; k < 4; k++)
        SPOIL(set_int(&f, vector_at(&f, f.node[conv], 1) + 4, strangers[k], 4),
              HUM_ERROR_FORMAT, "before it is computed");
    SPOIL(set_int(&f, vector_at(&f, f.node[conv], 1) + 12, -2, 4), HUM_ERROR_FORMAT,
          "uses tensor -2");
    static const int32_t taken[] = {-1, 1000, 0, 1, 2}; /* input, constant, computed */
    for (int k = 0; k < 5; k++)
        SPOIL(set_int(&f, vector_at(&f, f.node[conv], 2) + 4, taken[k], 4),
              HUM_ERROR_FORMAT, "which is not there to be written");
}

static void check_end_refusals(void) {
    SPOIL(set_int(&f, vector_at(&f, f.graph_at, 1), 0, 4), HUM_ERROR_UNSUPPORTED,
          "the model has 0 inputs and 1 outputs");
    SPOIL(set_int(&f, vector_at(&f, f.graph_at, 1), 2, 4), HUM_ERROR_UNSUPPORTED,
          "the model has 2 inputs");
    SPOIL(set_int(&f, vector_at(&f, f.graph_at, 2), 0, 4), HUM_ERROR_UNSUPPORTED,
          "and 0 outputs");
    SPOIL(set_int(&f, vector_at(&f, f.graph_at, 2), 9, 4), HUM_ERROR_UNSUPPORTED,
          "and 9 outputs");
    static const int32_t inputs[] = {-1, 1000, 1}; /* 1 is a constant */
    for (int k = 0; k < 3; k++)
        SPOIL(set_int(&f, vector_at(&f, f.graph_at, 1) + 4, inputs[k], 4),
              HUM_ERROR_FORMAT, "the model's input is tensor");
    SPOIL(set_int(&f, vector_at(&f, f.graph_at, 2) + 4, -1, 4), HUM_ERROR_FORMAT,
          "output 0 is tensor -1");
    SPOIL(set_int(&f, vector_at(&f, f.graph_at, 2) + 4, 1000, 4), HUM_ERROR_FORMAT,
          "output 0 is tensor 1000");
    int32_t spare = graph_tensor(&g, HUM_F32, 1, SHAPE(3));
    SPOIL(set_int(&f, vector_at(&f, f.graph_at, 2) + 4, spare, 4), HUM_ERROR_FORMAT,
          "is never computed");
    g.model.tensor_count--;
}

/* ---- Cut off and spoilt ---------------------------------------------------------- */

static int parsed, built;

/* Whatever the bytes are: a status, never a crash; and what can be built can be run. */
static void try_bytes(const uint8_t *bytes, size_t size) {
    size_t shift = size % 4 ^ bytes[size / 2] % 4; /* models need no alignment */
    uint8_t *room = malloc(size + shift + !size), *copy = room + shift;
    if (!room) return;
    memcpy(copy, bytes, size); /* ends where the room ends: reading on is seen */
    hum_model m;
    hum_text error = {""};
    hum_status status = hum_tflite_parse(copy, size, &m, &error);
    CHECK(status == HUM_OK || error.text[0]);
    CHECK(status != HUM_ERROR_INTERNAL && status != HUM_ERROR_MEMORY);
    if (status == HUM_OK) {
        parsed++;
        hum_net *net;
        status = hum_net_create(&m, 0, NULL, &net, &error);
        CHECK(status == HUM_OK || error.text[0]);
        CHECK(status != HUM_ERROR_INTERNAL && status != HUM_ERROR_MEMORY);
        if (status == HUM_OK) {
            built++;
            int32_t shape[3];
            hum_net_input_shape(net, shape);
            for (int32_t i = 0; i < shape[0] * shape[1] * shape[2]; i++)
                hum_net_input(net)[i] = 0.5f;
            CHECK_STATUS(hum_net_run(net, &error), HUM_OK);
            hum_net_free(net);
        }
        hum_tflite_free(&m);
    }
    free(room);
}

static void check_spoilt(void) {
    model_file f = write_model(&g.model, small_recipe);
    printf("the small model has %zu bytes\n", f.size);
    CHECK(f.size <= 4096);
    for (size_t n = 0; n < f.size; n++) try_bytes(f.data, n);
    printf("beginnings: %d read, %d built\n", parsed, built);
    CHECK_INT(parsed,
              0); /* the recipe ends the file, so every beginning lacks something */
    for (size_t i = 0; i < f.size; i++) {
        uint8_t was = f.data[i];
        static const uint8_t masks[] = {0x01, 0x80, 0xff};
        for (int k = 0; k < 3; k++) {
            f.data[i] = was ^ masks[k];
            try_bytes(f.data, f.size);
        }
        f.data[i] = was;
    }
    printf("one byte changed: %d of %zu read, %d built\n", parsed, 3 * f.size, built);
    CHECK(parsed > 0 && built > 0 && built < parsed);
    free(f.data);
}

int main(void) {
    every_operator(&g);
    check_round_trip(&g, NULL);
    graph_free(&g);
    small_graph(&g);
    check_round_trip(&g, NULL);
    check_round_trip(&g, small_recipe);
    check_file_refusals();
    check_tensor_refusals();
    check_node_refusals();
    check_end_refusals();
    check_spoilt();
    graph_free(&g);
    return check_end();
}
