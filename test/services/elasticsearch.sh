#!/bin/bash
# A real one-node Elasticsearch from the jars on Maven Central, on the loopback address, without security.
#   elasticsearch.sh check                      can this machine run it? Else status 3 and the reason on stderr
#   elasticsearch.sh install                    download and compile once, print where it lies
#   elasticsearch.sh start DIR PORT [KEY=VALUE…]  start a node with its data in DIR, print its URL once it answers
#   elasticsearch.sh stop DIR | kill DIR        SIGTERM | SIGKILL, and wait until it is gone
# ES_VERSION (8.19.21; 9.x needs a JDK 21 or newer), ES_HEAP (1g), JAVA_HOME,
# LOGFLOW_TEST_CACHE (~/.cache/logflow-services).
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sources=$here/elasticsearch
version=${ES_VERSION:-8.19.21}
major=${version%%.*}
cache=${LOGFLOW_TEST_CACHE:-$HOME/.cache/logflow-services}/elasticsearch-$version

fail() { echo "elasticsearch.sh: $1" >&2; exit "${2:-1}"; }

# Prints the home of a JDK of at least the given major version.
find_jdk() {
  local home found
  for home in ${JAVA_HOME:+"$JAVA_HOME"} /usr/lib/jvm/* "$(dirname "$(dirname "$(readlink -f "$(command -v javac || echo /)")")")"; do
    [ -x "$home/bin/javac" ] || continue
    found=$("$home/bin/javac" -version 2>&1 | sed -E 's/^javac ([0-9]+).*/\1/')
    [ "$found" -ge "$1" ] 2>/dev/null && { echo "$home"; return; }
  done
  return 1
}

need=17
[ "$major" -ge 9 ] && need=21

prepare() {
  jdk=$(find_jdk $need) || fail "Elasticsearch $version needs a JDK of version $need or newer" 3
  command -v mvn >/dev/null || fail "mvn is not installed" 3
}

# A module's jars must not be on the class path of the server.
write_module() {
  mkdir -p "$1/modules/$2"
  cat >"$1/modules/$2/plugin-descriptor.properties" <<PROPERTIES
name=$2
description=$2
version=$version
elasticsearch.version=$version
java.version=17
classname=$3
extended.plugins=
has.native.controller=false
PROPERTIES
}

install() {
  [ -f "$cache/.done" ] && return
  mkdir -p "$(dirname "$cache")"
  local fresh
  fresh=$(mktemp -d "$cache.XXXXXX")
  JAVA_HOME=$jdk mvn -B -ntp -q -f "$sources/pom.xml" -Des.version="$version" \
    dependency:copy-dependencies -DoutputDirectory="$fresh/lib" >&2 || { rm -rf "$fresh"; fail "cannot fetch Elasticsearch $version" 3; }
  write_module "$fresh" transport-netty4 org.elasticsearch.transport.netty4.Netty4Plugin
  write_module "$fresh" rest-root root.RootPlugin
  mv "$fresh"/lib/transport-netty4-*.jar "$fresh"/lib/netty-*.jar "$fresh/modules/transport-netty4/"
  mkdir -p "$fresh/node" "$fresh/root"
  "$jdk/bin/javac" -nowarn -d "$fresh/node" -cp "$fresh/lib/*" "$sources/node/TestNode.java" "$sources/node-$major/Bundles.java" >&2
  "$jdk/bin/javac" -nowarn -d "$fresh/root" -cp "$fresh/lib/*" "$sources/node/RootHandler.java" "$sources/node-$major/RootPlugin.java" >&2
  "$jdk/bin/jar" cf "$fresh/modules/rest-root/rest-root.jar" -C "$fresh/root" .
  touch "$fresh/.done"
  # Whoever comes second keeps the first one's.
  mv -T "$fresh" "$cache" 2>/dev/null || rm -rf "$fresh"
  [ -f "$cache/.done" ] || fail "cannot install into $cache"
}

start() {
  local dir=$1 port=$2 flags=() pid
  shift 2
  mkdir -p "$dir"
  dir=$(cd "$dir" && pwd)
  [ -d "$dir/modules" ] || cp -r "$cache/modules" "$dir/modules"
  [ "$major" -ge 9 ] && flags=(--add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED)
  (
    # No descriptor of ours may stay open in the server: whoever waits for the end of a pipe would wait for it.
    for fd in /proc/self/fd/*; do n=${fd##*/}; [ "$n" -gt 2 ] && eval "exec $n>&-" 2>/dev/null; done
    exec "$jdk/bin/java" -Xms"${ES_HEAP:-1g}" -Xmx"${ES_HEAP:-1g}" ${flags[@]+"${flags[@]}"} \
      -cp "$cache/node:$cache/lib/*" TestNode "$dir" "$port" "$@"
  ) >"$dir/node.log" 2>&1 </dev/null &
  pid=$!
  echo $pid >"$dir/node.pid"
  for _ in $(seq 1200); do
    grep -q '^READY' "$dir/node.log" && { echo "http://127.0.0.1:$port"; return; }
    kill -0 $pid 2>/dev/null || { tail -30 "$dir/node.log" >&2; fail 'the node did not start'; }
    sleep 0.1
  done
  kill -KILL $pid
  fail 'no answer in 120 s'
}

stop() {
  local pid
  pid=$(cat "$2/node.pid")
  kill "-$1" "$pid" 2>/dev/null || return 0
  for _ in $(seq 300); do kill -0 "$pid" 2>/dev/null || return 0; sleep 0.1; done
  fail "process $pid does not end"
}

case ${1:-} in
  check) prepare ;;
  install) prepare; install; echo "$cache" ;;
  start) prepare; install; start "${2:?DIR}" "${3:?PORT}" "${@:4}" ;;
  stop) stop TERM "${2:?DIR}" ;;
  kill) stop KILL "${2:?DIR}" ;;
  *) sed -n 2,9p "$0"; exit 2 ;;
esac
