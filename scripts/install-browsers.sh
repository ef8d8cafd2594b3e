#!/usr/bin/env bash
# Installs what npm run test:web drives, from Debian's packages: browsers, and PulseAudio as sound card and microphone.
set -euo pipefail
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium firefox-esr \
  pulseaudio pulseaudio-utils fonts-dejavu-core
