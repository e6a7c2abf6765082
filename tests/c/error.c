/* Names of statuses, and texts that cannot overflow or carry bytes of a file. */

#include "error.h"

#include "check.h"

int main(void) {
    static const char *const names[] = {"HUM_OK",
                                        "HUM_ERROR_ARGUMENT",
                                        "HUM_ERROR_STATE",
                                        "HUM_ERROR_FORMAT",
                                        "HUM_ERROR_UNSUPPORTED",
                                        "HUM_ERROR_LIMIT",
                                        "HUM_ERROR_MEMORY",
                                        "HUM_ERROR_MISMATCH",
                                        "HUM_ERROR_VALUE",
                                        "HUM_ERROR_INTERNAL"};
    for (int32_t i = 0; i < 10; i++) CHECK(strcmp(hum_status_name(i), names[i]) == 0);
    CHECK_TEXT(hum_status_name(-1), "unknown status");
    CHECK_TEXT(hum_status_name(10), "unknown status");
    CHECK_TEXT(hum_status_name(INT32_MIN), "unknown status");
    CHECK(strcmp(hum_version(), HUM_VERSION) == 0);

    hum_text error;
    memset(&error, '#', sizeof error);
    CHECK_STATUS(hum_fail(&error, HUM_ERROR_LIMIT, "%d of %s", 7, "seven"),
                 HUM_ERROR_LIMIT);
    CHECK(strcmp(error.text, "7 of seven") == 0);
    char long_text[2000];
    memset(long_text, 'x', sizeof long_text);
    long_text[sizeof long_text - 1] = 0;
    hum_fail(&error, HUM_ERROR_FORMAT, "%s", long_text);
    CHECK_INT(strlen(error.text), sizeof error.text - 1);

    char out[8];
    CHECK(strcmp(hum_printable("a\x01\xff~ \x7f", 6, out, sizeof out), "a??~ ?") == 0);
    CHECK(strcmp(hum_printable("abcdefghij", 10, out, sizeof out), "abcdefg") == 0);
    CHECK(strcmp(hum_printable("ab\0cd", 5, out, sizeof out), "ab") == 0);
    CHECK(strcmp(hum_printable("abc", 2, out, sizeof out), "ab") == 0);
    CHECK(strcmp(hum_printable(NULL, 0, out, sizeof out), "") == 0);
    CHECK(strcmp(hum_printable("abc", 3, out, 1), "") == 0);
    return check_end();
}
