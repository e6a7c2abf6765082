/* Networks computed the plain way: one tensor after another, scalar, sums in double. The
   oracle of net.c, written after TensorFlow Lite's definitions of the operators and
   sharing nothing with src/. Batch 1. */

#ifndef REFERENCE_H
#define REFERENCE_H

#include "tflite.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const hum_model *model;
    float **values; /* [tensor]; constants as floats too */
} reference;

typedef struct {
    int32_t h, w, c;
} shape3;

/* Height, width and channels: the last three extents. */
static inline shape3 shape_of(const hum_tensor *t) {
    int32_t s[4] = {1, 1, 1, 1};
    for (int d = 0; d < t->rank; d++) s[4 - t->rank + d] = t->shape[d];
    return (shape3){s[1], s[2], s[3]};
}

static inline float from_half(uint16_t h) {
    int exponent = h >> 10 & 31, mantissa = h & 1023;
    double value =
        exponent ? ldexp(1024 + mantissa, exponent - 25) : ldexp(mantissa, -24);
    return (float)(h & 0x8000 ? -value : value);
}

static inline void constant_floats(const hum_tensor *t, float *out) {
    for (size_t i = 0; i < t->elements; i++) {
        uint16_t half;
        if (t->type == HUM_F32) {
            memcpy(&out[i], t->data + 4 * i, 4);
        } else if (t->type == HUM_F16) {
            memcpy(&half, t->data + 2 * i, 2);
            out[i] = from_half(half);
        } else if (t->type == HUM_I8) {
            size_t inner = 1, channel = 0;
            float scale;
            if (t->scale_count > 1) {
                for (int d = t->scale_axis + 1; d < t->rank; d++)
                    inner *= (size_t)t->shape[d];
                channel = i / inner % (size_t)t->scale_count;
            }
            memcpy(&scale, t->scales + 4 * channel, 4);
            out[i] = (float)(int8_t)t->data[i] * scale;
        } else {
            int32_t v;
            memcpy(&v, t->data + 4 * i, 4);
            out[i] = (float)v;
        }
    }
}

static inline float activate(double x, hum_activation a) {
    if (a != HUM_ACT_NONE && x < 0) x = 0;
    if (a == HUM_ACT_RELU6 && x > 6) x = 6;
    return (float)x;
}

/* How much padding TensorFlow's SAME puts before the first sample. */
static inline int32_t same_before(int32_t in, int32_t out, int32_t kernel, int32_t stride,
                                  int32_t dilation) {
    int32_t pad = (out - 1) * stride + (kernel - 1) * dilation + 1 - in;
    return pad > 0 ? pad / 2 : 0;
}

/* Convolutions and pools: what a window does is told by the operator. */
static inline void slide_window(const hum_node *n, shape3 x, const float *in, shape3 y,
                                float *out, const hum_tensor *kernel,
                                const float *weights, const float *bias) {
    int conv = n->op == HUM_OP_CONV_2D, depthwise = n->op == HUM_OP_DEPTHWISE_CONV_2D;
    int32_t kh = kernel ? kernel->shape[1] : n->filter_h;
    int32_t kw = kernel ? kernel->shape[2] : n->filter_w;
    int32_t dh = kernel ? n->dilation_h : 1, dw = kernel ? n->dilation_w : 1;
    int32_t top = n->same_padding ? same_before(x.h, y.h, kh, n->stride_h, dh) : 0;
    int32_t left = n->same_padding ? same_before(x.w, y.w, kw, n->stride_w, dw) : 0;
    for (int32_t r = 0; r < y.h; r++)
        for (int32_t c = 0; c < y.w; c++)
            for (int32_t o = 0; o < y.c; o++) {
                double sum = bias ? (double)bias[o] : 0, most = -INFINITY;
                int32_t count = 0;
                int32_t own = depthwise ? o / n->depth_multiplier : o;
                for (int32_t i = 0; i < kh; i++)
                    for (int32_t j = 0; j < kw; j++) {
                        int32_t v = r * n->stride_h - top + i * dh;
                        int32_t u = c * n->stride_w - left + j * dw;
                        if (v < 0 || v >= x.h || u < 0 || u >= x.w) continue;
                        const float *p =
                            in + ((size_t)v * (size_t)x.w + (size_t)u) * (size_t)x.c;
                        count++;
                        if (conv)
                            for (int32_t k = 0; k < x.c; k++)
                                sum += (double)p[k] *
                                       (double)weights[((o * kh + i) * kw + j) * x.c + k];
                        else if (depthwise)
                            sum +=
                                (double)p[own] * (double)weights[(i * kw + j) * y.c + o];
                        else sum += (double)p[own], most = fmax(most, (double)p[own]);
                    }
                double value = conv || depthwise             ? sum
                               : n->op == HUM_OP_MAX_POOL_2D ? most
                                                             : sum / count;
                *out++ = activate(value, n->activation);
            }
}

static inline void bilinear(const hum_node *n, shape3 x, const float *in, shape3 y,
                            float *out) {
    int corners_h = n->align_corners && y.h > 1, corners_w = n->align_corners && y.w > 1;
    double sh = corners_h ? (double)(x.h - 1) / (y.h - 1) : (double)x.h / y.h;
    double sw = corners_w ? (double)(x.w - 1) / (y.w - 1) : (double)x.w / y.w;
    double half = n->half_pixel_centers ? 0.5 : 0;
    for (int32_t r = 0; r < y.h; r++)
        for (int32_t c = 0; c < y.w; c++)
            for (int32_t k = 0; k < y.c; k++) {
                double v = fmax(0, (r + half) * sh - half),
                       u = fmax(0, (c + half) * sw - half);
                int32_t v0 = (int32_t)v, u0 = (int32_t)u;
                int32_t v1 = v0 + 1 < x.h ? v0 + 1 : x.h - 1;
                int32_t u1 = u0 + 1 < x.w ? u0 + 1 : x.w - 1;
                if (v0 > x.h - 1) v0 = x.h - 1;
                if (u0 > x.w - 1) u0 = x.w - 1;
                double a = v - v0, b = u - u0;
                *out++ =
                    (float)((1 - a) * ((1 - b) * (double)in[(v0 * x.w + u0) * x.c + k] +
                                       b * (double)in[(v0 * x.w + u1) * x.c + k]) +
                            a * ((1 - b) * (double)in[(v1 * x.w + u0) * x.c + k] +
                                 b * (double)in[(v1 * x.w + u1) * x.c + k]));
            }
}

static inline void compute_node(reference *r, const hum_node *n) {
    const hum_model *m = r->model;
    const hum_tensor *y_tensor = &m->tensors[n->output];
    const hum_tensor *x_tensor = &m->tensors[n->inputs[0]];
    shape3 y = shape_of(y_tensor), x = shape_of(x_tensor);
    float *out = r->values[n->output];
    const float *in = r->values[n->inputs[0]];
    int32_t second = n->input_count > 1 ? n->inputs[1] : -1;
    const float *with = second >= 0 ? r->values[second] : NULL;
    const float *bias =
        n->input_count > 2 && n->inputs[2] >= 0 ? r->values[n->inputs[2]] : NULL;
    size_t size = y_tensor->elements;
    switch (n->op) {
    case HUM_OP_CONV_2D:
    case HUM_OP_DEPTHWISE_CONV_2D:
        slide_window(n, x, in, y, out, &m->tensors[second], with, bias);
        break;
    case HUM_OP_MAX_POOL_2D:
    case HUM_OP_AVERAGE_POOL_2D: slide_window(n, x, in, y, out, NULL, NULL, NULL); break;
    case HUM_OP_FULLY_CONNECTED:
        for (size_t o = 0; o < size; o++) {
            double sum = bias ? (double)bias[o] : 0;
            for (size_t i = 0; i < x_tensor->elements; i++)
                sum += (double)in[i] * (double)with[o * x_tensor->elements + i];
            out[o] = activate(sum, n->activation);
        }
        break;
    case HUM_OP_ADD:
    case HUM_OP_MUL: {
        shape3 s[2] = {x, shape_of(&m->tensors[second])};
        const float *p[2] = {in, with};
        for (size_t i = 0; i < size; i++) {
            double v[2];
            for (int k = 0; k < 2; k++)
                v[k] = (double)p[k][s[k].h * s[k].w == 1 ? i % (size_t)y.c : i];
            out[i] =
                activate(n->op == HUM_OP_ADD ? v[0] + v[1] : v[0] * v[1], n->activation);
        }
        break;
    }
    case HUM_OP_RELU:
        for (size_t i = 0; i < size; i++) out[i] = activate((double)in[i], HUM_ACT_RELU);
        break;
    case HUM_OP_RELU6:
        for (size_t i = 0; i < size; i++) out[i] = activate((double)in[i], HUM_ACT_RELU6);
        break;
    case HUM_OP_LOGISTIC:
        for (size_t i = 0; i < size; i++) out[i] = (float)(1 / (1 + exp(-(double)in[i])));
        break;
    case HUM_OP_RESIZE_BILINEAR: bilinear(n, x, in, y, out); break;
    case HUM_OP_MEAN:
        for (int32_t k = 0; k < x.c; k++) {
            double sum = 0;
            for (int32_t i = 0; i < x.h * x.w; i++) sum += (double)in[i * x.c + k];
            out[k] = (float)(sum / (x.h * x.w));
        }
        break;
    case HUM_OP_PAD:
        memset(out, 0, size * sizeof *out);
        for (int32_t i = 0; i < x.h; i++)
            for (int32_t j = 0; j < x.w; j++)
                for (int32_t k = 0; k < x.c; k++)
                    out[((i + (int32_t)with[2]) * y.w + j + (int32_t)with[4]) * y.c + k +
                        (int32_t)with[6]] = in[(i * x.w + j) * x.c + k];
        break;
    case HUM_OP_CONCATENATION: {
        int axis = n->axis < 0 ? n->axis + y_tensor->rank : n->axis;
        size_t outer = 1;
        for (int d = 0; d < axis; d++) outer *= (size_t)y_tensor->shape[d];
        for (size_t o = 0; o < outer; o++)
            for (int i = 0; i < n->input_count; i++) {
                size_t chunk = m->tensors[n->inputs[i]].elements / outer;
                memcpy(out, r->values[n->inputs[i]] + o * chunk, chunk * sizeof *out);
                out += chunk;
            }
        break;
    }
    case HUM_OP_DEQUANTIZE:
    case HUM_OP_RESHAPE: memcpy(out, in, size * sizeof *out); break;
    }
}

static inline void reference_free(reference *r) {
    for (int i = 0; r->values && i < r->model->tensor_count; i++) free(r->values[i]);
    free(r->values);
    r->values = NULL;
}

/* Computes every tensor of the model; call reference_free afterwards. */
static inline reference reference_run(const hum_model *m, const float *input) {
    reference r = {m, calloc((size_t)m->tensor_count, sizeof(float *))};
    if (!r.values) abort();
    for (int i = 0; i < m->tensor_count; i++) {
        const hum_tensor *t = &m->tensors[i];
        r.values[i] = calloc(t->elements, sizeof(float));
        if (!r.values[i]) abort();
        if (t->data) constant_floats(t, r.values[i]);
    }
    memcpy(r.values[m->input], input, m->tensors[m->input].elements * sizeof(float));
    for (int i = 0; i < m->node_count; i++) compute_node(&r, &m->nodes[i]);
    return r;
}

#endif
