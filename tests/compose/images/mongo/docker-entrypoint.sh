#!/bin/sh
# As the public image's: in a new data folder it makes the administrator, while nobody else can reach the server.
set -eu
if [ -n "${MONGO_INITDB_ROOT_USERNAME:-}" ] && [ ! -e /data/db/secantus ]; then
  STAND_IN_HOST=127.0.0.1 mongod &
  make-administrator
  kill "$!"
  wait "$!" || true
fi
unset MONGO_INITDB_ROOT_USERNAME MONGO_INITDB_ROOT_PASSWORD
exec "$@"
