#!/bin/sh
# Builds MinIO from its Go module with our patch (retention-bypass.patch says why): `build.sh FOLDER` makes FOLDER/minio.
# For the image (Dockerfile) and for the tests (tools/engines/minio.py). Needs Go, git and the Go module proxy.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
target=$(cd "$1" && pwd)
module=github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
found=$(go mod download -json "$module" | sed -n 's/^[[:space:]]*"Dir": "\(.*\)",*$/\1/p')
cp -R "$found/." "$work"
chmod -R u+w "$work"
cd "$work"
GIT_CEILING_DIRECTORIES=$(dirname "$work") git apply --verbose "$here/retention-bypass.patch"
! cmp -s "$found/cmd/bucket-object-lock.go" cmd/bucket-object-lock.go # git passes over files it thinks are not its own
CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o "$target/minio" .
