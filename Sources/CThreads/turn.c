// syscall() is variadic, which Swift cannot call, and the wrapper of sched_setattr is younger than the C libraries we run on.
#define _GNU_SOURCE
#include "CThreads.h"

#ifdef __linux__
#include <sys/syscall.h>
#include <unistd.h>

// struct sched_attr, first version (sched_setattr(2)).
struct scheduling {
  uint32_t size;
  uint32_t policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime;
  uint64_t deadline;
  uint64_t period;
};

int marketflow_set_turn_nanoseconds(uint64_t turn_nanoseconds) {
  struct scheduling attributes = {.size = sizeof attributes};
  // What else was set stays as it is.
  if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return -1;
  const uint32_t ordinary = 0;
  if (attributes.policy != ordinary) return -1;
  attributes.runtime = turn_nanoseconds;
  return syscall(SYS_sched_setattr, 0, &attributes, 0) == 0 ? 0 : -1;
}
#else
int marketflow_set_turn_nanoseconds(uint64_t turn_nanoseconds) {
  (void)turn_nanoseconds;
  return -1;
}
#endif
