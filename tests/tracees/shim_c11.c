/* The calls of <threads.h> are announced by the names of the pthread calls they stand for. */
#include "shim_expect.h"
#include <errno.h>
#include <threads.h>

static mtx_t mutex;
static cnd_t condition;
static const struct timespec past = {.tv_sec = 1};

static int body(void *argument)
{
    CALL("pthread_mutex_lock", &mutex, 0);
    CHECK(mtx_lock(&mutex) == thrd_success);
    CALL("pthread_mutex_unlock", &mutex, 0);
    CHECK(mtx_unlock(&mutex) == thrd_success);
    return argument == &mutex;
}

int main(void)
{
    INVOKE("pthread_mutex_init", &mutex, 0, 0);
    OK("pthread_mutex_init", &mutex, 0);
    CHECK(mtx_init(&mutex, mtx_timed) == thrd_success);
    INVOKE("pthread_cond_init", &condition, 0, 0);
    OK("pthread_cond_init", &condition, 0);
    CHECK(cnd_init(&condition) == thrd_success);
    CHECK(mtx_lock(&mutex) == thrd_success &&
          mtx_unlock(&mutex) == thrd_success); /* nobody else: not announced */

    thrd_t thread;
    int status;
    expect("pthread_create invoke", NULL, 0, 0, 0);
    CHECK(thrd_create(&thread, body, &mutex) == thrd_success);
    expect("pthread_create ok", (void *)thread, 0, 0, 0);
    expect("pthread_join invoke", (void *)thread, 0, 0, 0);
    expect("pthread_join ok", (void *)thread, 0, 0, 0);
    CHECK(thrd_join(thread, &status) == thrd_success && status == 1);

    CALL("pthread_mutex_trylock", &mutex, 0);
    CHECK(mtx_trylock(&mutex) == thrd_success);
    CALL("pthread_mutex_trylock", &mutex, -EBUSY);
    CHECK(mtx_trylock(&mutex) == thrd_busy);
    INVOKE("pthread_cond_timedwait", &condition, 0, (unsigned long)&mutex);
    OK("pthread_cond_timedwait", &condition, -ETIMEDOUT);
    CHECK(cnd_timedwait(&condition, &mutex, &past) == thrd_timedout);
    INVOKE("pthread_mutex_timedlock", &mutex, 0, (unsigned long)&past);
    OK("pthread_mutex_timedlock", &mutex, -ETIMEDOUT);
    CHECK(mtx_timedlock(&mutex, &past) == thrd_timedout);
    CALL("pthread_cond_signal", &condition, 0);
    CHECK(cnd_signal(&condition) == thrd_success);
    CALL("pthread_cond_broadcast", &condition, 0);
    CHECK(cnd_broadcast(&condition) == thrd_success);
    CALL("pthread_mutex_unlock", &mutex, 0);
    CHECK(mtx_unlock(&mutex) == thrd_success);
    CALL("pthread_mutex_destroy", &mutex, 0);
    mtx_destroy(&mutex);
    CALL("pthread_cond_destroy", &condition, 0);
    cnd_destroy(&condition);
    return 0;
}
