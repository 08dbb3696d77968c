# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Completion of natctl's words: natctl itself says what may come next.

_natctl() {
	local line

	COMPREPLY=()
	while read -r line; do
		if [[ $line == :file ]]; then
			compopt -o filenames
			mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$2")
		else
			COMPREPLY+=("$line")
		fi
	done < <("$1" __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}

complete -F _natctl natctl
