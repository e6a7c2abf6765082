/* The network that is cut off and spoilt byte by byte: one of every kind of tensor and
   most operators in 4 kB. Its embedding has 8 numbers. */

#ifndef SMALL_H
#define SMALL_H

#include "model.h"

static const char small_recipe[] = "id = small\nname = Small\ntask = embedder\nchannels "
                                   "= rgb\nmean = 127.5 127.5 127.5\n"
                                   "scale = 0.0078125\ncrop = square\nbox = 0 0 1 1\n";

static inline int32_t random_constant(graph *g, hum_type type, int rank,
                                      const int32_t *shape, float size) {
    size_t n = 1;
    for (int d = 0; d < rank; d++) n *= (size_t)shape[d];
    float *data = malloc(n * sizeof *data);
    if (!data) abort();
    for (size_t i = 0; i < n; i++) {
        uint16_t half = (uint16_t)(0x2000 + random_bits() % 0x1400);
        if (random_bits() & 1) half |= 0x8000;
        if (type == HUM_F32) data[i] = size * random_float();
        else if (type == HUM_F16) memcpy((char *)data + 2 * i, &half, 2);
        else ((int8_t *)(void *)data)[i] = (int8_t)random_int(-127, 127);
    }
    int32_t t = graph_constant(g, type, rank, shape, data);
    free(data);
    return t;
}

/* int8 weights with a scale for each slice of axis. */
static inline int32_t random_int8(graph *g, int rank, const int32_t *shape, int32_t axis,
                                  float size) {
    int32_t t = random_constant(g, HUM_I8, rank, shape, 1);
    float scales[256];
    for (int32_t i = 0; i < shape[axis]; i++)
        scales[i] = size / 127 * (1.5f + random_float()) / 2.5f;
    graph_scales(g, t, axis, shape[axis], scales);
    return t;
}

static inline void small_graph(graph *g) {
    memset(g, 0, sizeof *g);
    random_state = 12345;
    int32_t x = g->model.input = graph_tensor(g, HUM_F32, 4, SHAPE(1, 16, 16, 3));
    int32_t half = random_constant(g, HUM_F16, 4, SHAPE(4, 3, 3, 3), 1);
    int32_t kernel = graph_tensor(g, HUM_F32, 4, SHAPE(4, 3, 3, 3));
    graph_node(g, HUM_OP_DEQUANTIZE, kernel, 1, half);
    int32_t bias = random_constant(g, HUM_F32, 1, SHAPE(4), 0.1f);
    int32_t a = graph_tensor(g, HUM_F32, 4, SHAPE(1, 8, 8, 4));
    hum_node *n = graph_node(g, HUM_OP_CONV_2D, a, 3, x, kernel, bias);
    n->stride_h = n->stride_w = 2;
    n->same_padding = 1;
    n->activation = HUM_ACT_RELU6;
    int32_t deep = random_int8(g, 4, SHAPE(1, 3, 3, 4), 3, 0.5f);
    int32_t b = graph_tensor(g, HUM_F32, 4, SHAPE(1, 8, 8, 4));
    graph_node(g, HUM_OP_DEPTHWISE_CONV_2D, b, 3, a, deep, bias)->same_padding = 1;
    int32_t c = graph_tensor(g, HUM_F32, 4, SHAPE(1, 8, 8, 8));
    graph_node(g, HUM_OP_CONCATENATION, c, 2, a, b);
    int32_t d = graph_tensor(g, HUM_F32, 4, SHAPE(1, 4, 4, 8));
    n = graph_node(g, HUM_OP_MAX_POOL_2D, d, 1, c);
    n->stride_h = n->stride_w = n->filter_h = n->filter_w = 2;
    int32_t pads = graph_constant(g, HUM_I32, 2, SHAPE(4, 2),
                                  (const int32_t[]){0, 0, 1, 0, 0, 1, 0, 0});
    int32_t e = graph_tensor(g, HUM_F32, 4, SHAPE(1, 5, 5, 8));
    graph_node(g, HUM_OP_PAD, e, 2, d, pads);
    int32_t scale = random_constant(g, HUM_F32, 1, SHAPE(8), 1);
    int32_t f = graph_tensor(g, HUM_F32, 4, SHAPE(1, 5, 5, 8));
    graph_node(g, HUM_OP_MUL, f, 2, e, scale);
    int32_t axes = graph_constant(g, HUM_I32, 1, SHAPE(2), (const int32_t[]){1, 2});
    int32_t mean = graph_tensor(g, HUM_F32, 2, SHAPE(1, 8));
    graph_node(g, HUM_OP_MEAN, mean, 2, f, axes);
    int32_t full = random_int8(g, 2, SHAPE(8, 8), 0, 0.7f);
    int32_t out = graph_tensor(g, HUM_F32, 2, SHAPE(1, 8));
    graph_node(g, HUM_OP_FULLY_CONNECTED, out, 3, mean, full, -1);
    graph_output(g, out);
}

/* A detector of 32 pixels with both its anchors in the middle, that sees a face in
   anything: its biases alone give a score of 0.7 and a box that a second look repeats. */
static const char small_detector_recipe[] =
    "id = small-detector\nname = Small\ntask = detector\nchannels = rgb\n"
    "mean = 127.5 127.5 127.5\nscale = 0.0078125\nrange = near\nanchors = 32:2\n"
    "score = 0.5\niou = 0.3\n";

static inline void detector_head(graph *g, int32_t x, int32_t each, const float *bias) {
    int32_t n = 2 * each;
    int32_t weights = random_constant(g, HUM_F32, 4, SHAPE(n, 1, 1, 3), 0.1f);
    int32_t biases = graph_constant(g, HUM_F32, 1, &n, bias);
    int32_t y = graph_tensor(g, HUM_F32, 4, SHAPE(1, 1, 1, n));
    graph_node(g, HUM_OP_CONV_2D, y, 3, x, weights, biases);
    int32_t out = graph_tensor(g, HUM_F32, 3, SHAPE(1, 2, each));
    graph_node(g, HUM_OP_RESHAPE, out, 1, y);
    graph_output(g, out);
}

static inline void small_detector(graph *g) {
    memset(g, 0, sizeof *g);
    random_state = 54321;
    int32_t x = g->model.input = graph_tensor(g, HUM_F32, 4, SHAPE(1, 32, 32, 3));
    int32_t axes = graph_constant(g, HUM_I32, 1, SHAPE(2), (const int32_t[]){1, 2});
    int32_t mean = graph_tensor(g, HUM_F32, 4, SHAPE(1, 1, 1, 3));
    graph_node(g, HUM_OP_MEAN, mean, 2, x, axes);
    float box[32] = {0}, score[2] = {0.85f, 0.85f};
    box[2] = box[3] = box[18] = box[19] = 13;
    detector_head(g, mean, 16, box);
    detector_head(g, mean, 1, score);
}

#endif
