"""Whatever comes from a camera: events or refusals, never an error."""

from datetime import datetime

from hypothesis import example, given, settings
from hypothesis import strategies as st

from rasid.testing.clock import START
from tests.support.reading import JPEG, read, settles
from tools.demo.hikvision import NAMESPACES, anpr_xml, multipart, notification_xml

# The tests measure processor time themselves; a busy machine's wall clock says nothing.
patient = settings(deadline=None)
XML = anpr_xml("蓝皖A7XG66", captured_at=START, event_id="e-1")
CONTENT_TYPE, POST = multipart(XML, {"licensePlatePicture": JPEG})

# XML cannot carry control characters; what else a device writes into a field is anything.
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=40)
numbers = st.one_of(st.integers(), st.floats(), st.from_regex(r"[-+0-9.eE]{1,8}", fullmatch=True)).map(str)
values = st.one_of(st.none(), texts, numbers)
rectangles = st.fixed_dictionaries({"X": values, "Y": values, "width": values, "height": values})
angles = st.fixed_dictionaries({"degree": values, "minute": values, "sec": values})
blocks = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(
            ("licensePlate", "confidenceLevel", "plateCharBelieve", "direction", "vehicleType", "plateColor"),
            values,
        ),
        **dict.fromkeys(("line", "country", "listType", "originalLicensePlate", "pilotsafebelt", "color"), values),
        "vehicleInfo": st.fixed_dictionaries({"speed": values, "index": values, "color": values}),
        "pictureInfoList": st.fixed_dictionaries(
            {"pictureInfo": st.fixed_dictionaries({"absTime": values, "type": values, "plateRect": rectangles})},
        ),
    },
)
tops = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("dateTime", "UUID", "isDataRetransmission", "channelID", "countryAbbreviation"), values),
        "DeviceGPSInfo": st.fixed_dictionaries(
            {"longitudeType": values, "latitudeType": values, "Longitude": angles, "Latitude": angles},
        ),
    },
)
zones = st.sampled_from([None, "Asia/Baghdad", "Europe/Paris", "Pacific/Kiritimati", "nowhere"])


@patient
@given(blocks, tops, st.sampled_from(NAMESPACES), zones)
def test_whatever_stands_in_the_fields_of_a_read(block, top, namespace, zone):
    body = anpr_xml(captured_at=START, namespace=namespace, anpr=block, **top)
    settles(body, time_zone=zone, adapter="hikvision")


@patient
@given(texts, tops, st.dictionaries(st.from_regex(r"[A-Za-z]{1,12}", fullmatch=True), values, max_size=5))
def test_whatever_event_a_notification_is_about(event_type, top, more):
    settles(notification_xml(event_type, captured_at=START, fields={**more, **top, "eventType": event_type}))


@patient
@given(st.data())
def test_whatever_is_cut_out_of_a_post_and_put_in_its_place(data):
    start = data.draw(st.integers(0, len(POST)))
    end = data.draw(st.integers(start, min(len(POST), start + 200)))
    filling = data.draw(
        st.one_of(st.binary(max_size=30), st.sampled_from([b"<", b"&", b"\r\n", b"--boundary\r\n", XML]))
    )
    settles(POST[:start] + filling + POST[end:], CONTENT_TYPE, adapter=data.draw(st.sampled_from([None, "hikvision"])))


@patient
@given(st.binary(max_size=2000), st.sampled_from(["", "application/xml", "application/json", CONTENT_TYPE]))
@example(b'{"eventType": "VMD", "activePostCount": "\\ud800"}', "")
@example(b"<EventNotificationAlert>&#55296;</EventNotificationAlert>", "")
def test_whatever_bytes_are_posted(body, content_type):
    settles(body, content_type)
    settles(body, content_type, adapter="hikvision")


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=10,
)


@patient
@given(
    st.dictionaries(st.sampled_from(["ANPR", "eventType", "dateTime", "UUID", "EventNotificationAlert"]), json_values)
)
def test_whatever_json_is_posted(value):
    import msgspec  # noqa: PLC0415 - only this test writes JSON

    settles(msgspec.json.encode(value), "application/json", adapter="hikvision")


@patient
@given(texts, st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1)))  # noqa: DTZ001 - naive on purpose
def test_the_same_post_is_the_same_event(plate, captured_at):
    body = anpr_xml(plate, captured_at=captured_at)
    first, second = (
        read(body, time_zone="Asia/Baghdad", received_at=moment) for moment in (START, START.replace(hour=20))
    )
    assert [one.event.id for one in first.normalized] == [one.event.id for one in second.normalized]
