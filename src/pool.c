#include "pool.h"

#include <pthreadpool.h>

hum_pool *hum_pool_create(int32_t threads) {
    pthreadpool_t pool = pthreadpool_create((size_t)threads);
    if (pool && pthreadpool_get_threads_count(pool) == (size_t)threads)
        return (hum_pool *)(void *)pool;
    pthreadpool_destroy(pool);
    return NULL;
}

void hum_pool_free(hum_pool *pool) {
    pthreadpool_destroy((pthreadpool_t)(void *)pool);
}

void hum_pool_run(hum_pool *pool, void (*work)(void *, size_t), void *context,
                  size_t parts) {
    pthreadpool_parallelize_1d((pthreadpool_t)(void *)pool, work, context, parts, 0);
}
