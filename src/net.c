#include "bytes.h"
#include "steps.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* XNNPACK's operators are used one by one, not its subgraphs: weights are unpacked into
   a scratch buffer, packed and forgotten layer by layer, branches write straight into
   the tensor that joins them, a tensor is quantised once for all that read it, and only
   the operators named here are linked. Float convolutions of 3x3 are not XNNPACK's but
   winograd.h's around its matrix product (ResNet-50: 0.7 of the time). */

enum {
    ARENA_ALIGNMENT = 64,
    PACKED = 64 /* outputs that XNNPACK packs together, at most: it rounds up to them */
};
/* Winograd's points are multiplied in bands of tiles that stay in the cache. A band has
   49 tiles even where these are larger, because the weights are read once for each band.
 */
#define WINOGRAD_BAND ((size_t)1 << 21) /* bytes */
#define WINOGRAD_TILES 49
#define WINOGRAD_PIXELS 36 /* outputs; 7x7x512 takes 0.45 of the time */
/* Bytes of all tensors, and of what XNNPACK makes of one layer. The largest network here
   needs 40 MB of tensors, the largest layer of VGG-Face 400 MB of weights. */
#define MAX_BYTES ((size_t)1 << 30)

/* ---- Building: tables ------------------------------------------------------------ */

typedef struct {
    const hum_model *model;
    hum_net *net;
    hum_text *error;
    int float_activations;
    int *uses;            /* [tensor]: how many operators and outputs read it */
    int32_t *maker;       /* [tensor]: the node that computes it, -1 */
    const hum_node *node; /* the one being built */
    uint8_t *scratch;     /* weights on their way into XNNPACK, padded */
    size_t scratch_size;
} builder;

static hum_status no_memory(builder *b) {
    return hum_fail(b->error, HUM_ERROR_MEMORY, "no memory for the network");
}

static hum_status refuse(builder *b, hum_status status, const char *why) {
    return hum_fail(b->error, status, "operator %d (%s, output '%s'): %s",
                    (int)(b->node - b->model->nodes), hum_op_name((int32_t)b->node->op),
                    b->model->tensors[b->node->output].name, why);
}

/* Whether so many bytes may be asked for. Sizes are each within their limits, but XNNPACK
   multiplies them without looking, and a size_t of WebAssembly has 32 bits. */
static int fits(uint64_t count, uint64_t each) {
    return count * each <= MAX_BYTES;
}

static hum_status too_large(builder *b) {
    return refuse(b, HUM_ERROR_LIMIT, "it needs more than 1 GB of memory");
}

static value *value_at(builder *b, int32_t i) {
    return &b->net->values[i];
}

static int32_t add_value(builder *b, int32_t height, int32_t width, int32_t channels,
                         size_t width_in_bytes) {
    hum_net *net = b->net;
    int32_t i = net->value_count++; /* room was reserved for all */
    net->values[i] = (value){.height = height,
                             .width = width,
                             .channels = channels,
                             .root = i,
                             .stride = (size_t)channels,
                             .first = -1,
                             .quantised = -1,
                             .constant = -1};
    net->values[i].bytes = pixels(&net->values[i]) * (size_t)channels * width_in_bytes;
    return i;
}

/* Marks a value as read or written by the next step. */
static void touch(builder *b, int32_t i) {
    value *root = value_at(b, value_at(b, i)->root);
    if (root->first < 0) root->first = b->net->step_count;
    root->last = b->net->step_count;
}

static step *add_step(builder *b, step s) {
    touch(b, s.in);
    if (s.in2 >= 0) touch(b, s.in2);
    if (s.workspace >= 0) touch(b, s.workspace);
    touch(b, s.out);
    b->net->steps[b->net->step_count] = s;
    return &b->net->steps[b->net->step_count++];
}

/* A step with one input and no workspace, and the node's activation, to be added by
   add_step. */
static step new_step(builder *b, step_kind kind, int32_t in, int32_t out) {
    hum_activation a = b->node->activation;
    step s = {.kind = kind, .in = in, .in2 = -1, .out = out, .workspace = -1};
    s.low = a == HUM_ACT_NONE ? -INFINITY : 0;
    s.high = a == HUM_ACT_RELU6 ? 6 : INFINITY;
    return s;
}

/* Gives the last step scratch memory of its own in the arena. */
static void add_workspace(builder *b, step *last, size_t size) {
    last->workspace = add_value(b, 1, 1, 1, size);
    value *v = value_at(b, last->workspace);
    v->first = v->last = b->net->step_count - 1;
}

/* Room for the weights of a layer, with the bytes behind it that XNNPACK may read. */
static void *scratch(builder *b, size_t size) {
    size += XNN_EXTRA_BYTES;
    if (size > b->scratch_size) {
        free(b->scratch);
        b->scratch = calloc(1, size);
        b->scratch_size = b->scratch ? size : 0;
    }
    return b->scratch;
}

/* ---- Building: constants --------------------------------------------------------- */

static float half_to_float(uint16_t h) {
    /* IEEE 754 binary16: shift into place and correct the exponent by a multiplication,
       which handles subnormal numbers too. */
    uint32_t bits = (uint32_t)(h & 0x7fff) << 13;
    float f;
    memcpy(&f, &bits, sizeof f);
    f *= 0x1p112f;
    return h & 0x8000 ? -f : f;
}

static float scale_at(const hum_tensor *t, int32_t channel) {
    float s;
    memcpy(&s, t->scales + 4 * (t->scale_count > 1 ? channel : 0), sizeof s);
    return s;
}

/* The tensor that holds a constant's data: through DEQUANTIZE to its f16 source. */
static const hum_tensor *constant(builder *b, int32_t tensor) {
    if (tensor < 0) return NULL;
    int32_t source = value_at(b, tensor)->constant;
    return source < 0 ? NULL : &b->model->tensors[source];
}

/* Whether the node being built has input number i; optional ones may be left out. */
static int has_input(builder *b, int i) {
    return i < b->node->input_count && b->node->inputs[i] >= 0;
}

/* The constant that is input number i; NULL if there is none, or it is computed. */
static const hum_tensor *constant_input(builder *b, int i) {
    return has_input(b, i) ? constant(b, b->node->inputs[i]) : NULL;
}

/* Checks the scales of int8 weights: one for all, or one per slice of `axis`. */
static int scales_fit(const hum_tensor *t, int axis) {
    if (t->scale_count < 1 || (t->scale_count > 1 && (t->scale_axis != axis ||
                                                      t->scale_count != t->shape[axis])))
        return 0;
    for (int32_t i = 0; i < t->scale_count; i++) {
        float s = scale_at(t, i);
        if (!(s >= 1e-30f && s <= 1e30f)) return 0; /* NaN as well */
    }
    return 1;
}

/* Writes a constant as floats. axis: the channel axis of int8 scales. 0: cannot. */
static int to_floats(const hum_tensor *t, int axis, float *out) {
    double sum = 0;
    if (t->type == HUM_F32) {
        memcpy(out, t->data, t->elements * 4);
    } else if (t->type == HUM_F16) {
        for (size_t i = 0; i < t->elements; i++) {
            uint16_t h;
            memcpy(&h, t->data + 2 * i, sizeof h);
            if ((h & 0x7c00) == 0x7c00) return 0; /* infinite or not a number */
            out[i] = half_to_float(h);
        }
    } else if (t->type == HUM_I8 && scales_fit(t, axis)) {
        size_t inner = 1;
        for (int d = axis + 1; d < t->rank; d++) inner *= (size_t)t->shape[d];
        for (size_t i = 0; i < t->elements; i++) {
            size_t channel = t->scale_count > 1 ? i / inner % (size_t)t->scale_count : 0;
            out[i] = (float)(int8_t)t->data[i] * scale_at(t, (int32_t)channel);
        }
    } else {
        return 0;
    }
    for (size_t i = 0; i < t->elements; i++) sum += fabs((double)out[i]);
    return isfinite(sum);
}

/* ---- Building: geometry ---------------------------------------------------------- */

typedef struct {
    uint32_t before, after;
    int32_t output;
} window;

/* TensorFlow's SAME and VALID along one axis; output 0 if the window does not fit. */
static window slide(int32_t input, int32_t kernel, int32_t stride, int32_t dilation,
                    int same) {
    window w = {0};
    int64_t reach = (int64_t)(kernel - 1) * dilation + 1;
    if (same) {
        w.output = (input + stride - 1) / stride;
        int64_t pad = (int64_t)(w.output - 1) * stride + reach - input;
        if (pad > 0) {
            w.before = (uint32_t)(pad / 2);
            w.after = (uint32_t)(pad - pad / 2);
        }
    } else if (input >= reach) {
        w.output = (int32_t)((input - reach) / stride + 1);
    }
    return w;
}

static int geometry_ok(const hum_node *n, int32_t kernel_h, int32_t kernel_w) {
    return n->stride_h >= 1 && n->stride_h <= 64 && n->stride_w >= 1 &&
           n->stride_w <= 64 && kernel_h >= 1 && kernel_h <= 64 && kernel_w >= 1 &&
           kernel_w <= 64 && n->dilation_h >= 0 && n->dilation_h <= 64 &&
           n->dilation_w >= 0 && n->dilation_w <= 64;
}

/* Whether XNNPACK can list where each output finds its inputs, a pointer for each. */
static int pointers_fit(builder *b, int32_t kernel_h, int32_t kernel_w) {
    size_t each = (size_t)kernel_h * (size_t)kernel_w * sizeof(void *);
    return fits(pixels(value_at(b, b->node->output)), each);
}

/* Whether a layer's weights fit, as floats, for outputs that each see so many inputs. */
static int weights_fit(int32_t outputs, size_t inputs) {
    return fits(inputs * sizeof(float), (uint64_t)outputs + PACKED);
}

static hum_status expect_shape(builder *b, int32_t height, int32_t width,
                               int32_t channels) {
    const value *v = value_at(b, b->node->output);
    if (v->height == height && v->width == width && v->channels == channels)
        return HUM_OK;
    return hum_fail(b->error, HUM_ERROR_FORMAT,
                    "operator %d (%s): output '%s' is declared as [%d,%d,%d], but is "
                    "[%d,%d,%d]",
                    (int)(b->node - b->model->nodes), hum_op_name((int32_t)b->node->op),
                    b->model->tensors[b->node->output].name, v->height, v->width,
                    v->channels, height, width, channels);
}

/* The computed input number i, or -1 (a constant, or not a float). */
static int32_t operand(builder *b, int i) {
    if (!has_input(b, i)) return -1;
    int32_t t = b->node->inputs[i];
    return value_at(b, t)->constant < 0 && b->model->tensors[t].type == HUM_F32 ? t : -1;
}

/* ---- Building: layers ------------------------------------------------------------ */

static hum_status created(builder *b, enum xnn_status status) {
    if (status == xnn_status_success) return HUM_OK;
    if (status == xnn_status_out_of_memory) return no_memory(b);
    return refuse(b, HUM_ERROR_UNSUPPORTED, "XNNPACK does not take its parameters");
}

/* The quantised copy of a value, made once for all its readers. */
static hum_status quantise(builder *b, int32_t in, int32_t *out) {
    value *v = value_at(b, in);
    if (v->quantised >= 0) {
        *out = v->quantised;
        return HUM_OK;
    }
    int32_t q = add_value(b, v->height, v->width, v->channels, 1);
    v->quantised = *out = q;
    value_at(b, q)->params =
        calloc(1 + XNN_EXTRA_QUANTIZATION_PARAMS, sizeof(struct xnn_quantization_params));
    if (!value_at(b, q)->params) return no_memory(b);
    b->net->quantised = 1;
    add_step(b, new_step(b, STEP_QUANTISE, in, q));
    return HUM_OK;
}

/* Whether int8 weights can stay int8: quantised activations, and an input that lies in
   one piece. */
static int stays_int8(builder *b, const hum_tensor *weights, const value *in) {
    return weights->type == HUM_I8 && !b->float_activations && contiguous(in);
}

static int bias_fits(const hum_tensor *bias, int32_t channels) {
    return !bias || (bias->elements == (size_t)channels &&
                     (bias->type == HUM_F32 || bias->type == HUM_F16));
}

typedef struct {
    void *kernel; /* float or int8_t */
    float *bias, *scales;
} weights;

/* Brings a layer's weights into the scratch buffer: bias and scales first, then the
   kernel (int8 as they are, everything else as floats). */
static hum_status load_weights(builder *b, const hum_tensor *kernel,
                               const hum_tensor *bias, int axis, int int8, int32_t n,
                               weights *w) {
    size_t rest = 2 * (size_t)n * sizeof(float) + 2 * (size_t)XNN_EXTRA_BYTES;
    float *room = scratch(b, rest + kernel->elements * (int8 ? 1 : sizeof(float)));
    if (!room) return no_memory(b);
    size_t gap = XNN_EXTRA_BYTES / sizeof(float);
    w->bias = room;
    w->scales = room + n + gap;
    w->kernel = w->scales + n + gap;
    for (int32_t i = 0; i < n; i++) w->bias[i] = 0;
    if (bias && !to_floats(bias, 0, w->bias))
        return refuse(b, HUM_ERROR_VALUE, "its bias is not finite");
    if (!int8)
        return to_floats(kernel, axis, w->kernel)
                   ? HUM_OK
                   : refuse(b, HUM_ERROR_VALUE,
                            "its weights are not finite float32, float16 or symmetric "
                            "int8 numbers");
    if (!scales_fit(kernel, axis))
        return refuse(b, HUM_ERROR_VALUE, "its int8 weights have no valid scales");
    for (int32_t i = 0; i < n; i++) w->scales[i] = scale_at(kernel, i);
    memcpy(w->kernel, kernel->data, kernel->elements);
    return HUM_OK;
}

/* Whether Winograd's way pays: it has a quarter of the multiplications, and four times
   the weights to read, which small pictures do not make up for. */
static int suits_winograd(const hum_node *n, const hum_tensor *kernel, const value *out) {
    uint64_t outputs = (uint64_t)kernel->shape[0], inputs = (uint64_t)kernel->shape[3];
    const uint64_t point = HUM_WINOGRAD_POINTS * sizeof(float);
    return n->op == HUM_OP_CONV_2D && kernel->shape[1] == 3 && kernel->shape[2] == 3 &&
           n->stride_h == 1 && n->stride_w == 1 && n->dilation_h == 1 &&
           n->dilation_w == 1 && outputs % HUM_WINOGRAD_GROUP == 0 &&
           inputs % HUM_WINOGRAD_GROUP == 0 && pixels(out) >= WINOGRAD_PIXELS &&
           fits((outputs + PACKED) * inputs, point) &&
           fits((outputs + inputs) * WINOGRAD_TILES, point);
}

/* Takes kernel and bias from w; s has input, output, padding and activation. */
static hum_status build_winograd(builder *b, step s, const weights *w) {
    const value *x = value_at(b, s.in), *y = value_at(b, s.out);
    size_t c = (size_t)x->channels, n = (size_t)y->channels, batch = HUM_WINOGRAD_POINTS;
    size_t tiles = hum_winograd_tiles(y->height, y->width);
    size_t fitting = WINOGRAD_BAND / (batch * (c + n) * sizeof(float));
    size_t band = fitting > WINOGRAD_TILES ? fitting : WINOGRAD_TILES;
    size_t bands = (tiles + band - 1) / band;
    s.kind = STEP_WINOGRAD;
    s.band = ((tiles + bands - 1) / bands) | 1; /* even ones collide in caches */
    float *points = malloc(batch * n * c * sizeof *points + XNN_EXTRA_BYTES);
    if (!points) return no_memory(b);
    hum_winograd_kernel(w->kernel, n, c, points);
    hum_status status =
        created(b, xnn_create_batch_matrix_multiply_nc_f32_const_weights(
                       batch, c, n, points, XNN_FLAG_TRANSPOSE_WEIGHTS, &s.op));
    free(points);
    if (status != HUM_OK) return status;
    s.in2 = add_value(b, 1, 1, y->channels, sizeof(float));
    value *bias = value_at(b, s.in2);
    step *added = add_step(b, s);
    bias->kept = malloc(bias->bytes);
    if (!bias->kept) return no_memory(b);
    memcpy(bias->kept, w->bias, bias->bytes);
    size_t work, align;
    add_workspace(b, added, batch * s.band * (c + n) * sizeof(float));
    return created(b, xnn_reshape_batch_matrix_multiply_nc_f32(s.op, 1, &batch, &batch,
                                                               s.band, c, n, &work,
                                                               &align, b->net->pool));
}

/* What CONV_2D and DEPTHWISE_CONV_2D are built from, once it is checked. */
typedef struct {
    const hum_tensor *kernel, *bias;
    value x;
    int32_t in, channels; /* the input; channels of the output */
    window down, across;
    int depthwise, int8;
    size_t groups, group_in; /* input channels of a group */
} convolution;

static hum_status check_convolution(builder *b, convolution *c) {
    const hum_node *n = b->node;
    const hum_tensor *kernel = c->kernel = constant_input(b, 1);
    c->bias = constant_input(b, 2);
    c->in = operand(b, 0);
    c->depthwise = n->op == HUM_OP_DEPTHWISE_CONV_2D;
    if (c->in < 0 || !kernel || kernel->rank != 4)
        return refuse(b, HUM_ERROR_UNSUPPORTED,
                      "expected a computed input and constant weights");
    if (has_input(b, 2) && !c->bias)
        return refuse(b, HUM_ERROR_UNSUPPORTED, "its bias is not constant");
    const value x = c->x = *value_at(b, c->in);
    int32_t kh = kernel->shape[1], kw = kernel->shape[2];
    int32_t channels = c->channels = kernel->shape[c->depthwise ? 3 : 0];
    if (!geometry_ok(n, kh, kw) || n->dilation_h < 1 || n->dilation_w < 1)
        return refuse(b, HUM_ERROR_UNSUPPORTED,
                      "kernel, stride or dilation is not in 1..64");
    if (c->depthwise ? kernel->shape[0] != 1 || n->depth_multiplier < 1 ||
                           n->depth_multiplier > channels ||
                           channels != x.channels * n->depth_multiplier
                     : kernel->shape[3] != x.channels)
        return refuse(b, HUM_ERROR_FORMAT, "its weights do not fit its input's channels");
    if (!bias_fits(c->bias, channels))
        return refuse(b, HUM_ERROR_FORMAT, "its bias does not fit its weights");
    c->int8 = !c->depthwise && stays_int8(b, kernel, &x);
    c->groups = c->depthwise ? (size_t)x.channels : 1;
    c->group_in = (size_t)x.channels / c->groups;
    c->down = slide(x.height, kh, n->stride_h, n->dilation_h, n->same_padding);
    c->across = slide(x.width, kw, n->stride_w, n->dilation_w, n->same_padding);
    hum_status status = expect_shape(b, c->down.output, c->across.output, channels);
    if (status != HUM_OK) return status;
    return pointers_fit(b, kh, kw) &&
                   weights_fit(channels, (size_t)kh * (size_t)kw * c->group_in)
               ? HUM_OK
               : too_large(b);
}

static enum xnn_status create_convolution(builder *b, const convolution *c,
                                          const weights *w, step *s) {
    const hum_node *n = b->node;
    uint32_t kh = (uint32_t)c->kernel->shape[1], kw = (uint32_t)c->kernel->shape[2];
    uint32_t sh = (uint32_t)n->stride_h, sw = (uint32_t)n->stride_w;
    uint32_t dh = (uint32_t)n->dilation_h, dw = (uint32_t)n->dilation_w;
    uint32_t groups = (uint32_t)c->groups;
    uint32_t flags = c->depthwise ? XNN_FLAG_DEPTHWISE_CONVOLUTION : 0;
    size_t group_out = (size_t)c->channels / c->groups;
    size_t out_stride = value_at(b, n->output)->stride;
    if (c->int8)
        return xnn_create_convolution2d_nhwc_qd8_f32_qc8w(
            c->down.before, c->across.after, c->down.after, c->across.before, kh, kw, sh,
            sw, dh, dw, groups, c->group_in, group_out, c->group_in, out_stride,
            w->scales, w->kernel, w->bias, s->low, s->high, flags, NULL, NULL, &s->op);
    return xnn_create_convolution2d_nhwc_f32(
        c->down.before, c->across.after, c->down.after, c->across.before, kh, kw, sh, sw,
        dh, dw, groups, c->group_in, group_out, c->x.stride, out_stride, w->kernel,
        w->bias, s->low, s->high, flags, NULL, NULL, &s->op);
}

static hum_status build_convolution(builder *b) {
    convolution c;
    hum_status status = check_convolution(b, &c);
    if (status != HUM_OK) return status;
    weights w;
    status =
        load_weights(b, c.kernel, c.bias, c.depthwise ? 3 : 0, c.int8, c.channels, &w);
    if (status != HUM_OK) return status;
    const value *y = value_at(b, b->node->output);
    b->net->multiplications += (double)pixels(y) * c.channels * c.kernel->shape[1] *
                               c.kernel->shape[2] * (double)c.group_in;
    step s = new_step(b, c.int8 ? STEP_CONV_QD8 : STEP_CONV_F32, c.in, b->node->output);
    s.top = (int32_t)c.down.before;
    s.left = (int32_t)c.across.before;
    if (!c.int8 && suits_winograd(b->node, c.kernel, y)) return build_winograd(b, s, &w);
    if (c.int8) status = quantise(b, c.in, &s.in);
    if (status == HUM_OK) status = created(b, create_convolution(b, &c, &w, &s));
    if (status != HUM_OK) return status;
    if (!s.op) return no_memory(b); /* XNNPACK 4ea82e5 calls that a success */
    step *added = add_step(b, s);   /* from here on the net frees the operator */
    size_t height = (size_t)c.x.height, width = (size_t)c.x.width, work, align;
    status =
        created(b, (c.int8 ? xnn_reshape_convolution2d_nhwc_qd8_f32_qc8w
                           : xnn_reshape_convolution2d_nhwc_f32)(
                       s.op, 1, height, width, &work, &align, NULL, NULL, b->net->pool));
    if (status == HUM_OK && work) add_workspace(b, added, work);
    return status;
}

static hum_status build_fully_connected(builder *b) {
    const hum_node *n = b->node;
    int32_t in = operand(b, 0);
    const hum_tensor *kernel = constant_input(b, 1), *bias = constant_input(b, 2);
    if (in < 0 || !kernel || kernel->rank != 2)
        return refuse(b, HUM_ERROR_UNSUPPORTED,
                      "expected a computed input and constant weights");
    value x = *value_at(b, in);
    size_t inputs = pixels(&x) * (size_t)x.channels;
    int32_t outputs = kernel->shape[0];
    if ((size_t)kernel->shape[1] != inputs || !contiguous(&x) ||
        !bias_fits(bias, outputs) || (has_input(b, 2) && !bias))
        return refuse(b, HUM_ERROR_FORMAT, "its weights do not fit its input");
    hum_status status = expect_shape(b, 1, 1, outputs);
    if (status == HUM_OK && !weights_fit(outputs, inputs)) status = too_large(b);
    if (status != HUM_OK) return status;
    int int8 = stays_int8(b, kernel, &x);
    weights w;
    status = load_weights(b, kernel, bias, 0, int8, outputs, &w);
    if (status != HUM_OK) return status;
    step s = new_step(b, int8 ? STEP_FULL_QD8 : STEP_FULL_F32, in, n->output);
    size_t out_n = (size_t)outputs;
    if (int8) {
        status = quantise(b, in, &s.in);
        if (status != HUM_OK) return status;
        status = created(b, xnn_create_fully_connected_nc_qd8_f32_qc8w(
                                inputs, out_n, inputs, out_n, w.scales, w.kernel, w.bias,
                                s.low, s.high, 0, NULL, NULL, &s.op));
    } else {
        status = created(b, xnn_create_fully_connected_nc_f32(
                                inputs, out_n, inputs, out_n, w.kernel, w.bias, s.low,
                                s.high, 0, NULL, NULL, &s.op));
    }
    if (status != HUM_OK) return status;
    add_step(b, s);
    b->net->multiplications += (double)inputs * outputs;
    return created(
        b, int8 ? xnn_reshape_fully_connected_nc_qd8_f32_qc8w(s.op, 1, b->net->pool)
                : xnn_reshape_fully_connected_nc_f32(s.op, 1, b->net->pool));
}

static hum_status build_pool(builder *b) {
    const hum_node *n = b->node;
    int32_t in = operand(b, 0);
    if (in < 0 || !geometry_ok(n, n->filter_h, n->filter_w))
        return refuse(b, HUM_ERROR_UNSUPPORTED, "filter or stride is not in 1..64");
    value x = *value_at(b, in);
    window v = slide(x.height, n->filter_h, n->stride_h, 1, n->same_padding);
    window h = slide(x.width, n->filter_w, n->stride_w, 1, n->same_padding);
    hum_status status = expect_shape(b, v.output, h.output, x.channels);
    if (status == HUM_OK && !pointers_fit(b, n->filter_h, n->filter_w))
        status = too_large(b);
    if (status != HUM_OK) return status;
    int max = n->op == HUM_OP_MAX_POOL_2D;
    step s = new_step(b, max ? STEP_MAX_POOL : STEP_AVERAGE_POOL, in, n->output);
    uint32_t fh = (uint32_t)n->filter_h, fw = (uint32_t)n->filter_w;
    uint32_t sh = (uint32_t)n->stride_h, sw = (uint32_t)n->stride_w;
    status =
        created(b, max ? xnn_create_max_pooling2d_nhwc_f32(v.before, h.after, v.after,
                                                           h.before, fh, fw, sh, sw, 1, 1,
                                                           s.low, s.high, 0, &s.op)
                       : xnn_create_average_pooling2d_nhwc_f32(v.before, h.after, v.after,
                                                               h.before, fh, fw, sh, sw,
                                                               s.low, s.high, 0, &s.op));
    if (status != HUM_OK) return status;
    step *added = add_step(b, s);
    size_t work = 0, align, out_stride = value_at(b, n->output)->stride;
    size_t height = (size_t)x.height, width = (size_t)x.width;
    status = created(b, max ? xnn_reshape_max_pooling2d_nhwc_f32(
                                  s.op, 1, height, width, (size_t)x.channels, x.stride,
                                  out_stride, NULL, NULL, b->net->pool)
                            : xnn_reshape_average_pooling2d_nhwc_f32(
                                  s.op, 1, height, width, (size_t)x.channels, x.stride,
                                  out_stride, &work, &align, NULL, NULL, b->net->pool));
    if (status == HUM_OK && work) add_workspace(b, added, work);
    return status;
}

static hum_status build_resize(builder *b) {
    const hum_node *n = b->node;
    int32_t in = operand(b, 0);
    if (in < 0) return refuse(b, HUM_ERROR_UNSUPPORTED, "its input is constant");
    value x = *value_at(b, in), y = *value_at(b, n->output);
    hum_status status = expect_shape(b, y.height, y.width, x.channels);
    /* It mixes four inputs, by two weights. */
    if (status == HUM_OK && !pointers_fit(b, 4 + 2, 1)) status = too_large(b);
    if (status != HUM_OK) return status;
    if (n->align_corners && n->half_pixel_centers)
        return refuse(b, HUM_ERROR_FORMAT, "it aligns both corners and pixel centres");
    uint32_t flags = n->align_corners        ? XNN_FLAG_ALIGN_CORNERS
                     : n->half_pixel_centers ? 0
                                             : XNN_FLAG_TENSORFLOW_LEGACY_MODE;
    step s = new_step(b, STEP_RESIZE, in, n->output);
    status = created(b, xnn_create_resize_bilinear2d_nhwc_f32(
                            (size_t)y.height, (size_t)y.width, flags, &s.op));
    if (status != HUM_OK) return status;
    step *added = add_step(b, s);
    size_t work = 0, align;
    status =
        created(b, xnn_reshape_resize_bilinear2d_nhwc_f32(
                       s.op, 1, (size_t)x.height, (size_t)x.width, (size_t)x.channels,
                       x.stride, y.stride, &work, &align, b->net->pool));
    if (status == HUM_OK && work) add_workspace(b, added, work);
    return status;
}

/* ADD and MUL: equal shapes, or one operand with a single value per channel, which may
   be constant. */
static hum_status build_binary(builder *b) {
    const hum_node *n = b->node;
    if (n->input_count != 2) return refuse(b, HUM_ERROR_FORMAT, "expected two inputs");
    int32_t x = operand(b, 0), y = operand(b, 1);
    if (x < 0 || (y >= 0 && pixels(value_at(b, x)) == 1)) {
        x = operand(b, 1);
        y = operand(b, 0);
    }
    if (x < 0) return refuse(b, HUM_ERROR_UNSUPPORTED, "both inputs are constant");
    int32_t other = n->inputs[x == n->inputs[0] ? 1 : 0];
    if (y < 0) {
        value *v = value_at(b, other);
        const hum_tensor *t = constant(b, other);
        if (!t || t->elements != (size_t)value_at(b, x)->channels)
            return refuse(b, HUM_ERROR_UNSUPPORTED, "it broadcasts its inputs");
        if (!v->kept) v->kept = malloc(t->elements * sizeof(float));
        if (!v->kept) return no_memory(b);
        if (!to_floats(t, t->rank ? t->rank - 1 : 0, v->kept))
            return refuse(b, HUM_ERROR_VALUE, "its constant input is not finite");
        y = other;
    }
    const value *p = value_at(b, x), *q = value_at(b, y);
    if (p->channels != q->channels ||
        (pixels(q) != 1 && (p->height != q->height || p->width != q->width)))
        return refuse(b, HUM_ERROR_UNSUPPORTED, "it broadcasts its inputs");
    hum_status status = expect_shape(b, p->height, p->width, p->channels);
    if (status != HUM_OK) return status;
    step s = new_step(b, n->op == HUM_OP_ADD ? STEP_ADD : STEP_MUL, x, n->output);
    s.in2 = y;
    add_step(b, s);
    return HUM_OK;
}

static hum_status build_unary(builder *b) {
    int32_t in = operand(b, 0);
    if (in < 0) return refuse(b, HUM_ERROR_UNSUPPORTED, "its input is constant");
    const value *x = value_at(b, in);
    hum_status status = expect_shape(b, x->height, x->width, x->channels);
    if (status != HUM_OK) return status;
    step s = new_step(b, b->node->op == HUM_OP_LOGISTIC ? STEP_SIGMOID : STEP_CLAMP, in,
                      b->node->output);
    s.low = 0;
    s.high = b->node->op == HUM_OP_RELU6 ? 6 : INFINITY;
    add_step(b, s);
    return HUM_OK;
}

/* The integers of a constant int32 input; 0 if it is not one of n numbers. */
static int integers(builder *b, int input, int n, int32_t *out) {
    const hum_tensor *t = constant_input(b, input);
    if (!t || t->type != HUM_I32 || t->elements != (size_t)n) return 0;
    memcpy(out, t->data, (size_t)n * sizeof *out);
    return 1;
}

static hum_status build_mean(builder *b) {
    int32_t in = operand(b, 0), axes[2];
    if (in < 0 || !integers(b, 1, 2, axes) || b->model->tensors[in].rank != 4 ||
        axes[0] != 1 || axes[1] != 2)
        return refuse(b, HUM_ERROR_UNSUPPORTED, "only means over height and width");
    hum_status status = expect_shape(b, 1, 1, value_at(b, in)->channels);
    if (status != HUM_OK) return status;
    add_step(b, new_step(b, STEP_MEAN, in, b->node->output));
    return HUM_OK;
}

static hum_status build_pad(builder *b) {
    int32_t in = operand(b, 0), pads[8];
    if (in < 0 || b->model->tensors[in].rank != 4 || !integers(b, 1, 8, pads) ||
        pads[0] || pads[1])
        return refuse(b, HUM_ERROR_UNSUPPORTED,
                      "expected constant padding of height, width and channels");
    for (int i = 2; i < 8; i++)
        if (pads[i] < 0 || pads[i] > 4096)
            return refuse(b, HUM_ERROR_LIMIT, "padding is not in 0..4096");
    const value *x = value_at(b, in);
    hum_status status =
        expect_shape(b, x->height + pads[2] + pads[3], x->width + pads[4] + pads[5],
                     x->channels + pads[6] + pads[7]);
    if (status != HUM_OK) return status;
    step s = new_step(b, STEP_PAD, in, b->node->output);
    s.top = pads[2];
    s.left = pads[4];
    s.before = pads[6];
    add_step(b, s);
    return HUM_OK;
}

/* ---- Building: what moves no data ------------------------------------------------ */

/* A constant: f32 as it is, f16 behind DEQUANTIZE. */
static hum_status build_dequantize(builder *b) {
    const hum_tensor *t = constant(b, b->node->inputs[0]);
    if (!t || t->type != HUM_F16 ||
        t->elements != b->model->tensors[b->node->output].elements)
        return refuse(b, HUM_ERROR_UNSUPPORTED, "only constant float16 tensors");
    value_at(b, b->node->output)->constant = value_at(b, b->node->inputs[0])->constant;
    return HUM_OK;
}

/* The outer extent of a CONCATENATION: how often its inputs alternate in memory. */
static size_t concat_outer(builder *b, const hum_node *n, int *axis) {
    const hum_tensor *t = &b->model->tensors[n->output];
    *axis = n->axis < 0 ? n->axis + t->rank : n->axis;
    if (*axis < 1 || *axis >= t->rank) return 0;
    size_t outer = 1;
    for (int d = 0; d < *axis; d++) outer *= (size_t)t->shape[d];
    return outer;
}

static size_t concat_chunk(builder *b, int32_t tensor, int axis) {
    const hum_tensor *t = &b->model->tensors[tensor];
    size_t chunk = 1;
    for (int d = axis; d < t->rank; d++) chunk *= (size_t)t->shape[d];
    return chunk;
}

/* Lets the inputs of a CONCATENATION be computed right where they belong in its output:
   those that nothing else reads. Runs before anything is built, last node first, so that
   joins of joins end up in one buffer. */
static void place_in_concat(builder *b, const hum_node *n) {
    int axis;
    size_t outer = concat_outer(b, n, &axis), offset = 0;
    const value *whole = value_at(b, n->output);
    if (!outer) return;
    for (int i = 0; i < n->input_count; i++) {
        int32_t t = n->inputs[i];
        if (t < 0) return;
        size_t chunk = concat_chunk(b, t, axis), at = offset;
        offset += chunk;
        int32_t source = t;
        int direct = b->uses[t] == 1;
        /* In one piece, a reshape's input can lie there as well. */
        while (direct && outer == 1 && b->maker[source] >= 0 &&
               b->model->nodes[b->maker[source]].op == HUM_OP_RESHAPE) {
            source = b->model->nodes[b->maker[source]].inputs[0];
            direct = b->uses[source] == 1;
        }
        value *v = value_at(b, source);
        if (!direct || b->maker[source] < 0 || v->root != source || v->constant >= 0)
            continue;
        hum_op op = b->model->nodes[b->maker[source]].op;
        if (op == HUM_OP_RESHAPE || op == HUM_OP_DEQUANTIZE) continue;
        if (outer == 1 ? !contiguous(whole)
                       : pixels(v) != outer || pixels(whole) != outer)
            continue;
        if (op == HUM_OP_FULLY_CONNECTED && outer != 1) continue;
        int inner_axis; /* a join along the height needs its memory in one piece */
        const hum_node *maker = &b->model->nodes[b->maker[source]];
        if (op == HUM_OP_CONCATENATION && outer > 1 &&
            concat_outer(b, maker, &inner_axis) != outer)
            continue;
        v->root = whole->root;
        v->offset = whole->offset + at;
        if (outer > 1) v->stride = whole->stride;
    }
}

static hum_status build_concat(builder *b) {
    const hum_node *n = b->node;
    int axis;
    size_t outer = concat_outer(b, n, &axis), total = 0;
    if (!outer || n->activation != HUM_ACT_NONE)
        return refuse(b, HUM_ERROR_UNSUPPORTED, "axis or activation");
    const hum_tensor *y = &b->model->tensors[n->output];
    for (int i = 0; i < n->input_count; i++) {
        const hum_tensor *t = &b->model->tensors[n->inputs[i] < 0 ? 0 : n->inputs[i]];
        if (operand(b, i) < 0 || t->rank != y->rank)
            return refuse(b, HUM_ERROR_UNSUPPORTED, "its inputs are not alike");
        for (int d = 0; d < t->rank; d++)
            if (d != axis && t->shape[d] != y->shape[d])
                return refuse(b, HUM_ERROR_FORMAT, "the shapes of its inputs differ");
        total += (size_t)t->shape[axis];
    }
    if (total != (size_t)y->shape[axis])
        return refuse(b, HUM_ERROR_FORMAT, "its inputs do not fill its output");
    size_t offset = 0;
    value whole = *value_at(b, n->output);
    for (int i = 0; i < n->input_count; i++) {
        int32_t t = n->inputs[i];
        value *v = value_at(b, t);
        size_t at = whole.offset + offset, chunk = concat_chunk(b, t, axis);
        offset += chunk;
        if (v->root == whole.root && v->offset == at) continue; /* lies there already */
        if (!contiguous(v) || (outer > 1 && pixels(&whole) != outer) ||
            (outer == 1 && !contiguous(&whole)))
            return refuse(b, HUM_ERROR_UNSUPPORTED, "its layout");
        /* A stand-in for the slice of the output that the input is copied to. */
        int32_t slice = add_value(b, v->height, v->width, v->channels, 0);
        value *s = value_at(b, slice);
        s->root = whole.root;
        s->offset = at;
        if (outer > 1) s->stride = whole.stride;
        add_step(b, new_step(b, STEP_COPY, t, slice));
    }
    return HUM_OK;
}

static hum_status build_reshape(builder *b) {
    int32_t in = operand(b, 0);
    if (in < 0) return refuse(b, HUM_ERROR_UNSUPPORTED, "its input is constant");
    value *x = value_at(b, in), *y = value_at(b, b->node->output);
    if (b->model->tensors[in].elements != b->model->tensors[b->node->output].elements)
        return refuse(b, HUM_ERROR_FORMAT, "it changes the number of elements");
    if (!contiguous(x)) return refuse(b, HUM_ERROR_UNSUPPORTED, "its layout");
    y->root = x->root;
    y->offset = x->offset;
    return HUM_OK;
}

static hum_status build_node(builder *b) {
    switch (b->node->op) {
    case HUM_OP_CONV_2D:
    case HUM_OP_DEPTHWISE_CONV_2D: return build_convolution(b);
    case HUM_OP_FULLY_CONNECTED: return build_fully_connected(b);
    case HUM_OP_MAX_POOL_2D:
    case HUM_OP_AVERAGE_POOL_2D: return build_pool(b);
    case HUM_OP_RESIZE_BILINEAR: return build_resize(b);
    case HUM_OP_ADD:
    case HUM_OP_MUL: return build_binary(b);
    case HUM_OP_RELU:
    case HUM_OP_RELU6:
    case HUM_OP_LOGISTIC: return build_unary(b);
    case HUM_OP_MEAN: return build_mean(b);
    case HUM_OP_PAD: return build_pad(b);
    case HUM_OP_DEQUANTIZE: return build_dequantize(b);
    case HUM_OP_CONCATENATION: return build_concat(b);
    case HUM_OP_RESHAPE: return build_reshape(b);
    }
    return refuse(b, HUM_ERROR_UNSUPPORTED, "unknown");
}

/* ---- Building: memory ------------------------------------------------------------ */

static int larger_first(const void *p, const void *q) {
    const value *a = *(const value *const *)p, *b = *(const value *const *)q;
    if (a->bytes != b->bytes) return a->bytes < b->bytes ? 1 : -1;
    return (a->root > b->root) - (a->root < b->root);
}

/* Gives every root its place: largest first, each at the lowest offset that no value
   alive at the same time covers (Pisarchyk & Lee 2020, "Efficient memory management for
   deep neural net inference", greedy by size). */
static hum_status plan_memory(builder *b, size_t *arena_size) {
    hum_net *net = b->net;
    value **roots = malloc((size_t)net->value_count * sizeof *roots);
    if (!roots) return no_memory(b);
    int n = 0;
    for (int i = 0; i < net->value_count; i++) {
        value *v = &net->values[i];
        if (v->root == i && v->first >= 0 && v->constant < 0) roots[n++] = v;
    }
    qsort(roots, (size_t)n, sizeof *roots, larger_first);
    size_t end = 0;
    for (int i = 0; i < n; i++) {
        value *v = roots[i];
        size_t need = hum_round_up(v->bytes + XNN_EXTRA_BYTES, ARENA_ALIGNMENT);
        v->place = 0;
        for (int moved = 1; moved;) {
            moved = 0;
            for (int j = 0; j < i; j++) {
                const value *o = roots[j];
                size_t o_end =
                    o->place + hum_round_up(o->bytes + XNN_EXTRA_BYTES, ARENA_ALIGNMENT);
                if (o->first <= v->last && v->first <= o->last && v->place < o_end &&
                    o->place < v->place + need) {
                    v->place = o_end;
                    moved = 1;
                }
            }
        }
        if (v->place + need > end) end = v->place + need;
        if (end > MAX_BYTES) break;
    }
    free(roots);
    if (end > MAX_BYTES)
        return hum_fail(b->error, HUM_ERROR_LIMIT,
                        "the network needs more than %zu bytes for its tensors",
                        MAX_BYTES);
    *arena_size = end;
    return HUM_OK;
}

static enum xnn_status set_up(const hum_net *net, const step *s) {
    const struct xnn_quantization_params *params = net->values[s->in].params;
    void *work = s->workspace < 0 ? NULL : codes(net, s->workspace);
    switch (s->kind) {
    case STEP_CONV_F32:
        return xnn_setup_convolution2d_nhwc_f32(s->op, work, floats(net, s->in),
                                                floats(net, s->out));
    case STEP_CONV_QD8:
        return xnn_setup_convolution2d_nhwc_qd8_f32_qc8w(s->op, work, codes(net, s->in),
                                                         floats(net, s->out), params);
    case STEP_WINOGRAD:
        return xnn_setup_batch_matrix_multiply_nc_f32(s->op, NULL, work, NULL,
                                                      products(net, s));
    case STEP_FULL_F32:
        return xnn_setup_fully_connected_nc_f32(s->op, floats(net, s->in),
                                                floats(net, s->out));
    case STEP_FULL_QD8:
        return xnn_setup_fully_connected_nc_qd8_f32_qc8w(s->op, codes(net, s->in),
                                                         floats(net, s->out), params);
    case STEP_MAX_POOL:
        return xnn_setup_max_pooling2d_nhwc_f32(s->op, floats(net, s->in),
                                                floats(net, s->out));
    case STEP_AVERAGE_POOL:
        return xnn_setup_average_pooling2d_nhwc_f32(s->op, work, floats(net, s->in),
                                                    floats(net, s->out));
    case STEP_RESIZE:
        return xnn_setup_resize_bilinear2d_nhwc_f32(s->op, work, floats(net, s->in),
                                                    floats(net, s->out));
    default: return xnn_status_success;
    }
}

/* ---- Building: the whole --------------------------------------------------------- */

static void add_tensor(builder *b, int32_t i) {
    const hum_tensor *t = &b->model->tensors[i];
    int32_t shape[4] = {1, 1, 1, 1}; /* batch, height, width, channels */
    for (int d = 0; d < t->rank; d++) shape[4 - t->rank + d] = t->shape[d];
    add_value(b, shape[1], shape[2], shape[3], sizeof(float));
    if (t->data) value_at(b, i)->constant = i;
}

/* What is computed has batch 1: the first extent, unless there is only one. */
static hum_status check_batch(builder *b, int32_t i) {
    const hum_tensor *t = &b->model->tensors[i];
    if (t->rank < 2 || t->shape[0] == 1) return HUM_OK;
    return hum_fail(b->error, HUM_ERROR_UNSUPPORTED,
                    "tensor '%s' has batch %d, expected 1", t->name, t->shape[0]);
}

/* The tables, and who makes and reads each tensor. */
static hum_status prepare(builder *b) {
    const hum_model *m = b->model;
    hum_net *net = b->net;
    size_t tensors = (size_t)m->tensor_count, nodes = (size_t)m->node_count;
    /* A node adds at most a quantised copy and a workspace, or a slice per input. */
    size_t extra = 0;
    for (size_t i = 0; i < nodes; i++) extra += 2 + (size_t)m->nodes[i].input_count;
    net->values = calloc(tensors + extra, sizeof *net->values);
    net->steps = calloc(extra, sizeof *net->steps);
    b->uses = calloc(tensors, sizeof *b->uses);
    b->maker = malloc(tensors * sizeof *b->maker);
    if (!net->values || !net->steps || !b->uses || !b->maker) return no_memory(b);
    for (int32_t i = 0; i < m->tensor_count; i++) {
        b->maker[i] = -1;
        add_tensor(b, i);
    }
    for (int32_t i = 0; i < m->node_count; i++) {
        b->maker[m->nodes[i].output] = i;
        for (int k = 0; k < m->nodes[i].input_count; k++)
            if (m->nodes[i].inputs[k] >= 0) b->uses[m->nodes[i].inputs[k]]++;
    }
    for (int i = 0; i < m->output_count; i++) b->uses[m->outputs[i]]++;
    return HUM_OK;
}

static hum_status build_steps(builder *b) {
    const hum_model *m = b->model;
    for (int i = m->node_count - 1; i >= 0; i--)
        if (m->nodes[i].op == HUM_OP_CONCATENATION) place_in_concat(b, &m->nodes[i]);
    if (m->tensors[m->input].type != HUM_F32 || m->tensors[m->input].rank != 4)
        return hum_fail(b->error, HUM_ERROR_UNSUPPORTED,
                        "the input is not a float32 [1,height,width,channels] tensor");
    b->net->input = m->input;
    touch(b, m->input);
    hum_status status = check_batch(b, m->input);
    for (int i = 0; i < m->node_count && status == HUM_OK; i++) {
        b->node = &m->nodes[i];
        if (b->node->op != HUM_OP_DEQUANTIZE) status = check_batch(b, b->node->output);
        if (status == HUM_OK) status = build_node(b);
    }
    return status;
}

static hum_status take_outputs(builder *b) {
    const hum_model *m = b->model;
    b->net->output_count = m->output_count;
    for (int i = 0; i < m->output_count; i++) {
        const value *v = value_at(b, b->net->outputs[i] = m->outputs[i]);
        if (v->constant >= 0 || !contiguous(v))
            return hum_fail(b->error, HUM_ERROR_UNSUPPORTED,
                            "output '%s' is constant or not in one piece",
                            m->tensors[m->outputs[i]].name);
        touch(b, m->outputs[i]);
    }
    return HUM_OK;
}

static hum_status set_up_steps(builder *b) {
    hum_net *net = b->net;
    size_t size = 0;
    hum_status status = plan_memory(b, &size);
    if (status != HUM_OK) return status;
    net->arena = aligned_alloc(ARENA_ALIGNMENT, size);
    if (!net->arena) return no_memory(b);
    memset(net->arena, 0, size); /* what lies behind a tensor is read, though not used */
    for (int i = 0; i < net->step_count; i++)
        if (set_up(net, &net->steps[i]) != xnn_status_success)
            return hum_fail(b->error, HUM_ERROR_INTERNAL,
                            "XNNPACK did not set up step %d", i);
    return HUM_OK;
}

hum_status hum_net_create(const hum_model *model, int float_activations, hum_pool *pool,
                          hum_net **net, hum_text *error) {
    enum xnn_status ready = xnn_initialize(NULL);
    if (ready == xnn_status_out_of_memory)
        return hum_fail(error, HUM_ERROR_MEMORY, "no memory to start XNNPACK");
    if (ready != xnn_status_success)
        return hum_fail(error, HUM_ERROR_UNSUPPORTED,
                        "this processor lacks what XNNPACK needs (status %d)",
                        (int)ready);
    builder b = {.model = model, .error = error, .float_activations = float_activations};
    b.net = calloc(1, sizeof *b.net);
    hum_status status = b.net ? HUM_OK : no_memory(&b);
    if (status == HUM_OK) {
        b.net->pool = (pthreadpool_t)(void *)pool;
        status = prepare(&b);
    }
    if (status == HUM_OK) status = build_steps(&b);
    if (status == HUM_OK) status = take_outputs(&b);
    if (status == HUM_OK) status = set_up_steps(&b);
    free(b.uses);
    free(b.maker);
    free(b.scratch);
    if (status == HUM_OK) *net = b.net;
    else hum_net_free(b.net);
    return status;
}

void hum_net_free(hum_net *net) {
    if (!net) return;
    for (int i = 0; i < net->step_count; i++) xnn_delete_operator(net->steps[i].op);
    for (int i = 0; i < net->value_count; i++) {
        free(net->values[i].kept);
        free(net->values[i].params);
    }
    free(net->values);
    free(net->steps);
    free(net->arena);
    free(net);
}

/* ---- Asked of a network ----------------------------------------------------------- */

void hum_net_input_shape(const hum_net *net, int32_t shape[3]) {
    const value *v = &net->values[net->input];
    shape[0] = v->height;
    shape[1] = v->width;
    shape[2] = v->channels;
}

int32_t hum_net_outputs(const hum_net *net) {
    return net->output_count;
}

size_t hum_net_output_size(const hum_net *net, int32_t output) {
    const value *v = &net->values[net->outputs[output]];
    return pixels(v) * (size_t)v->channels;
}

float *hum_net_input(hum_net *net) {
    return floats(net, net->input);
}

const float *hum_net_output(const hum_net *net, int32_t output) {
    return floats(net, net->outputs[output]);
}

int hum_net_quantised(const hum_net *net) {
    return net->quantised;
}

double hum_net_multiplications(const hum_net *net) {
    return net->multiplications;
}
