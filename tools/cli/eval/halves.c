#include "halves.h"

#include "fail.h"

halves halves_make(int people) {
    halves h = {.people = people, .seed = 1};
    h.order = must_alloc(2 * (size_t)people, sizeof *h.order);
    h.marks = h.order + people;
    for (int p = 0; p < people; p++) h.order[p] = p;
    return h;
}

void halves_next(halves *h) {
    for (int i = h->people - 1; i > 0; i--) {
        h->seed = h->seed * 6364136223846793005u + 1442695040888963407u;
        int j = (int)((h->seed >> 33) % (uint64_t)(i + 1)), kept = h->order[i];
        h->order[i] = h->order[j];
        h->order[j] = kept;
    }
    for (int p = 0; p < h->people; p++) h->marks[h->order[p]] = p < h->people / 2;
}
