#!/bin/sh
# Builds the images that the container path starts, for an engine that cannot pull: one minimal Debian
# with its packages of all servers, imported under the name of each published image. Needs root,
# debootstrap and a Docker engine that answers (DOCKER_HOST is honoured); DEBIAN_MIRROR names another
# mirror. Takes about a minute; images that exist already are left alone.
set -eu

images="redis:7 postgres:15 quay.io/coreos/etcd:v3.4.23 edoburu/pgbouncer:v1.24.1-p1"
missing=
for image in $images; do
  if docker image inspect "$image" >/dev/null 2>&1; then
    echo "$image exists"
  else
    missing="$missing $image"
  fi
done
[ -n "$missing" ] || exit 0

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT INT TERM

debootstrap --variant=minbase --include=redis-server,postgresql,pgbouncer,etcd-server bookworm "$root" \
  ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"}
mkdir -p "$root/data"
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
for image in $missing; do
  tar -C "$root" -c . | docker import \
    --change 'WORKDIR /data' --change 'VOLUME /data' \
    --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/15/bin' \
    - "$image"
done
