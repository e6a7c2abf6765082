/* Large photos: halved while they are decoded, without a word to whoever has faces in the
   photo's own pixels. */

#include "check.h"
#include "image.h"

#include <stdlib.h>

/* A grey baseline JPEG whose blocks of 8 x 8 are flat. */

static struct {
    uint8_t *data;
    size_t size;
    uint32_t bits;
    int held;
} jpeg;

static void put(const void *bytes, size_t n) {
    memcpy(jpeg.data + jpeg.size, bytes, n);
    jpeg.size += n;
}

static void put_bits(uint32_t code, int n) {
    for (int i = n - 1; i >= 0; i--) {
        jpeg.bits = jpeg.bits << 1 | (code >> i & 1);
        if (++jpeg.held < 8) continue;
        put(&(uint8_t){(uint8_t)jpeg.bits}, 1);
        if ((uint8_t)jpeg.bits == 0xff) put("", 1);
        jpeg.held = 0;
    }
}

/* level: of the block in this column and row, 0..255. */
static void make(int width, int height, int orientation, int level(int, int)) {
    int across = (width + 7) / 8, down = (height + 7) / 8;
    jpeg.data = malloc(400 + (size_t)across * (size_t)down * 8);
    jpeg.size = 0;
    jpeg.held = 0;
    put("\xff\xd8\xff\xe1\0\x22"
        "Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0",
        30);
    put(&(uint8_t){(uint8_t)orientation}, 1);
    put("\0\0\0\0\0\0\0", 7);
    put("\xff\xdb\0\x43\0", 5);
    for (int i = 0; i < 64; i++) put("\1", 1); /* nothing is rounded */
    put("\xff\xc0\0\x0b\x08", 5);
    put_bits((uint32_t)height, 16);
    put_bits((uint32_t)width, 16);
    put("\1\1\x11", 4);
    /* How many bits a difference has is told by four; the end of a block by one. */
    put("\xff\xc4\0\x1f\0\0\0\0\x0c\0\0\0\0\0\0\0\0\0\0\0\0", 21);
    for (uint8_t i = 0; i < 12; i++) put(&i, 1);
    put("\xff\xc4\0\x14\x10\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22);
    put("\xff\xda\0\x08\1\1\0\0\x3f\0", 10);
    int last = 0;
    for (int y = 0; y < down; y++)
        for (int x = 0; x < across; x++) {
            int dc = 8 * (level(x, y) - 128), step = dc - last;
            last = dc;
            int bits = 0;
            while (abs(step) >> bits) bits++;
            put_bits((uint32_t)bits, 4);
            put_bits((uint32_t)(step > 0 ? step : step + (1 << bits) - 1), bits);
            put_bits(0, 1);
        }
    put_bits(0x7f, 7);
    put("\xff\xd9", 2);
}

static int shade(int x, int y) {
    return (x * 7 + y * 13) % 200 + 20;
}

/* The decoded picture's pixel, whose 4 x 4 stand for a block. */
static int is_shade(const hum_image *image, int x, int y, int column, int row) {
    const uint8_t *p = image->rgb + 3 * ((size_t)y * (size_t)image->width + (size_t)x);
    int level = shade(column, row);
    return p[0] == level && p[1] == level && p[2] == level;
}

/* All blocks whose four pixels are wholly theirs. */
static void check_halved(int width, int height, int orientation) {
    hum_image image = {0};
    hum_text error = {""};
    make(width, height, orientation, shade);
    CHECK_STATUS(hum_image_decode(jpeg.data, jpeg.size, &image, &error), HUM_OK);
    CHECK_INT(image.shrink, 2);
    CHECK_INT(image.orientation, orientation);
    int turned = orientation > 4;
    CHECK_INT(image.width, (turned ? height : width) / 2);
    CHECK_INT(image.height, (turned ? width : height) / 2);
    CHECK(image.capacity < 3 * (size_t)width * (size_t)height / 3);
    int wrong = 0;
    for (int row = 0; row < height / 8; row++)
        for (int column = 0; column < width / 8; column++) {
            int x = 4 * column + 1, y = 4 * row + 2;
            if (orientation == 3) x = width / 2 - 1 - x, y = height / 2 - 1 - y;
            if (orientation == 6) { /* the first row is on the right */
                int up = y;
                y = x, x = height / 2 - 1 - up;
            }
            wrong += !is_shade(&image, x, y, column, row);
        }
    CHECK_INT(wrong, 0);
    hum_image_free(&image);
    free(jpeg.data);
}

static void check_whole(void) {
    hum_image image = {0};
    hum_text error = {""};
    make(4096, 4096, 1, shade);
    CHECK_STATUS(hum_image_decode(jpeg.data, jpeg.size, &image, &error), HUM_OK);
    CHECK(image.shrink == 1 && image.width == 4096 && image.height == 4096);
    CHECK(is_shade(&image, 8 * 100 + 7, 8 * 200, 100, 200));
    hum_image_free(&image);
    free(jpeg.data);
}

/* Faces go out and come in in the photo's own pixels. */
static void check_engine(void) {
    hum_engine *engine = NULL;
    int32_t size[2];
    static uint8_t crop[16 * 16 * 4];
    CHECK_STATUS(hum_create(1, &engine), HUM_OK);
    make(5001, 4000, 1, shade);
    CHECK_STATUS(hum_photo_decode(engine, jpeg.data, jpeg.size, size), HUM_OK);
    CHECK(hum_photo_orientation(engine) == 1 && hum_photo_orientation(NULL) == 0);
    CHECK(size[0] == 5000 && size[1] == 4000);
    /* A loose crop is larger than the box: this one lies within a block. */
    hum_face face = {.x = 8 * 300 + 3.5F, .y = 8 * 200 + 3.5F, .width = 1, .height = 1};
    CHECK_STATUS(hum_crop(engine, &face, 1, 16, crop), HUM_OK);
    int same = 0;
    for (int i = 0; i < 16 * 16; i++) same += crop[4 * i] == shade(300, 200);
    CHECK_INT(same, 16 * 16);
    face.x = 1e9F;
    CHECK_STATUS(hum_crop(engine, &face, 1, 16, crop), HUM_ERROR_ARGUMENT);
    CHECK_TEXT(hum_error(engine), "5000 x 4000");
    hum_destroy(engine);
    free(jpeg.data);
}

int main(void) {
    check_halved(4104, 4096, 1);
    check_halved(4104, 4101, 3);
    check_halved(4112, 4103, 6);
    check_whole();
    check_engine();
    return check_end();
}
