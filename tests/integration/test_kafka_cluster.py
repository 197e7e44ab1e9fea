"""Three nodes as one engine: what was acknowledged survives a power cut, a stop is orderly, nothing is left behind."""

import pytest

from tests.integration.test_engines import left_on, nothing_is_left_on, owner_of, read_record, write_record
from tools.engines import KafkaCluster

pytestmark = pytest.mark.timeout(240)


async def test_what_was_acknowledged_survives_the_death_of_all_nodes_at_the_same_addresses(tmp_path):
    cluster = KafkaCluster(tmp_path)
    await cluster.start()
    try:
        await write_record(cluster)
        before = cluster.address
        await cluster.kill()
        assert not cluster.running
        await cluster.start()
        assert cluster.address == before
        assert await read_record(cluster) == b"record"
    finally:
        await cluster.stop()
    assert left_on(tmp_path) == []


async def test_one_node_stops_in_order_and_the_others_go_on(tmp_path):
    cluster = KafkaCluster(tmp_path)
    await cluster.start()
    try:
        await write_record(cluster)
        await cluster.nodes[0].stop()
        assert [node.running for node in cluster.nodes] == [False, True, True]
        assert await read_record(cluster) == b"record"
        await cluster.start()
        assert cluster.running
    finally:
        await cluster.stop()


async def test_when_the_owner_is_killed_no_node_stays(tmp_path):
    with owner_of("KafkaCluster", tmp_path) as owner:
        assert len(left_on(tmp_path)) == 6  # three nodes, three guards
        owner.kill()
    await nothing_is_left_on(tmp_path)
