# What up.sh and down.sh share. Both run in the root of the repository.

CLUSTER=${CLUSTER:-sequencer}
# The name in the commands that are printed, if it is not the default.
named=
[ "$CLUSTER" = sequencer ] || named=" CLUSTER=$CLUSTER"

say() { echo "$self: $*"; }

fail() {
  echo "$self: $*" >&2
  exit 1
}

# Fails if a tool is missing, with the addresses where they are described: need TOOL...
need() {
  missing_tools=
  for tool in "$@"; do
    command -v "$tool" >/dev/null 2>&1 && continue
    case $tool in
      docker) page=https://docs.docker.com/get-docker/ ;;
      k3d) page=https://k3d.io/#installation ;;
      helm) page=https://helm.sh/docs/intro/install/ ;;
      kubectl) page=https://kubernetes.io/docs/tasks/tools/ ;;
      *) page='a package of your system' ;;
    esac
    missing_tools="$missing_tools
  $tool: $page"
  done
  [ -z "$missing_tools" ] || fail "these tools were not found. Install them, then run make $self again.$missing_tools"
}

need_engine() {
  problem=$(docker version --format '{{.Server.Version}}' 2>&1 >/dev/null) ||
    fail "the Docker engine does not answer: $problem
Start Docker Desktop or the service docker, or set DOCKER_HOST to your engine."
}

# The containers of the cluster with their role and state, one a line. None is no error, but grep's status is 1 then.
containers() {
  docker ps --all --filter label=app=k3d --filter "label=k3d.cluster=$CLUSTER" \
    --format '{{.Names}} {{.Label "k3d.role"}} {{.State}}' | grep -E ' (server|agent|loadbalancer) ' || true
}
nodes() { containers | awk '$2 != "loadbalancer" { print $1 }'; }

# Runs a command, and prints its output only if it fails.
quietly() {
  "$@" >"$folder/output" 2>&1 || {
    quiet_status=$?
    cat "$folder/output" >&2
    return "$quiet_status"
  }
}

# Runs a command, and ends it after the time: within SECONDS COMMAND... (macOS has no `timeout`.)
within() {
  remaining=$1
  shift
  "$@" &
  pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    if [ "$remaining" -le 0 ]; then
      echo "$1 $2 did not end in time" >&2
      # It may have ended meanwhile.
      kill "$pid" 2>/dev/null || true
      sleep 1
      kill -9 "$pid" 2>/dev/null || true
    fi
    remaining=$((remaining - 1))
    sleep 1
  done
  result=0
  wait "$pid" || result=$?
  pid=
  return "$result"
}
