// The layouts libduckdb 1.5 was built with; a header that drifts from them must not compile.
#include "CDuckDB.h"

_Static_assert(sizeof(duckdb_result) == 48, "duckdb_result: three counts and three pointers");
_Static_assert(offsetof(duckdb_result, internal_data) == 40, "duckdb_result.internal_data is the last pointer");
_Static_assert(sizeof(duckdb_string_t) == 16, "duckdb_string_t: length and 12 bytes inline, or prefix and pointer");
_Static_assert(offsetof(duckdb_string_t, value.pointer.ptr) == 8, "duckdb_string_t: the pointer is the second word");
_Static_assert(offsetof(duckdb_string_t, value.inlined.inlined) == 4, "duckdb_string_t: text follows its length");
_Static_assert(sizeof(duckdb_hugeint) == 16, "duckdb_hugeint: two words");
_Static_assert(sizeof(duckdb_date) == 4, "duckdb_date: days since 1970");
_Static_assert(sizeof(duckdb_state) == 4 && sizeof(duckdb_type) == 4, "enums are ints");
_Static_assert(sizeof(idx_t) == 8, "idx_t is 64 bits wide");
