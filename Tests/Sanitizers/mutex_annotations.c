// Tells the thread sanitizer what it cannot see of Synchronization.Mutex. The fast paths of the lock are inlined into
// our code and instrumented; a contended lock is taken and given back in libswiftSynchronization, which is not, so
// that two accesses under one lock looked like a race. Preloaded into the tests by scripts/sanitize; needs no
// suppression of ours. (The names are Mutex's on Linux, Swift 6.3: _MutexHandle._lockSlow(_: UInt32), _unlockSlow().)
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

// The sanitizer's own, in the instrumented program; nil in the others that inherit the preloading.
__attribute__((weak)) void __tsan_acquire(void *address);
__attribute__((weak)) void __tsan_release(void *address);

static void *original(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (!found) {
    fprintf(stderr, "mutex_annotations: libswiftSynchronization has no %s\n", name);
    abort();
  }
  return found;
}

SWIFT void lock_slow(uint32_t thread, SELF void *handle) __asm__("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
SWIFT void lock_slow(uint32_t thread, SELF void *handle) {
  static SWIFT void (*_Atomic take)(uint32_t, SELF void *);
  if (!take) take = original("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
  take(thread, handle);
  if (__tsan_acquire) __tsan_acquire(handle);
}

SWIFT void unlock_slow(SELF void *handle) __asm__("$s15Synchronization12_MutexHandleV11_unlockSlowyyF");
SWIFT void unlock_slow(SELF void *handle) {
  static SWIFT void (*_Atomic give)(SELF void *);
  if (!give) give = original("$s15Synchronization12_MutexHandleV11_unlockSlowyyF");
  if (__tsan_release) __tsan_release(handle);
  give(handle);
}
