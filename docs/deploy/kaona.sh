#!/bin/sh
# The kaona command as the service runs it: same user, same settings, same secrets. Install as /usr/local/bin/kaona:
#   install -m 0755 docs/deploy/kaona.sh /usr/local/bin/kaona
# Then, as root:  kaona status,  kaona doctor,  kaona mail --show. The crontab uses it too.
set -eu
export KAONA_HOME="${KAONA_HOME:-/var/lib/kaona}" KAONA_REFERENCE="${KAONA_REFERENCE:-/var/lib/kaona/reference}"
export LANG=C.UTF-8 HOME="$KAONA_HOME"
umask 0027
# files named on the command line are looked for from here; kaona.toml is read from the working folder
cd /etc/kaona
if [ -r secrets.env ]; then
    set -a
    . ./secrets.env
    set +a
fi
if [ "$(id -u)" = 0 ]; then
    exec setpriv --reuid=kaona --regid=kaona --init-groups -- /opt/kaona/.venv/bin/kaona "$@"
fi
exec /opt/kaona/.venv/bin/kaona "$@"
