/* How a face stands in its photo. */

#ifndef HUM_FACE_H
#define HUM_FACE_H

#include "humshakal.h"

#include <math.h>

/* The difference of two directions, -180..180 degrees. */
static inline int hum_turn_between(int from, int to) {
    int turn = (to - from) % 360;
    return turn > 180 ? turn - 360 : turn < -180 ? turn + 360 : turn;
}

/* By how many degrees the line from the right eye to the left one is turned clockwise,
   -180..180; 0 where the points say nothing. */
static inline int hum_face_roll(const hum_face *face) {
    const float *p = face->points;
    float x = p[2] - p[0], y = p[3] - p[1];
    if (!(hypotf(x, y) > 1e-3f) || !isfinite(x) || !isfinite(y)) return 0;
    return (int)lroundf(atan2f(y, x) * 57.29577951f);
}

#endif
