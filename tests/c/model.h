/* Small networks for tests: built operator by operator as the hum_model that a reader
   should give, and written as a TensorFlow Lite file. Field numbers, types of options
   and layouts are taken from tensorflow/lite/schema/schema.fbs once more, not from
   src/tflite.c. */

#ifndef MODEL_H
#define MODEL_H

#include "tflite.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GRAPH_TENSORS = 128, GRAPH_NODES = 48 };

typedef struct {
    hum_model model; /* points into the arrays below */
    hum_tensor tensors[GRAPH_TENSORS];
    hum_node nodes[GRAPH_NODES];
    void *owned[2 * GRAPH_TENSORS]; /* data and scales of constants */
    int owned_count;
} graph;

#define SHAPE(...)                                                                       \
    (const int32_t[]) {                                                                  \
        __VA_ARGS__                                                                      \
    }

/* ---- Random numbers -------------------------------------------------------------- */

static uint32_t random_state = 1;

static inline uint32_t random_bits(void) { /* xorshift32 */
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    random_state ^= random_state << 5;
    return random_state;
}

/* least..most */
static inline int32_t random_int(int32_t least, int32_t most) {
    return least + (int32_t)(random_bits() % (uint32_t)(most - least + 1));
}

/* -1..1 */
static inline float random_float(void) {
    return (float)(int32_t)random_bits() * 0x1p-31f;
}

/* ---- Building -------------------------------------------------------------------- */

static inline void *graph_own(graph *g, const void *data, size_t size) {
    void *copy = malloc(size ? size : 1);
    if (!copy) abort();
    memcpy(copy, data, size);
    return g->owned[g->owned_count++] = copy;
}

static inline size_t type_size(hum_type type) {
    return type == HUM_I8 ? 1 : type == HUM_F16 ? 2 : 4;
}

static inline int32_t graph_tensor(graph *g, hum_type type, int rank,
                                   const int32_t *shape) {
    g->model.tensors = g->tensors;
    g->model.nodes = g->nodes;
    int32_t i = g->model.tensor_count++;
    if (i >= GRAPH_TENSORS) abort();
    hum_tensor *t = &g->tensors[i];
    t->type = type;
    t->rank = rank;
    t->elements = 1;
    for (int d = 0; d < rank; d++) {
        t->shape[d] = shape[d];
        t->elements *= (size_t)shape[d];
    }
    snprintf(t->name, sizeof t->name, "t%d", i);
    return i;
}

static inline int32_t graph_constant(graph *g, hum_type type, int rank,
                                     const int32_t *shape, const void *data) {
    int32_t i = graph_tensor(g, type, rank, shape);
    g->tensors[i].data = graph_own(g, data, g->tensors[i].elements * type_size(type));
    return i;
}

static inline void graph_scales(graph *g, int32_t tensor, int32_t axis, int32_t count,
                                const float *scales) {
    hum_tensor *t = &g->tensors[tensor];
    t->scales = graph_own(g, scales, 4 * (size_t)count);
    t->scale_count = count;
    t->scale_axis = axis;
}

/* The inputs are `count` tensor numbers. */
static inline hum_node *graph_node(graph *g, hum_op op, int32_t output, int count, ...) {
    if (g->model.node_count >= GRAPH_NODES) abort();
    hum_node *n = &g->nodes[g->model.node_count++];
    *n = (hum_node){.op = op,
                    .input_count = count,
                    .output = output,
                    .stride_h = 1,
                    .stride_w = 1,
                    .dilation_h = 1,
                    .dilation_w = 1,
                    .filter_h = 1,
                    .filter_w = 1,
                    .depth_multiplier = 1,
                    .axis = 3};
    va_list inputs;
    va_start(inputs, count);
    for (int i = 0; i < count; i++) n->inputs[i] = va_arg(inputs, int32_t);
    va_end(inputs);
    return n;
}

static inline void graph_output(graph *g, int32_t tensor) {
    g->model.outputs[g->model.output_count++] = tensor;
}

static inline void graph_free(graph *g) {
    for (int i = 0; i < g->owned_count; i++) free(g->owned[i]);
    memset(g, 0, sizeof *g);
}

/* ---- Writing --------------------------------------------------------------------- */

typedef struct {
    uint8_t *data;
    size_t size;
    /* Where tables lie, for tests that spoil a field: see model_slot. */
    size_t root, graph_at, tensor[GRAPH_TENSORS], quantization[GRAPH_TENSORS];
    size_t code[GRAPH_NODES], node[GRAPH_NODES], options[GRAPH_NODES];
    size_t buffers, buffer[GRAPH_TENSORS + 2], metadata;
} model_file;

static inline size_t put_bytes(model_file *f, const void *bytes, size_t size) {
    size_t at = f->size;
    f->data = realloc(f->data, f->size + size);
    if (!f->data) abort();
    if (bytes) memcpy(f->data + at, bytes, size);
    else memset(f->data + at, 0, size);
    f->size += size;
    return at;
}

/* Zeros until `lead` bytes further would be a multiple of alignment. */
static inline void put_gap(model_file *f, size_t lead, size_t alignment) {
    while ((f->size + lead) % alignment) put_bytes(f, NULL, 1);
}

static inline void set_int(model_file *f, size_t at, int64_t value, size_t width) {
    for (size_t i = 0; i < width; i++) f->data[at + i] = (uint8_t)(value >> (8 * i));
}

static inline void set_link(model_file *f, size_t at, size_t target) {
    set_int(f, at, (int64_t)(target - at), 4);
}

/* A table of `fields` fields, each in a slot of four bytes; a bit of absent leaves one
   out. Its vtable stands right before it. */
static inline size_t put_table(model_file *f, unsigned fields, unsigned absent) {
    size_t vtable_size = 4 + 2 * fields;
    put_gap(f, vtable_size, 4);
    size_t vtable = put_bytes(f, NULL, vtable_size);
    set_int(f, vtable, (int64_t)vtable_size, 2);
    set_int(f, vtable + 2, 4 + 4 * fields, 2);
    for (unsigned i = 0; i < fields; i++)
        set_int(f, vtable + 4 + 2 * i, absent >> i & 1 ? 0 : 4 + 4 * i, 2);
    size_t table = put_bytes(f, NULL, 4 + 4 * fields);
    set_int(f, table, (int64_t)vtable_size, 4);
    return table;
}

static inline size_t model_slot(size_t table, unsigned field) {
    return table + 4 + 4 * field;
}

static inline void set_field(model_file *f, size_t table, unsigned field, int32_t value) {
    set_int(f, model_slot(table, field), value, 4);
}

/* Appends a vector and links a field of a table to it. Returns the first element. */
static inline size_t put_vector(model_file *f, size_t table, unsigned field,
                                const void *data, size_t count, size_t width,
                                size_t alignment) {
    put_gap(f, 4, alignment);
    size_t at = put_bytes(f, NULL, 4);
    set_int(f, at, (int64_t)count, 4);
    set_link(f, model_slot(table, field), at);
    return put_bytes(f, data, count * width);
}

static inline size_t put_options(model_file *f, const hum_node *n, int *type) {
    size_t t = 0;
    int32_t padding = !n->same_padding, act = (int32_t)n->activation;
    switch (n->op) {
    case HUM_OP_CONV_2D: {
        int32_t v[] = {padding, n->stride_w,   n->stride_h,
                       act,     n->dilation_w, n->dilation_h};
        t = put_table(f, 6, 0);
        for (unsigned i = 0; i < 6; i++) set_field(f, t, i, v[i]);
        *type = 1;
        break;
    }
    case HUM_OP_DEPTHWISE_CONV_2D: {
        int32_t v[] = {padding, n->stride_w,   n->stride_h,  n->depth_multiplier,
                       act,     n->dilation_w, n->dilation_h};
        t = put_table(f, 7, 0);
        for (unsigned i = 0; i < 7; i++) set_field(f, t, i, v[i]);
        *type = 2;
        break;
    }
    case HUM_OP_AVERAGE_POOL_2D:
    case HUM_OP_MAX_POOL_2D: {
        int32_t v[] = {padding, n->stride_w, n->stride_h, n->filter_w, n->filter_h, act};
        t = put_table(f, 6, 0);
        for (unsigned i = 0; i < 6; i++) set_field(f, t, i, v[i]);
        *type = 5;
        break;
    }
    case HUM_OP_CONCATENATION:
        t = put_table(f, 2, 0);
        set_field(f, t, 0, n->axis);
        set_field(f, t, 1, act);
        *type = 10;
        break;
    case HUM_OP_ADD:
    case HUM_OP_MUL:
    case HUM_OP_FULLY_CONNECTED:
        t = put_table(f, 1, 0);
        set_field(f, t, 0, act);
        *type = n->op == HUM_OP_ADD ? 11 : n->op == HUM_OP_MUL ? 21 : 8;
        break;
    case HUM_OP_MEAN: /* keep_dims shows in the shape of its output */
        t = put_table(f, 1, 1);
        *type = 27;
        break;
    case HUM_OP_RESIZE_BILINEAR: /* the first two fields went out of use */
        t = put_table(f, 4, 3);
        set_field(f, t, 2, n->align_corners);
        set_field(f, t, 3, n->half_pixel_centers);
        *type = 15;
        break;
    default: *type = 0;
    }
    return t;
}

/* Writes the model; recipe may be NULL. Free data afterwards. */
static inline model_file write_model(const hum_model *m, const char *recipe) {
    model_file f = {0};
    put_bytes(&f, "\0\0\0\0TFL3", 8);
    size_t zeros[GRAPH_TENSORS + 2] = {0};
    size_t tensors = (size_t)m->tensor_count, nodes = (size_t)m->node_count;
    f.root = put_table(&f, 7, 1 << 3 | 1 << 5); /* no description, no metadata_buffer */
    set_link(&f, 0, f.root);
    set_field(&f, f.root, 0, 3);
    size_t codes = put_vector(&f, f.root, 1, zeros, nodes, 4, 4);
    size_t graphs = put_vector(&f, f.root, 2, zeros, 1, 4, 4);
    /* Buffer 0 is empty, then one for each tensor, then the recipe's. */
    f.buffers = put_vector(&f, f.root, 4, zeros, tensors + 1 + !!recipe, 4, 4);
    f.metadata = put_vector(&f, f.root, 6, zeros, recipe ? 1 : 0, 4, 4);

    for (size_t i = 0; i < nodes; i++) { /* one code a node, to keep this simple */
        f.code[i] = put_table(&f, 4, 1 << 1);
        set_link(&f, codes + 4 * i, f.code[i]);
        set_field(&f, f.code[i], 0, (int32_t)m->nodes[i].op);
        set_field(&f, f.code[i], 2, 1);
        set_field(&f, f.code[i], 3, (int32_t)m->nodes[i].op);
    }
    f.graph_at = put_table(&f, 4, 0);
    set_link(&f, graphs, f.graph_at);
    size_t tensors_at = put_vector(&f, f.graph_at, 0, NULL, tensors, 4, 4);
    put_vector(&f, f.graph_at, 1, &m->input, 1, 4, 4);
    put_vector(&f, f.graph_at, 2, m->outputs, (size_t)m->output_count, 4, 4);
    size_t nodes_at = put_vector(&f, f.graph_at, 3, NULL, nodes, 4, 4);

    for (size_t i = 0; i < nodes; i++) {
        const hum_node *n = &m->nodes[i];
        int type;
        f.node[i] = put_table(&f, 5, 0);
        set_link(&f, nodes_at + 4 * i, f.node[i]);
        set_field(&f, f.node[i], 0, (int32_t)i);
        put_vector(&f, f.node[i], 1, n->inputs, (size_t)n->input_count, 4, 4);
        put_vector(&f, f.node[i], 2, &n->output, 1, 4, 4);
        f.options[i] = put_options(&f, n, &type);
        set_field(&f, f.node[i], 3, type);
        if (type) set_link(&f, model_slot(f.node[i], 4), f.options[i]);
        else set_int(&f, f.node[i] - 2, 0, 2); /* absent: its entry in the vtable */
    }
    f.buffer[0] = put_table(&f, 0, 0);
    set_link(&f, f.buffers, f.buffer[0]);
    for (size_t i = 0; i < tensors; i++) {
        const hum_tensor *t = &m->tensors[i];
        f.tensor[i] = put_table(&f, 5, t->scales ? 0 : 1 << 4);
        set_link(&f, tensors_at + 4 * i, f.tensor[i]);
        set_field(&f, f.tensor[i], 1, (int32_t)t->type);
        set_field(&f, f.tensor[i], 2, t->data ? (int32_t)i + 1 : 0);
        put_vector(&f, f.tensor[i], 0, t->shape, (size_t)t->rank, 4, 4);
        put_vector(&f, f.tensor[i], 3, t->name, strlen(t->name), 1, 4);
        if (t->scales) {
            size_t n = (size_t)t->scale_count,
                   q = f.quantization[i] = put_table(&f, 7, 1 | 1 << 1 | 1 << 4 | 1 << 5);
            set_link(&f, model_slot(f.tensor[i], 4), q);
            put_vector(&f, q, 2, t->scales, n, 4, 4);
            put_vector(&f, q, 3, NULL, n, 8, 8);
            set_field(&f, q, 6, t->scale_axis);
        }
        f.buffer[i + 1] = put_table(&f, 1, !t->data);
        set_link(&f, f.buffers + 4 * (i + 1), f.buffer[i + 1]);
        if (t->data)
            put_vector(&f, f.buffer[i + 1], 0, t->data, t->elements * type_size(t->type),
                       1, 16);
    }
    if (recipe) {
        size_t entry = put_table(&f, 2, 0);
        set_link(&f, f.metadata, entry);
        put_vector(&f, entry, 0, "humshakal.recipe", 16, 1, 4);
        set_field(&f, entry, 1, (int32_t)tensors + 1);
        f.buffer[tensors + 1] = put_table(&f, 1, 0);
        set_link(&f, f.buffers + 4 * (tensors + 1), f.buffer[tensors + 1]);
        put_vector(&f, f.buffer[tensors + 1], 0, recipe, strlen(recipe), 1, 16);
    }
    return f;
}

#endif
