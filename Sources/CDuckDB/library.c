// dladdr is declared only for GNU sources, which Swift's view of the C library is not.
#define _GNU_SOURCE
#include "CDuckDB.h"

#include <dlfcn.h>

const char *marketflow_duckdb_path(void) {
  Dl_info found;
  return dladdr((const void *)duckdb_library_version, &found) != 0 ? found.dli_fname : NULL;
}
