"""The registry's store, the bus and the object store in memory, each of which can be away."""

from dataclasses import replace

from rasid.contract.codec import decode, event_type_of
from rasid.errors import InvalidEvent, Unavailable
from rasid.testing.publishing import RecordingPublisher
from services.ingest.credentials import Credential
from services.ingest.devices import Device, Devices
from services.ingest.payload.reading import CameraContext
from services.ingest.registry.entries import CAMERAS, SITES, CredentialNote, Entry, in_state_since, state_event
from services.ingest.registry.history import Author, Change, differences


class MemoryNumbers:
    """The counter that both tables share."""

    def __init__(self):
        self.last = 0
        self.history = []

    def take(self):
        self.last += 1
        return self.last


class MemoryTable:
    """Cameras or sites. What the relay would publish is in `events`; `interfere` runs before the next write."""

    def __init__(self, kind, numbers, clock, devices=None):
        self.kind = kind
        self.history = numbers.history
        self.entries = {}
        self.credentials = {}
        self.events = []
        self.is_away = False
        self.interfere = lambda: None
        self._numbers = numbers
        self._clock = clock
        self._devices = devices

    async def get(self, key):
        self._answer()
        return self.entries.get(key)

    async def page(self, after, limit, where):
        self._answer()
        rows = [
            entry
            for key, entry in sorted(self.entries.items())
            if key > after and all(getattr(entry.edit, field) == value for field, value in where.items())
        ]
        return rows[:limit] if limit else rows

    async def keys(self):
        self._answer()
        return frozenset(self.entries)

    async def add(self, key, edit, by):
        self._answer()
        self._disturb()
        return None if key in self.entries else self._write(None, Entry(key=key, version=0, changed=0, edit=edit), by)

    async def replace(self, before, edit, by):
        self._answer()
        self._disturb()
        return self._write(before, replace(before, edit=edit), by) if self.entries[before.key] == before else None

    async def save(self, rows, by):
        self._answer()
        self._disturb()
        written = set()
        for row in rows:
            if self.entries.get(row.key) == row.before:
                before = row.before or Entry(key=row.key, version=0, changed=0, edit=row.edit)
                self._write(row.before, replace(before, edit=row.edit), by)
                written.add(row.key)
        return frozenset(written)

    async def held(self, camera_id):
        self._answer()
        return self.credentials.get(camera_id, ()), self.entries[camera_id].changed

    async def write(self, camera_id, credentials, *, over, by):
        self._answer()
        self._disturb()
        entry = self.entries[camera_id]
        if entry.changed != over:
            return False
        held = tuple(credentials)
        self.credentials[camera_id] = held
        note = CredentialNote(held[0].issued_at, held[1].valid_until if len(held) > 1 else None) if held else None
        self.entries[camera_id] = replace(entry, changed=self._numbers.take(), credential=note)
        what = "credential_issued" if held else "credential_revoked"
        self._note(self.entries[camera_id], by, what, {})
        self._remember(self.entries[camera_id])
        return True

    def touch(self, key, **changes):
        """Somebody else changes it."""
        before = self.entries[key]
        self._write(before, replace(before, edit=before.edit.model_copy(update=changes)), Author("somebody", "else"))

    def _note(self, entry, by, what, fields):
        about = {"number": entry.changed, "kind": self.kind.name, "key": entry.key, "at": self._clock.now()}
        self.history.append(Change(**about, by=by, what=what, fields=fields))

    def _write(self, before, entry, by):
        number = self._numbers.take()
        since = in_state_since(before, entry.edit, self._clock.now())
        entry = replace(entry, version=number, changed=number, state_at=since)
        self.entries[entry.key] = entry
        fields = differences(None if before is None else before.edit, entry.edit)
        self._note(entry, by, "registered" if before is None else "changed", fields)
        self.events.append(state_event(self.kind, entry, self._clock.now()))
        self._remember(entry)
        return entry

    def _remember(self, entry):
        if self._devices is not None:
            held = self.credentials.get(entry.key, ())
            state = getattr(entry.edit, "state", "active")  # a site has none
            self._devices.apply(device(entry.key, held, state=state, changed=entry.changed))

    def _answer(self):
        if self.is_away:
            raise Unavailable("the database", "the test took it away")

    def _disturb(self):
        interfere, self.interfere = self.interfere, lambda: None
        interfere()


class MemoryHistory:
    """Who changed what."""

    def __init__(self, kept):
        self.kept = kept

    async def file(self):
        """It is."""

    async def page(self, before, limit, where):
        wanted = {"kind": lambda one: one.kind, "key": lambda one: one.key, "by.subject": lambda one: one.by.subject}
        found = [
            one
            for one in reversed(self.kept)
            if (before is None or one.number < before)
            and all(wanted[name](one) == value for name, value in where.items())
        ]
        return found[:limit]


class MemoryRegistry:
    """Both tables and the cameras as the path of a read sees them."""

    def __init__(self, clock):
        numbers = MemoryNumbers()
        self.devices = Devices()
        self.devices.is_loaded = True
        self.controllers = Devices()
        self.controllers.is_loaded = True
        self.history = MemoryHistory(numbers.history)
        self.sites = MemoryTable(SITES, numbers, clock, self.controllers)
        self.cameras = MemoryTable(CAMERAS, numbers, clock, self.devices)


class MemoryRegistrations:
    """Registrations of GA/T 1400 devices."""

    def __init__(self):
        self.kept = {}
        self.writes = 0
        self.is_away = False

    async def get(self, device_id):
        self._answer()
        return self.kept.get(device_id)

    async def put(self, registration):
        self._answer()
        self.writes += 1
        self.kept[registration.device_id] = registration

    async def forget(self, device_id, camera_id):
        self._answer()
        found = self.kept.get(device_id)
        if found is not None and found.camera_id == camera_id:
            del self.kept[device_id]

    def _answer(self):
        if self.is_away:
            raise Unavailable("the database", "the test took it away")


class MemorySecrets:
    """Sealed credentials of cameras that are asked."""

    def __init__(self):
        self.kept = {}

    async def put(self, camera_id, sealed, _given_at):
        self.kept[camera_id] = sealed

    async def remove(self, camera_id):
        self.kept.pop(camera_id, None)

    async def get(self, camera_id):
        return self.kept.get(camera_id)


class RecordingBus(RecordingPublisher):
    """Also takes messages: events go to `events`, dead letters to `letters`. `lose` names a topic that is away."""

    def __init__(self):
        super().__init__()
        self.letters = []
        self.lose = None
        self.too_large = None

    async def publish_message(self, message, *, deadline_seconds=None):
        if message.topic == self.lose:
            raise Unavailable("Kafka", "not acknowledged")
        if message.topic == self.too_large:
            raise InvalidEvent("too_large", "larger than the broker takes")
        if event_type_of(message.headers) is None:
            if self.is_away:
                raise Unavailable("Kafka", "not acknowledged")
            self.letters.append(message)
        else:
            await self.publish(decode(message.headers, message.value), deadline_seconds=deadline_seconds)


class MemoryObjects:
    """An object store; `puts` counts what was sent to it."""

    def __init__(self):
        self.objects = {}
        self.puts = 0
        self.is_away = False

    async def put(self, bucket, key, body, media_type, *, deadline_seconds=None):
        self.puts += 1
        if self.is_away:
            raise Unavailable("the object store", "the test took it away")
        self.objects[bucket, key] = (body, media_type)


def device(camera_id, credentials: tuple[Credential, ...] = (), *, state="active", changed=1):
    context = CameraContext(camera_id=camera_id, time_zone="Asia/Baghdad", adapter="hikvision")
    return Device(context=context, state=state, credentials=credentials, changed=changed)
