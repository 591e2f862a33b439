// The part of the DuckDB 1.5 C API this house calls, declared by ourselves: the engine comes as a bare shared library.
// Semantics are DuckDB's own, https://duckdb.org/docs/stable/clients/c/api. Handles are opaque here.
#ifndef MARKETFLOW_CDUCKDB_H
#define MARKETFLOW_CDUCKDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef uint64_t idx_t;

typedef enum { DuckDBSuccess = 0, DuckDBError = 1 } duckdb_state;

typedef enum {
  DUCKDB_TYPE_BOOLEAN = 1,
  DUCKDB_TYPE_TINYINT = 2,
  DUCKDB_TYPE_SMALLINT = 3,
  DUCKDB_TYPE_INTEGER = 4,
  DUCKDB_TYPE_BIGINT = 5,
  DUCKDB_TYPE_UTINYINT = 6,
  DUCKDB_TYPE_USMALLINT = 7,
  DUCKDB_TYPE_UINTEGER = 8,
  DUCKDB_TYPE_UBIGINT = 9,
  DUCKDB_TYPE_DOUBLE = 11,
  DUCKDB_TYPE_TIMESTAMP = 12,
  DUCKDB_TYPE_DATE = 13,
  DUCKDB_TYPE_HUGEINT = 16,
  DUCKDB_TYPE_VARCHAR = 17,
  DUCKDB_TYPE_DECIMAL = 19,
  DUCKDB_TYPE_TIMESTAMP_NS = 22,
  DUCKDB_TYPE_ENUM = 23
} duckdb_type;

typedef struct duckdb_database_handle *duckdb_database;
typedef struct duckdb_connection_handle *duckdb_connection;
typedef struct duckdb_config_handle *duckdb_config;
typedef struct duckdb_prepared_statement_handle *duckdb_prepared_statement;
typedef struct duckdb_appender_handle *duckdb_appender;
typedef struct duckdb_logical_type_handle *duckdb_logical_type;
typedef struct duckdb_data_chunk_handle *duckdb_data_chunk;
typedef struct duckdb_vector_handle *duckdb_vector;
typedef struct duckdb_table_function_handle *duckdb_table_function;
typedef struct duckdb_bind_info_handle *duckdb_bind_info;
typedef struct duckdb_init_info_handle *duckdb_init_info;
typedef struct duckdb_function_info_handle *duckdb_function_info;
typedef void (*duckdb_table_function_bind_t)(duckdb_bind_info info);
typedef void (*duckdb_table_function_init_t)(duckdb_init_info info);
typedef void (*duckdb_table_function_t)(duckdb_function_info info, duckdb_data_chunk output);
typedef void (*duckdb_delete_callback_t)(void *data);

// Only its size and the last pointer matter; the rest is deprecated and never read here.
typedef struct {
  idx_t deprecated_column_count;
  idx_t deprecated_row_count;
  idx_t deprecated_rows_changed;
  void *deprecated_columns;
  char *deprecated_error_message;
  void *internal_data;
} duckdb_result;

// Up to 12 bytes live inside the value, longer text behind the pointer.
typedef struct {
  union {
    struct {
      uint32_t length;
      char prefix[4];
      char *ptr;
    } pointer;
    struct {
      uint32_t length;
      char inlined[12];
    } inlined;
  } value;
} duckdb_string_t;

typedef struct {
  uint64_t lower;
  int64_t upper;
} duckdb_hugeint;

typedef struct {
  int32_t days;
} duckdb_date;

// Library.
const char *duckdb_library_version(void);
void duckdb_free(void *ptr);
idx_t duckdb_vector_size(void);
// Ours: the file the library was loaded from; NULL when the system does not say.
const char *marketflow_duckdb_path(void);

// Configuration, database, connection.
duckdb_state duckdb_create_config(duckdb_config *out_config);
duckdb_state duckdb_set_config(duckdb_config config, const char *name, const char *option);
void duckdb_destroy_config(duckdb_config *config);
duckdb_state duckdb_open_ext(const char *path, duckdb_database *out_database, duckdb_config config, char **out_error);
void duckdb_close(duckdb_database *database);
duckdb_state duckdb_connect(duckdb_database database, duckdb_connection *out_connection);
void duckdb_disconnect(duckdb_connection *connection);
void duckdb_interrupt(duckdb_connection connection);

// Statements.
duckdb_state duckdb_query(duckdb_connection connection, const char *query, duckdb_result *out_result);
duckdb_state duckdb_prepare(duckdb_connection connection, const char *query, duckdb_prepared_statement *out_statement);
const char *duckdb_prepare_error(duckdb_prepared_statement statement);
void duckdb_destroy_prepare(duckdb_prepared_statement *statement);
idx_t duckdb_nparams(duckdb_prepared_statement statement);
duckdb_state duckdb_bind_boolean(duckdb_prepared_statement statement, idx_t index, bool value);
duckdb_state duckdb_bind_null(duckdb_prepared_statement statement, idx_t index);
duckdb_state duckdb_bind_int64(duckdb_prepared_statement statement, idx_t index, int64_t value);
duckdb_state duckdb_bind_date(duckdb_prepared_statement statement, idx_t index, duckdb_date value);
duckdb_state duckdb_bind_varchar_length(
    duckdb_prepared_statement statement, idx_t index, const char *value, idx_t length);
duckdb_state duckdb_execute_prepared(duckdb_prepared_statement statement, duckdb_result *out_result);
// The rows are made as they are fetched; the error of a row is the result's once a fetch gives nothing.
duckdb_state duckdb_execute_prepared_streaming(duckdb_prepared_statement statement, duckdb_result *out_result);

// Results, read chunk by chunk.
const char *duckdb_result_error(duckdb_result *result);
void duckdb_destroy_result(duckdb_result *result);
idx_t duckdb_rows_changed(duckdb_result *result);
idx_t duckdb_column_count(duckdb_result *result);
duckdb_type duckdb_column_type(duckdb_result *result, idx_t column);
duckdb_logical_type duckdb_column_logical_type(duckdb_result *result, idx_t column);
duckdb_data_chunk duckdb_fetch_chunk(duckdb_result result);

// Types.
duckdb_logical_type duckdb_create_logical_type(duckdb_type type);
duckdb_logical_type duckdb_create_decimal_type(uint8_t width, uint8_t scale);
duckdb_logical_type duckdb_create_enum_type(const char **member_names, idx_t member_count);
void duckdb_destroy_logical_type(duckdb_logical_type *type);
duckdb_type duckdb_enum_internal_type(duckdb_logical_type type);
duckdb_type duckdb_decimal_internal_type(duckdb_logical_type type);

// Data chunks and vectors.
duckdb_data_chunk duckdb_create_data_chunk(duckdb_logical_type *types, idx_t column_count);
void duckdb_destroy_data_chunk(duckdb_data_chunk *chunk);
void duckdb_data_chunk_reset(duckdb_data_chunk chunk);
duckdb_vector duckdb_data_chunk_get_vector(duckdb_data_chunk chunk, idx_t column);
idx_t duckdb_data_chunk_get_size(duckdb_data_chunk chunk);
void duckdb_data_chunk_set_size(duckdb_data_chunk chunk, idx_t size);
void *duckdb_vector_get_data(duckdb_vector vector);
uint64_t *duckdb_vector_get_validity(duckdb_vector vector);
void duckdb_vector_ensure_validity_writable(duckdb_vector vector);
void duckdb_vector_assign_string_element_len(duckdb_vector vector, idx_t row, const char *text, idx_t length);

// Table functions of our own.
duckdb_table_function duckdb_create_table_function(void);
void duckdb_destroy_table_function(duckdb_table_function *function);
void duckdb_table_function_set_name(duckdb_table_function function, const char *name);
void duckdb_table_function_set_extra_info(
    duckdb_table_function function, void *extra, duckdb_delete_callback_t destroy);
void duckdb_table_function_set_bind(duckdb_table_function function, duckdb_table_function_bind_t bind);
void duckdb_table_function_set_init(duckdb_table_function function, duckdb_table_function_init_t init);
void duckdb_table_function_set_function(duckdb_table_function function, duckdb_table_function_t body);
void duckdb_table_function_supports_projection_pushdown(duckdb_table_function function, bool pushdown);
duckdb_state duckdb_register_table_function(duckdb_connection connection, duckdb_table_function function);
void *duckdb_bind_get_extra_info(duckdb_bind_info info);
void duckdb_bind_add_result_column(duckdb_bind_info info, const char *name, duckdb_logical_type type);
void *duckdb_init_get_extra_info(duckdb_init_info info);
void duckdb_init_set_init_data(duckdb_init_info info, void *data, duckdb_delete_callback_t destroy);
idx_t duckdb_init_get_column_count(duckdb_init_info info);
idx_t duckdb_init_get_column_index(duckdb_init_info info, idx_t position);
void duckdb_init_set_max_threads(duckdb_init_info info, idx_t threads);
void *duckdb_function_get_init_data(duckdb_function_info info);
void duckdb_function_set_error(duckdb_function_info info, const char *words);

// Appenders.
duckdb_state duckdb_appender_create_ext(
    duckdb_connection connection, const char *catalog, const char *schema, const char *table,
    duckdb_appender *out_appender);
duckdb_state duckdb_appender_create_query(
    duckdb_connection connection, const char *query, idx_t column_count, duckdb_logical_type *types,
    const char *table_name, const char **column_names, duckdb_appender *out_appender);
idx_t duckdb_appender_column_count(duckdb_appender appender);
duckdb_logical_type duckdb_appender_column_type(duckdb_appender appender, idx_t column);
const char *duckdb_appender_error(duckdb_appender appender);
duckdb_state duckdb_append_data_chunk(duckdb_appender appender, duckdb_data_chunk chunk);
duckdb_state duckdb_appender_flush(duckdb_appender appender);
duckdb_state duckdb_appender_clear(duckdb_appender appender);
duckdb_state duckdb_appender_destroy(duckdb_appender *appender);

#ifdef __cplusplus
}
#endif
#endif
