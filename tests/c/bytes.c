/* The bounded cursor: values, ends, and that sizes near SIZE_MAX do not wrap. */

#include "bytes.h"

#include "check.h"

int main(void) {
    static const uint8_t data[12] = {0x01, 0x82, 0x03, 0x84, 0x05, 0x86,
                                     0x07, 0x88, 0x00, 0x00, 0x20, 0xc1};
    hum_bytes b = {data, sizeof data, 0};
    CHECK_INT(hum_u8(&b, 1), 0x82);
    CHECK_INT(hum_u16(&b, 0), 0x8201);
    CHECK_INT(hum_u32(&b, 0), 0x84038201);
    CHECK_INT(hum_i32(&b, 0), -0x7bfc7dff);
    CHECK(hum_u64(&b, 0) == 0x8807860584038201u);
    CHECK(hum_f32(&b, 8) == -10.0f);
    CHECK_INT(hum_u16(&b, 1), 0x0382); /* not aligned */
    CHECK_INT(b.failed, 0);

    CHECK(hum_has(&b, 0, 12));
    CHECK(hum_has(&b, 12, 0));
    CHECK(!hum_has(&b, 12, 1));
    CHECK(!hum_has(&b, 13, 0));
    CHECK(!hum_has(&b, 1, SIZE_MAX));
    CHECK(!hum_has(&b, SIZE_MAX, 1));
    CHECK(!hum_has(&b, SIZE_MAX, SIZE_MAX));

    static const size_t widths[] = {1, 2, 4, 8};
    for (size_t i = 0; i < 4; i++) {
        size_t last = sizeof data - widths[i];
        hum_bytes inside = {data, sizeof data, 0}, over = inside, far = inside;
        hum_read(&inside, last, widths[i]);
        CHECK_INT(inside.failed, 0);
        CHECK(hum_read(&over, last + 1, widths[i]) == 0);
        CHECK_INT(over.failed, 1);
        CHECK(hum_read(&far, SIZE_MAX, widths[i]) == 0);
        CHECK_INT(far.failed, 1);
    }

    /* Once failed, always failed: a record is read whole and checked once. */
    hum_u32(&b, 9);
    CHECK_INT(b.failed, 1);
    CHECK_INT(hum_u8(&b, 0), 1);
    CHECK_INT(b.failed, 1);

    hum_bytes empty = {NULL, 0, 0};
    CHECK(hum_has(&empty, 0, 0));
    CHECK_INT(hum_u8(&empty, 0), 0);
    CHECK_INT(empty.failed, 1);
    return check_end();
}
