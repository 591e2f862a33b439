"""Reads a lake as its users do: pandas, polars and DuckDB, whole folders and single files. Prints rows and a sum for each."""
import glob
import sys

import duckdb
import pandas
import polars

COLUMNS = ["timestamp", "underlying_price", "ticker", "strike", "type", "price", "size", "aggressor_side", "delta", "gamma",
           "net_delta_impact"]
FLOATS = {"underlying_price", "strike", "price", "delta", "gamma", "net_delta_impact"}
TEXTS = {"ticker", "type", "aggressor_side"}


def check_pandas(frame):
    assert list(frame.columns[:11]) == COLUMNS, list(frame.columns)
    for name in COLUMNS:
        kind = frame[name].dtype
        if name == "timestamp":
            assert str(kind) == "datetime64[ns]", kind
        elif name in FLOATS:
            assert str(kind) == "float64", (name, kind)
        elif name in TEXTS:
            assert pandas.api.types.is_string_dtype(kind), (name, kind)
        else:
            assert str(kind) == "int64", (name, kind)
    assert frame["cancelled"].dtype == bool
    return len(frame), frame["net_delta_impact"].sum(), frame["print_id"].nunique()


def check_polars(frame):
    assert frame.columns[:11] == COLUMNS, frame.columns
    for name in COLUMNS:
        kind = frame.schema[name]
        wanted = (polars.Datetime("ns") if name == "timestamp" else polars.Float64 if name in FLOATS
                  else polars.String if name in TEXTS else polars.Int64)
        assert kind == wanted, (name, kind)
    return len(frame), frame["net_delta_impact"].sum(), frame["print_id"].n_unique()


def check_duckdb(folder):
    relation = f"read_parquet('{folder}/*/*/*/*.parquet', hive_partitioning = true)"
    described = duckdb.sql(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    assert [row[0] for row in described[:11]] == COLUMNS, described
    for name, kind, *_ in described[:11]:
        wanted = "TIMESTAMP_NS" if name == "timestamp" else "DOUBLE" if name in FLOATS else "VARCHAR" if name in TEXTS else "BIGINT"
        assert kind == wanted, (name, kind)
    return duckdb.execute(f"SELECT count(*), sum(net_delta_impact), count(DISTINCT print_id) FROM {relation}").fetchone()


def main(folder):
    by_pandas = check_pandas(pandas.read_parquet(folder).drop(columns=["year", "month", "day"]))
    files = sorted(glob.glob(f"{folder}/year=*/month=*/day=*/flow_part_*.parquet"))
    assert check_pandas(pandas.concat(pandas.read_parquet(file, partitioning=None) for file in files))[0] == by_pandas[0]
    by_polars = check_polars(polars.scan_parquet(folder, hive_partitioning=True).drop("year", "month", "day").collect())
    by_duckdb = check_duckdb(folder)
    for found in (by_polars, by_duckdb):
        assert found[0] == by_pandas[0] and found[2] == by_pandas[2], (found, by_pandas)
        assert abs(found[1] - by_pandas[1]) < 1e-6 * abs(by_pandas[1]), (found, by_pandas)
    first = polars.read_parquet(files[0]).row(0, named=True)
    print(by_pandas[0], by_pandas[2], first["timestamp"].isoformat(), first["ticker"], first["type"], first["aggressor_side"])


main(sys.argv[1])
