#!/bin/sh
# install.sh POLICY PACKAGE…: installs Debian packages as root, asks nothing and starts no service.
# POLICY is the file that Debian asks whether a service may start. Call it under flock.
set -eu
policy=$1
shift
mark='# No service starts while the tests install what they talk to.'

missing=
for package in "$@"; do
  case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true) in
    'install ok installed') ;;
    *) missing="$missing $package" ;;
  esac
done
[ -n "$missing" ] || exit 0

# A file of that name that is not ours is left as it is; ours may be there after a kill.
if [ ! -e "$policy" ] || grep -qsF "$mark" "$policy"; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 1' HUP INT TERM
  printf '#!/bin/sh\n%s\nexit 101\n' "$mark" >"$policy"
  chmod 755 "$policy"
fi

export DEBIAN_FRONTEND=noninteractive LC_ALL=C
apt-get update
if command -v debconf-set-selections >/dev/null; then
  echo 'tango-db tango-db/dbconfig-install boolean false' | debconf-set-selections
fi
# shellcheck disable=SC2086
apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=600 $missing
