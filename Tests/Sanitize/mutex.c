// Tells ThreadSanitizer what it cannot see of Swift's Mutex: a thread that has to wait for one gets it within
// libswiftSynchronization, which is not instrumented (Synchronization/Mutex/LinuxImpl.swift: _lockSlow takes it
// with an atomic of its own or with FUTEX_LOCK_PI, and _unlockSlow hands it on with FUTEX_UNLOCK_PI). Without
// this every value behind a contended Mutex is reported. Loaded before the library, with LD_PRELOAD.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

// Of the program's own runtime; programs without it are loaded with this file, too.
void __tsan_acquire(void *) __attribute__((weak));
void __tsan_release(void *) __attribute__((weak));

SWIFT void lock_slow(uint32_t, SELF) __asm__(LOCK);
SWIFT bool try_lock_slow(SELF) __asm__(TRY_LOCK);
SWIFT void unlock_slow(SELF) __asm__(UNLOCK);

static SWIFT void (*real_lock)(uint32_t, SELF);
static SWIFT bool (*real_try_lock)(SELF);
static SWIFT void (*real_unlock)(SELF);

__attribute__((constructor)) static void find(void) {
	*(void **)&real_lock = dlsym(RTLD_NEXT, LOCK);
	*(void **)&real_try_lock = dlsym(RTLD_NEXT, TRY_LOCK);
	*(void **)&real_unlock = dlsym(RTLD_NEXT, UNLOCK);
}

SWIFT void lock_slow(uint32_t thread, SELF mutex) {
	real_lock(thread, mutex);
	if (__tsan_acquire) __tsan_acquire(mutex);
}

SWIFT bool try_lock_slow(SELF mutex) {
	bool is_locked = real_try_lock(mutex);
	if (is_locked && __tsan_acquire) __tsan_acquire(mutex);
	return is_locked;
}

SWIFT void unlock_slow(SELF mutex) {
	if (__tsan_release) __tsan_release(mutex);
	real_unlock(mutex);
}
