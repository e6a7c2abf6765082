#include "tflite.h"

#include "bytes.h"

#include <stdlib.h>

static const char recipe_name[] = "humshakal.recipe";

/* ---- FlatBuffers ----------------------------------------------------------------- */

/* Everything is found from positions in the file; 0 stands for "absent". */

typedef struct {
    size_t at, count; /* of the first element; count 0 where absent */
} vector;

static size_t field(hum_bytes *b, size_t table, unsigned number) {
    if (!table) return 0;
    int64_t vtable = (int64_t)table - hum_i32(b, table);
    if (vtable < 0 || !hum_has(b, (size_t)vtable, 4)) {
        b->failed = 1;
        return 0;
    }
    size_t entry = 4 + 2 * (size_t)number;
    if (entry + 2 > hum_u16(b, (size_t)vtable)) return 0;
    uint16_t offset = hum_u16(b, (size_t)vtable + entry);
    return offset ? table + offset : 0;
}

static size_t follow(hum_bytes *b, size_t at) {
    if (!at) return 0;
    size_t offset = hum_u32(b, at);
    if (!hum_has(b, at, offset) || !hum_has(b, at + offset, 4)) {
        b->failed = 1;
        return 0;
    }
    return at + offset;
}

static size_t subtable(hum_bytes *b, size_t table, unsigned number) {
    return follow(b, field(b, table, number));
}

static vector list(hum_bytes *b, size_t table, unsigned number, size_t width) {
    size_t at = subtable(b, table, number);
    vector v = {at ? at + 4 : 0, at ? hum_u32(b, at) : 0};
    if (v.count && (v.count > b->size / width || !hum_has(b, v.at, v.count * width))) {
        b->failed = 1;
        v.count = 0;
    }
    return v;
}

static size_t table_of(hum_bytes *b, vector v, size_t i) {
    return i < v.count ? follow(b, v.at + 4 * i) : 0;
}

static int32_t integer(hum_bytes *b, size_t table, unsigned number, int32_t otherwise) {
    size_t at = field(b, table, number);
    return at ? hum_i32(b, at) : otherwise;
}

static int32_t byte(hum_bytes *b, size_t table, unsigned number, int32_t otherwise) {
    size_t at = field(b, table, number);
    return at ? (int8_t)hum_u8(b, at) : otherwise;
}

/* ---- Operators ------------------------------------------------------------------- */

/* The number that the schema's BuiltinOptions union gives to an operator's options; 0
   where an operator has none that matter. */
static const struct {
    hum_op op;
    const char *name;
    int options;
} ops[] = {
    {HUM_OP_ADD, "ADD", 11},
    {HUM_OP_AVERAGE_POOL_2D, "AVERAGE_POOL_2D", 5},
    {HUM_OP_CONCATENATION, "CONCATENATION", 10},
    {HUM_OP_CONV_2D, "CONV_2D", 1},
    {HUM_OP_DEPTHWISE_CONV_2D, "DEPTHWISE_CONV_2D", 2},
    {HUM_OP_DEQUANTIZE, "DEQUANTIZE", 0},
    {HUM_OP_FULLY_CONNECTED, "FULLY_CONNECTED", 8},
    {HUM_OP_LOGISTIC, "LOGISTIC", 0},
    {HUM_OP_MAX_POOL_2D, "MAX_POOL_2D", 5},
    {HUM_OP_MUL, "MUL", 21},
    {HUM_OP_RELU, "RELU", 0},
    {HUM_OP_RELU6, "RELU6", 0},
    {HUM_OP_RESHAPE, "RESHAPE", 0},
    {HUM_OP_RESIZE_BILINEAR, "RESIZE_BILINEAR", 15},
    {HUM_OP_PAD, "PAD", 0},
    {HUM_OP_MEAN, "MEAN", 27},
};

static int find_op(int32_t op) {
    for (int i = 0; i < (int)(sizeof ops / sizeof *ops); i++)
        if ((int32_t)ops[i].op == op) return i;
    return -1;
}

const char *hum_op_name(int32_t op) {
    int i = find_op(op);
    return i < 0 ? "an unknown operator" : ops[i].name;
}

static void read_options(hum_bytes *b, size_t o, hum_node *n) {
    int activation = HUM_ACT_NONE;
    switch (n->op) {
    case HUM_OP_CONV_2D:
    case HUM_OP_DEPTHWISE_CONV_2D: {
        /* Depthwise options have depth_multiplier before the activation. */
        unsigned shift = n->op == HUM_OP_DEPTHWISE_CONV_2D;
        n->same_padding = byte(b, o, 0, 0) == 0;
        n->stride_w = integer(b, o, 1, 0);
        n->stride_h = integer(b, o, 2, 0);
        n->depth_multiplier = shift ? integer(b, o, 3, 0) : 1;
        activation = byte(b, o, 3 + shift, 0);
        n->dilation_w = integer(b, o, 4 + shift, 1);
        n->dilation_h = integer(b, o, 5 + shift, 1);
        break;
    }
    case HUM_OP_AVERAGE_POOL_2D:
    case HUM_OP_MAX_POOL_2D:
        n->same_padding = byte(b, o, 0, 0) == 0;
        n->stride_w = integer(b, o, 1, 0);
        n->stride_h = integer(b, o, 2, 0);
        n->filter_w = integer(b, o, 3, 0);
        n->filter_h = integer(b, o, 4, 0);
        activation = byte(b, o, 5, 0);
        break;
    case HUM_OP_CONCATENATION:
        n->axis = integer(b, o, 0, 0);
        activation = byte(b, o, 1, 0);
        break;
    case HUM_OP_ADD:
    case HUM_OP_MUL:
    case HUM_OP_FULLY_CONNECTED: activation = byte(b, o, 0, 0); break;
    case HUM_OP_RESIZE_BILINEAR:
        n->align_corners = byte(b, o, 2, 0) != 0;
        n->half_pixel_centers = byte(b, o, 3, 0) != 0;
        break;
    default: break;
    }
    n->activation = (hum_activation)activation;
}

/* ---- The parts of a model -------------------------------------------------------- */

typedef struct {
    hum_bytes b;
    hum_text *error;
    hum_model *model;
    vector codes, buffers;
    uint8_t *known; /* [tensor_count]: constant, input, or computed so far */
} reader;

static hum_status damaged(reader *r, const char *what, size_t i) {
    return hum_fail(r->error, HUM_ERROR_FORMAT,
                    "the model file is damaged: %s %zu reaches outside its %zu bytes",
                    what, i, r->b.size);
}

static size_t type_width(hum_type type) {
    return type == HUM_I8 ? 1 : type == HUM_F16 ? 2 : 4;
}

static hum_status read_shape(reader *r, size_t table, hum_tensor *t) {
    vector shape = list(&r->b, table, 0, 4);
    if (shape.count > 4)
        return hum_fail(r->error, HUM_ERROR_UNSUPPORTED,
                        "tensor '%s' has %zu dimensions; at most 4 are supported",
                        t->name, shape.count);
    t->rank = (int)shape.count;
    t->elements = 1;
    for (int i = 0; i < t->rank; i++) {
        t->shape[i] = hum_i32(&r->b, shape.at + 4 * (size_t)i);
        if (t->shape[i] < 1 || t->shape[i] > HUM_TFLITE_MAX_EXTENT)
            return hum_fail(r->error, HUM_ERROR_LIMIT,
                            "tensor '%s' has extent %d; 1 to %d are possible", t->name,
                            t->shape[i], HUM_TFLITE_MAX_EXTENT);
        if (t->elements > ((size_t)1 << 28) / (size_t)t->shape[i])
            return hum_fail(r->error, HUM_ERROR_LIMIT,
                            "tensor '%s' has more than 2^28 elements", t->name);
        t->elements *= (size_t)t->shape[i];
    }
    return HUM_OK;
}

static hum_status read_data(reader *r, size_t table, hum_tensor *t) {
    hum_bytes *b = &r->b;
    int32_t type = byte(b, table, 1, 0);
    t->type = (hum_type)type;
    size_t buffer = (uint32_t)integer(b, table, 2, 0);
    if (buffer >= r->buffers.count && buffer)
        return hum_fail(r->error, HUM_ERROR_FORMAT, "tensor '%s' names buffer %zu of %zu",
                        t->name, buffer, r->buffers.count);
    size_t buffer_table = buffer ? table_of(b, r->buffers, buffer) : 0;
    vector data = list(b, buffer_table, 0, 1);
    if (field(b, buffer_table, 1))
        return hum_fail(r->error, HUM_ERROR_UNSUPPORTED,
                        "tensor '%s' lies outside the FlatBuffer", t->name);
    if (!data.count) return HUM_OK;
    if (type != HUM_F32 && type != HUM_F16 && type != HUM_I32 && type != HUM_I8)
        return hum_fail(r->error, HUM_ERROR_UNSUPPORTED,
                        "tensor '%s' has type %d; float32, float16, int32 and int8 are "
                        "supported",
                        t->name, type);
    size_t expected = t->elements * type_width(t->type);
    if (data.count != expected)
        return hum_fail(r->error, HUM_ERROR_FORMAT,
                        "tensor '%s' has %zu bytes where its shape needs %zu", t->name,
                        data.count, expected);
    t->data = b->data + data.at;
    return HUM_OK;
}

static hum_status read_scales(reader *r, size_t table, hum_tensor *t) {
    hum_bytes *b = &r->b;
    size_t quantization = subtable(b, table, 4);
    vector scales = list(b, quantization, 2, 4), zeros = list(b, quantization, 3, 8);
    if (!scales.count) return HUM_OK;
    t->scales = b->data + scales.at;
    t->scale_count = (int32_t)scales.count;
    t->scale_axis = integer(b, quantization, 6, 0);
    for (size_t i = 0; i < zeros.count; i++)
        if (hum_u64(b, zeros.at + 8 * i))
            return hum_fail(r->error, HUM_ERROR_UNSUPPORTED,
                            "tensor '%s' is not quantised symmetrically", t->name);
    return HUM_OK;
}

static hum_status read_tensor(reader *r, size_t table, size_t index) {
    hum_tensor *t = &r->model->tensors[index];
    vector name = list(&r->b, table, 3, 1);
    hum_printable(name.count ? (const char *)r->b.data + name.at : "", name.count,
                  t->name, sizeof t->name);
    hum_status status = read_shape(r, table, t);
    if (status == HUM_OK) status = read_data(r, table, t);
    if (status == HUM_OK) status = read_scales(r, table, t);
    if (status != HUM_OK) return status;
    r->known[index] = t->data != NULL;
    return r->b.failed ? damaged(r, "tensor", index) : HUM_OK;
}

static hum_status read_node(reader *r, size_t table, size_t index) {
    hum_bytes *b = &r->b;
    hum_model *m = r->model;
    hum_node *n = &m->nodes[index];
    size_t code = table_of(b, r->codes, (uint32_t)integer(b, table, 0, 0));
    if (!code)
        return hum_fail(r->error, HUM_ERROR_FORMAT, "operator %zu has no code", index);
    int32_t old_code = byte(b, code, 0, 0), new_code = integer(b, code, 3, 0);
    int which = find_op(old_code > new_code ? old_code : new_code);
    if (which < 0)
        return hum_fail(r->error, HUM_ERROR_UNSUPPORTED,
                        "operator %zu has builtin code %d, which this engine does not "
                        "know",
                        index, old_code > new_code ? old_code : new_code);
    n->op = ops[which].op;
    int32_t options_type = byte(b, table, 3, 0);
    if (ops[which].options && options_type != ops[which].options && options_type != 0)
        return hum_fail(r->error, HUM_ERROR_FORMAT,
                        "operator %zu (%s) carries options of type %d, not %d", index,
                        ops[which].name, options_type, ops[which].options);
    read_options(b, ops[which].options ? subtable(b, table, 4) : 0, n);
    if (n->activation != HUM_ACT_NONE && n->activation != HUM_ACT_RELU &&
        n->activation != HUM_ACT_RELU6)
        return hum_fail(r->error, HUM_ERROR_UNSUPPORTED,
                        "operator %zu (%s) has fused activation %d", index,
                        ops[which].name, (int)n->activation);

    vector inputs = list(b, table, 1, 4), outputs = list(b, table, 2, 4);
    if (inputs.count < 1 || inputs.count > HUM_TFLITE_MAX_INPUTS || outputs.count != 1)
        return hum_fail(r->error, HUM_ERROR_UNSUPPORTED,
                        "operator %zu (%s) has %zu inputs and %zu outputs", index,
                        ops[which].name, inputs.count, outputs.count);
    n->input_count = (int)inputs.count;
    for (size_t i = 0; i < inputs.count; i++) {
        int32_t t = n->inputs[i] = hum_i32(b, inputs.at + 4 * i);
        if (t == -1 && i > 0) continue; /* an optional input left out */
        if (t < 0 || t >= m->tensor_count || !r->known[t])
            return hum_fail(r->error, HUM_ERROR_FORMAT,
                            "operator %zu (%s) uses tensor %d before it is computed",
                            index, ops[which].name, t);
    }
    n->output = hum_i32(b, outputs.at);
    if (n->output < 0 || n->output >= m->tensor_count || r->known[n->output])
        return hum_fail(r->error, HUM_ERROR_FORMAT,
                        "operator %zu (%s) writes tensor %d, which is not there to be "
                        "written",
                        index, ops[which].name, n->output);
    r->known[n->output] = 1;
    return b->failed ? damaged(r, "operator", index) : HUM_OK;
}

static hum_status read_ends(reader *r, size_t graph) {
    hum_bytes *b = &r->b;
    hum_model *m = r->model;
    vector inputs = list(b, graph, 1, 4), outputs = list(b, graph, 2, 4);
    if (inputs.count != 1 || outputs.count < 1 || outputs.count > HUM_TFLITE_MAX_OUTPUTS)
        return hum_fail(r->error, HUM_ERROR_UNSUPPORTED,
                        "the model has %zu inputs and %zu outputs; expected one input "
                        "and 1 to %d outputs",
                        inputs.count, outputs.count, HUM_TFLITE_MAX_OUTPUTS);
    m->input = hum_i32(b, inputs.at);
    if (m->input < 0 || m->input >= m->tensor_count || r->known[m->input])
        return hum_fail(r->error, HUM_ERROR_FORMAT, "the model's input is tensor %d",
                        m->input);
    r->known[m->input] = 1;
    m->output_count = (int)outputs.count;
    for (size_t i = 0; i < outputs.count; i++) {
        m->outputs[i] = hum_i32(b, outputs.at + 4 * i);
        if (m->outputs[i] < 0 || m->outputs[i] >= m->tensor_count)
            return hum_fail(r->error, HUM_ERROR_FORMAT, "output %zu is tensor %d", i,
                            m->outputs[i]);
    }
    return HUM_OK;
}

static void read_recipe(reader *r, size_t root) {
    hum_bytes *b = &r->b;
    vector metadata = list(b, root, 6, 4);
    for (size_t i = 0; i < metadata.count && !b->failed; i++) {
        size_t entry = table_of(b, metadata, i);
        vector name = list(b, entry, 0, 1);
        if (name.count != sizeof recipe_name - 1 ||
            memcmp(b->data + name.at, recipe_name, name.count) != 0)
            continue;
        size_t buffer = (uint32_t)integer(b, entry, 1, 0);
        vector data = list(b, table_of(b, r->buffers, buffer), 0, 1);
        if (data.count) {
            r->model->recipe = (const char *)b->data + data.at;
            r->model->recipe_size = data.count;
        }
    }
}

static hum_status read_model(reader *r) {
    hum_bytes *b = &r->b;
    hum_model *m = r->model;
    if (b->size < 20 || memcmp(b->data + 4, "TFL3", 4) != 0) {
        char start[24];
        hum_printable((const char *)b->data, b->size, start, sizeof start);
        return hum_fail(r->error, HUM_ERROR_FORMAT,
                        "not a TensorFlow Lite model: %zu bytes beginning '%s', expected "
                        "'TFL3' at byte 4",
                        b->size, start);
    }
    size_t root = hum_u32(b, 0);
    vector graphs = list(b, root, 2, 4);
    size_t graph = table_of(b, graphs, 0);
    r->codes = list(b, root, 1, 4);
    r->buffers = list(b, root, 4, 4);
    vector tensors = list(b, graph, 0, 4), nodes = list(b, graph, 3, 4);
    if (b->failed) return damaged(r, "table", 0);
    if (graphs.count != 1)
        return hum_fail(r->error, HUM_ERROR_UNSUPPORTED,
                        "the model has %zu subgraphs, expected one", graphs.count);
    if (!tensors.count || tensors.count > HUM_TFLITE_MAX_TENSORS || !nodes.count ||
        nodes.count > HUM_TFLITE_MAX_NODES)
        return hum_fail(r->error, HUM_ERROR_LIMIT,
                        "the model has %zu tensors and %zu operators; 1 to %d and 1 to "
                        "%d are possible",
                        tensors.count, nodes.count, HUM_TFLITE_MAX_TENSORS,
                        HUM_TFLITE_MAX_NODES);
    m->tensor_count = (int)tensors.count;
    m->node_count = (int)nodes.count;
    m->tensors = calloc(tensors.count, sizeof *m->tensors);
    m->nodes = calloc(nodes.count, sizeof *m->nodes);
    r->known = calloc(tensors.count, 1);
    if (!m->tensors || !m->nodes || !r->known)
        return hum_fail(r->error, HUM_ERROR_MEMORY, "no memory for the model's tables");

    hum_status status = HUM_OK;
    for (size_t i = 0; i < tensors.count && status == HUM_OK; i++)
        status = read_tensor(r, table_of(b, tensors, i), i);
    if (status == HUM_OK) status = read_ends(r, graph);
    for (size_t i = 0; i < nodes.count && status == HUM_OK; i++)
        status = read_node(r, table_of(b, nodes, i), i);
    if (status != HUM_OK) return status;
    for (int i = 0; i < m->output_count; i++)
        if (!r->known[m->outputs[i]])
            return hum_fail(r->error, HUM_ERROR_FORMAT, "output '%s' is never computed",
                            m->tensors[m->outputs[i]].name);
    read_recipe(r, root);
    return b->failed ? damaged(r, "table", 0) : HUM_OK;
}

hum_status hum_tflite_parse(const uint8_t *bytes, size_t size, hum_model *model,
                            hum_text *error) {
    hum_model m = {0};
    reader r = {.b = {bytes, size, 0}, .error = error, .model = &m};
    hum_status status = read_model(&r);
    free(r.known);
    if (status == HUM_OK) *model = m;
    else hum_tflite_free(&m);
    return status;
}

void hum_tflite_free(hum_model *model) {
    free(model->tensors);
    free(model->nodes);
    *model = (hum_model){0};
}
