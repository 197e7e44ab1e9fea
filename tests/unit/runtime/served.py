"""A small service whose life the tests watch from outside: `python -m tests.unit.runtime.served SCENARIO PORT`."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

import rasid.runtime.loading  # noqa: F401 - before the others
from rasid.errors import ConfigurationError
from rasid.runtime.serve import Lifecycle, run
from rasid.runtime.settings import ServiceSettings
from rasid.runtime.tasks import Tasks


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


FIX = "set RASID_EXAMPLE to 1"


async def breaks() -> None:
    raise RuntimeError("this part is broken")


def create_app(scenario: str, lifecycle: Lifecycle) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with Tasks(lifecycle.fail) as tasks:
            begin(scenario, lifecycle, tasks)
            say(f"begun, collecting={gc.isenabled()}")
            yield
        say(f"ended, stopping={lifecycle.stopping.is_set()}")
        if scenario == "ends-badly":
            raise RuntimeError("could not close")

    app = FastAPI(lifespan=lifespan)

    @app.get("/who")
    async def who(request: Request) -> dict[str, str]:
        return {"host": request.client.host if request.client else ""}

    @app.get("/collecting")
    async def collecting() -> bool:
        return gc.isenabled()

    @app.get("/slow")
    async def slow() -> dict[str, bool]:
        say("asked")
        await lifecycle.stopping.wait()
        return {"finished": True}

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        async def lines() -> AsyncIterator[bytes]:
            yield b"begin\n"
            await lifecycle.stopping.wait()
            yield b"end\n"

        return StreamingResponse(lines())

    @app.get("/stubborn")
    async def stubborn() -> None:
        say("asked")
        await asyncio.Event().wait()

    if scenario == "fails-before-serving":
        lifecycle.fail()
    return app


def begin(scenario: str, lifecycle: Lifecycle, tasks: Tasks) -> None:
    if scenario == "part-fails":
        tasks.start("broken", breaks())
    if scenario == "start-fails":
        raise RuntimeError("no engine")
    if scenario == "refuses":
        error = ConfigurationError("the example is missing", FIX)
        lifecycle.refuse(error)
        raise error
    if scenario == "refuses-later":
        lifecycle.refuse(ConfigurationError("the example is missing", FIX))


def main() -> int:
    scenario, port = sys.argv[1:]
    settings = ServiceSettings(
        port=int(port),
        database="none",
        token_keys=Path("none.json"),
        pseudonym_key="0" * 64,
        seal_key="0" * 64,
        drain_seconds=0.4,
    )
    return run("served", settings, lambda lifecycle: create_app(scenario, lifecycle))


if __name__ == "__main__":
    sys.exit(main())
