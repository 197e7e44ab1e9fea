"""Sites and cameras as CSV or GeoJSON files, in and out. Gated: who changed what is on the audit log."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from rasid.errors import TooLarge, Unprocessable
from rasid.identity.gate import GatedRoute
from rasid.identity.problem import problem_responses
from services.ingest.registry.bodies import ImportAnswer
from services.ingest.registry.features import MEDIA_TYPES
from services.ingest.registry.parts import CHANGES, READS, KindQuery, Parts, Use, author
from services.ingest.registry.registrar import FileForm

# 20,000 rows in UTF-16, or as features.
LARGEST_FILE_BYTES = 24 * 1024 * 1024
TYPES: dict[FileForm, str] = {"csv": "text/csv; charset=utf-8", "geojson": "application/geo+json"}
_FEATURE = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [47.1448, 31.8356]},
    "properties": {"site_id": "bridge", "name_ar": "الجسر", "kind": "main_street"},
}

router = APIRouter(prefix="/v1", route_class=GatedRoute, tags=["registry"])


@router.post(
    "/registry/import",
    summary="Register or change many from a CSV or GeoJSON file",
    responses=problem_responses(Unprocessable, TooLarge),
    openapi_extra={
        **CHANGES,
        "requestBody": {
            "required": True,
            "content": {
                "text/csv": {
                    "schema": {"type": "string"},
                    "example": "camera_id,site_id,name_ar,kind\nbridge-in,bridge,الجسر,fixed\n",
                },
                "application/geo+json": {
                    "schema": {"type": "object"},
                    "example": {"type": "FeatureCollection", "features": [_FEATURE]},
                },
            },
        },
    },
    max_body_size=LARGEST_FILE_BYTES,
)
async def import_file(
    *,
    kind: KindQuery,
    request: Request,
    parts: Parts,
    use: Use,
    dry_run: Annotated[bool, Query(description="Only say what would happen")] = False,
) -> ImportAnswer:
    """At most 20,000 rows, columns named as the fields (`name_ar`, `latitude`; lists with `|`).

    CSV in UTF-8, UTF-16 or the Arabic code page of Windows (1256), cells parted by `,`, `;` or tabs; the answer says
    which encoding it was taken for. GeoJSON by its content type: points with the fields as properties. A row is taken
    wholly or not at all; what is wrong with the others is listed. A column that is not in the file leaves what is
    registered, an empty cell clears it. Importing a file again changes nothing.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    form: FileForm = "geojson" if media_type in MEDIA_TYPES else "csv"
    report = await parts.book(kind).import_file(await request.body(), form, dry_run=dry_run, by=author(use))
    use.shown(count=report.created + report.changed)
    return ImportAnswer.of(report)


@router.get(
    "/registry/export",
    summary="All sites or cameras as a CSV or GeoJSON file",
    response_class=Response,
    responses={
        200: {
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                "application/geo+json": {"schema": {"type": "object"}},
            },
        },
    },
    openapi_extra=READS,
)
async def export_file(
    *,
    kind: KindQuery,
    parts: Parts,
    use: Use,
    form: Annotated[FileForm, Query(alias="format", description="For spreadsheets, or for maps")] = "csv",
) -> Response:
    """What import takes, without credentials. CSV in UTF-8 with a byte order mark, as spreadsheets want it."""
    file, count = await parts.book(kind).export_file(form)
    use.shown(count=count)
    headers = {"Content-Disposition": f'attachment; filename="rasid-{kind}.{form}"'}
    return Response(file, media_type=TYPES[form], headers=headers)
