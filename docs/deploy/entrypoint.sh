#!/bin/sh
# Every file under /run/secrets becomes the environment variable of its name, so that no secret stands in compose.yaml.
# The registers are copied into the volume once: from then on staff keep them there.
set -eu
umask 0027
for file in /run/secrets/*; do
    if [ -f "$file" ]; then
        export "${file##*/}=$(cat "$file")"
    fi
done
if [ -n "${KAONA_REFERENCE:-}" ] && [ ! -e "$KAONA_REFERENCE" ]; then
    cp -r /opt/kaona/reference "$KAONA_REFERENCE"
fi
# What holds names and telephone numbers is nobody else's, also in a volume that others look into. Why a home takes no
# folder is said by the command itself.
for name in archive work outbox; do
    if [ ! -e "$KAONA_HOME/$name" ]; then
        mkdir -m 0700 "$KAONA_HOME/$name" 2>/dev/null || true
    fi
done
exec "$@"
