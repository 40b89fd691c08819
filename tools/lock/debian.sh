# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
#
# What the launcher and the lock tool both know of Debian: where its mirrors
# are, how a package is downloaded and how it is unpacked. Sourced by them.

# Writes the mirrors, one a line: DEB_MIRROR or else those in apt's sources, of
# both formats. Of the latter the ones named .../debian, as all releases share
# their pool; if there is none, all that have debian but not security in them.
mirrors() {
    if [ -n "${DEB_MIRROR:-}" ]; then
        printf '%s\n' "$DEB_MIRROR" | tr -s '[:blank:]' '\n' | sed 's#/*$##; /^$/d'
        return
    fi
    apt=${BAZELW_APT:-/etc/apt}
    for f in "$apt"/sources.list "$apt"/sources.list.d/*.list "$apt"/sources.list.d/*.sources; do
        if [ -r "$f" ]; then cat "$f" && echo; fi
    done | awk '
        function offer(url) {
            sub(/\/*$/, "", url)
            if (url !~ /^(https?:\/\/|file:\/)/ || url in seen) return
            seen[url]
            if (url ~ /\/debian$/) good = good url "\n"
            else if (url ~ /debian/ && url !~ /security/) fair = fair url "\n"
        }
        function stanza() { # the end of one: offers its addresses unless it is switched off
            n = split(uris, u, " ")
            if (enabled) for (k = 1; k <= n; k++) offer(u[k])
            uris = field = ""
            enabled = 1
        }
        BEGIN { enabled = 1 }
        /^[ \t]*#/ { next }
        /^[ \t]*$/ { stanza(); next }
        $1 == "deb" {
            i = 2
            if ($2 ~ /^\[/) { while (i <= NF && $i !~ /\]$/) i++; i++ }
            offer($i)
            next
        }
        /^[A-Za-z-]+:/ {
            field = tolower($1); sub(/:.*/, "", field)
            rest = $0; sub(/^[^:]*:/, "", rest)
            if (field == "uris") uris = rest
            if (field == "enabled" && tolower(rest) ~ /no|false|0/) enabled = 0
            next
        }
        field == "uris" { uris = uris " " $0 }
        END { stanza(); printf "%s", good != "" ? good : fair }'
}

# Says whether this machine can download from mirrors that are not files.
can_fetch() {
    command -v curl >/dev/null || command -v wget >/dev/null || [ -x /usr/lib/apt/apt-helper ]
}

# Copies an address to a file. Ends the shell it runs in, so call it as a
# background job or in parentheses: a signal then reaches the download itself.
fetch() { # url file
    case $1 in
    file:*)
        f=${1#file:}
        case $f in //*) f=${f#//} ;; esac
        exec cp -- "$f" "$2"
        ;;
    esac
    if command -v curl >/dev/null; then
        exec curl -fsSL --retry 2 --connect-timeout 15 --speed-limit 1000 --speed-time 30 -o "$2" -- "$1"
    elif command -v wget >/dev/null; then
        exec wget -nv --tries=3 --timeout=30 -O "$2" -- "$1"
    else
        exec /usr/lib/apt/apt-helper -o APT::Sandbox::User=root -o Acquire::Retries=2 \
            -o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30 download-file "$1" "$2"
    fi
}

# Says whether a file has a sha256.
has_hash() { # file sha256
    echo "$2  $1" | sha256sum -c --status 2>/dev/null
}

# Writes name, offset and size of the data member of a package (an ar archive:
# headers of 60 bytes, name at 0, size at 48, members padded to even offsets).
data_member() { # package
    at=8
    end=$(wc -c <"$1")
    while [ "$at" -lt "$end" ]; do
        header=$(tail -c +$((at + 1)) "$1" | head -c 60)
        member=$(printf '%s' "$header" | cut -c1-16 | tr -d ' /')
        bytes=$(printf '%s' "$header" | cut -c49-58 | tr -d ' ')
        case $bytes in '' | *[!0-9]*) break ;; esac
        case $member in data.tar*) echo "$member $((at + 60)) $bytes" && return ;; esac
        at=$((at + 60 + bytes + bytes % 2))
    done
    echo "no Debian package" >&2
    return 1
}

# Says whether this machine can unpack packages.
can_unpack() { command -v dpkg-deb >/dev/null || command -v xz >/dev/null; }

# Writes the files of a package as a tar stream.
data_stream() { # package
    if command -v dpkg-deb >/dev/null; then
        dpkg-deb --fsys-tarfile "$1"
        return
    fi
    # shellcheck disable=SC2046 # three words
    set -- "$1" $(data_member "$1")
    [ $# = 4 ] || return
    case $2 in
    *.xz) how='xz -dc' ;;
    *.zst) how='zstd -dc' ;;
    *.gz) how='gzip -dc' ;;
    *) how='cat' ;;
    esac
    tail -c +$(($3 + 1)) "$1" | head -c "$4" | $how
}
