"""How quickly the review page's server answers, and its memory: ``make bench-review N=2000`` or
``python -m benchmarks.review_server 2000``.

A batch of so many photos is made as ``benchmarks.growth`` makes one. A server in a process of its own is then asked as
a browser asks it, over its socket: a decision each for different faces, until its answer is there. Times in
milliseconds; memory is the peak of the server's resident set (Linux).
"""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.growth import grown_batch
from imgvet.releases.release import Release
from imgvet.releases.store import open_register

DECISIONS = 200
FORMS = 5000  # in the register
KINDS = ("redact", "refused", "not-a-face", "reopen")


@dataclass
class Asking:
    """A browser as code, which keeps its connection as browsers do."""

    connection: http.client.HTTPConnection
    port: int
    cookie: str = ""
    csrf: str = ""

    def send(self, method: str, path: str, said: Any = None) -> tuple[bytes, str]:
        """The body of an answer that must be a good one, and the cookie that came with it."""
        own = {"Origin": f"http://127.0.0.1:{self.port}", "Sec-Fetch-Site": "same-origin", "Cookie": self.cookie}
        own |= {"X-CSRF-Token": self.csrf, "Content-Type": "application/json"} if method == "POST" else {}
        self.connection.request(method, path, json.dumps(said).encode() if method == "POST" else None, own)
        got = self.connection.getresponse()
        body = got.read()
        if got.status != 200:
            sys.exit(f"{method} {path} was answered with {got.status}: {body.decode(errors='replace')}")
        return body, (got.getheader("set-cookie") or "").partition(";")[0]

    def measured(self, method: str, path: str, said: Any = None) -> tuple[Any, float]:
        """The same as JSON, and the milliseconds until it was there."""
        began = time.perf_counter()
        body, _ = self.send(method, path, said)
        return json.loads(body), (time.perf_counter() - began) * 1000


def started(batch: Path) -> tuple[subprocess.Popen[str], str, float]:
    """A server, its link, and the seconds until it printed it."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "imgvet", "review", str(batch), "--no-browser"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=batch.parent)
    link = server.stdout.readline().strip() if server.stdout else ""
    return server, link, time.perf_counter() - began


def signed_in(link: str) -> Asking:
    """Somebody who has opened the link and given a name."""
    port, token = int(link.split(":")[2].partition("/")[0]), link.partition("#")[2]
    asking = Asking(http.client.HTTPConnection("127.0.0.1", port, timeout=120), port)
    _, asking.cookie = asking.send("POST", "/open", {"token": token})
    page, _ = asking.send("GET", "/name")
    found = re.search(rb'name="csrf" content="([\w-]+)"', page)
    asking.csrf = found[1].decode() if found else ""
    asking.send("POST", "/api/name", {"name": "A. Officer"})
    return asking


def peak(process: int) -> float:
    """The peak of the resident set, MiB."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+([0-9]+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def middle(times: Sequence[float], share: float) -> float:
    """That share of the times is not above it."""
    return sorted(times)[min(len(times) - 1, int(share * len(times)))]


def shown(name: str, times: Sequence[float]) -> None:
    """One line: median, 95th percentile and worst."""
    print(f"{name:34} {middle(times, 0.5):8.1f} {middle(times, 0.95):8.1f} {max(times):8.1f}  ({len(times)})")


def main(number: int) -> None:
    """Make the batch, ask the server, and print what it took."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["IMGVET_NAME_FILE"] = str(Path(folder, "name.txt"))
        batch = grown_batch(Path(folder, "event"), number)
        enter_forms(Path(folder, "event", "register.db"))
        server, link, seconds = started(batch)
        try:
            measure(signed_in(link), server.pid, number, seconds)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()


def measure(asking: Asking, process: int, number: int, seconds: float) -> None:
    """Ask for everything, and print what it took."""
    photos, first = asking.measured("GET", "/api/photos")
    faces = [(row["number"], face["number"]) for row in photos["photos"] for face in row["faces"]]
    print(f"{number} photos, {len(faces)} faces; the link after {seconds:.1f} s. Milliseconds:")
    print(f"{'':34} {'median':>8} {'95 %':>8} {'worst':>8}")
    shown("all photos, first time", [first])
    shown("all photos", [asking.measured("GET", "/api/photos")[1] for _ in range(5)])
    batch = [asking.measured("GET", "/api/batch")[1] for _ in range(6)]
    shown("what is known of the batch, first", batch[:1])
    shown("what is known of the batch", batch[1:])
    measure_pages(asking)
    seen, alone, undone = photos["seq"], list[float](), list[float]()
    for place in range(DECISIONS):
        face = faces[(place * 7) % len(faces)]
        said = {"kind": KINDS[place % len(KINDS)], "faces": [face], "seen": seen}
        told, took = asking.measured("POST", "/api/decide", said)
        seen = told["seq"]
        alone.append(took)
        if place % 4 == 0:
            told, took = asking.measured("POST", "/api/undo", {"entries": told["entries"], "seen": seen})
            seen = told["seq"]
            undone.append(took)
    shown("a decision on one face", alone)
    shown("undo", undone)
    some = [faces[start : start + 20] for start in range(0, min(400, len(faces)), 20)]
    many = [asking.measured("POST", "/api/decide", {"kind": "redact", "faces": each, "seen": 2**50}) for each in some]
    shown("a decision on 20 faces", [took for _, took in many])
    print(f"memory of the server, at most: {peak(process):.0f} MiB")


def measure_pages(asking: Asking) -> None:
    """Statements, forms and log, as their pages ask for them."""
    for name, path in (
        ("statements", "/api/statements"),
        ("the register", "/api/forms"),
        ("the log", "/api/log?own=1"),
    ):
        times = [asking.measured("GET", path)[1] for _ in range(4)]
        shown(f"{name}, first time", times[:1])
        shown(name, times[1:])
    told, _ = asking.measured("GET", "/api/statements")
    said = [{"id": each["id"], "wording": each["wording"], "true": True} for each in told["statements"]]
    if said:
        shown("declaring all", [asking.measured("POST", "/api/statements", {"answers": said})[1]])


def enter_forms(register: Path) -> None:
    """So many forms that the register is that of an office of many years."""
    signed = date(2026, 6, 14)
    forms = [Release(f"OFFICE-{number}", f"Person {number}", signed_on=signed) for number in range(FORMS)]
    with open_register(register) as found:
        found.add(forms, "A. Officer")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
