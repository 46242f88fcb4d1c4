#!/bin/sh
# Installs what the tests need from the system (as root with apt), or says what is missing.
#   system_packages.sh         install quietly where that is possible
#   system_packages.sh --say   name what is still missing, and how to install it
set -u
missing=""
for program in bedtools bgzip node npm chromium; do
  command -v "$program" >/dev/null 2>&1 || missing="$missing $program"
done
[ -n "$missing" ] || exit 0
packages=$(echo "$missing " | sed 's/ bgzip / tabix /; s/ node / nodejs /; s/ $//')
if [ "${1:-}" != "--say" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086
  { apt-get install -y -q $packages || { apt-get update -q && apt-get install -y -q $packages; }; } \
    >/dev/null 2>&1 && exit 0
fi
echo "Not on this machine:$missing. Tests that need them are skipped; to install them:" >&2
echo "  sudo apt-get install$packages" >&2
exit 0
