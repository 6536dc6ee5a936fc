#!/usr/bin/env bash
# Run a command where nothing that it does can get out: its own process numbers, mounts and a small
# disk. With $USER_ID it runs as that user.
set -euo pipefail

if [ -z "${INSIDE:-}" ]; then
    INSIDE=1 exec unshare --mount --pid --fork --mount-proc --kill-child "$0" "$@"
fi

# Folders that only root may enter would shut the user out: each in $NEEDED is put in its place anew.
open_up() {
    local closed=() asides=() place above
    for place in $NEEDED; do
        asides+=("$(mktemp --directory --tmpdir="$cell")")
        mount --bind "$place" "${asides[-1]}"
    done
    for place in $NEEDED; do
        for ((above = 1; above; )); do
            place=$(dirname "$place")
            [ "$place" = / ] && break
            (($(stat --format=%a "$place") % 2)) || closed+=("$place")
        done
    done
    for place in $(printf '%s\n' "${closed[@]}" | sort --unique); do
        mount -t tmpfs -o mode=755 tmpfs "$place" 2>/dev/null || true
    done
    for place in $NEEDED; do
        mkdir --parents "$place"
        mount --bind "${asides[0]}" "$place"
        asides=("${asides[@]:1}")
    done
}

cell=/mnt
mount -t tmpfs -o size=512m,mode=1777 tmpfs "$cell"
user=()
if [ -n "${USER_ID:-}" ]; then
    open_up
    user=(setpriv "--reuid=$USER_ID" "--regid=$USER_ID" --clear-groups)
fi
# Processes, memory and files of the cell as a whole.
ulimit -v 12000000 -c 0
exec "${user[@]}" "$@"
