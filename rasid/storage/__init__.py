"""The record: documents in MongoDB, pictures and clips in an object store.

`mongo.py` is the only file that imports Motor, `objects.py` the only one that imports MinIO's client.
"""
