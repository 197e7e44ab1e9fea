"""Examples of the rows of compacted topics."""

from msgspec import Struct

from rasid.contract.envelope import Event
from rasid.contract.fields import Location, Name, utc_text
from rasid.contract.tables import (
    AuthorizationStateV1,
    CameraStateV1,
    CaseStateV1,
    CaseworkHeartbeatV1,
    SharedWith,
    SiteStateV1,
)
from tools.generate.examples.story import AGENCY, CAMERA, CASE, DUTY_CASE, OFFICER, SITE, after, told

HOUR_SECONDS = 3600
SHIFT_SECONDS = 8 * HOUR_SECONDS
WEEK_SECONDS = 7 * 24 * HOUR_SECONDS

CAMERA_STATE = told(
    "/ingest/registry",
    "camera registered",
    after(-WEEK_SECONDS),
    CameraStateV1(
        camera_id=CAMERA,
        site_id=SITE,
        name=Name(ar="الجسر الكبير، دخول", fr="Grand pont, entrée", en="Great bridge, inbound"),
        kind="fixed",
        make="Hikvision",
        model="iDS-EXAMPLE",
        adapter="hikvision",
        time_zone="Asia/Baghdad",
        location=Location(latitude=31.8356, longitude=47.1448),
        heading_degrees=90.0,
        lanes=("1", "2"),
        pixel_density=180.0,
        speed_limit_mps=16.7,
        state="active",
        skew_seconds=0.2,
        version=3,
    ),
)
SITE_STATE = told(
    "/ingest/registry",
    "site registered",
    after(-WEEK_SECONDS),
    SiteStateV1(
        site_id=SITE,
        name=Name(ar="الجسر الكبير", fr="Le grand pont", en="Great bridge"),
        sector="centre",
        kind="main_street",
        phase="1",
        location=Location(latitude=31.8356, longitude=47.1448),
        power_sources=("grid", "solar", "battery"),
        version=1,
    ),
)
CASE_STATE = told(
    "/casework",
    "case opened",
    after(-HOUR_SECONDS),
    CaseStateV1(
        case_id=CASE,
        agency=AGENCY,
        kind="investigation",
        state="open",
        assigned=(OFFICER, "officer-23"),
        shared_with=(SharedWith(agency="traffic", until=utc_text(after(WEEK_SECONDS))),),
        opened_at=utc_text(after(-HOUR_SECONDS)),
        closes_at=None,
        version=2,
    ),
)
DUTY_STATE = told(
    "/casework",
    "shift began",
    after(-HOUR_SECONDS),
    CaseStateV1(
        case_id=DUTY_CASE,
        agency=AGENCY,
        kind="duty",
        state="open",
        assigned=(OFFICER,),
        opened_at=utc_text(after(-HOUR_SECONDS)),
        closes_at=utc_text(after(SHIFT_SECONDS - HOUR_SECONDS)),
        version=1,
    ),
)
AUTHORIZATION_STATE = told(
    "/casework",
    "authorization granted",
    after(-HOUR_SECONDS),
    AuthorizationStateV1(
        authorization_id="auth-7",
        case_id=CASE,
        objective="find-missing-person",
        legal_basis="code-of-criminal-procedure-art-74",
        authority="investigating-judge-2",
        state="granted",
        valid_from=utc_text(after(-HOUR_SECONDS)),
        valid_to=utc_text(after(WEEK_SECONDS)),
        camera_ids=(CAMERA,),
        probe_sha256="5f" * 32,
        version=2,
    ),
)
HEARTBEAT = told(
    "/casework",
    "casework is alive",
    after(1),
    CaseworkHeartbeatV1(at=utc_text(after(1)), version=1_795_500_931),
)

EXAMPLES: dict[str, Event[Struct]] = {
    "camera.state.v1": CAMERA_STATE,
    "site.state.v1": SITE_STATE,
    "case.state.v1": CASE_STATE,
    "case.state.v1.duty": DUTY_STATE,
    "authorization.state.v1": AUTHORIZATION_STATE,
    "casework.heartbeat.v1": HEARTBEAT,
}
