#!/bin/sh
# Installs what the tests need from the system (as root with apt), or says what is missing.
#   system_packages.sh         install quietly where that is possible
#   system_packages.sh --say   name what is still missing, and how to install it
#   system_packages.sh --readers   the same as the first, of what make readers runs
set -u
missing=""
programs="bedtools bgzip node npm chromium"
[ "${1:-}" != "--readers" ] || programs="igv Xvfb Rscript node npm chromium"
for program in $programs; do
  command -v "$program" >/dev/null 2>&1 || missing="$missing $program"
done
[ -n "$missing" ] || exit 0
packages=$(echo "$missing " | sed 's/ bgzip / tabix /; s/ node / nodejs /; s/ Xvfb / xvfb /; s/ Rscript / r-bioc-rtracklayer /; s/ $//')
if [ "${1:-}" != "--say" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086
  { apt-get install -y -q $packages || { apt-get update -q && apt-get install -y -q $packages; }; } \
    >/dev/null 2>&1 && exit 0
fi
echo "Not on this machine:$missing. What needs them is skipped; to install them:" >&2
echo "  sudo apt-get install$packages" >&2
exit 0
