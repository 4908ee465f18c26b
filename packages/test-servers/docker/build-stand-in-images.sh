#!/bin/sh
# Builds the image that the container path starts, for an engine that cannot pull: a minimal Debian
# with its redis-server, imported under the name of the published image. Needs root, debootstrap and
# a Docker engine that answers (DOCKER_HOST is honoured); DEBIAN_MIRROR names another mirror. Takes
# about half a minute; an image that exists already is left alone.
set -eu

image=redis:7
if docker image inspect "$image" >/dev/null 2>&1; then
  echo "$image exists"
  exit 0
fi

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT INT TERM

debootstrap --variant=minbase --include=redis-server bookworm "$root" \
  ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"}
mkdir -p "$root/data"
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
tar -C "$root" -c . | docker import \
  --change 'WORKDIR /data' --change 'VOLUME /data' --change 'EXPOSE 6379' \
  --change 'CMD ["redis-server"]' - "$image"
