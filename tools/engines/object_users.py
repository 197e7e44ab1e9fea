"""The processes' users of a MinIO, each with a policy that says what the contract says it may do."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import urllib3

from rasid.contract.access import principal
from rasid.contract.buckets import GRANTS, NAMES, Bucket, Grant, Right
from tools.engines.errors import EngineError
from tools.engines.object_keys import Keys

TIMEOUT_SECONDS = 10.0
VERSION = "2012-10-17"
# Allow-lists: "all but the bypass" would leave PutBucketPolicy, by which one could give the bypass to anybody.
ACTIONS: Mapping[Right, tuple[str, ...]] = {
    Right.SEE: (
        *("s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads", "s3:GetBucketLocation"),
        *("s3:GetBucketVersioning", "s3:GetBucketObjectLockConfiguration"),
    ),
    Right.READ: ("s3:GetObject", "s3:GetObjectVersion"),
    Right.PUT: ("s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"),
    Right.LOCK: (
        *("s3:GetObjectRetention", "s3:PutObjectRetention"),
        *("s3:GetObjectLegalHold", "s3:PutObjectLegalHold"),
    ),
    Right.DELETE: ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    Right.BYPASS: ("s3:BypassGovernanceRetention",),
}
OF_BEFORE = ("rasid-application",)
"""Policies of former versions: who has one is a user that all services shared."""


def ensure_users(
    address: str, admin: Keys, users: Mapping[str, Keys], buckets: Mapping[Bucket, str] = NAMES
) -> tuple[str, ...]:
    """Make the user of each process (`ingest`, `eraser`) with exactly its rights; returns the users that were removed.

    Those are the ones that a former version gave, other than these. Others' users stay.

    Raises:
        EngineError: the server refuses.
    """
    with _administrator(address, admin) as server:
        for name, keys in users.items():
            server.user_add(access_key=keys.access_key, secret_key=keys.secret_key)
            server.policy_add(policy_name=principal(name), policy=policy(GRANTS[name], buckets))
            server.policy_set(policy_name=principal(name), user=keys.access_key)
        return tuple(_taken_back(server, {keys.access_key for keys in users.values()}))


def policy(grants: tuple[Grant, ...], buckets: Mapping[Bucket, str] = NAMES) -> dict[str, Any]:
    """What grants are in S3's own words."""
    return {"Version": VERSION, "Statement": [_statement(grant, buckets[grant.bucket]) for grant in grants]}


def _statement(grant: Grant, bucket: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": [action for right in Right if right in grant.rights for action in ACTIONS[right]],
        "Resource": [f"arn:aws:s3:::{bucket}/{grant.prefix}*"]
        + [f"arn:aws:s3:::{bucket}"] * (Right.SEE in grant.rights),
    }


def _taken_back(server: Any, ours: set[str]) -> Iterator[str]:
    """Remove whoever has a policy of ours under another name: a former version's user, or a former access key."""
    policies = {*map(principal, GRANTS), *OF_BEFORE}
    for user, said in json.loads(server.user_list()).items():
        if user not in ours and policies & set(said.get("policyName", "").split(",")):
            server.user_remove(access_key=user)
            yield user
    known = json.loads(server.policy_list())
    for name in OF_BEFORE:
        if name in known:
            server.policy_remove(policy_name=name)


@contextmanager
def _administrator(address: str, admin: Keys) -> Iterator[Any]:
    from minio import MinioAdmin  # noqa: PLC0415 - half a second that `rasid --help` need not wait
    from minio.credentials.providers import StaticProvider  # noqa: PLC0415 - the same
    from minio.error import MinioAdminException  # noqa: PLC0415 - the same

    with urllib3.PoolManager(timeout=TIMEOUT_SECONDS, retries=False) as pool:
        try:
            yield MinioAdmin(
                endpoint=urlsplit(address).netloc,
                credentials=StaticProvider(*admin),
                secure=urlsplit(address).scheme == "https",
                region="us-east-1",
                http_client=pool,
            )
        except MinioAdminException as error:
            raise EngineError(f"MinIO does not take its users: {error}", "look into its log") from error
        except urllib3.exceptions.HTTPError as error:
            raise EngineError(f"MinIO does not answer: {type(error).__name__}", "look into its log") from error
