/* Networks on XNNPACK against the scalar interpreter of reference.h: every operator over
   many geometries, random graphs that join, split and reuse tensors, int8 weights both
   ways, and what is refused. */

#include "net.h"

#include "check.h"
#include "reference.h"
#include "small.h"

#include <math.h>

static graph g;
static double worst_float, worst_int8; /* of what is allowed */

static int32_t input(int32_t height, int32_t width, int32_t channels) {
    graph_free(&g);
    return g.model.input =
               graph_tensor(&g, HUM_F32, 4, SHAPE(1, height, width, channels));
}

static int32_t image(int32_t height, int32_t width, int32_t channels) {
    return graph_tensor(&g, HUM_F32, 4, SHAPE(1, height, width, channels));
}

static int32_t floats(int rank, const int32_t *shape, float size) {
    return random_constant(&g, HUM_F32, rank, shape, size);
}

/* What TensorFlow's SAME and VALID leave of an extent. */
static int32_t window_count(const hum_node *n, int32_t in, int32_t kernel, int32_t stride,
                            int32_t dilation) {
    int32_t reach = (kernel - 1) * dilation + 1;
    return n->same_padding ? (in + stride - 1) / stride
           : in < reach    ? 0
                           : (in - reach) / stride + 1;
}

/* ---- Comparing ------------------------------------------------------------------- */

/* Runs the network twice on random input, which must give the same bits, and compares
   its outputs with the reference. Sums of floats in another order: 1e-5 of the largest
   number an output has, or of 1, for each layer. */
static void compare(const char *what) {
    hum_text error = {""};
    hum_net *net = NULL;
    CHECK_STATUS(hum_net_create(&g.model, 1, NULL, &net, &error), HUM_OK);
    if (!net) {
        printf("    %s: %s\n", what, error.text);
        return;
    }
    const hum_tensor *x = &g.tensors[g.model.input];
    int32_t shape[3];
    hum_net_input_shape(net, shape);
    CHECK(memcmp(shape, x->shape + 1, sizeof shape) == 0);
    CHECK_INT(hum_net_outputs(net), g.model.output_count);
    CHECK_INT(hum_net_quantised(net), 0);
    float *in = malloc(x->elements * sizeof *in);
    for (size_t i = 0; i < x->elements; i++) in[i] = 2 * random_float();
    reference r = reference_run(&g.model, in);
    float *first[HUM_TFLITE_MAX_OUTPUTS] = {NULL};
    for (int round = 0; round < 2; round++) {
        memcpy(hum_net_input(net), in, x->elements * sizeof *in);
        CHECK_STATUS(hum_net_run(net, &error), HUM_OK);
        for (int o = 0; o < g.model.output_count; o++) {
            size_t n = hum_net_output_size(net, o);
            const float *expected = r.values[g.model.outputs[o]];
            const float *found = hum_net_output(net, o);
            CHECK_INT(n, g.tensors[g.model.outputs[o]].elements);
            if (round) {
                CHECK(memcmp(found, first[o], n * sizeof *found) == 0);
                continue;
            }
            first[o] = malloc(n * sizeof *found);
            memcpy(first[o], found, n * sizeof *found);
            double largest = 1, error_size = 0;
            for (size_t i = 0; i < n; i++) {
                double e = fabs((double)found[i] - (double)expected[i]);
                largest = fmax(largest, fabs((double)expected[i]));
                error_size = e > error_size || isnan(e) ? e : error_size;
            }
            double share = error_size / (1e-5 * largest * g.model.node_count);
            if (!(share <= 1)) printf("    %s, output %d: %g\n", what, o, error_size);
            CHECK(share <= 1);
            worst_float = fmax(worst_float, share);
        }
    }
    for (int o = 0; o < g.model.output_count; o++) free(first[o]);
    reference_free(&r);
    free(in);
    hum_net_free(net);
}

/* ---- Single operators ------------------------------------------------------------ */

static const hum_activation activations[] = {HUM_ACT_NONE, HUM_ACT_RELU, HUM_ACT_RELU6};

/* A convolution of tensor x, of any activation; weights as f32, f16 behind DEQUANTIZE, or
   int8. n: padding, strides and dilations. */
static int32_t add_layer(int32_t x, hum_node n, int32_t kh, int32_t kw, int32_t channels,
                         hum_type type) {
    const int32_t *s = g.tensors[x].shape;
    int depthwise = n.depth_multiplier > 0;
    int32_t shape[4] = {depthwise ? 1 : channels, kh, kw, depthwise ? channels : s[3]};
    float size = 1 / sqrtf((float)(kh * kw * (depthwise ? 1 : s[3])));
    int32_t axis = depthwise ? 3 : 0, weights;
    if (type == HUM_I8) {
        weights = random_int8(&g, 4, shape, axis, size);
    } else if (type == HUM_F16) {
        int32_t half = random_constant(&g, HUM_F16, 4, shape, 1);
        weights = graph_tensor(&g, HUM_F32, 4, shape);
        graph_node(&g, HUM_OP_DEQUANTIZE, weights, 1, half);
    } else {
        weights = floats(4, shape, size);
    }
    int32_t bias = random_int(0, 3) ? floats(1, SHAPE(channels), 0.5f) : -1;
    int32_t y = image(window_count(&n, s[1], kh, n.stride_h, n.dilation_h),
                      window_count(&n, s[2], kw, n.stride_w, n.dilation_w), channels);
    hum_node *made =
        graph_node(&g, depthwise ? HUM_OP_DEPTHWISE_CONV_2D : HUM_OP_CONV_2D, y,
                   bias < 0 && random_int(0, 1) ? 2 : 3, x, weights, bias);
    made->same_padding = n.same_padding;
    made->stride_h = n.stride_h;
    made->stride_w = n.stride_w;
    made->dilation_h = n.dilation_h;
    made->dilation_w = n.dilation_w;
    made->depth_multiplier = depthwise ? n.depth_multiplier : 1;
    made->activation = activations[random_int(0, 2)];
    return y;
}

/* A random convolution of tensor x. */
static int32_t add_convolution(int32_t x, int depthwise, hum_type type) {
    const int32_t *s = g.tensors[x].shape;
    int32_t kh = random_int(1, 5), kw = random_int(1, 5);
    int32_t multiplier = depthwise ? random_int(1, 3) : 0;
    int32_t channels = depthwise ? s[3] * multiplier : random_int(1, 19);
    hum_node n = {.same_padding = random_int(0, 1), .depth_multiplier = multiplier};
    n.stride_h = random_int(1, 3);
    n.stride_w = random_int(1, 3);
    n.dilation_h = random_int(1, 2);
    n.dilation_w = random_int(1, 2);
    if (!window_count(&n, s[1], kh, n.stride_h, n.dilation_h) ||
        !window_count(&n, s[2], kw, n.stride_w, n.dilation_w))
        n.same_padding = 1;
    return add_layer(x, n, kh, kw, channels, type);
}

static int32_t like(int32_t x) {
    return graph_tensor(&g, HUM_F32, g.tensors[x].rank, g.tensors[x].shape);
}

static int32_t add_unary(int32_t x) {
    static const hum_op ops[] = {HUM_OP_RELU, HUM_OP_RELU6, HUM_OP_LOGISTIC};
    int32_t y = like(x);
    graph_node(&g, ops[random_int(0, 2)], y, 1, x);
    return y;
}

static int32_t add_pool(int32_t x) {
    const int32_t *s = g.tensors[x].shape;
    int max = random_int(0, 1);
    hum_node n = {.same_padding = random_int(0, 1)};
    int32_t fh = random_int(1, s[1] < 4 ? s[1] : 4);
    int32_t fw = random_int(1, s[2] < 4 ? s[2] : 4);
    if (fh * fw == 1) return add_unary(x);    /* XNNPACK has no pools of one pixel, */
    int32_t sh = random_int(1, max ? fh : 3); /* nor maxima that leave pixels out */
    int32_t sw = random_int(1, max ? fw : 3);
    int32_t y =
        image(window_count(&n, s[1], fh, sh, 1), window_count(&n, s[2], fw, sw, 1), s[3]);
    hum_node *made =
        graph_node(&g, max ? HUM_OP_MAX_POOL_2D : HUM_OP_AVERAGE_POOL_2D, y, 1, x);
    made->same_padding = n.same_padding;
    made->filter_h = fh;
    made->filter_w = fw;
    made->stride_h = sh;
    made->stride_w = sw;
    made->activation = activations[random_int(0, 2)];
    return y;
}

static int32_t add_resize(int32_t x) {
    const int32_t *s = g.tensors[x].shape;
    int32_t h = random_int(1, 12), w = random_int(1, 12), y = image(h, w, s[3]);
    int32_t size = graph_constant(&g, HUM_I32, 1, SHAPE(2), (const int32_t[]){h, w});
    hum_node *n = graph_node(&g, HUM_OP_RESIZE_BILINEAR, y, 2, x, size);
    int kind = random_int(0, 2);
    n->align_corners = kind == 1;
    n->half_pixel_centers = kind == 2;
    return y;
}

static int32_t add_pad(int32_t x) {
    const int32_t *s = g.tensors[x].shape;
    int32_t p[8] = {0};
    for (int i = 2; i < 8; i++) p[i] = random_int(0, 2);
    int32_t pads = graph_constant(&g, HUM_I32, 2, SHAPE(4, 2), p);
    int32_t y = image(s[1] + p[2] + p[3], s[2] + p[4] + p[5], s[3] + p[6] + p[7]);
    graph_node(&g, HUM_OP_PAD, y, 2, x, pads);
    return y;
}

static int32_t add_mean(int32_t x, int keep) {
    int32_t axes = graph_constant(&g, HUM_I32, 1, SHAPE(2), (const int32_t[]){1, 2});
    int32_t c = g.tensors[x].shape[3];
    int32_t y = keep ? image(1, 1, c) : graph_tensor(&g, HUM_F32, 2, SHAPE(1, c));
    graph_node(&g, HUM_OP_MEAN, y, 2, x, axes);
    return y;
}

static int32_t add_full(int32_t x, hum_type type) {
    int32_t n = (int32_t)g.tensors[x].elements, outputs = random_int(1, 21);
    float size = 1 / sqrtf((float)n);
    int32_t weights = type == HUM_I8 ? random_int8(&g, 2, SHAPE(outputs, n), 0, size)
                                     : floats(2, SHAPE(outputs, n), size);
    int32_t bias = random_int(0, 2) ? floats(1, SHAPE(outputs), 1) : -1;
    int32_t y = graph_tensor(&g, HUM_F32, 2, SHAPE(1, outputs));
    graph_node(&g, HUM_OP_FULLY_CONNECTED, y, 3, x, weights, bias)->activation =
        activations[random_int(0, 2)];
    return y;
}

/* a with b, or b with a where b has one value a channel. */
static int32_t add_binary(int32_t a, int32_t b) {
    int32_t y = like(a);
    int turned = random_int(0, 1);
    graph_node(&g, random_int(0, 1) ? HUM_OP_ADD : HUM_OP_MUL, y, 2, turned ? b : a,
               turned ? a : b)
        ->activation = activations[random_int(0, 2)];
    return y;
}

static int32_t channel_constant(int32_t x) {
    int32_t rank = g.tensors[x].rank, c = g.tensors[x].shape[rank - 1];
    int kind = random_int(0, 3);
    if (kind == 0) return floats(4, SHAPE(1, 1, 1, c), 1);
    if (kind == 1) return random_int8(&g, 1, SHAPE(c), 0, 1);
    if (kind == 2) {
        int32_t half = random_constant(&g, HUM_F16, 1, SHAPE(c), 1);
        int32_t t = graph_tensor(&g, HUM_F32, 1, SHAPE(c));
        graph_node(&g, HUM_OP_DEQUANTIZE, t, 1, half);
        return t;
    }
    return floats(1, SHAPE(c), 1);
}

static void check_operators(void) {
    static const hum_type types[] = {HUM_F32, HUM_F16, HUM_I8};
    for (int i = 0; i < 900; i++) {
        int32_t x = input(random_int(1, 13), random_int(1, 13), random_int(1, 17)), y;
        char what[80];
        snprintf(what, sizeof what, "operator %d", i);
        switch (i % 9) {
        case 0:
        case 1: y = add_convolution(x, 0, types[i / 9 % 3]); break;
        case 2:
        case 3: y = add_convolution(x, 1, types[i / 9 % 3]); break;
        case 4: y = add_pool(x); break;
        case 5: y = add_resize(x); break;
        case 6: y = i / 9 % 2 ? add_pad(x) : add_mean(x, i / 18 % 2); break;
        case 7: y = i / 9 % 2 ? add_full(x, types[i / 9 % 3]) : add_unary(x); break;
        default: y = add_binary(x, i / 9 % 3 ? channel_constant(x) : x);
        }
        graph_output(&g, y);
        compare(what);
    }
}

/* 3x3 layers that are computed by Winograd's way: sizes that fill their tiles and that do
   not, pictures of one band of tiles and of several, layers that are slices of a join. */
static void check_winograd(void) {
    for (int i = 0; i < 40; i++) {
        int large = i % 10 == 0;
        int32_t x = input(random_int(9, 21) + 70 * large, random_int(8, 30) + 70 * large,
                          8 * random_int(1, 4));
        hum_node n = {.stride_h = 1, .stride_w = 1, .dilation_h = 1, .dilation_w = 1};
        n.same_padding = random_int(0, 1);
        hum_type type = i % 3 ? HUM_F32 : HUM_F16;
        int32_t a = add_layer(x, n, 3, 3, 8 * random_int(1, 5), type);
        int32_t b = add_layer(x, n, 3, 3, 8 * random_int(1, 5), type), out = a;
        if (i % 2) {
            const int32_t *p = g.tensors[a].shape, *q = g.tensors[b].shape;
            out = image(p[1], p[2], p[3] + q[3]);
            graph_node(&g, HUM_OP_CONCATENATION, out, 2, a, b)->axis = 3;
            out = add_layer(out, n, 3, 3, 8, type);
        }
        graph_output(&g, out);
        if (!(i % 2)) graph_output(&g, b);
        compare("Winograd");
    }
}

/* ---- Random graphs --------------------------------------------------------------- */

/* One of the last tensors in the list, mostly; only those of rank 4 if `images`. */
static int32_t pick(const int32_t *live, int count, int images) {
    for (int tries = 0; tries < 40; tries++) {
        int back = random_int(0, random_int(0, 2) ? 2 : count - 1);
        int32_t t = live[back < count ? count - 1 - back : 0];
        if (!images || g.tensors[t].rank == 4) return t;
    }
    return live[0];
}

/* Joins tensors along the channels, or the height, of `first`. */
static int32_t add_concat(const int32_t *live, int count, int32_t first) {
    int rank = g.tensors[first].rank,
        axis = rank == 4 && random_int(0, 2) == 0 ? 1 : rank - 1;
    int32_t parts[4] = {first}, shape[4];
    int n = 1, want = random_int(1, 4);
    memcpy(shape, g.tensors[first].shape, sizeof shape);
    for (int tries = 0; tries < 60 && n < want; tries++) {
        int32_t t = pick(live, count, rank == 4);
        int fits = g.tensors[t].rank == rank;
        for (int d = 0; fits && d < rank; d++)
            fits = d == axis || g.tensors[t].shape[d] == shape[d];
        if (!fits || shape[axis] + g.tensors[t].shape[axis] > 80) continue;
        shape[axis] += g.tensors[t].shape[axis];
        parts[n++] = t;
    }
    int32_t y = graph_tensor(&g, HUM_F32, rank, shape);
    hum_node *node = graph_node(&g, HUM_OP_CONCATENATION, y, n, parts[0], parts[1],
                                parts[2], parts[3]);
    node->axis = random_int(0, 1) ? axis : axis - rank;
    return y;
}

static int32_t add_reshape(int32_t x) {
    const int32_t *s = g.tensors[x].shape;
    int32_t n = (int32_t)g.tensors[x].elements, y;
    int rank = g.tensors[x].rank;
    int kind = rank == 4 ? random_int(0, 4) : rank == 3 ? random_int(0, 2) : 0;
    if (kind == 0 && rank == 2) y = image(1, 1, n);
    else if (kind == 0) y = graph_tensor(&g, HUM_F32, 2, SHAPE(1, n));
    else if (kind == 1 && rank == 3) y = image(s[1], 1, s[2]);
    else if (kind == 2 && rank == 3)
        y = graph_tensor(&g, HUM_F32, 3, SHAPE(1, s[2], s[1]));
    else if (kind == 1) y = graph_tensor(&g, HUM_F32, 3, SHAPE(1, s[1] * s[2], s[3]));
    else if (kind == 2) y = image(s[2], s[1], s[3]);
    else if (kind == 3) y = image(1, s[1] * s[2], s[3]);
    else y = image(s[1], s[3], s[2]);
    graph_node(&g, HUM_OP_RESHAPE, y, 1, x);
    return y;
}

static int32_t add_random_node(const int32_t *live, int count, hum_type type) {
    int32_t any = pick(live, count, 0), x = pick(live, count, 1), y;
    switch (random_int(0, 12)) {
    case 0:
    case 1: return add_convolution(x, 0, type);
    case 2:
        return g.tensors[x].shape[3] < 20 ? add_convolution(x, 1, type) : add_mean(x, 1);
    case 3: return add_pool(x);
    case 4: return add_resize(x);
    case 5: return g.tensors[x].elements < 2000 ? add_pad(x) : add_mean(x, 1);
    case 6: return add_mean(x, random_int(0, 1));
    case 7: return add_full(any, type);
    case 8: return add_unary(any);
    case 9: return add_reshape(any);
    case 10: /* with a computed tensor of the same shape, or of one value a channel */
        for (int tries = 0; tries < 20; tries++) {
            y = pick(live, count, 1);
            const int32_t *s = g.tensors[x].shape, *t = g.tensors[y].shape;
            if (memcmp(s, t, sizeof g.tensors[x].shape) == 0 ||
                (t[1] == 1 && t[2] == 1 && t[3] == s[3]))
                return add_binary(x, y);
        }
        return add_binary(any, channel_constant(any));
    default: return add_concat(live, count, any);
    }
}

static void random_graph(int nodes, hum_type type) {
    int32_t live[64];
    int count = 0;
    live[count++] = input(random_int(1, 9), random_int(1, 9), random_int(1, 9));
    while (count <= nodes) {
        live[count] = add_random_node(live, count, type);
        count++;
    }
    graph_output(&g, live[count - 1]);
    for (int i = random_int(0, 3); i > 0; i--)
        graph_output(&g, live[random_int(1, count - 1)]);
}

static void check_graphs(void) {
    static const hum_type types[] = {HUM_F32, HUM_F16, HUM_I8};
    char what[40];
    for (int i = 0; i < 1500; i++) {
        random_state = (uint32_t)i + 1000;
        snprintf(what, sizeof what, "random graph %d", i);
        random_graph(random_int(1, 14), types[i % 3]);
        compare(what);
    }
}

/* The joins that detectors make, spelt out: slices of slices, a join of one, the same
   tensor twice, a slice that is read elsewhere as well, reshapes on the way. */
static void check_joins(void) {
    for (int variant = 0; variant < 6; variant++) {
        random_state = 77 + (uint32_t)variant;
        int32_t x = input(4, 4, 3);
        int32_t a = image(4, 4, 2), b = image(4, 4, 3), c = image(4, 4, 2);
        graph_node(&g, HUM_OP_CONV_2D, a, 2, x, floats(4, SHAPE(2, 1, 1, 3), 1));
        graph_node(&g, HUM_OP_RELU, b, 1, x);
        graph_node(&g, HUM_OP_CONV_2D, c, 2, x, floats(4, SHAPE(2, 1, 1, 3), 1));
        if (variant < 3) {
            int32_t inner = image(4, 4, 5), outer = image(4, 4, variant == 1 ? 9 : 7);
            graph_node(&g, HUM_OP_CONCATENATION, inner, 2, a, b);
            if (variant == 1) graph_node(&g, HUM_OP_CONCATENATION, outer, 3, c, inner, c);
            else graph_node(&g, HUM_OP_CONCATENATION, outer, 2, c, inner);
            graph_output(&g, outer);
            if (variant == 2) graph_output(&g, inner);
        } else { /* [1,16,2] twice under [1,8,4], as BlazeFace's heads */
            int32_t flat_a = graph_tensor(&g, HUM_F32, 3, SHAPE(1, 16, 2));
            int32_t flat_c = graph_tensor(&g, HUM_F32, 3, SHAPE(1, 8, 4));
            int32_t again = graph_tensor(&g, HUM_F32, 3, SHAPE(1, 16, 2));
            int32_t whole = graph_tensor(&g, HUM_F32, 3, SHAPE(1, 32, 2));
            graph_node(&g, HUM_OP_RESHAPE, flat_a, 1, a);
            graph_node(&g, HUM_OP_RESHAPE, flat_c, 1, c);
            graph_node(&g, HUM_OP_RESHAPE, again, 1, flat_c);
            graph_node(&g, HUM_OP_CONCATENATION, whole, 2, flat_a,
                       variant == 4 ? flat_a : again)
                ->axis = 1;
            graph_output(&g, whole);
            if (variant == 5) graph_output(&g, flat_c);
        }
        compare("joins");
    }
}

/* ---- Refusals -------------------------------------------------------------------- */

/* The graph must be refused for the reason given. */
static void refused(hum_status status, const char *why, int line) {
    hum_text error = {""};
    hum_net *net = NULL;
    if (!g.model.output_count) graph_output(&g, g.nodes[g.model.node_count - 1].output);
    hum_status found = hum_net_create(&g.model, 0, NULL, &net, &error);
    if (found != status || !strstr(error.text, why))
        printf("%s:%d: %s '%s'\n", __FILE__, line, hum_status_name((int32_t)found),
               error.text);
    CHECK(found == status && strstr(error.text, why));
    CHECK(net == NULL);
    hum_net_free(net);
}
#define REFUSED(status, why) refused(status, why, __LINE__)

static hum_node *bad_convolution(int32_t *weights) {
    int32_t x = input(4, 4, 3);
    *weights = floats(4, SHAPE(2, 3, 3, 3), 1);
    int32_t bias = floats(1, SHAPE(2), 1);
    hum_node *n = graph_node(&g, HUM_OP_CONV_2D, image(4, 4, 2), 3, x, *weights, bias);
    n->same_padding = 1;
    return n;
}

static void check_bad_convolutions(void) {
    int32_t w;
    hum_node *n = bad_convolution(&w);
    compare("the convolution that is spoilt below");
    static const int32_t steps[] = {0, -1, 65};
    for (int i = 0; i < 3; i++) {
        bad_convolution(&w)->stride_h = steps[i];
        REFUSED(HUM_ERROR_UNSUPPORTED, "stride or dilation is not in 1..64");
        bad_convolution(&w)->stride_w = steps[i];
        REFUSED(HUM_ERROR_UNSUPPORTED, "stride or dilation is not in 1..64");
        bad_convolution(&w)->dilation_h = steps[i];
        REFUSED(HUM_ERROR_UNSUPPORTED, "stride or dilation is not in 1..64");
        bad_convolution(&w)->dilation_w = steps[i];
        REFUSED(HUM_ERROR_UNSUPPORTED, "stride or dilation is not in 1..64");
    }
    bad_convolution(&w)->inputs[1] = -1;
    REFUSED(HUM_ERROR_UNSUPPORTED, "constant weights");
    bad_convolution(&w)->inputs[0] = w;
    REFUSED(HUM_ERROR_UNSUPPORTED, "a computed input");
    n = bad_convolution(&w);
    n->inputs[1] = n->inputs[0];
    REFUSED(HUM_ERROR_UNSUPPORTED, "constant weights");
    n = bad_convolution(&w);
    n->inputs[2] = n->inputs[0];
    REFUSED(HUM_ERROR_UNSUPPORTED, "its bias is not constant");
    bad_convolution(&w)->input_count = 1;
    REFUSED(HUM_ERROR_UNSUPPORTED, "constant weights");
    n = bad_convolution(&w);
    n->inputs[2] = floats(1, SHAPE(3), 1);
    REFUSED(HUM_ERROR_FORMAT, "its bias does not fit");
    n = bad_convolution(&w);
    n->inputs[2] = random_int8(&g, 1, SHAPE(2), 0, 1);
    REFUSED(HUM_ERROR_FORMAT, "its bias does not fit");
    n = bad_convolution(&w);
    n->inputs[1] = floats(4, SHAPE(2, 3, 3, 4), 1);
    REFUSED(HUM_ERROR_FORMAT, "do not fit its input's channels");
    n = bad_convolution(&w);
    n->inputs[1] = floats(3, SHAPE(2, 9, 3), 1);
    REFUSED(HUM_ERROR_UNSUPPORTED, "constant weights");
    bad_convolution(&w)->same_padding = 0;
    REFUSED(HUM_ERROR_FORMAT, "is declared as [4,4,2], but is [2,2,2]");
    n = bad_convolution(&w); /* a window larger than the picture */
    n->same_padding = 0;
    n->dilation_h = 2;
    REFUSED(HUM_ERROR_FORMAT, "but is [0,2,2]");

    static const float bad[] = {NAN, INFINITY, -INFINITY};
    for (int i = 0; i < 3; i++) {
        n = bad_convolution(&w);
        memcpy(g.owned[0], &bad[i], 4); /* the weights were made first */
        REFUSED(HUM_ERROR_VALUE, "its weights are not finite");
        n = bad_convolution(&w);
        memcpy(g.owned[1], &bad[i], 4);
        REFUSED(HUM_ERROR_VALUE, "its bias is not finite");
    }
    n = bad_convolution(&w);
    static const uint16_t infinite[54] = {0x7c00};
    n->inputs[1] = graph_constant(&g, HUM_F16, 4, SHAPE(2, 3, 3, 3), infinite);
    REFUSED(HUM_ERROR_VALUE, "its weights are not finite");
    static const float scales[][2] = {{NAN, 1}, {1, 0}, {-1, 1}, {1, INFINITY}};
    for (int i = 0; i < 4; i++) {
        n = bad_convolution(&w);
        n->inputs[1] = random_constant(&g, HUM_I8, 4, SHAPE(2, 3, 3, 3), 1);
        graph_scales(&g, n->inputs[1], 0, 2, scales[i]);
        REFUSED(HUM_ERROR_VALUE, "no valid scales");
    }
    for (int axis = 1; axis < 4; axis++) {
        n = bad_convolution(&w);
        n->inputs[1] = random_int8(&g, 4, SHAPE(2, 3, 3, 3), axis, 1);
        REFUSED(HUM_ERROR_VALUE, "no valid scales");
    }
    n = bad_convolution(&w);
    n->inputs[1] = random_constant(&g, HUM_I8, 4, SHAPE(2, 3, 3, 3), 1);
    REFUSED(HUM_ERROR_VALUE, "no valid scales");
    n = bad_convolution(&w);
    n->inputs[1] = graph_constant(&g, HUM_I32, 4, SHAPE(2, 3, 3, 3), (int32_t[54]){1});
    REFUSED(HUM_ERROR_VALUE, "its weights are not");

    for (int multiplier = 0; multiplier < 4; multiplier++) {
        int32_t x = input(4, 4, 3);
        w = floats(4, SHAPE(1, 1, 1, 6), 1);
        graph_node(&g, HUM_OP_DEPTHWISE_CONV_2D, image(4, 4, 6), 2, x, w)
            ->depth_multiplier = multiplier;
        if (multiplier == 2) compare("depthwise");
        else REFUSED(HUM_ERROR_FORMAT, "do not fit its input's channels");
    }
    int32_t x = input(4, 4, 3);
    graph_node(&g, HUM_OP_DEPTHWISE_CONV_2D, image(4, 4, 3), 2, x,
               floats(4, SHAPE(2, 1, 1, 3), 1));
    REFUSED(HUM_ERROR_FORMAT, "do not fit its input's channels");
}

/* One operator on a [1,4,4,3] input, second input `with` unless -1. */
static hum_node *on_input(hum_op op, int32_t (*second)(void), int32_t height,
                          int32_t width, int32_t channels) {
    int32_t x = input(4, 4, 3), with = second ? second() : -1;
    return graph_node(&g, op, image(height, width, channels), second ? 2 : 1, x, with);
}

static int32_t full_weights(void) {
    return floats(2, SHAPE(5, 47), 1);
}
static int32_t four_values(void) {
    return floats(1, SHAPE(4), 1);
}
static int32_t batch_of_values(void) {
    return floats(4, SHAPE(2, 1, 1, 3), 1);
}
static int32_t row_of_values(void) {
    return floats(4, SHAPE(1, 1, 4, 3), 1);
}
static int32_t bad_values(void) {
    return graph_constant(&g, HUM_F32, 1, SHAPE(3), (const float[]){1, NAN, 1});
}
static int32_t no_scales(void) {
    return random_constant(&g, HUM_I8, 1, SHAPE(3), 1);
}
static int32_t one_int8(void) { /* a number, not a vector */
    int32_t t = graph_constant(&g, HUM_I8, 0, NULL, "\3");
    graph_scales(&g, t, 0, 1, (const float[]){1});
    return t;
}
static int32_t two(int32_t a, int32_t b) {
    return graph_constant(&g, HUM_I32, 1, SHAPE(2), (const int32_t[]){a, b});
}
static int32_t right_axes(void) {
    return two(1, 2);
}
static int32_t wrong_axes(void) {
    return two(2, 3);
}
static int32_t three_axes(void) {
    return graph_constant(&g, HUM_I32, 1, SHAPE(3), (const int32_t[]){1, 2, 3});
}
static int32_t pads(int at, int32_t value) {
    int32_t p[8] = {0};
    p[at] = value;
    return graph_constant(&g, HUM_I32, 2, SHAPE(4, 2), p);
}
static int32_t batch_pads(void) {
    return pads(1, 1);
}
static int32_t negative_pads(void) {
    return pads(4, -1);
}
static int32_t large_pads(void) {
    return pads(7, 4097);
}

static void check_bad_operators(void) {
    on_input(HUM_OP_FULLY_CONNECTED, full_weights, 1, 1, 5);
    REFUSED(HUM_ERROR_FORMAT, "its weights do not fit its input");
    on_input(HUM_OP_FULLY_CONNECTED, four_values, 1, 1, 5);
    REFUSED(HUM_ERROR_UNSUPPORTED, "constant weights");
    on_input(HUM_OP_FULLY_CONNECTED, NULL, 1, 1, 5);
    REFUSED(HUM_ERROR_UNSUPPORTED, "constant weights");

    on_input(HUM_OP_MAX_POOL_2D, NULL, 4, 4, 3)->filter_h = 0;
    REFUSED(HUM_ERROR_UNSUPPORTED, "filter or stride is not in 1..64");
    on_input(HUM_OP_MAX_POOL_2D, NULL, 4, 4, 3)->stride_w = 0;
    REFUSED(HUM_ERROR_UNSUPPORTED, "filter or stride is not in 1..64");
    on_input(HUM_OP_MAX_POOL_2D, NULL, 4, 4, 3);
    REFUSED(HUM_ERROR_UNSUPPORTED, "XNNPACK does not take");
    on_input(HUM_OP_MAX_POOL_2D, NULL, 4, 4, 3)->filter_w = 2;
    REFUSED(HUM_ERROR_FORMAT, "but is [4,3,3]");
    hum_node *n = on_input(HUM_OP_RESIZE_BILINEAR, NULL, 8, 8, 3);
    n->align_corners = n->half_pixel_centers = 1;
    REFUSED(HUM_ERROR_FORMAT, "aligns both");
    on_input(HUM_OP_RESIZE_BILINEAR, NULL, 8, 8, 4);
    REFUSED(HUM_ERROR_FORMAT, "declared as [8,8,4]");

    on_input(HUM_OP_ADD, NULL, 4, 4, 3);
    REFUSED(HUM_ERROR_FORMAT, "expected two inputs");
    on_input(HUM_OP_ADD, four_values, 4, 4, 3);
    REFUSED(HUM_ERROR_UNSUPPORTED, "it broadcasts");
    on_input(HUM_OP_MUL, row_of_values, 4, 4, 3);
    REFUSED(HUM_ERROR_UNSUPPORTED, "it broadcasts");
    on_input(HUM_OP_MUL, batch_of_values, 4, 4, 3);
    REFUSED(HUM_ERROR_UNSUPPORTED, "it broadcasts");
    on_input(HUM_OP_MUL, one_int8, 4, 4, 3);
    REFUSED(HUM_ERROR_UNSUPPORTED, "it broadcasts");
    on_input(HUM_OP_MUL, bad_values, 4, 4, 3);
    REFUSED(HUM_ERROR_VALUE, "its constant input is not finite");
    on_input(HUM_OP_MUL, no_scales, 4, 4, 3);
    REFUSED(HUM_ERROR_VALUE, "its constant input is not finite");
    n = on_input(HUM_OP_ADD, four_values, 4, 4, 3);
    n->inputs[0] = n->inputs[1];
    REFUSED(HUM_ERROR_UNSUPPORTED, "both inputs are constant");
    on_input(HUM_OP_ADD, four_values, 4, 4, 3)->inputs[1] = -1;
    REFUSED(HUM_ERROR_UNSUPPORTED, "it broadcasts");
    n = on_input(HUM_OP_ADD, four_values, 2, 8, 3);
    n->inputs[1] = n->inputs[0];
    REFUSED(HUM_ERROR_FORMAT, "declared as [2,8,3], but is [4,4,3]");

    on_input(HUM_OP_RELU, NULL, 4, 4, 2);
    REFUSED(HUM_ERROR_FORMAT, "but is [4,4,3]");
    n = on_input(HUM_OP_LOGISTIC, four_values, 1, 1, 4);
    n->inputs[0] = n->inputs[1];
    REFUSED(HUM_ERROR_UNSUPPORTED, "its input is constant");

    on_input(HUM_OP_MEAN, right_axes, 1, 1, 4);
    REFUSED(HUM_ERROR_FORMAT, "but is [1,1,3]");
    on_input(HUM_OP_MEAN, wrong_axes, 1, 1, 3);
    REFUSED(HUM_ERROR_UNSUPPORTED, "only means over height and width");
    on_input(HUM_OP_MEAN, three_axes, 1, 1, 3);
    REFUSED(HUM_ERROR_UNSUPPORTED, "only means over height and width");
    on_input(HUM_OP_MEAN, four_values, 1, 1, 3);
    REFUSED(HUM_ERROR_UNSUPPORTED, "only means over height and width");

    on_input(HUM_OP_PAD, batch_pads, 4, 4, 3);
    REFUSED(HUM_ERROR_UNSUPPORTED, "expected constant padding");
    on_input(HUM_OP_PAD, NULL, 4, 4, 3);
    REFUSED(HUM_ERROR_UNSUPPORTED, "expected constant padding");
    on_input(HUM_OP_PAD, negative_pads, 4, 3, 3);
    REFUSED(HUM_ERROR_LIMIT, "not in 0..4096");
    on_input(HUM_OP_PAD, large_pads, 4, 4, 4100);
    REFUSED(HUM_ERROR_LIMIT, "not in 0..4096");

    on_input(HUM_OP_DEQUANTIZE, NULL, 4, 4, 3);
    REFUSED(HUM_ERROR_UNSUPPORTED, "only constant float16 tensors");
    n = on_input(HUM_OP_DEQUANTIZE, four_values, 1, 1, 4);
    n->inputs[0] = n->inputs[1];
    REFUSED(HUM_ERROR_UNSUPPORTED, "only constant float16 tensors");

    static const int axes[] = {0, 4, -4, -5, INT32_MAX, INT32_MIN};
    for (int i = 0; i < 6; i++) {
        on_input(HUM_OP_CONCATENATION, NULL, 4, 4, 3)->axis = axes[i];
        REFUSED(HUM_ERROR_UNSUPPORTED, "axis or activation");
    }
    on_input(HUM_OP_CONCATENATION, NULL, 4, 4, 3)->activation = HUM_ACT_RELU;
    REFUSED(HUM_ERROR_UNSUPPORTED, "axis or activation");
    on_input(HUM_OP_CONCATENATION, four_values, 4, 4, 7);
    REFUSED(HUM_ERROR_UNSUPPORTED, "its inputs are not alike");
    on_input(HUM_OP_CONCATENATION, four_values, 4, 4, 7)->inputs[1] = -1;
    REFUSED(HUM_ERROR_UNSUPPORTED, "its inputs are not alike");
    on_input(HUM_OP_CONCATENATION, NULL, 5, 4, 3);
    REFUSED(HUM_ERROR_FORMAT, "the shapes of its inputs differ");
    on_input(HUM_OP_CONCATENATION, NULL, 4, 4, 4);
    REFUSED(HUM_ERROR_FORMAT, "do not fill its output");

    on_input(HUM_OP_RESHAPE, NULL, 4, 4, 4);
    REFUSED(HUM_ERROR_FORMAT, "changes the number of elements");
}

static void check_bad_ends(void) {
    on_input(HUM_OP_RELU, NULL, 4, 4, 3);
    g.tensors[0].type = HUM_I8;
    REFUSED(HUM_ERROR_UNSUPPORTED, "the input is not a float32");
    on_input(HUM_OP_RELU, NULL, 4, 4, 3);
    g.tensors[0].rank = 3;
    REFUSED(HUM_ERROR_UNSUPPORTED, "the input is not a float32");
    on_input(HUM_OP_RELU, NULL, 4, 4, 3);
    g.tensors[0].shape[0] = 2;
    REFUSED(HUM_ERROR_UNSUPPORTED, "'t0' has batch 2");
    on_input(HUM_OP_RELU, NULL, 4, 4, 3);
    g.tensors[1].shape[0] = 2;
    REFUSED(HUM_ERROR_UNSUPPORTED, "'t1' has batch 2");
    on_input(HUM_OP_RELU, NULL, 4, 4, 3);
    graph_output(&g, four_values());
    REFUSED(HUM_ERROR_UNSUPPORTED, "output 't2' is constant");
    /* 2^28 numbers twice; nothing of that size may be allocated before the refusal. */
    int32_t x = input(16384, 16384, 1);
    graph_node(&g, HUM_OP_RELU, image(16384, 16384, 1), 1, x);
    REFUSED(HUM_ERROR_LIMIT, "more than 1073741824 bytes");
}

/* Weights of a shape that a file of this test need not have: nothing may read them. */
static int32_t claimed_weights(int rank, const int32_t *shape) {
    int32_t t = graph_tensor(&g, HUM_I8, rank, shape);
    g.tensors[t].data = graph_own(&g, "", 1);
    graph_scales(&g, t, 0, 1, (const float[]){1});
    return t;
}

/* Sizes whose products do not fit 32 bits, as size_t has in WebAssembly, though each of
   them is within its limit: they were cut to what was left of them, and memory of that
   size was written over its end. */
static void check_large_products(void) {
    /* Points of a band of Winograd's tiles: 36 x 49 x 608,712 floats. */
    int32_t x = input(6, 6, 608704);
    graph_node(&g, HUM_OP_CONV_2D, image(6, 6, 8), 2, x,
               claimed_weights(4, SHAPE(8, 3, 3, 608704)))
        ->same_padding = 1;
    REFUSED(HUM_ERROR_LIMIT, "more than 1 GB");
    /* XNNPACK packs 8 or 16 outputs at a time, of which there is one: 2^27 x 8 floats. */
    x = input(1, 1, 1 << 15);
    graph_node(&g, HUM_OP_CONV_2D, image(1, 1, 1), 2, x,
               claimed_weights(4, SHAPE(1, 64, 64, 1 << 15)))
        ->same_padding = 1;
    REFUSED(HUM_ERROR_LIMIT, "more than 1 GB");
    /* It lists what each output sees: 1024 x 1024 x 64 x 64 pointers. */
    x = input(1024, 1024, 1);
    graph_node(&g, HUM_OP_CONV_2D, image(1024, 1024, 1), 2, x,
               claimed_weights(4, SHAPE(1, 64, 64, 1)))
        ->same_padding = 1;
    REFUSED(HUM_ERROR_LIMIT, "more than 1 GB");
    x = input(1087, 1087, 1);
    hum_node *n = graph_node(&g, HUM_OP_MAX_POOL_2D, image(1024, 1024, 1), 1, x);
    n->filter_h = n->filter_w = 64;
    REFUSED(HUM_ERROR_LIMIT, "more than 1 GB");
    x = input(1, 1, 1);
    graph_node(&g, HUM_OP_RESIZE_BILINEAR, image(16384, 16384, 1), 1, x);
    REFUSED(HUM_ERROR_LIMIT, "more than 1 GB");
    x = input(1, 1, 1 << 24);
    graph_node(&g, HUM_OP_FULLY_CONNECTED, image(1, 1, 1), 2, x,
               claimed_weights(2, SHAPE(1, 1 << 24)));
    REFUSED(HUM_ERROR_LIMIT, "more than 1 GB");
}

/* ---- int8 weights with quantised activations ------------------------------------- */

/* One layer. Activations are rounded to a 127th of their range: a sum is wrong by at most
   half a step for each weight; a whole step is allowed, for the rounding of zero. */
static void check_quantised_layers(void) {
    for (int i = 0; i < 300; i++) {
        random_state = 5000 + (uint32_t)i;
        int32_t x = input(random_int(1, 12), random_int(1, 12), random_int(1, 40));
        int32_t y = i % 3 ? add_convolution(x, 0, HUM_I8) : add_full(x, HUM_I8);
        graph_output(&g, y);
        hum_text error = {""};
        hum_net *net = NULL;
        CHECK_STATUS(hum_net_create(&g.model, 0, NULL, &net, &error), HUM_OK);
        if (!net) continue;
        CHECK_INT(hum_net_quantised(net), 1);
        size_t n = g.tensors[x].elements;
        float *in = malloc(n * sizeof *in);
        /* From all of one sign to far from the middle; all zero too. */
        float shift = (float)(i % 7 - 3), low = 0, high = 0;
        for (size_t k = 0; k < n; k++) {
            in[k] = i % 50 == 49 ? 0 : shift + 2 * random_float();
            low = fminf(low, in[k]);
            high = fmaxf(high, in[k]);
        }
        memcpy(hum_net_input(net), in, n * sizeof *in);
        CHECK_STATUS(hum_net_run(net, &error), HUM_OK);
        reference r = reference_run(&g.model, in);
        const hum_tensor *w = &g.tensors[g.nodes[0].inputs[1]];
        int32_t channels = w->shape[0];
        size_t each = w->elements / (size_t)channels;
        const float *weights = r.values[g.nodes[0].inputs[1]];
        const float *found = hum_net_output(net, 0), *expected = r.values[y];
        for (size_t k = 0; k < g.tensors[y].elements; k++) {
            double sum = 0, e = fabs((double)found[k] - (double)expected[k]);
            for (size_t j = 0; j < each; j++)
                sum += fabs((double)weights[k % (size_t)channels * each + j]);
            double share = e / ((double)(high - low) / 127 * sum + 1e-5);
            if (!(share <= 1)) printf("    layer %d: %g of what is allowed\n", i, share);
            if (!CHECK(share <= 1)) break;
            worst_int8 = fmax(worst_int8, share);
        }
        reference_free(&r);
        free(in);
        hum_net_free(net);
    }
}

/* Inputs whose range is symmetric, or has other ends that both lie half way between two
   codes: the largest number must not become a code too many. A layer that copies its
   input shows the codes; of any length, as each is cut into parts, and these into vectors
   and a rest. */
static void check_ends_of_ranges(void) {
    double worst = 0;
    for (int32_t i = 0; i < 400; i++) {
        random_state = 7000 + (uint32_t)i;
        int32_t width = i < 200 ? i + 1 : random_int(200, 2000);
        int32_t x = input(1, width, 1);
        int32_t w = graph_constant(&g, HUM_I8, 4, SHAPE(1, 1, 1, 1), "\177");
        graph_scales(&g, w, 0, 1, (const float[]){1.0f / 127});
        graph_node(&g, HUM_OP_CONV_2D, image(1, width, 1), 2, x, w);
        graph_output(&g, x + 2);
        hum_text error = {""};
        hum_net *net = NULL;
        CHECK_STATUS(hum_net_create(&g.model, 0, NULL, &net, &error), HUM_OK);
        if (!net) continue;
        float high = i % 4 ? 0.01f + fabsf(random_float()) : 127.5f / 128;
        float low = i % 4 < 2 ? -high : -high * (float)random_int(0, 63) * 2 / 127;
        float *in = hum_net_input(net), *copy = malloc((size_t)width * sizeof *copy);
        for (int32_t k = 0; k < width; k++)
            copy[k] = random_int(0, 2) ? high : random_int(0, 1) ? low : high / 3;
        copy[0] = high;
        copy[width - 1] = width > 1 ? low : high;
        memcpy(in, copy, (size_t)width * sizeof *copy);
        CHECK_STATUS(hum_net_run(net, &error), HUM_OK);
        const float *found = hum_net_output(net, 0);
        for (int32_t k = 0; k < width; k++) {
            double steps = fabs((double)found[k] - (double)copy[k]) * 127 /
                           ((double)high - (width > 1 ? (double)low : 0));
            if (!CHECK(steps < 0.501)) break;
            worst = fmax(worst, steps);
        }
        free(copy);
        hum_net_free(net);
    }
    printf("ends of ranges: wrong by at most %.4f codes\n", worst);
}

/* Whole graphs: no bound follows from the layers, so the directions are compared. */
static void check_quantised_graphs(void) {
    double lowest = 1;
    int compared = 0;
    for (int i = 0; i < 400; i++) {
        random_state = 9000 + (uint32_t)i;
        random_graph(random_int(2, 10), HUM_I8);
        hum_text error = {""};
        hum_net *net = NULL;
        CHECK_STATUS(hum_net_create(&g.model, 0, NULL, &net, &error), HUM_OK);
        if (!net) continue;
        size_t n = g.tensors[g.model.input].elements;
        float *in = malloc(n * sizeof *in);
        for (size_t k = 0; k < n; k++) in[k] = random_float();
        memcpy(hum_net_input(net), in, n * sizeof *in);
        CHECK_STATUS(hum_net_run(net, &error), HUM_OK);
        reference r = reference_run(&g.model, in);
        double aa = 0, ab = 0, bb = 0;
        for (size_t k = 0; k < hum_net_output_size(net, 0); k++) {
            double a = (double)hum_net_output(net, 0)[k];
            double b = (double)r.values[g.model.outputs[0]][k];
            aa += a * a;
            ab += a * b;
            bb += b * b;
        }
        if (hum_net_quantised(net) && bb > 1e-6) {
            double cosine = aa > 0 ? ab / sqrt(aa * bb) : 0;
            lowest = fmin(lowest, cosine);
            compared++;
        }
        reference_free(&r);
        free(in);
        hum_net_free(net);
    }
    printf("%d quantised graphs: lowest cosine %.5f\n", compared, lowest);
    CHECK(compared > 100);
    CHECK(lowest > 0.97); /* observed: see the line above */
}

int main(void) {
    random_state = 42;
    check_operators();
    check_winograd();
    check_joins();
    check_graphs();
    check_bad_convolutions();
    check_bad_operators();
    check_bad_ends();
    check_quantised_layers();
    check_ends_of_ranges();
    check_quantised_graphs();
    check_large_products();
    printf("largest error: float %.3f, int8 %.3f of what is allowed\n", worst_float,
           worst_int8);
    graph_free(&g);
    return check_end();
}
