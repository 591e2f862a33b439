// declarations of the DuckDB C API
