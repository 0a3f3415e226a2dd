"""Fuzz everything that reads untrusted bytes, for some minutes: ``make fuzz MINUTES=10``.

Seeds are the files of the leak list and the sample images; what is learnt stays in ``.fuzz/`` for the next time. A find
is a file in ``.fuzz/found/``, and the run ends with code 1.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))
FUZZ = ROOT / ".fuzz"
LONGEST = 96 * 1024  # bytes; larger seeds make slow runs and teach nothing more
SECONDS_FOR_ONE_FILE = 20
MEMORY_MIB = 4096


def sow(corpus: Path) -> int:
    """Write the seeds into the corpus; gives how many there are."""
    from leaks.cases import ALL

    corpus.mkdir(parents=True, exist_ok=True)
    for leak in ALL:
        (corpus / f"{leak.id}{leak.suffix}").write_bytes(leak.build("SEED-MARKER-ZORA")[:LONGEST])
    for sample in sorted((ROOT / "sample_images").iterdir()):
        if sample.suffix != ".md" and sample.is_file() and sample.stat().st_size <= LONGEST:
            (corpus / sample.name).write_bytes(sample.read_bytes())
    return len(list(corpus.iterdir()))


def fuzz(target: str, seconds: int) -> tuple[str, int, str]:
    """Run one target; gives its name, its exit code and the end of what it said."""
    corpus, found = FUZZ / "corpus" / target, FUZZ / "found"
    found.mkdir(parents=True, exist_ok=True)
    sow(corpus)
    options = [
        f"-max_total_time={seconds}",
        f"-timeout={SECONDS_FOR_ONE_FILE}",
        f"-rss_limit_mb={MEMORY_MIB}",
        f"-max_len={LONGEST}",
        f"-artifact_prefix={found}/{target}-",
        "-print_final_stats=1",
    ]
    command = [sys.executable, str(ROOT / "tests" / "fuzz" / "run.py"), target, str(corpus), *options]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", cwd=ROOT, check=False)
    (FUZZ / f"{target}.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    return target, done.returncode, (done.stdout + done.stderr)[-3000:]


def main() -> int:
    """Share the minutes out among the targets, as many at once as there are cores."""
    from fuzz.targets import TARGETS

    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    cores = os.cpu_count() or 1
    seconds = max(10, int(minutes * 60 * min(cores, len(TARGETS)) / len(TARGETS)))
    print(f"Fuzzing {', '.join(TARGETS)}: {seconds} s each, {cores} at once.", flush=True)
    found = 0
    with ThreadPoolExecutor(cores) as pool:
        for target, code, said in pool.map(lambda name: fuzz(name, seconds), TARGETS):
            runs = next((line.split()[-1] for line in said.splitlines() if "number_of_executed_units" in line), "?")
            print(f"{target}: {runs} runs, {'nothing found' if code == 0 else f'FOUND something (exit {code})'}")
            if code:
                found += 1
                print(said)
    print(f"Finds are in {FUZZ / 'found'}." if found else "No faults found.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
