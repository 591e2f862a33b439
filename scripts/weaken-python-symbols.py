#!/usr/bin/env python3
"""Makes the CPython symbols that DuckDB's Python wheel leaves undefined weak, so that its engine loads without Python.

    weaken-python-symbols.py WHEEL_LIBRARY OUT

The wheel's shared library holds the whole engine with the full C API, and a Python binding that the C API never calls. The
binding refers to about 190 symbols of libpython. An undefined symbol that is weak may stay undefined, so the program starts
without libpython. Only the binding byte of those entries of .dynsym changes: no code, no layout.
"""
import struct
import sys

SHT_DYNSYM = 11
STB_WEAK = 2
SHN_UNDEF = 0
SYMBOL_BYTES = 24
ELF64_LITTLE_ENDIAN = b"\x7fELF\x02\x01"


def sections(image):
    """Every section header: name, type, flags, address, offset, size, link, info, alignment, entry size."""
    table, = struct.unpack_from("<Q", image, 0x28)
    entry_bytes, count = struct.unpack_from("<HH", image, 0x3A)
    return [struct.unpack_from("<IIQQQQIIQQ", image, table + index * entry_bytes) for index in range(count)]


def weaken(image):
    """Changes `image` in place and returns how many symbols became weak."""
    if bytes(image[:6]) != ELF64_LITTLE_ENDIAN:
        raise ValueError("not a 64-bit little-endian ELF library")
    headers = sections(image)
    symbols = next((header for header in headers if header[1] == SHT_DYNSYM), None)
    if symbols is None:
        raise ValueError("the library has no .dynsym section")
    offset, size, names = symbols[4], symbols[5], headers[symbols[6]][4]
    changed = 0
    for entry in range(offset, offset + size, SYMBOL_BYTES):
        name, info, _, section = struct.unpack_from("<IBBH", image, entry)
        start = names + name
        if section == SHN_UNDEF and image.startswith((b"Py", b"_Py"), start):
            image[entry + 4] = (info & 0xF) | (STB_WEAK << 4)
            changed += 1
    return changed


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    source, target = sys.argv[1:]
    with open(source, "rb") as file:
        image = bytearray(file.read())
    try:
        changed = weaken(image)
    except ValueError as error:
        sys.exit(f"{source}: {error}")
    if changed == 0:
        sys.exit(f"{source}: no undefined Python symbols found; this is not the library of a DuckDB Python wheel")
    with open(target, "wb") as file:
        file.write(image)
    print(f"{changed} Python symbols made weak")


main()
