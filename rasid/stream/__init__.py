"""The bus: publishing until the broker has it, and delivering until it is done.

Pure decisions (`offsets`, `retry`, `limit`, `progress`) are apart from what acts on them (`consumer`, `delivery`,
`outbox`, `table`, `tail`); those know a broker only by the shape in `ports`. The only place that imports aiokafka:
`kafka_client`, `kafka_consumer`, `kafka_log`, `producer` and `admin`.
"""
