"""A broker that sends its clients to what stands before it: only so can a test cut them off."""

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from tests.support.eventually import eventually
from tests.support.proxy import Proxy
from tools.engines import Kafka


@pytest.fixture
async def kafka_and_proxy(tmp_path):
    async with Proxy(lambda: kafka.port("broker")) as proxy:
        kafka = Kafka(tmp_path, advertised_ports={1: proxy.port})
        await kafka.start()
        yield kafka, proxy
        await kafka.stop()


@pytest.mark.parametrize("way", ["cut", "hang"])
async def test_a_client_is_cut_off_whichever_address_it_was_given_and_works_when_that_is_mended(kafka_and_proxy, way):
    kafka, proxy = kafka_and_proxy
    async with AIOKafkaProducer(bootstrap_servers=kafka.address, request_timeout_ms=1000) as producer:
        assert [broker.port for broker in producer.client.cluster.brokers()] == [proxy.port]
        assert await producer.client.fetch_all_metadata()
        getattr(proxy, way)()
        with pytest.raises((KafkaError, OSError)):
            await producer.client.fetch_all_metadata()
        proxy.mend()

        async def works():
            try:
                return await producer.client.fetch_all_metadata()
            except (KafkaError, OSError):
                return None

        await eventually(works, 20, "the client works again")
