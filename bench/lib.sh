# shellcheck shell=bash
# What bench/run and bench/slow-streams share: a temporary directory, free ports, the gateway's
# start and stop, and the reading of /proc and of the gateway's metrics.

export LC_ALL=C # bytes are characters, and numbers have dots

bench=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
jar=${COMPORTA_JAR:-$bench/../target/quarkus-app/quarkus-run.jar}
started=() # pids of our own, the only ones that are ever stopped

say() { printf '%s\n' "$*" >&2; }
die() { say "bench: $*"; exit 1; }

# A problem does not stop the run, but the run ends with exit code 1.
problem() { printf '%s\n' "$*" >>"$work/problems"; say "PROBLEM: $*"; }

need() { # command=debian-package ...
  local pair missing=()
  for pair; do
    command -v "${pair%%=*}" >/dev/null || missing+=("${pair%%=*} (Debian package ${pair#*=})")
  done
  if ((${#missing[@]})); then
    printf 'bench: missing: %s\n' "${missing[@]}" >&2
    exit 2
  fi
  [[ -r /proc/self/stat ]] || die "needs Linux: CPU and memory are read from /proc"
  [[ -f $jar ]] || die "no gateway at $jar: run 'mvn -q -DskipTests package' first"
}

open_work() {
  work=$(mktemp -d "${TMPDIR:-/tmp}/comporta-bench.XXXXXX")
  trap close_work EXIT
  trap 'exit 130' INT TERM HUP
}

close_work() {
  local code=$? pid i
  trap - EXIT
  for ((i = ${#started[@]} - 1; i >= 0; i--)); do end "${started[i]}"; done
  # A gateway that was killed leaves its PostgreSQL behind.
  if pid=$(postmaster) && alive "$pid"; then
    kill -INT "$pid"
    gone "$pid" 15 || say "PostgreSQL (pid $pid) is still stopping"
  fi
  rm -rf "$work"
  exit "$code"
}

alive() { # pid: a process that has ended, but that nobody has waited for yet, does not count
  local stat
  read -r stat <"/proc/$1/stat" && [[ ${stat##*) } != Z* ]]
} 2>/dev/null

gone() { # pid seconds: waits until the process has ended
  local i
  for ((i = 0; i < $2 * 10; i++)); do
    alive "$1" || return 0
    sleep 0.1
  done
  return 1
}

end() { # pid
  kill -TERM "$1" 2>/dev/null || return 0
  gone "$1" 20 || kill -KILL "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

free_port() { # below the range from which the kernel takes ports by itself
  local port
  while :; do
    port=$((10000 + RANDOM % 20000))
    if ! (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
      echo "$port"
      return
    fi
  done
}

until_200() { # url pid seconds: waits for the answer 200 of a process that must stay alive
  local deadline=$((SECONDS + $3))
  until [[ $(curl -s -o /dev/null -w '%{http_code}' -m 5 "$1") == 200 ]]; do
    alive "$2" || return 1
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}

random_key() { printf 'vck_%s' "$(head -c 512 /dev/urandom | tr -dc 'A-Za-z0-9_-' | head -c 43)"; }

# The gateway with everything on. Settings of the caller's environment go through, except the
# database: a benchmark must not write into one that is in use.
start_gateway() { # base URLs of openai, groq, mistral and anthropic
  local options begin
  read -ra options <<<"${JAVA_OPTS--Xms128m -Xmx128m -XX:+UseSerialGC}"
  gateway_port=$(free_port)
  gateway=http://127.0.0.1:$gateway_port
  GATEWAY_API_KEY=$(random_key)
  export GATEWAY_API_KEY
  begin=$(date +%s%N)
  env -u DB_URL -u DB_USER -u DB_PASSWORD \
    QUARKUS_HTTP_HOST=127.0.0.1 QUARKUS_HTTP_PORT="$gateway_port" \
    GATEWAY_DATA_DIR="$work/data" GATEWAY_ADMIN_KEY="$(random_key)" \
    GATEWAY_PRICE_SYNC_URL= GATEWAY_EXCHANGE_RATES_URL= \
    GATEWAY_PROVIDERS_OPENAI_BASE_URL="$1" OPENAI_API_KEY=sk-bench \
    GATEWAY_PROVIDERS_GROQ_BASE_URL="$2" GROQ_API_KEY=sk-bench \
    GATEWAY_PROVIDERS_MISTRAL_BASE_URL="$3" MISTRAL_API_KEY=sk-bench \
    GATEWAY_PROVIDERS_MISTRAL_QUIRKS=openai GATEWAY_PROVIDERS_MISTRAL_STREAM_USAGE=request \
    GATEWAY_PROVIDERS_ANTHROPIC_BASE_URL="${4:-$1}" ANTHROPIC_API_KEY=sk-bench \
    java "${options[@]}" -jar "$jar" >"$work/gateway.log" 2>&1 &
  gateway_pid=$!
  started+=("$gateway_pid")
  if ! until_200 "$gateway/q/health/ready" "$gateway_pid" 120; then
    tail -n 30 "$work/gateway.log" >&2
    die "the gateway did not become ready"
  fi
  say "gateway ready after $((($(date +%s%N) - begin) / 1000000)) ms (first start, java ${options[*]})"
}

metrics() { curl -fsS -m 10 "$gateway/q/metrics"; }

# Events that are in the journal and not yet in PostgreSQL; fails where no such metric is found.
journal_depth() {
  metrics | awk '!/^#/ && /journal/ && /depth/ { sum += $NF; found = 1 }
    END { if (!found) exit 1; printf "%d\n", sum }'
}

# Waits until PostgreSQL has everything, so that the writer's work is counted where it belongs.
drain() {
  local depth deadline=$((SECONDS + ${DRAIN_SECONDS:-300}))
  while :; do
    alive "$gateway_pid" || { tail -n 30 "$work/gateway.log" >&2; die "the gateway has ended"; }
    if ! depth=$(journal_depth); then
      problem "/q/metrics has no metric named like 'journal' and 'depth', or does not answer"
      return
    fi
    ((depth > 0)) || return 0
    if ((SECONDS >= deadline)); then
      problem "the journal still holds $depth events"
      return
    fi
    sleep 0.5
  done
}

postmaster() { # pid of the embedded PostgreSQL; its first line says so
  local file
  file=$(find "$work/data" -name postmaster.pid -print -quit 2>/dev/null)
  [[ -n $file ]] && head -n 1 "$file"
}

children() { cat "/proc/$1/task/$1/children" 2>/dev/null || true; }

ticks() { # pid ...: CPU used by these processes, in clock ticks
  local pid stat field sum=0
  for pid; do
    read -r stat 2>/dev/null <"/proc/$pid/stat" || continue
    read -ra field <<<"${stat##*) }" # the name before it may hold spaces
    sum=$((sum + field[11] + field[12])) # utime, stime
  done
  echo "$sum"
}

tree_ticks() { # pid: the same with its children, those that have ended included
  local stat field kids
  read -ra kids <<<"$(children "$1")"
  read -r stat <"/proc/$1/stat"
  read -ra field <<<"${stat##*) }"
  echo $((field[13] + field[14] + $(ticks "$1" "${kids[@]}")))
}

memory() { # VmRSS|VmHWM pid ...: sum in KB
  local what=$1 pid files=()
  shift
  for pid; do files+=("/proc/$pid/status"); done
  awk -v what="$what:" '$1 == what { sum += $2 } END { print sum + 0 }' "${files[@]}"
}

# Runs a load to its end. In the background, since a signal then ends it and this script at once.
load() { # command ...
  local code=0
  "$@" &
  started+=("$!")
  wait "$!" || code=$?
  unset 'started[-1]'
  return "$code"
}

# Samples the gateway every N seconds until end_sampling: seconds, RSS, heap, old generation in MB.
# The heap saws up and down between collections; the old generation shows what stays.
start_sampling() { # seconds
  local begin=$SECONDS
  while :; do
    metrics | awk -v s=$((SECONDS - begin)) -v rss="$(memory VmRSS "$gateway_pid")" '
      /^jvm_memory_used_bytes/ && /area="heap"/ {
        heap += $NF
        if (/id="[^"]*(Old|Tenured)/) old += $NF
      }
      END { printf "%d %.1f %.1f %.1f\n", s, rss / 1024, heap / 1048576, old / 1048576 }' >>"$work/memory" || true
    read -rt "$1" <> <(:) || true # sleeps without a process that could be left behind
  done &
  started+=("$!")
}

end_sampling() {
  end "${started[-1]}"
  unset 'started[-1]'
}

memory_table() {
  awk '{ for (i = 2; i <= 4; i++) { if (NR == 1) first[i] = $i; last[i] = $i; if ($i > max[i]) max[i] = $i } }
    END {
      print "| gateway memory, MB | first | last | max |"
      print "|---|--:|--:|--:|"
      n = split("RSS|heap used|old generation used", name, "|")
      for (i = 1; i <= n; i++) printf "| %s | %.1f | %.1f | %.1f |\n", name[i], first[i + 1], last[i + 1], max[i + 1]
      printf "\n%d samples over %d s\n", NR, $1
    }' "$work/memory"
}

# One usage row for each completed call; calls that were cut off may have left one too. The count
# comes from the embedded PostgreSQL itself, with the driver that the gateway brings along.
check_rows() { # completed cut-off-at-most
  local rows driver file
  driver=$(find "$(dirname "$jar")/lib" -name '*postgresql.postgresql-*.jar' -print -quit 2>/dev/null || true)
  file=$(find "$work/data" -name postmaster.pid -print -quit 2>/dev/null || true)
  if [[ -z $driver || -z $file ]]; then
    echo "Usage rows not counted: no PostgreSQL driver or no embedded PostgreSQL found."
  elif ! rows=$(java -cp "$driver" "$bench/UsageRows.java" "$(sed -n 4p "$file")" "$work/data/postgres.password" 2>"$work/rows.err"); then
    echo "Usage rows not counted: $(head -n 1 "$work/rows.err")"
  elif ((rows < $1 || rows > $1 + $2)); then
    problem "$rows usage rows for $1 completed calls (and at most $2 cut off)"
  else
    echo "Usage rows: $rows for $1 completed calls (at most $2 more were cut off by the clock)."
  fi
}

machine() {
  printf '%s cores, %s, Linux %s, %s\n' "$(nproc)" \
    "$(sed -n 's/^model name[^:]*: //p;T;q' /proc/cpuinfo)" "$(uname -r)" \
    "$(java -version 2>&1 | sed -n '1{s/ version//;s/"//g;p}')"
}

finish() { # the last word: every problem again, and the exit code
  [[ -s $work/problems ]] || { echo "No errors."; return; }
  echo "**This run does not count:**"
  sort -u "$work/problems" | sed 's/^/- /'
  exit 1
}
