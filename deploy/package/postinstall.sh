#!/bin/sh
# Makes the user, and restarts the service if this is an upgrade and it runs. A new
# installation starts nothing: its Corefile is to be looked at first.
set -e

systemd-sysusers internaldns.conf
[ -d /run/systemd/system ] || exit 0
systemctl daemon-reload
case "$1-$2" in
configure-?* | [2-9]*) systemctl try-restart internaldns.service ;; # dpkg; rpm
esac
