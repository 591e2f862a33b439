#ifndef MARKETFLOW_CTHREADS_H
#define MARKETFLOW_CTHREADS_H

#include <stdint.h>

/// Asks the scheduler to give the calling thread the processor in turns of so many nanoseconds. Short turns come round sooner:
/// a thread that wakes up displaces one in the middle of a longer turn (Linux 6.12 and later, EEVDF; needs no privilege).
/// Returns 0, or -1 where the system knows no such thing: older kernels, other systems.
int marketflow_set_turn_nanoseconds(uint64_t turn_nanoseconds);

#endif
