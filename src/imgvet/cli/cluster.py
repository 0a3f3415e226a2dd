"""The options that name a cluster to vet on."""

import ipaddress
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from imgvet.cli.console import print_note
from imgvet.errors import UsageError
from imgvet.text import visible

if TYPE_CHECKING:
    from imgvet.photo_jobs import Engine

EngineOption = Annotated[
    Literal["local", "dask"],
    typer.Option(help="What vets the photos: this machine, or the Dask cluster that --scheduler names."),
]
SchedulerOption = Annotated[
    str,
    typer.Option(
        metavar="ADDRESS", help="The scheduler of the Dask cluster, such as tls://host:8786.", show_default=False
    ),
]


def cluster_at(scheduler: str, engine: str) -> "Engine | None":
    """The engine that was asked for; None is this machine. A connection that others could read is warned about.

    Raises:
        UsageError: the scheduler's address is missing, or is not asked for.
    """
    if engine != "dask":
        if scheduler:
            raise UsageError("--scheduler goes with --engine dask.", "Add that, or leave --scheduler out.")
        return None
    if not scheduler:
        raise UsageError("--engine dask needs the address of a scheduler.", "Add --scheduler tls://HOST:8786.")
    from imgvet.cluster.dask_engine import DaskEngine

    if not scheduler.startswith("tls://") and not _is_here(scheduler):
        print_note(
            visible(f"The connection to {scheduler} is not encrypted. Photos and what is in them cross the network "
            "readably, and anybody who can reach the scheduler can run programs on its machines. Use tls://.")
        )  # fmt: skip
    return DaskEngine(scheduler)


def _is_here(scheduler: str) -> bool:
    """Whether an address is on this machine."""
    host = scheduler.rpartition("://")[2].rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
