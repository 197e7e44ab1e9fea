"""Writing search's store into a file, each piece on record before it is written (accountability A1)."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from rasid.contract.audit import Actor, AuditRecordedV1, Stage
from rasid.contract.fields import utc_text
from rasid.errors import ConfigurationError
from rasid.identity.recording import Recorder
from services.search.camera_store import MongoCameraStore
from services.search.passage import Passage
from services.search.store import MongoPassageStore
from tools.search.lines import Beginning, DayLine, End, Line, PassageLine, read, write

ROUTE = "rasid search export"
CHUNK = 100
DAYS = 1_000
OWNER_ONLY = 0o600

Progress = Callable[[int], None]
"""Told how many more passages are in the file."""


@dataclass(frozen=True, slots=True)
class Responsible:
    """Who takes the passages out, under which case and for what."""

    person: str
    agency: str
    case_id: str
    purpose: str


class Export:
    """One export into `file`. What another run has written of it before is kept and gone on with."""

    def __init__(
        self,
        file: Path,
        passages: MongoPassageStore,
        cameras: MongoCameraStore,
        recorder: Recorder,
        responsible: Responsible,
    ) -> None:
        self._file = file
        self._draft = file.with_name(f"{file.name}.part")
        self._passages = passages
        self._cameras = cameras
        self._recorder = recorder
        self._responsible = responsible
        self._export_id = recorder.ids.new()

    async def run(self, progress: Progress) -> int:
        """Write what is not written yet; returns how many passages the file has. Raises Unavailable."""
        await self._record("intent", ())
        last, count, keep = self._so_far()
        with os.fdopen(os.open(self._draft, os.O_RDWR | os.O_CREAT, OWNER_ONLY), "r+b") as out:
            out.truncate(keep)
            out.seek(keep)
            progress(count)
            if keep == 0:
                await self._write_cameras(out)
            while page := await self._passages.after(last, CHUNK):
                await self._write_passages(out, page)
                last, count = page[-1].passage_id, count + len(page)
                progress(len(page))
            out.write(write(End(count)))
            out.flush()
            os.fsync(out.fileno())
        self._draft.replace(self._file)
        await self._record("result", (), count=count)
        return count

    def _so_far(self) -> tuple[str, int, int]:
        """The last passage of an earlier run, how many there were, and how much of the draft is whole."""
        last, count, keep = "", 0, 0
        if not self._draft.exists():
            return last, count, keep
        with self._draft.open("rb") as draft:
            for text in draft:
                line = _whole(text)
                if line is None or isinstance(line, End):
                    break
                keep += len(text)
                if isinstance(line, PassageLine):
                    last, count = line.passage.passage_id, count + 1
        # Without a passage the beginning may be in pieces: it is short, and written anew.
        return last, count, keep if count else 0

    async def _write_cameras(self, out: BinaryIO) -> None:
        out.write(write(Beginning(await self._cameras.beginning())))
        last = ""
        while days := await self._cameras.days(last, DAYS):
            out.writelines(write(DayLine(day)) for day in days)
            last = days[-1].key

    async def _write_passages(self, out: BinaryIO, page: list[Passage]) -> None:
        body = b"".join(write(PassageLine(passage)) for passage in page)
        plates = tuple({plate for passage in page for plate in passage.plates})
        await self._record("chunk", plates, count=len(page), body=body)
        out.write(body)
        out.flush()

    async def _record(
        self, stage: Stage, plates: tuple[str, ...], *, count: int | None = None, body: bytes | None = None
    ) -> None:
        who, recorder = self._responsible, self._recorder
        await recorder.write(
            AuditRecordedV1(
                audit_id=recorder.ids.new() if stage == "chunk" else self._export_id,
                stage=stage,
                at=utc_text(recorder.clock.now()),
                actor=Actor(subject=who.person, agency=who.agency),
                operation="disclose",
                route=ROUTE,
                case_id=who.case_id,
                purpose=who.purpose,
                policy_version=recorder.policy_version,
                decision="permit",
                reasons=(f"export:{self._export_id}",),
                subjects=recorder.subjects(plates),
                result_count=count,
                result_sha256=None if body is None else sha256(body).hexdigest(),
                recipients=(who.person,),
            ),
        )


def _whole(text: bytes) -> Line | None:
    try:
        return read(text) if text.endswith(b"\n") else None
    except ValueError:
        return None


def check_target(file: Path) -> None:
    """Raise ConfigurationError when the file cannot be made there, or is there already."""
    if file.exists():
        raise ConfigurationError(f"{file} is there already", "choose another name, or move it away")
    if not file.parent.is_dir():
        raise ConfigurationError(f"there is no folder {file.parent}", "make it first")
