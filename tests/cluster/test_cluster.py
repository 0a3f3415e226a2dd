"""Photos vetted on a Dask cluster: the same folder as here, whatever happens to its workers."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from imgvet.batch.store import open_batch
from support.commands import Imgvet
from support.dask_cluster import Cluster, clean_files, dask_cluster, folders_can_be_hidden
from support.pictures import landscape, portrait, save_photo

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="kills and signals of Unix")]

PHOTOS = 11
WORDS = ("--event", "Open Day", "--channel", "flickr,x", "--profile", "ours.toml")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Photos, a file that is none, and a profile with a picture of its own."""
    folder = tmp_path / "photos"
    for number in range(PHOTOS - 2):
        save_photo(folder / f"{number:02}.jpg", landscape(number)[:300, :400])
    save_photo(folder / "face.jpg", portrait())
    (folder / "none.jpg").write_text("not a picture")
    (tmp_path / "marks").mkdir()
    Image.fromarray(portrait()[:60, :60]).save(tmp_path / "marks" / "logo.png")
    (tmp_path / "ours.toml").write_text('[marks.website]\nimage = "marks/logo.png"\n')
    return folder


def records(batch: Path) -> list[tuple[object, ...]]:
    """What is known of each photo."""
    found = open_batch(batch).snapshot().photos
    return [(each.number, each.source, each.source_sha256, each.faces, each.findings, each.error, each.sha256,
             each.copies) for each in found]  # fmt: skip


def under_way(cluster: Cluster, folder: Path, *words: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-W", "error", "-m", "imgvet", "batch", "photos", "--out", "far", *WORDS, *words]
    command += ["--engine", "dask", "--scheduler", cluster.address]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def await_files(batch: Path, number: int, running: "subprocess.Popen[bytes]") -> None:
    while len(clean_files(batch)) < number and running.poll() is None:
        time.sleep(0.02)
    assert running.poll() is None, running.communicate()[0].decode()


def test_the_folder_is_the_same_although_two_of_three_workers_are_killed(
    photos: Path, tmp_path: Path, imgvet_process: Imgvet
) -> None:
    """Those that are killed see the photos, as on a shared drive; the third one does not, and is sent their bytes."""
    with dask_cluster(tmp_path / "dask") as cluster:
        first, second = cluster.add_worker(), cluster.add_worker()
        cluster.add_worker(blind_to=photos if folders_can_be_hidden() else None)
        running = under_way(cluster, tmp_path)
        await_files(tmp_path / "far", 2, running)
        for each in (first, second):
            os.kill(each.pid, signal.SIGKILL)
        here = imgvet_process("batch", "photos", "--out", "near", *WORDS, "--workers", "1")
        said = running.communicate(timeout=180)[0].decode()
    assert (running.returncode, here.code) == (4, 4), said
    assert "none.jpg: It is plain text" in said
    assert clean_files(tmp_path / "far") == clean_files(tmp_path / "near")
    assert records(tmp_path / "far") == records(tmp_path / "near")
    assert not list((tmp_path / "far/private/work").iterdir())
