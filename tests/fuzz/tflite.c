/* The reader of TensorFlow Lite models: whatever it accepts is there, and is named right.
 */

#include "fuzz.h"

static void look_at(const hum_model *m) {
    for (int i = 0; i < m->tensor_count; i++) {
        const hum_tensor *t = &m->tensors[i];
        size_t width = t->type == HUM_I8 ? 1 : t->type == HUM_F16 ? 2 : 4;
        MUST(t->rank >= 0 && t->rank <= 4 && t->elements >= 1);
        if (t->data) touch_bytes(t->data, t->elements * width);
        if (t->scales) touch_bytes(t->scales, 4 * (size_t)t->scale_count);
        MUST(memchr(t->name, 0, sizeof t->name) != NULL);
    }
    for (int i = 0; i < m->node_count; i++) {
        const hum_node *n = &m->nodes[i];
        MUST(n->input_count >= 1 && n->input_count <= HUM_TFLITE_MAX_INPUTS);
        for (int k = 0; k < n->input_count; k++)
            MUST(n->inputs[k] >= (k ? -1 : 0) && n->inputs[k] < m->tensor_count);
        MUST(n->output >= 0 && n->output < m->tensor_count);
        MUST(strcmp(hum_op_name((int32_t)n->op), hum_op_name(-1)) != 0);
    }
    MUST(m->output_count >= 1 && m->output_count <= HUM_TFLITE_MAX_OUTPUTS);
    for (int i = 0; i < m->output_count; i++)
        MUST(m->outputs[i] >= 0 && m->outputs[i] < m->tensor_count);
    if (m->recipe) touch_bytes(m->recipe, m->recipe_size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    hum_model model;
    hum_text error = {""};
    hum_status status = hum_tflite_parse(data, size, &model, &error);
    must_explain(status, error.text);
    if (status != HUM_OK) return 0;
    look_at(&model);
    hum_tflite_free(&model);
    return 0;
}
