#!/bin/sh
# Installs Mesa 25 lavapipe, a fast software Vulkan driver, on Debian 12 (about 4 s, 55 MB). Needs root.
# Debian 12's own Mesa 22 gives WebGPU no adapter; the backport does.
set -eu
[ "$(id -u)" = 0 ] || { echo "run as root: sudo sh scripts/install-lavapipe.sh" >&2; exit 1; }
. /etc/os-release

packages="libvulkan1 mesa-vulkan-drivers"
if [ "${VERSION_CODENAME:-}" = bookworm ]; then
  mirror=$(grep -hm1 '^URIs:' /etc/apt/sources.list.d/debian.sources | awk '{print $2}')
  printf 'Types: deb\nURIs: %s\nSuites: bookworm-backports\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' \
    "$mirror" > /etc/apt/sources.list.d/bookworm-backports.sources
  release="-t bookworm-backports"
else
  release=""
fi
apt-get -o DPkg::Lock::Timeout=300 update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $release $packages
