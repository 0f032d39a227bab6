#!/bin/bash
# A real Apache Kafka (KRaft mode) from Maven Central on the loopback address, for tests.
#
#   kafka.sh install                 download the jars, once
#   kafka.sh start DIR PORT [N]      start N brokers (default 1) on PORT, PORT+1, …; prints their addresses
#   kafka.sh stop DIR [I]            end all brokers, or broker I, with SIGTERM
#   kafka.sh kill DIR [I]            the same with SIGKILL
#   kafka.sh revive DIR I            start broker I again on its old data
#
# KAFKA_VERSION     4.3.1 (default) or 3.9.2
# KAFKA_SECURITY    plaintext (default), sasl (PLAIN and SCRAM, user "shipper", password "s3cret") or ssl (certificate DIR/ca.pem)
# KAFKA_EXTRA       further lines of broker configuration, e.g. $'log.retention.check.interval.ms=500'
# LOGFLOW_TEST_CACHE  where the jars are kept (default ~/.cache/logflow-services)
# Needs mvn, Java 17, and openssl for ssl. Controllers listen on PORT+100+I.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
version=${KAFKA_VERSION:-4.3.1}
security=${KAFKA_SECURITY:-plaintext}
cache=${LOGFLOW_TEST_CACHE:-$HOME/.cache/logflow-services}/kafka-$version

fail() { echo "kafka.sh: $*" >&2; exit 1; }

install_jars() {
  [ -f "$cache/.complete" ] && return
  mkdir -p "$cache"
  mvn -B -ntp -q -f "$here/kafka-pom.xml" -Dkafka.version="$version" dependency:copy-dependencies \
    -DoutputDirectory="$cache/lib" -DincludeScope=runtime >&2
  touch "$cache/.complete"
}

write_properties() { # DIR PORT COUNT I
  local dir=$1 port=$2 count=$3 i=$4 own=$(($2 + $4 - 1)) protocol=PLAINTEXT voters="" k
  for k in $(seq "$count"); do voters+="${voters:+,}$k@127.0.0.1:$((port + 100 + k))"; done
  local isr=1
  [ "$count" -gt 1 ] && isr=2
  case $security in
    sasl) protocol=SASL_PLAINTEXT ;;
    ssl) protocol=SSL ;;
  esac
  cat <<P
process.roles=broker,controller
node.id=$i
controller.quorum.voters=$voters
listeners=CLIENT://127.0.0.1:$own,CONTROLLER://127.0.0.1:$((port + 100 + i))
advertised.listeners=CLIENT://127.0.0.1:$own
listener.security.protocol.map=CLIENT:$protocol,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=CLIENT
log.dirs=$dir/data$i
num.partitions=4
default.replication.factor=$count
min.insync.replicas=$isr
offsets.topic.replication.factor=$count
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=$count
transaction.state.log.min.isr=$isr
transaction.state.log.num.partitions=4
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=6000
broker.heartbeat.interval.ms=1000
controller.quorum.election.timeout.ms=1000
controller.quorum.fetch.timeout.ms=2000
log.cleaner.dedupe.buffer.size=4194304
num.network.threads=2
num.io.threads=2
P
  case $version in 4.*)
    echo "share.coordinator.state.topic.replication.factor=$count"
    echo "share.coordinator.state.topic.min.isr=$isr" ;;
  esac
  case $security in
    sasl)
      cat <<P
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=PLAIN
listener.name.client.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="shipper" password="s3cret" user_shipper="s3cret";
listener.name.client.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.client.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
P
      ;;
    ssl)
      cat <<P
ssl.keystore.type=PEM
ssl.keystore.location=$dir/broker.pem
ssl.truststore.type=PEM
ssl.truststore.location=$dir/ca.pem
ssl.client.auth=requested
P
      ;;
  esac
  echo "${KAFKA_EXTRA:-}"
}

make_certificates() { # DIR; an authority, and one certificate that brokers and clients share
  local dir=$1
  [ -f "$dir/broker.pem" ] && return
  openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=logflow-test-ca -keyout "$dir/ca.key" -out "$dir/ca.pem" 2>/dev/null
  openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout "$dir/node.key" -out "$dir/node.csr" 2>/dev/null
  printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' >"$dir/node.ext"
  openssl x509 -req -in "$dir/node.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -CAcreateserial -days 30 \
    -extfile "$dir/node.ext" -out "$dir/node.pem" 2>/dev/null
  cat "$dir/node.key" "$dir/node.pem" "$dir/ca.pem" >"$dir/broker.pem"
}

run_broker() { # DIR I
  local dir=$1 i=$2 scram=()
  if [ ! -f "$dir/data$i/meta.properties" ]; then
    if grep -q SCRAM "$dir/broker$i.properties"; then
      scram=(--add-scram 'SCRAM-SHA-256=[name=shipper,password=s3cret]' --add-scram 'SCRAM-SHA-512=[name=shipper,password=s3cret]')
    fi
    java -XX:TieredStopAtLevel=1 -cp "$cache/lib/*" kafka.tools.StorageTool format -t bG9nZmxvdy10ZXN0cy0wMQ \
      -c "$dir/broker$i.properties" "${scram[@]}" >"$dir/format$i.log" 2>&1 ||
      { cat "$dir/format$i.log" >&2; fail "the storage of broker $i could not be formatted"; }
  fi
  # Inherited descriptors are closed, so that a lock or pipe of the caller is not held by the broker.
  (
    for path in /proc/self/fd/*; do
      fd=${path##*/}
      [ "$fd" -gt 2 ] && eval "exec $fd>&-" 2>/dev/null
    done
    exec java -Xmx"${KAFKA_HEAP:-384m}" -Xms128m -XX:+UseSerialGC -cp "$cache/lib/*" kafka.Kafka "$dir/broker$i.properties"
  ) >"$dir/broker$i.log" 2>&1 </dev/null &
  echo $! >"$dir/broker$i.pid"
}

await_port() { # DIR I
  local pid port
  pid=$(cat "$1/broker$2.pid")
  port=$(sed -n 's#^listeners=CLIENT://127.0.0.1:\([0-9]*\),.*#\1#p' "$1/broker$2.properties")
  for _ in $(seq 900); do
    (echo >"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  tail -20 "$1/broker$2.log" >&2
  fail "broker $2 did not start"
}

end_brokers() { # SIGNAL DIR [I]
  local file pid
  for file in "$2"/broker${3:-*}.pid; do kill "-$1" "$(cat "$file")" 2>/dev/null || true; done
  # A broker that has lost its quorum cannot stop cleanly: after 10 s it is killed.
  for file in "$2"/broker${3:-*}.pid; do
    pid=$(cat "$file")
    for _ in $(seq 100); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
  done
}

case ${1:-} in
  install)
    install_jars
    echo "$cache/lib"
    ;;
  start)
    port=${3:?PORT}
    count=${4:-1}
    install_jars
    mkdir -p "${2:?DIR}"
    dir=$(cd "$2" && pwd)
    [ "$security" = ssl ] && make_certificates "$dir"
    addresses=""
    for i in $(seq "$count"); do
      write_properties "$dir" "$port" "$count" "$i" >"$dir/broker$i.properties"
      run_broker "$dir" "$i"
      addresses+="${addresses:+,}127.0.0.1:$((port + i - 1))"
    done
    for i in $(seq "$count"); do await_port "$dir" "$i"; done
    echo "$addresses"
    ;;
  revive)
    dir=$(cd "${2:?DIR}" && pwd)
    run_broker "$dir" "${3:?I}"
    await_port "$dir" "$3"
    ;;
  stop) end_brokers TERM "${2:?DIR}" "${3:-}" ;;
  kill) end_brokers KILL "${2:?DIR}" "${3:-}" ;;
  *)
    sed -n 2,15p "$0"
    exit 2
    ;;
esac
