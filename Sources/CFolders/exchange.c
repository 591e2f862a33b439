// Linux declares renameat2 only for GNU sources, which Swift's view of the C library is not.
#define _GNU_SOURCE
#include "CFolders.h"

#include <stdio.h>
#ifdef __linux__
#include <fcntl.h>

int marketflow_exchange_folders(const char *one, const char *other) {
  return renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE);
}
#else
int marketflow_exchange_folders(const char *one, const char *other) { return renamex_np(one, other, RENAME_SWAP); }
#endif
