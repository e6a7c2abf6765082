/* Faces into people who have no names yet, by agglomeration: the two groups that are most
   alike become one, again and again, as long as

     the cosine of their mean vectors is at least `means`, and
     the mean cosine of all their pairs is at least `pairs`.

   Both are products of the groups' sums of vectors, weighed by quality. Of two single
   faces they are the same, their cosine. Groups whose faces vary have short means, so
   that the first grows with them and takes in what belongs to them, while the second
   (average linkage) asks all faces of one to agree with all of the other, so that no
   chain of look-alikes joins two people, as in single linkage, chinese whispers and
   DBSCAN.

   `pairs` is not above `means`, and a mean that reaches it has a pair that does: so only
   such pairs are kept, of each face the nearest ones, and no matrix of all pairs is
   needed. Each pair is looked at once with 8-bit codes (search.h) and, where it may
   count, exactly: every build finds the same groups. */

#ifndef HUM_GROUP_H
#define HUM_GROUP_H

#include "search.h"

typedef struct {
    int32_t count, dimension;
    const float *embeddings; /* [count,dimension], of length 1 */
    const float *quality;    /* [count], above 0; NULL: all count the same */
    const int32_t *photo;    /* [count]: faces of one photo are different people, at most
                                HUM_MAX_FACES of them; NULL: all are of different photos */
    const int32_t *apart;    /* [aparts,2]: faces of different people */
    int32_t aparts;
} hum_faces;

/* group [count]: in: faces with the same number are together already, and with different
   ones stay apart; -1: not known. Out: groups from 0 in the order of their first faces.
   Returns MEMORY. */
hum_status hum_group_faces(const hum_faces *faces, float means, float pairs,
                           hum_pool *pool, int32_t *group, int32_t *groups,
                           hum_text *error);

#endif
