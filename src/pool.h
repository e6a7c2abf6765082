/* Threads that networks and searches share. */

#ifndef HUM_POOL_H
#define HUM_POOL_H

#include <stddef.h>
#include <stdint.h>

typedef struct hum_pool hum_pool; /* a pthreadpool_t; NULL: the caller's thread */

/* threads >= 2; NULL when memory or threads ran out, or the build has none. */
hum_pool *hum_pool_create(int32_t threads);
void hum_pool_free(hum_pool *pool);

/* Calls work(context, part) for every part below `parts`; returns when all are done. */
void hum_pool_run(hum_pool *pool, void (*work)(void *, size_t), void *context,
                  size_t parts);

#endif
