/* SHA-256 (FIPS 180-4), which names a model in the galleries made with it. */

#ifndef HUM_SHA256_H
#define HUM_SHA256_H

#include <stddef.h>
#include <stdint.h>

/* Writes the digest as 64 lower-case hexadecimal digits and a zero byte. */
void hum_sha256(const uint8_t *bytes, size_t size, char hex[65]);

#endif
