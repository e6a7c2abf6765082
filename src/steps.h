/* What net.c builds and run.c runs: the tensors of a network in one arena, and the steps
   that compute them. */

#ifndef HUM_STEPS_H
#define HUM_STEPS_H

#include "net.h"
#include "winograd.h"

#include <pthreadpool.h>
#include <xnnpack.h>

/* A tensor while the network runs: [height,width,channels] floats in the arena, or a
   slice of another's channels, or the quantised copy of one. */
typedef struct {
    int32_t height, width, channels;
    int32_t root;  /* the value that owns the memory; itself unless a slice or reshape */
    size_t offset; /* elements from the root's start */
    size_t stride; /* elements from pixel to pixel */
    size_t bytes;  /* of a root */
    int first, last;   /* steps between which a root is alive; first -1: never computed */
    size_t place;      /* of a root in the arena */
    int32_t quantised; /* the int8 copy, -1 if there is none (yet) */
    int32_t constant;  /* tensor whose data this is, -1 if computed */
    float *kept;       /* a constant operand of ADD or MUL, copied */
    struct xnn_quantization_params *params; /* of a quantised copy */
} value;

typedef enum {
    STEP_CONV_F32,
    STEP_CONV_QD8,
    STEP_WINOGRAD,
    STEP_FULL_F32,
    STEP_FULL_QD8,
    STEP_QUANTISE,
    STEP_MAX_POOL,
    STEP_AVERAGE_POOL,
    STEP_RESIZE,
    STEP_ADD,
    STEP_MUL,
    STEP_CLAMP,
    STEP_SIGMOID,
    STEP_MEAN,
    STEP_PAD,
    STEP_COPY
} step_kind;

typedef struct {
    step_kind kind;
    xnn_operator_t op; /* NULL: computed here */
    int32_t in, in2, out;
    int32_t workspace;         /* value, or -1 */
    float low, high;           /* fused activation */
    int32_t top, left, before; /* of a PAD; top and left of a WINOGRAD too */
    size_t band;               /* of a WINOGRAD: tiles that are multiplied at a time */
} step;

struct hum_net {
    value *values;
    int value_count, value_capacity;
    step *steps;
    int step_count, step_capacity;
    uint8_t *arena;
    int32_t input;
    int32_t outputs[HUM_TFLITE_MAX_OUTPUTS];
    int output_count;
    pthreadpool_t pool;
    int quantised;
    double multiplications;
};

static inline size_t pixels(const value *v) {
    return (size_t)v->height * (size_t)v->width;
}

static inline int contiguous(const value *v) {
    return v->stride == (size_t)v->channels || pixels(v) == 1;
}

static inline float *floats(const hum_net *net, int32_t i) {
    const value *v = &net->values[i];
    if (v->kept) return v->kept;
    return (float *)(void *)(net->arena + net->values[v->root].place) + v->offset;
}

static inline int8_t *codes(const hum_net *net, int32_t i) {
    return (int8_t *)(net->arena + net->values[i].place);
}

/* Where the products of a WINOGRAD step stand, behind what is multiplied. */
static inline float *products(const hum_net *net, const step *s) {
    size_t c = (size_t)net->values[s->in].channels;
    return (float *)(void *)codes(net, s->workspace) + HUM_WINOGRAD_POINTS * s->band * c;
}

#endif
