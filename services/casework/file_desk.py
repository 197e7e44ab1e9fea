"""What people do with the file of a case: write, link, look up; and what links itself."""

from hashlib import sha256

from pydantic import BaseModel

from rasid.contract.event_ids import caused_id
from rasid.errors import Conflict, NotFound
from rasid.runtime.paging import Cursor
from services.casework.case import Actor, Case, Line
from services.casework.file import Entry, EntryKind, TargetKind, links_in_force
from services.casework.file_bodies import LinkBody, NoteBody, UnlinkBody, line_id
from services.casework.ports import FileStore


class FileDesk:
    """Files of all cases: whoever asks is checked before."""

    def __init__(self, store: FileStore) -> None:
        self._store = store

    async def note(self, case_id: str, body: NoteBody, actor: Actor, key: str) -> Entry:
        """Write a note. Raises NotFound for a note to correct that is not there."""
        if body.corrects is not None:
            corrected = await self._store.entry(body.corrects)
            if corrected is None or (corrected.case_id, corrected.kind) != (case_id, "note"):
                raise NotFound("note-unknown", "There is no such note of this case to correct.")
        return await self._write("note", case_id, body, actor, key)

    async def link(self, case_id: str, body: LinkBody, actor: Actor, key: str) -> Entry:
        """Say that something belongs to the case."""
        return await self._write("link", case_id, body, actor, key)

    async def unlink(self, case_id: str, body: UnlinkBody, actor: Actor, key: str) -> Entry:
        """Say that it does not after all; the line that linked it stays."""
        return await self._write("unlink", case_id, body, actor, key)

    async def link_by_itself(self, case_id: str, kind: TargetKind, target_id: str, actor: Actor) -> None:
        """Another service says that something belongs to the case; hearing it again changes nothing."""
        await self._store.write(
            Entry(
                entry_id=caused_id(target_id, f"link/{case_id}"),
                case_id=case_id,
                kind="link",
                at=actor.at,
                by=None,
                agency=None,
                target_kind=kind,
                target_id=target_id,
            )
        )

    async def links(self, case_id: str) -> list[Entry]:
        """The links that hold."""
        return links_in_force(await self._store.links(case_id))

    async def timeline(self, case: Case, after: Cursor | None, limit: int) -> list[Entry | Line]:
        """Up to `limit` lines of the file and of what was done with the case, newest first."""
        lines: list[Entry | Line] = [
            line for line in case.history if after is None or place(line) < (after.at, after.row_id)
        ]
        lines += await self._store.page(case.case_id, after, limit)
        return sorted(lines, key=place, reverse=True)[:limit]

    async def _write(self, kind: EntryKind, case_id: str, body: BaseModel, actor: Actor, key: str) -> Entry:
        digest = sha256(f"{kind} {actor.by} {case_id} {key} {body.model_dump_json()}".encode()).hexdigest()
        entry = Entry(
            entry_id=caused_id(f"{actor.agency}/{actor.by}/{case_id}/{key}", "file"),
            case_id=case_id,
            kind=kind,
            at=actor.at,
            by=actor.by,
            agency=actor.agency,
            request_sha256=digest,
            **body.model_dump(),
        )
        stored = await self._store.write(entry)
        if stored.request_sha256 != digest:
            raise Conflict("idempotency-key-used", "This Idempotency-Key was used for another request: send a new key.")
        return stored


def place(one: Entry | Line) -> tuple[object, str]:
    """Where a line stands in the timeline."""
    return one.at, line_id(one) if isinstance(one, Line) else one.entry_id
