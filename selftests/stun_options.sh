#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# As stun.sh, with mapping and filtering set by options instead of a profile.

export STUN_WHAT=options
. ./stun.sh
