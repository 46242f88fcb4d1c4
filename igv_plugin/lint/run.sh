#!/bin/sh
# Holds the JavaScript to what check.js asks, with the tools of package-lock.json, which are
# installed here and nowhere else. Fails where that cannot be.
set -eu
cd "$(dirname "$0")"
if ! command -v npm >/dev/null 2>&1; then
  echo "make lint: the JavaScript was NOT looked at: npm (with Node.js 20.19 or later) is not here" >&2
  exit 1
fi
if ! cmp -s package-lock.json node_modules/.installed; then
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null || {
    echo "make lint: the JavaScript was NOT looked at: npm could not install the tools" >&2
    exit 1
  }
  cp package-lock.json node_modules/.installed
fi
exec node check.js
