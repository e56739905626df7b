#!/usr/bin/env bash
# Debian packages that the tests drive for real. As root they are installed; otherwise what is missing is said, and those tests skip loudly.
set -euo pipefail

wanted=()
have() { command -v "$1" >/dev/null 2>&1 || compgen -G "/usr/lib/postgresql/*/bin/$1" >/dev/null; }
have initdb || wanted+=(postgresql)
have openssl || wanted+=(openssl)
have postfix || wanted+=(postfix)
have saslpasswd2 || wanted+=(sasl2-bin)
have chromium || wanted+=(chromium)
have systemd-analyze || wanted+=(systemd)
[ ${#wanted[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "missing: ${wanted[*]} (as root: apt-get install ${wanted[*]}); the tests that need them are skipped" >&2
  exit 0
fi
echo "installing ${wanted[*]}"
export DEBIAN_FRONTEND=noninteractive
# Without a configuration of the system's own postfix never starts by itself: the tests bring theirs.
echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections
apt-get -o DPkg::Lock::Timeout=300 update -qq &&
  apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${wanted[@]}" >/dev/null ||
  echo "could NOT install ${wanted[*]}; the tests that need them are skipped" >&2
