"""The coordinator's side of a Dask cluster, and what a Dask worker does; the workers are threads of this process."""

import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import distributed
import pytest
import ttf_opensans

from imgvet.cluster import dask_engine, there
from imgvet.cluster.carried import Done, FileNotSeen, Refused, SentJob, Versions, own_versions, task_for
from imgvet.errors import ClusterError
from imgvet.photo import Event, Photo
from imgvet.photo_jobs import PhotoJob, VettedPhoto, vet_jobs
from imgvet.profile import Profile
from imgvet.settings import Settings
from imgvet.source_files import file_stamp
from support.commands import Imgvet
from support.pictures import landscape, save_photo

pytestmark = pytest.mark.slow

SETTINGS = Settings(Profile(), Event("Open Day"))
DATA = b"a clean file"


def cluster_here() -> Any:
    return distributed.LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0", protocol="tcp://"
    )


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with cluster_here() as cluster:
        yield cluster.scheduler_address


@pytest.fixture
def job(tmp_path: Path) -> PhotoJob:
    source = save_photo(tmp_path / "photos" / "1.jpg", landscape()[:300, :400])
    (tmp_path / "clean").mkdir()
    return PhotoJob(1, source, tmp_path / "clean", "open-day-001")


def vetted(job: PhotoJob, **changes: Any) -> VettedPhoto:
    """What comes of a job, without the work."""
    name, digest = f"{job.stem}.jpg", hashlib.sha256(DATA).hexdigest()
    photo = Photo(str(job.source), job.number, name=name, output=str(Path(str(job.folder), name)), sha256=digest)
    return VettedPhoto(replace(photo, **changes))


def done(task: object, sent: SentJob) -> Done:
    return Done(vetted(sent.job), {f"{sent.job.stem}.jpg": DATA})


def test_a_bounded_number_of_jobs_is_taken_at_once(
    address: str, job: PhotoJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Results are taken as they come, so a million photos need no more memory than these."""
    monkeypatch.setattr(dask_engine, "vet_there", done)
    given = 0

    def jobs() -> Iterator[PhotoJob]:
        nonlocal given
        for number in range(1, 201):
            given += 1
            yield replace(job, number=number, stem=f"open-day-{number:03}")

    came = []
    for each in vet_jobs(jobs(), SETTINGS, dask_engine.DaskEngine(address)):
        came.append(each.photo.number)
        assert given - len(came) < 2 * 2 + 1
    assert sorted(came) == [*range(1, 201)]
    assert len(list(job.folder.iterdir())) == 200  # type: ignore[union-attr]


@pytest.mark.parametrize(("changes", "files", "reason"), [
    ({}, {"open-day-001.jpg": b"another file"}, "Its clean file did not arrive as it was made."),
    ({}, {}, "Its clean file did not arrive as it was made."),
    ({"number": 2}, {"open-day-001.jpg": DATA}, "the answer was about another photo"),
    ({"output": "/elsewhere/open-day-001.jpg"}, {"open-day-001.jpg": DATA}, "the answer was about another photo"),
])  # fmt: skip
def test_what_is_not_the_jobs_own_file_fails_the_photo_and_is_not_written(
    address: str, job: PhotoJob, monkeypatch: pytest.MonkeyPatch, changes: Any, files: Any, reason: str
) -> None:
    monkeypatch.setattr(dask_engine, "vet_there", lambda _, sent: Done(vetted(sent.job, **changes), files))
    (found,) = vet_jobs([job], SETTINGS, dask_engine.DaskEngine(address), job.folder)
    assert reason in str(found.photo.error)
    assert not list(job.folder.iterdir())  # type: ignore[union-attr]


@pytest.mark.parametrize(("theirs", "said"), [
    (Versions("0.1", own_versions().models, own_versions().system), "It has imgvet"),
    (replace(own_versions(), models=("another",)), "Its models are not those of this machine"),
    (replace(own_versions(), system="win32"), "It runs on win32, this machine on"),
])  # fmt: skip
def test_a_worker_that_has_other_versions_is_refused(
    address: str, job: PhotoJob, monkeypatch: pytest.MonkeyPatch, theirs: Versions, said: str
) -> None:
    monkeypatch.setattr(there, "own_versions", lambda: theirs)
    with pytest.raises(ClusterError, match=f"A worker of the cluster cannot be used. {said}"):
        list(vet_jobs([job], SETTINGS, dask_engine.DaskEngine(address), job.folder))


def test_a_worker_that_may_start_no_process_opens_no_photo(job: PhotoJob, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("multiprocessing.process.BaseProcess.daemon", True)
    answer = there.vet_there(task_for(SETTINGS), SentJob(job, file_stamp(job.source)))
    assert isinstance(answer, Refused)
    assert "DASK_DISTRIBUTED__WORKER__DAEMON=False" in answer.hint


def test_a_file_that_is_not_the_same_there_is_asked_for(job: PhotoJob) -> None:
    assert there.vet_there(task_for(SETTINGS), SentJob(job, "1 2")) == FileNotSeen()


def test_a_photo_that_ends_each_worker_that_has_it_fails_alone(
    address: str, job: PhotoJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kills(task: object, sent: SentJob) -> Done:
        if sent.job.number == 1:
            last: Any = SimpleNamespace(address="tcp://gone:1")
            raise distributed.KilledWorker("photo", last, 3)
        return done(task, sent)

    monkeypatch.setattr(dask_engine, "vet_there", kills)
    jobs = [job, replace(job, number=2, stem="open-day-002")]
    errors = {each.photo.number: each.photo.error for each in vet_jobs(jobs, SETTINGS, dask_engine.DaskEngine(address))}
    assert errors == {1: "Each of the Dask workers that had it ended while it did.", 2: None}


def test_a_scheduler_that_ends_is_said_and_what_was_done_stays(job: PhotoJob, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_engine, "vet_there", done)
    monkeypatch.setattr(dask_engine, "_LOOK_SECONDS", 0.1)
    with cluster_here() as cluster:
        jobs = (replace(job, number=n, stem=f"open-day-{n:03}") for n in range(1, 999))
        results = vet_jobs(jobs, SETTINGS, dask_engine.DaskEngine(cluster.scheduler_address), job.folder)
        next(results)
        cluster.close()
        with pytest.raises(ClusterError, match="does not answer any more"):
            list(results)
    assert len(list(job.folder.iterdir())) >= 1  # type: ignore[union-attr]


def test_workers_that_are_all_gone_are_waited_for_and_then_said(job: PhotoJob, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_engine, "vet_there", done)
    monkeypatch.setattr(dask_engine, "_LOOK_SECONDS", 0.1)
    monkeypatch.setattr(dask_engine, "_NO_WORKERS_SECONDS", 1)
    with cluster_here() as cluster:
        jobs = (replace(job, number=n, stem=f"open-day-{n:03}") for n in range(1, 999))
        results = vet_jobs(jobs, SETTINGS, dask_engine.DaskEngine(cluster.scheduler_address), job.folder)
        next(results)
        cluster.scale(0)
        with pytest.raises(ClusterError, match="has no workers"):
            list(results)


def test_stopping_leaves_nothing_behind(address: str, job: PhotoJob, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Ctrl-C does: what is in flight is given up, and the cluster forgets it."""
    monkeypatch.setattr(dask_engine, "vet_there", done)
    results = vet_jobs((replace(job, number=n) for n in range(1, 99)), SETTINGS, dask_engine.DaskEngine(address))
    next(results)
    results.close()  # type: ignore[attr-defined]
    client: Any
    with distributed.Client(address, set_as_default=False) as client:  # type: ignore[no-untyped-call]
        until = time.monotonic() + 20
        while client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)) and time.monotonic() < until:
            time.sleep(0.05)
        assert client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)) == 0


def test_what_is_sent_names_no_register_and_carries_the_marks(tmp_path: Path) -> None:
    """Where the register is concerns no worker; a mark's file is sent, under a name that says nothing."""
    save = tmp_path / "PLANTED-NAME.ttf"
    save.write_bytes(next(Path(ttf_opensans.__file__).parent.rglob("OpenSans-SemiBold.ttf")).read_bytes())
    marks = Profile().marks.model_copy(update={"font": save.name})
    profile = Profile().model_copy(update={"marks": marks})
    task = task_for(replace(SETTINGS, profile=profile, profile_folder=tmp_path, register=Path("PLANTED-REGISTER")))
    assert "PLANTED" not in repr(task)
    assert task.files[task.settings.profile.marks.font] == save.read_bytes()


@pytest.mark.parametrize(("words", "said"), [
    (("--engine", "dask"), "--engine dask needs the address of a scheduler."),
    (("--scheduler", "tls://host:8786"), "--scheduler goes with --engine dask."),
])  # fmt: skip
def test_an_engine_and_its_address_go_together(imgvet: Imgvet, words: tuple[str, ...], said: str) -> None:
    ran = imgvet("batch", "photos", "--out", "b", "--event", "Open Day", *words)
    assert ran.code == 2
    assert said in ran.err


def test_a_scheduler_that_is_not_there_is_named(
    imgvet: Imgvet, job: PhotoJob, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One whose connection is not encrypted is warned about, where it is not on this machine."""
    monkeypatch.setattr(dask_engine, "_CONNECT_SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    words = ("batch", "photos", "--out", "b", "--event", "Open Day", "--engine", "dask", "--scheduler")
    ran = imgvet(*words, f"tcp://127.0.0.1:{port}")
    assert ran.code == 4
    assert f"There is no Dask scheduler at 'tcp://127.0.0.1:{port}' that answers" in ran.err
    assert "not encrypted" not in ran.err
    assert list(vet_jobs([], SETTINGS, dask_engine.DaskEngine("tcp://127.0.0.1:1"))) == []  # nobody is asked
    assert "The connection to tcp://0.0.0.0:1 is not encrypted." in imgvet(*words, "tcp://0.0.0.0:1").err
    assert threading.active_count() < 50
