"""Fuzzing the reader: good instances with bytes changed, cut, repeated or spliced, as CSV, TOML and xlsx. Whatever comes, the answer is an
instance or one list of problems; never another error, a hang, or a gigabyte. `python -m benchmarks.fuzz SECONDS [SEED]`."""

from __future__ import annotations

import random
import resource
import shutil
import sys
import tempfile
import time
import traceback
import zipfile
from pathlib import Path

from models import InputError, Instance
from models.formulation import build
from optimizer.template import write_template

TINY = Path(__file__).parents[1] / "instances" / "tiny"
SNIPPETS = (
    b"\x00",
    b"\xff",
    b'"',
    b",",
    b"\n",
    b"|",
    b"nan",
    b"1e999",
    b"-",
    b"=",
    b"[",
    b"]",
    b"<",
    b"&",
    "０".encode(),
    "\u202e".encode(),
    b"9" * 400,
)


def spoil(data: bytes, rng: random.Random) -> bytes:
    """One to four small accidents."""
    out = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at, kind = rng.randrange(len(out) + 1), rng.randrange(5)
        if kind == 0:
            out[at : at + 1] = bytes([rng.randrange(256)])
        elif kind == 1:
            del out[at : at + rng.randint(1, 20)]
        elif kind == 2:
            out[at:at] = rng.choice(SNIPPETS)
        elif kind == 3:
            other = rng.randrange(len(out) + 1)
            out[at:at] = out[other : other + rng.randint(1, 60)]
        else:
            out = out[:at] if rng.random() < 0.2 else out
    return bytes(out)


def one(folder: Path, book: Path, at: Path, rng: random.Random) -> Path:
    """A spoiled instance under `at`: a folder with one file spoiled, or a workbook with one of its parts spoiled (or its bytes)."""
    if rng.random() < 0.6:
        place = Path(shutil.copytree(folder, at / "case"))
        file = rng.choice(sorted(f for f in place.iterdir() if f.suffix in (".csv", ".toml")))
        file.write_bytes(spoil(file.read_bytes(), rng))
        return place
    place = at / "case.xlsx"
    if rng.random() < 0.3:
        place.write_bytes(spoil(book.read_bytes(), rng))
        return place
    with zipfile.ZipFile(book) as given, zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as out:
        names = given.namelist()
        chosen = rng.choice([n for n in names if n.endswith((".xml", ".rels"))])
        for name in names:
            data = given.read(name)
            out.writestr(name, spoil(data, rng) if name == chosen else data)
    return place


def main(seconds: float, seed: int) -> int:
    rng, begun, counts = random.Random(seed), time.perf_counter(), {"good": 0, "refused": 0, "crashed": 0}
    slowest = 0.0
    with tempfile.TemporaryDirectory() as work:
        book = write_template(Path(work) / "tiny.xlsx", Instance.load(TINY))
        while time.perf_counter() - begun < seconds:
            with tempfile.TemporaryDirectory() as at:
                case, start = one(TINY, book, Path(at), rng), time.perf_counter()
                try:
                    build(Instance.load(case))
                    counts["good"] += 1
                except InputError:
                    counts["refused"] += 1
                except Exception:  # what must not be: kept and shown
                    counts["crashed"] += 1
                    kept = Path(f"fuzz-{seed}-{counts['crashed']}{case.suffix}")
                    (shutil.copytree if case.is_dir() else shutil.copy)(case, kept)
                    print(f"{kept}: {traceback.format_exc(limit=-3)}", flush=True)
                slowest = max(slowest, time.perf_counter() - start)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{sum(counts.values())} cases in {seconds:.0f} s: {counts}; slowest {slowest:.1f} s; {memory:.0f} MB")
    return 1 if counts["crashed"] else 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0, int(sys.argv[2]) if len(sys.argv) > 2 else 1))
