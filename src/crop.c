#include "crop.h"

#include "face.h"

#include <math.h>
#include <stdlib.h>

/* Degrees from which a thumbnail is turned upright: with less it looks as it was taken.
 */
#define LOOSE_LEVEL 30

static hum_rect whole(const hum_image *photo) {
    double side = fmin(photo->width, photo->height);
    return hum_square_about(photo->width / 2.0, photo->height / 2.0, side);
}

static int upright(const hum_face *face, float level) {
    int roll = hum_face_roll(face), quarter = (int)lround(roll / 90.0) * 90;
    return (float)abs(hum_turn_between(quarter, roll)) > level
               ? roll
               : hum_turn_between(0, quarter);
}

/* A square about a point that lies x, y from the middle of the face, in its own frame. */
static hum_rect square_of(const hum_face *face, double x, double y, double side,
                          int turn) {
    double angle = turn * 0.017453292519943295, c = cos(angle), s = sin(angle);
    double cx = face->x + face->width / 2.0 + c * x - s * y;
    double cy = face->y + face->height / 2.0 + s * x + c * y;
    hum_rect square = hum_square_about(cx, cy, side);
    square.turn = turn;
    return square;
}

hum_rect hum_crop_rect(const hum_recipe *recipe, const hum_image *photo,
                       const hum_face *face) {
    if (!face) return whole(photo);
    const float *box = recipe->box;
    double dx = (double)face->width * (double)box[0];
    double dy = (double)face->height * (double)box[1];
    double w = (double)face->width * (double)box[2];
    double h = (double)face->height * (double)box[3];
    int turn = isnan(recipe->level) ? 0 : upright(face, recipe->level);
    if (recipe->crop == HUM_CROP_SQUARE) return square_of(face, dx, dy, fmax(w, h), turn);

    double tall = 1.3 * h, wide = tall * fmax(112.0 / 128.0, w / h);
    if (turn) return square_of(face, dx, dy, fmin(tall, wide), turn);
    double cx = face->x + face->width / 2.0 + dx, cy = face->y + face->height / 2.0 + dy;
    double left = fmax(cx - wide / 2, 0), right = fmin(cx + wide / 2, photo->width);
    double top = fmax(cy - tall / 2, 0), bottom = fmin(cy + tall / 2, photo->height);
    double side = fmin(right - left, bottom - top);
    if (side < 1) side = 1; /* a box outside the photo */
    return hum_square_about((left + right) / 2, (top + bottom) / 2, side);
}

hum_rect hum_crop_loose(const hum_image *photo, const hum_face *face) {
    if (!face) return whole(photo);
    /* BlazeFace's box ends at the forehead: a head is half as large again, and reaches
       further up than down. */
    double side = 1.7 * fmax((double)face->width, (double)face->height);
    int turn = upright(face, LOOSE_LEVEL);
    if (turn) return square_of(face, 0, -0.06 * side, side, turn);
    side = fmin(side, fmin(photo->width, photo->height));
    double x = face->x + face->width / 2.0 - side / 2;
    double y = face->y + face->height / 2.0 - 0.56 * side;
    x = fmax(0, fmin(x, photo->width - side));
    y = fmax(0, fmin(y, photo->height - side));
    return (hum_rect){x, y, side, side, 0};
}
