#!/usr/bin/env bash
# Installs what tests of serving and of the queue talk to (Debian, Ubuntu): Valkey or, before it, Redis; ffmpeg. Starts none of it.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
apt-get update -q
apt-get install -y -q --no-install-recommends valkey-server || apt-get install -y -q --no-install-recommends redis-server
apt-get install -y -q --no-install-recommends ffmpeg
