#!/bin/sh
# Ends the service if the package goes for good. What it keeps in /var/lib/internaldns stays.
set -e

[ -d /run/systemd/system ] || exit 0
case "$1" in
remove | 0) systemctl disable --now internaldns.service ;; # dpkg; rpm
esac
