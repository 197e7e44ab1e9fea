"""One question of a signed-in person to each of the services, as they run."""

import httpx

from tests.support.town import PURPOSE, new_plate
from tools.demo.connecting import http_client
from tools.demo.platform import Platform


async def answers(platform: Platform, case_id: str, officer: str, administrator: str) -> dict[str, httpx.Response]:
    """What each service says to an officer on a case, and ingest to an administrator, by their tokens."""
    named = {"Authorization": f"Bearer {officer}", "Rasid-Case": case_id, "Rasid-Purpose": PURPOSE}
    async with http_client(timeout=20) as client:
        return {
            "ingest": await client.get(
                f"{platform.ingest.address}/v1/sites", headers={"Authorization": f"Bearer {administrator}"}
            ),
            "alerts": await client.get(f"{platform.alerts.address}/v1/alerts", headers=named),
            "search": await client.post(
                f"{platform.search.address}/v1/passages/search", json={"plate": new_plate()}, headers=named
            ),
            "archive": await client.get(f"{platform.archive.address}/v1/evidence", headers=named),
            "casework": await client.get(
                f"{platform.casework.address}/v1/cases", headers={"Authorization": f"Bearer {officer}"}
            ),
        }
