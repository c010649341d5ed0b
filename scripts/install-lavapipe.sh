#!/bin/sh
# Installs lavapipe, Mesa's software Vulkan driver, from Debian's backports (about 4 s, 55 MB). Needs root.
# Debian 12: Mesa 25.0; its own Mesa 22 gives WebGPU no adapter. Debian 13: Mesa 26, faster than its own 25.0.
set -eu
[ "$(id -u)" = 0 ] || { echo "run as root: sudo sh scripts/install-lavapipe.sh" >&2; exit 1; }
. /etc/os-release
apt() { DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 "$@"; }

apt update -qq
release=""
case "${VERSION_CODENAME:-}" in bookworm | trixie)
  release="$VERSION_CODENAME-backports"
  # The mirror that the machine already uses, however its sources are written.
  mirror=$(apt indextargets --format '$(SITE)' 'Created-By: Packages' "Codename: $VERSION_CODENAME" | head -n 1)
  [ -n "$mirror" ] || { echo "apt knows no mirror of Debian $VERSION_CODENAME: see /etc/apt/sources.list.d" >&2; exit 1; }
  printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' \
    "$mirror" "$release" > "/etc/apt/sources.list.d/$release.sources"
  apt update -qq
esac
apt install -y --no-install-recommends ${release:+-t "$release"} libvulkan1 mesa-vulkan-drivers
