/* Halves of the people of a photo set, one after the other; every run has the same. */

#ifndef HUM_CLI_HALVES_H
#define HUM_CLI_HALVES_H

#include <stdint.h>

typedef struct {
    int people;
    int *order; /* [people], to be freed */
    int *marks; /* [people], behind order: 1 for people / 2 of them, 0 for the others */
    uint64_t seed;
} halves;

halves halves_make(int people);
void halves_next(halves *h);

#endif
