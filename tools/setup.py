"""Set imgvet up for work on it: a virtual environment in .venv, the locked packages, and imgvet itself with its models.

``python tools/setup.py`` is what ``make setup`` runs, and does the same where there is no make. It needs Python 3.11 or
newer and a package index; nothing is installed outside this folder.
"""

import os
import re
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
import venv
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def main() -> None:
    """Make or mend the environment."""
    if sys.version_info < (3, 11):
        sys.exit(f"imgvet needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    if not PYTHON.exists():
        print("Making the virtual environment .venv")
        with_pip = find_spec("ensurepip") is not None
        venv.create(VENV, with_pip=with_pip)
        if not with_pip:  # some Linux systems ship Python without it
            install_pip()
    print("Installing the locked packages; the first time takes a minute or two")
    pip("--require-hashes", "--requirement", str(ROOT / "requirements.lock"))
    print("Installing imgvet with its models")
    pip("--no-build-isolation", "--no-deps", "--editable", str(ROOT))
    (VENV / "ready").touch()


def pip(*words: str) -> None:
    """Run ``pip install`` inside the environment."""
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *words]
    done = subprocess.run(command, check=False)
    if done.returncode:
        sys.exit("The packages could not be installed; pip says why above. Run the same command again to go on.")


def install_pip() -> None:
    """Fetch pip's own wheel from the package index and let it install itself."""
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/") + "/pip/"
    with urllib.request.urlopen(index, timeout=60) as answer:
        page = answer.read().decode()
    wheels = re.findall(r'href="([^"]+/pip-(\d+)\.(\d+)[\d.]*-py3-none-any\.whl[^"]*)"', page)
    if not wheels:
        sys.exit(f"There is no pip at {index}. Install Python's venv package (python3-venv) and run again.")
    link = max(wheels, key=lambda found: (int(found[1]), int(found[2])))[0]
    with tempfile.TemporaryDirectory() as folder:
        wheel = Path(folder) / Path(urllib.parse.urlparse(link).path).name
        with urllib.request.urlopen(urllib.parse.urljoin(index, link), timeout=60) as answer:
            wheel.write_bytes(answer.read())
        subprocess.run([str(PYTHON), str(wheel / "pip"), "install", "--quiet", "--no-index", str(wheel)], check=True)


if __name__ == "__main__":
    main()
