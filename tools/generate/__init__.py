"""Writes what is derived from the contract and the metrics: schemas, examples, AsyncAPI, two documents."""
