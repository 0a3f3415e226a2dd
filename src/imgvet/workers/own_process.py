"""A process of our own code beside a server, for what takes minutes; it says how far it is, and can be stopped.

Unlike a worker it is not confined, opens no file of strangers itself, and may start workers. It ends as somebody's
Ctrl-C would end it, where it is told to stop, and where its owner is gone.
"""

import _thread
import contextlib
import multiprocessing
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from typing import Any

from imgvet.workers.pool import quiet_start

Tell = Callable[[bytes], None]

_SPAWN = multiprocessing.get_context("spawn")
_STOP = b"stop"


class OwnProcess:
    """One such process, which is under way.

    ``function`` is called there, with what tells its owner something, and with ``asked``; it is importable by name.
    """

    def __init__(self, function: Callable[[Tell, bytes], None], asked: bytes) -> None:
        self._pipe, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_live, args=(theirs, function, asked))
        with quiet_start():
            self._process.start()
        theirs.close()

    def messages(self) -> Iterator[bytes]:
        """What it tells, as it does; ends when the process has ended."""
        with contextlib.suppress(EOFError, OSError):
            while True:
                yield self._pipe.recv_bytes()
        self._process.join()

    def stop(self) -> None:
        """Ask it to stop; it does so as at Ctrl-C, and keeps what it has done."""
        with contextlib.suppress(OSError):
            self._pipe.send_bytes(_STOP)

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()


def _live(pipe: "Connection[Any, Any]", function: Callable[[Tell, bytes], None], asked: bytes) -> None:
    sending = threading.Lock()

    def tell(message: bytes) -> None:
        with sending, contextlib.suppress(OSError):  # nobody is there any more; ``_listen`` ends the work
            pipe.send_bytes(message)

    with contextlib.suppress(KeyboardInterrupt):
        signal.signal(signal.SIGINT, _interrupt_once)
        if sys.platform != "win32":
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        threading.Thread(target=_listen, args=(pipe,), daemon=True).start()
        function(tell, asked)


def _interrupt_once(*_: object) -> None:
    """Ctrl-C once: what follows must not break it once more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def _listen(pipe: "Connection[Any, Any]") -> None:
    """Wait until the owner says stop, or is gone."""
    with contextlib.suppress(EOFError, OSError):
        pipe.recv_bytes()
    if sys.platform == "win32":
        _thread.interrupt_main()
    else:
        main = threading.main_thread().ident
        if main is not None:
            signal.pthread_kill(main, signal.SIGINT)
