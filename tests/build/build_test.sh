#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The build gives the same bytes everywhere, needs nothing of the host, and can be cached whole.
#
# Three builds of the release are compared: the one that this test depends on; one in another path
# and output base, by another user's name, in another time zone, with poisoned compilers on PATH and
# no /usr/include, which fills an HTTP cache; and one in a third path that must come from that cache.
set -u
here=$(dirname "$0")
# shellcheck source=tests/build/lib.sh
. "${here%/*}/build/lib.sh"

tree=$(source_tree "$1")
nginx=$2
packages=$(known_packages)
work=$TEST_TMPDIR
first=$PWD/release

second=$work/second/nova
third="$work/a third/deeper/tree"
copy_tree "$tree" "$second"
copy_tree "$tree" "$third"

# ---- Compilers that must not run --------------------------------------------------------------

mkdir "$work/poison"
for name in ar as c++ cc clang clang++ g++ gcc ld ld.lld ld.bfd ld.gold lld llvm-ar objcopy python3 strip; do
    cat >"$work/poison/$name" <<END
#!/bin/sh
echo "\$0 \$*" >>"$work/poisoned"
exit 1
END
    chmod +x "$work/poison/$name"
done

# ---- A cache server -----------------------------------------------------------------------------

mkdir -p "$work/cache" "$work/nginx/logs"
port=20000
while :; do
    port=$((port + 1))
    cat >"$work/nginx/nginx.conf" <<END
daemon on;
user $(id -un) $(id -gn);
worker_processes 1;
pid $work/nginx/pid;
error_log $work/nginx/error.log;
events {}
http {
    access_log off;
    client_max_body_size 0;
    client_body_temp_path $work/nginx/body;
    fastcgi_temp_path $work/nginx/unused;
    proxy_temp_path $work/nginx/unused;
    scgi_temp_path $work/nginx/unused;
    uwsgi_temp_path $work/nginx/unused;
    server {
        listen 127.0.0.1:$port;
        location / {
            root $work/cache;
            dav_methods PUT;
            create_full_put_path on;
        }
    }
}
END
    "$nginx" -p "$work/nginx" -c "$work/nginx/nginx.conf" 2>"$work/nginx/start" && break
    if [ "$port" -gt 20100 ]; then
        quote "$work/nginx/start"
        echo "Bail out! no cache server"
        exit 1
    fi
done
trap 'kill "$(cat "$work/nginx/pid")"; bazel "$second" "$work/out2" shutdown; bazel "$third" "$work/out3" shutdown; remove "$work"' EXIT

# build TREE OUTPUT-ROOT LOG ARGUMENT...: as somebody else, with poisoned compilers.
build() {
    in=$1 out=$2 log=$3
    shift 3
    (
        export USER=canary-user LOGNAME=canary-user HOSTNAME=canary-host TZ=Asia/Kathmandu PATH="$work/poison:$PATH"
        umask 027
        bazel "$in" "$out" build --action_env=PATH="$work/poison:/usr/bin:/bin" --sandbox_block_path=/usr/include \
            --remote_cache="http://127.0.0.1:$port" "$@"
    ) >"$log" 2>&1
}

# ---- Second build: everything is made anew ------------------------------------------------------

build "$second" "$work/out2" "$work/log2" //release
report builds_with_poisoned_compilers_and_no_host_headers $?
quote "$work/log2" 5
! grep 'cache hit' "$work/log2"
report second_build_took_nothing_from_a_cache $?
! [ -e "$work/poisoned" ]
report no_host_compiler_ran $?
[ -e "$work/poisoned" ] && quote "$work/poisoned"

same() { # NAME SUMS-FILE
    cmp -s "$first/SHA256SUMS" "$2"
    status=$?
    report "$1" $status
    [ $status = 0 ] || diff "$first/SHA256SUMS" "$2" | sed 's/^/# /' | head -20
}
sort "$first/SHA256SUMS" >"$work/sorted"
same every_image_is_the_same_in_another_path "$second/bazel-bin/release/SHA256SUMS"
(cd "$second/bazel-bin/release" && sha256sum -c --status SHA256SUMS)
report sums_are_true $?
claim sums_list_76_images [ "$(grep -c '  [^/]*\.elf$' "$first/SHA256SUMS")" = 76 ]

# ---- Third build: everything comes from the cache -----------------------------------------------

build "$third" "$work/out3" "$work/log3" //release
report builds_with_a_remote_cache $?
grep -Eq '^INFO: [0-9]+ processes: [0-9]+ remote cache hit, [0-9]+ internal\.$' "$work/log3"
report every_action_is_a_remote_hit $?
quote "$work/log3" 5
same every_image_is_the_same_from_the_cache "$third/bazel-bin/release/SHA256SUMS"

# ---- WORKSPACE mode ------------------------------------------------------------------------------

build "$third" "$work/out3" "$work/log4" --config=workspace //tests/build:sample
report builds_in_workspace_mode $?
quote "$work/log4" 5
missing=$(sort "$third/bazel-bin/tests/build/SHA256SUMS" | comm -23 - "$work/sorted")
claim sample_has_sums [ -s "$third/bazel-bin/tests/build/SHA256SUMS" ]
claim images_are_the_same_in_workspace_mode [ -z "$missing" ]
echo "$missing" | sed 's/^/# /'

# ---- What an image must not hold ------------------------------------------------------------------

leaks() { # NAME WORD...
    name=$1
    shift
    for word in "$@"; do
        [ ${#word} -ge 4 ] || continue
        if grep -RlaF -e "$word" "$second/bazel-bin/release/" --include='*.elf' --include='*.elf32' --include='*.bin' >"$work/leak"; then
            echo "# \"$word\" is in:"
            quote "$work/leak" 3
            report "$name" 1
            return
        fi
    done
    report "$name" 0
}
leaks no_image_holds_a_path "$work" "$tree" /tmp/ /home/ execroot
leaks no_image_holds_a_date "$(date +%Y-%m-%d)" "$(date +'%b %e %Y')" "$(date +'%b %d %Y')"
leaks no_image_holds_a_user_or_host canary-user canary-host "$(uname -n)"

finish
