#ifndef MARKETFLOW_CFOLDERS_H
#define MARKETFLOW_CFOLDERS_H

/// Two folders of one file system change places in one step: whoever looks sees the one or the other, never neither.
/// Returns 0, or -1 with errno; EINVAL, ENOSYS or ENOTSUP where system or file system know no such thing.
int marketflow_exchange_folders(const char *one, const char *other);

#endif
