/* How well photos are told apart. */

#ifndef HUM_CLI_FIGURES_H
#define HUM_CLI_FIGURES_H

#include "photo_set.h"

#include <stddef.h>

enum { FARS = 2, BINS = 101 };

/* The rates of false accepts that true ones are measured at. */
extern const double figures_fars[FARS];

typedef struct {
    int probes;   /* photos of people who have another one */
    double rank1; /* share of probes whose nearest other photo is of their person */
    double rank1_template; /* the same with the directions of people's sums */
    int *best;             /* [count], to be freed: the nearest other photo */
    size_t same_pairs, other_pairs;
    double tar[FARS], threshold[FARS];
    size_t same_bins[BINS], other_bins[BINS]; /* from -1 on, each 0.02 wide */
} figures;

/* Shares and thresholds are NAN where there is nothing to measure. */
figures figures_measure(const photo_set *s);

/* Whether photo number i has another one of its person. */
int figures_is_probe(const photo_set *s, int i);

#endif
