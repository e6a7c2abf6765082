/* How alike different people are, measured on a gallery's own people.

   A score is the cosine of a photo and the best photo of a person, as a search takes it
   (search.h), and the three distributions are of such scores:

     strangers  a photo of one person and another person of the gallery
     nearest    a photo of one person and whoever of the others is nearest to it
     kin        a photo and the best other photo of the same person

   What is said with them is about faces that are not in the gallery: "closer than 99 % of
   strangers" is to be shown for 1 % of the scores of strangers, and a score above nine
   tenths of `nearest` for one stranger in ten. A plain count over the gallery's scores
   promises too much, because they are not independent: P people make only P (P-1) / 2
   pairs, and all photos of two people are alike or not together. (Of 8 film actors, 1.3 %
   of strangers' scores lie above the 0.99 quantile, 0.25 % above 0.999; of 4 actors 3.2 %
   and 1.5 %.) So the counts are cross-validated: people in turn are left out and looked
   at with the distribution of the others, and the levels that they reach say which level
   of the whole gallery's distribution is passed how often. The number of people to be
   nearest among is corrected for: without the photo's own person it is one less than a
   stranger will meet.

   Levels that too few people can tell of are not made up: the quantiles end in equal
   ones, and hum_share_below does not go beyond the first of these. */

#ifndef HUM_CALIBRATE_H
#define HUM_CALIBRATE_H

#include "gallery.h"

typedef struct {
    uint32_t scores;                /* how many were measured */
    float quantiles[HUM_QUANTILES]; /* zeros: too few to tell */
} hum_distribution;

typedef struct {
    hum_distribution strangers, nearest, kin;
} hum_calibration;

/* Measures a gallery, of which rows and people are used. About as many scores as fit
   into a second are taken of a large one. Returns MEMORY. */
hum_status hum_calibrate(const hum_gallery *g, hum_calibration *out, hum_text *error);

#endif
