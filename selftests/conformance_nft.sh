#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# An nft masquerade rule against every row of the RFCs, for comparison. What is
# expected, row by row, is in conformance/expected.tsv.
#
#   c1, c2 --- gw --- rt --- s1, s2     (two_armed in lib.sh)
. ./lib.sh
. ./conformance/setup.sh

need_nft
conformance nft
