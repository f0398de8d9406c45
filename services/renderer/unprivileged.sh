#!/bin/sh
# Stands in for the browser's program: Playwright starts it with the browser's arguments and a fresh
# profile directory, which it removes again. The profile is handed to the user that the browser will
# be, and serves as its home and its temporary directory; then this process becomes the browser.
set -eu
for argument in "$@"; do
    case $argument in --user-data-dir=*) profile=${argument#*=} ;; esac
done
[ -z "$BROWSER_OWNER" ] || chown "$BROWSER_OWNER" "$profile"
export HOME="$profile" TMPDIR="$profile"
# shellcheck disable=SC2086 # a prefix is several words
exec $BROWSER_PREFIX "$BROWSER" "$@"
