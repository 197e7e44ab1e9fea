/* Answers for the kernel what time of day it is: so many seconds ahead as the file named by STEPPED_CLOCK says.
 *
 * Monotonic time, and with it all waiting, goes on as it is. Looks at the file at most five times a second. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define LOOK_NANOSECONDS 200000000LL

static atomic_llong looked_at;
static atomic_long ahead_seconds;

static void look(void) {
    struct timespec now;
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
    long long moment = now.tv_sec * 1000000000LL + now.tv_nsec;
    long long before = atomic_load(&looked_at);
    if (before != 0 && moment - before < LOOK_NANOSECONDS) return;
    if (!atomic_compare_exchange_strong(&looked_at, &before, moment)) return;
    const char *path = getenv("STEPPED_CLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    char text[32] = {0};
    if (read(file, text, sizeof text - 1) > 0) atomic_store(&ahead_seconds, strtol(text, NULL, 10));
    close(file);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int result = (int)syscall(SYS_clock_gettime, clock, now);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        look();
        now->tv_sec += atomic_load(&ahead_seconds);
    }
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    (void)zone;
    struct timespec precise;
    int result = clock_gettime(CLOCK_REALTIME, &precise);
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return result;
}

time_t time(time_t *now) {
    struct timespec precise;
    clock_gettime(CLOCK_REALTIME, &precise);
    if (now != NULL) *now = precise.tv_sec;
    return precise.tv_sec;
}
