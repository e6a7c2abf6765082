#include "crop.h"

#include <math.h>

static hum_rect whole(const hum_image *photo) {
    double side = fmin(photo->width, photo->height);
    return hum_square_about(photo->width / 2.0, photo->height / 2.0, side);
}

hum_rect hum_crop_rect(const hum_recipe *recipe, const hum_image *photo,
                       const hum_face *face) {
    if (!face) return whole(photo);
    const float *box = recipe->box;
    double cx = face->x + face->width * (0.5 + (double)box[0]);
    double cy = face->y + face->height * (0.5 + (double)box[1]);
    double w = (double)face->width * (double)box[2];
    double h = (double)face->height * (double)box[3];
    if (recipe->crop == HUM_CROP_SQUARE) return hum_square_about(cx, cy, fmax(w, h));

    double tall = 1.3 * h, wide = tall * fmax(112.0 / 128.0, w / h);
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
    side = fmin(side, fmin(photo->width, photo->height));
    double x = face->x + face->width / 2.0 - side / 2;
    double y = face->y + face->height / 2.0 - 0.56 * side;
    x = fmax(0, fmin(x, photo->width - side));
    y = fmax(0, fmin(y, photo->height - side));
    return (hum_rect){x, y, side, side};
}
