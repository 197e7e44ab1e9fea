"""The application's and the eraser's users of a MinIO, each with a policy that says what it may do."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import urllib3

from tools.engines.errors import EngineError
from tools.engines.object_keys import Keys

EVERYWHERE = ["arn:aws:s3:::*"]
TIMEOUT_SECONDS = 10.0
ALREADY_ATTACHED = "XMinioAdminPolicyChangeAlreadyApplied"

# Allow-lists: "all but the bypass" would leave PutBucketPolicy, by which one could give the bypass to anybody. The
# application deletes nothing at all: it may release a hold, and what is held may have outlived its retention.
APPLICATION = (
    *("s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads", "s3:GetBucketLocation"),
    *("s3:GetBucketVersioning", "s3:GetBucketObjectLockConfiguration"),
    *("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"),
    *("s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"),
    *("s3:GetObjectRetention", "s3:PutObjectRetention", "s3:GetObjectLegalHold", "s3:PutObjectLegalHold"),
)
ERASER = (
    *("s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketLocation", "s3:GetBucketVersioning"),
    *("s3:GetBucketObjectLockConfiguration", "s3:GetObject", "s3:GetObjectVersion"),
    *("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"),
    *("s3:GetObjectRetention", "s3:PutObjectRetention", "s3:GetObjectLegalHold", "s3:PutObjectLegalHold"),
)

# It proves with objects of its own that it can do what it is for.
ERASER_PUTS_FOR_ITS_PROOF = {
    "Effect": "Allow",
    "Action": ["s3:PutObject"],
    "Resource": ["arn:aws:s3:::*/eraser-proof/*"],
}


def ensure_users(address: str, admin: Keys, application: Keys, eraser: Keys) -> None:
    """Make them, or leave them as they are.

    Raises:
        EngineError: the server refuses.
    """
    from minio import MinioAdmin  # noqa: PLC0415 - half a second that `rasid --help` need not wait
    from minio.credentials.providers import StaticProvider  # noqa: PLC0415 - the same
    from minio.error import MinioAdminException  # noqa: PLC0415 - the same

    with urllib3.PoolManager(timeout=TIMEOUT_SECONDS, retries=False) as pool:
        server = MinioAdmin(
            endpoint=urlsplit(address).netloc,
            credentials=StaticProvider(*admin),
            secure=urlsplit(address).scheme == "https",
            region="us-east-1",
            http_client=pool,
        )
        users = (
            ("rasid-application", _policy(APPLICATION), application),
            ("rasid-eraser", _policy(ERASER, ERASER_PUTS_FOR_ITS_PROOF), eraser),
        )
        for name, policy, keys in users:
            try:
                server.user_add(access_key=keys.access_key, secret_key=keys.secret_key)
                server.policy_add(policy_name=name, policy=policy)
                server.attach_policy(policies=[name], user=keys.access_key)
            except MinioAdminException as error:
                if ALREADY_ATTACHED not in str(error):
                    raise EngineError(f"MinIO does not take its users: {error}", "look into its log") from error
            except urllib3.exceptions.HTTPError as error:
                raise EngineError(f"MinIO does not answer: {type(error).__name__}", "look into its log") from error


def _policy(actions: Sequence[str], *more: Mapping[str, Any]) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": EVERYWHERE}
    return {"Version": "2012-10-17", "Statement": [statement, *more]}
