#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The profile of the managed gateway against every row of the RFCs. What is
# expected, row by row, is in conformance/expected.tsv.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh
. ./conformance/setup.sh

need
conformance aws
