"""Sites and cameras as CSV files, in and out. Gated: who changed what is on the audit log."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from rasid.errors import TooLarge, Unprocessable
from rasid.identity.gate import GatedRoute
from rasid.identity.problem import problem_responses
from services.ingest.bodies import ImportAnswer
from services.ingest.registry_parts import CHANGES, READS, KindQuery, Parts, Use

LARGEST_FILE_BYTES = 10 * 1024 * 1024

router = APIRouter(prefix="/v1", route_class=GatedRoute, tags=["registry"])


@router.post(
    "/registry/import",
    summary="Register or change many from a CSV file",
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
    """UTF-8, `,` or `;`, at most 20,000 rows, columns named as the fields (`name_ar`, `latitude`; lists with `|`).

    A row is taken wholly or not at all; what is wrong with the others is listed. A column that is not in the file
    leaves what is registered, an empty cell clears it. Importing a file again changes nothing.
    """
    report = await parts.book(kind).import_csv(await request.body(), dry_run=dry_run)
    use.shown(count=report.created + report.changed)
    return ImportAnswer.of(report)


@router.get(
    "/registry/export",
    summary="All sites or cameras as a CSV file",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
    openapi_extra=READS,
)
async def export_file(kind: KindQuery, parts: Parts, use: Use) -> Response:
    """UTF-8 with a byte order mark, as spreadsheets want it; what import takes. Without credentials."""
    file = await parts.book(kind).export_csv()
    use.shown(count=file.count(b"\r\n") - 1)
    headers = {"Content-Disposition": f'attachment; filename="rasid-{kind}.csv"'}
    return Response(file, media_type="text/csv; charset=utf-8", headers=headers)
