import pytest

from tests.unit.ingest.service.bench import IngestBench


@pytest.fixture
async def ingest(tmp_path):
    bench = IngestBench(tmp_path)
    await bench.register("cam-1")
    await bench.register("cam-2")
    return bench
