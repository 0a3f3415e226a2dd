"""A real S3 server on this machine: moto's, in a process of its own."""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import fsspec

from imgvet import source_files
from support.dask_cluster import await_port

BUCKET = "photos"


@contextlib.contextmanager
def s3_server() -> Iterator[Any]:
    """The server, with one bucket; the environment names it meanwhile. Gives the file system of fsspec for it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = (sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port))
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    here = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "AWS_ACCESS_KEY_ID": "PLANTED-ID",
        "AWS_SECRET_ACCESS_KEY": "PLANTED-KEY", "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }  # fmt: skip
    try:
        await_port(port)
        with patch.dict(os.environ, here):
            fsspec.filesystem("s3").clear_instance_cache()
            store = fsspec.filesystem("s3")
            store.mkdir(BUCKET)
            yield store
    finally:
        source_files._listings.clear()
        server.kill()
        server.wait()


def put(store: Any, folder: Path, prefix: str = "day") -> str:
    """Upload the files of a folder; gives the address."""
    for path in folder.iterdir():
        store.pipe(f"{BUCKET}/{prefix}/{path.name}", path.read_bytes())
    return f"s3://{BUCKET}/{prefix}"
