/* What may be wrong in a gallery: faces under the wrong name, the same picture twice,
   faces unlike all others of their person, people of one photo, and photos that say
   little.

   Every face is compared with every other, once with 8-bit codes (search.h) and, where it
   may count, exactly: the findings are the same whatever the threads. */

#ifndef HUM_FINDINGS_H
#define HUM_FINDINGS_H

#include "search.h"

typedef struct {
    int32_t count, dimension;
    const float *embeddings; /* [count,dimension], of length 1 */
    const int32_t *person;   /* [count] */
    const hum_face *faces;   /* [count]; of width 0: not known. NULL: none is */
    const float *quality;    /* [count]; 0: not known. NULL: none is */
} hum_checked;

/* threshold: from which cosine on two faces are one person's; NAN: not known, so labels
   and outliers are not told. findings: room for HUM_MOST_FINDINGS * count, by face and
   kind. Returns MEMORY. */
hum_status hum_check_faces(const hum_checked *checked, float threshold, hum_pool *pool,
                           hum_finding *findings, int32_t *count, hum_text *error);

#endif
