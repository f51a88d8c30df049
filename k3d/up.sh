#!/bin/sh
# `make k3d-up`: installs Sequencer from this checkout on a k3d cluster on this machine, or updates it.
#
#     CLUSTER           name of the cluster: sequencer
#     PORT              port of the pages on 127.0.0.1: 8080
#     RESET_PASSWORD=1  sets a new password of the user admin
#     IMPORT_SECONDS    limit for one import of images: 300
set -eu
cd "$(dirname "$0")/.."
self=k3d-up
. k3d/common.sh

PARTS='api web runner simulator operator'
# The bundled database and its image on this engine.
POSTGRES=postgres:17
USERS=sequencer-users
IMPORT_SECONDS=${IMPORT_SECONDS:-300}
IMPORT_TRIES=3
# A new cluster first downloads the images of k3s.
READY_SECONDS=300

folder=$(mktemp -d)
begin=$(date +%s)
pid=
password=
finish() {
  if [ -n "$pid" ]; then kill "$pid" 2>/dev/null || true; fi
  rm -rf "$folder"
  # Only after a failure: the user exists, and nobody has seen the password.
  if [ -n "$password" ]; then print_user >&2; fi
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

print_user() {
  echo
  echo '  User      admin'
  echo "  Password  $password   (not shown again)"
  password=
}

# Sets `state` (none, stopped or running) and PORT.
find_cluster() {
  found=$(containers)
  case $found in
    '') state=none ;;
    *' created'* | *' exited'* | *' dead'* | *' paused'*) state=stopped ;;
    *) state=running ;;
  esac
  if [ "$state" = none ]; then
    PORT=${PORT:-8080}
    return
  fi
  bound=$(docker inspect --format '{{range index .HostConfig.PortBindings "30080/tcp"}}{{.HostPort}}{{end}}' \
    "k3d-$CLUSTER-serverlb" 2>/dev/null) || bound=
  [ -n "$bound" ] || fail "the cluster $CLUSTER exists, and was not created by make k3d-up. Choose another name: make k3d-up CLUSTER=..."
  [ "${PORT:-$bound}" = "$bound" ] ||
    fail "the cluster $CLUSTER has port $bound, which cannot change. Run make k3d-up$named PORT=$bound, or make k3d-down$named first."
  PORT=$bound
}

check_port() {
  case $PORT in
    '' | *[!0-9]*) fail "PORT is $PORT, and has to be a number, for example PORT=9000." ;;
  esac
  # curl's status 7: nothing listens.
  listens=0
  curl --silent --noproxy '*' --max-time 5 --output /dev/null "http://127.0.0.1:$PORT/" || listens=$?
  [ "$listens" = 7 ] || fail "another program uses port $PORT of 127.0.0.1. Choose another: make k3d-up$named PORT=9000"
}

# Tags each image by its content. Pods are replaced only if their image has changed.
build_images() {
  SEQUENCER_VERSION=k3d sh scripts/images
  # An image of its own, because an engine can lack the other platforms of a pulled image, which an import reads.
  echo "FROM $POSTGRES" | quietly docker build --quiet --tag sequencer-postgres:k3d -
  images=
  for part in $PARTS postgres; do
    content=$(docker image inspect --format '{{json .RootFS}}{{json .Config}}' "sequencer-$part:k3d" | git hash-object --stdin | cut -c1-12)
    image=sequencer-$part:k3d-$content
    docker tag "sequencer-$part:k3d" "$image"
    images="$images $image"
    # Remove the tags of earlier builds from this engine. The nodes have their own copies.
    for old in $(docker image ls --format '{{.Repository}}:{{.Tag}}' "sequencer-$part" | grep ':k3d-' || true); do
      [ "$old" = "$image" ] || quietly docker image rm "$old" || true
    done
  done
}

create_cluster() {
  say "creating the cluster $CLUSTER ..."
  trap 'k3d cluster delete "$CLUSTER" >/dev/null 2>&1; exit 130' INT TERM
  export PORT
  if ! quietly k3d cluster create "$CLUSTER" --config k3d/cluster.yaml; then
    for node in $(nodes); do
      echo "The log of $node ends with:" >&2
      # Without the lines of a client that waits for the server.
      docker logs "$node" 2>&1 | grep -v -e memcache.go -e 'The connection to the server' | tail -n 20 >&2 || true
    done
    k3d cluster delete "$CLUSTER" >/dev/null 2>&1 || true
    fail 'the cluster was not created. The reason is above.'
  fi
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

# The images that a node lacks: all of them, if it cannot be asked.
missing_images() {
  for node in $(nodes); do
    docker exec "$node" ctr images check >"$folder/present" 2>/dev/null || true
    for image in $images; do
      grep "/$image " "$folder/present" | grep -q ' complete .* true' || echo "$image"
    done
  done | sort -u
}

# `k3d image import` can report success without an import, and it can hang: limit its time, check each node, and repeat.
import_images() {
  try=1
  while missing=$(missing_images) && [ -n "$missing" ]; do
    [ "$try" -le "$IMPORT_TRIES" ] || fail "these images could not be imported: $(echo $missing). Run make k3d-up$named again."
    # shellcheck disable=SC2086 # A list of words.
    say "importing $(set -- $missing && echo $#) of 6 images (try $try of $IMPORT_TRIES) ..."
    # shellcheck disable=SC2086
    # Whether it worked is checked on the nodes, whatever it reports. After a failure its output is printed.
    quietly within "$IMPORT_SECONDS" k3d image import --cluster "$CLUSTER" $missing || true
    try=$((try + 1))
  done
}

create_user() {
  if kubectl get secret "$USERS" >/dev/null 2>&1; then
    [ -n "${RESET_PASSWORD-}" ] || return 0
    quietly kubectl delete secret "$USERS"
  fi
  password=$(od -An -N10 -tx2 /dev/urandom | awk '{ $1 = $1; print }' | tr ' ' -)
  # The password is in no argument, where other users of this machine could read it.
  printf %s "$password" | docker run --rm --interactive "sequencer-api:k3d" node api/src/hash-password.js admin admin >"$folder/users"
  quietly kubectl create secret generic "$USERS" --from-file="$folder/users"
}

install_chart() {
  say 'installing the chart ...'
  set --
  for image in $images; do
    part=${image#sequencer-}
    part=${part%%:*}
    [ "$part" != postgres ] || part=database.bundled
    set -- "$@" --set-string "$part.image.tag=${image#*:}"
  done
  # helm refuses to continue after it was interrupted.
  quietly kubectl delete secret --selector 'owner=helm,name=sequencer,status in (pending-install,pending-upgrade,pending-rollback)'
  quietly helm upgrade --install sequencer charts/sequencer --namespace sequencer --values k3d/values.yaml \
    --set-string "publicUrl=$url,api.allowedOrigins={http://127.0.0.1:$PORT}" "$@" --wait --timeout "${READY_SECONDS}s" || {
    kubectl get pods >&2
    fail "the chart was not installed. The reason is above. To see more: kubectl --context k3d-$CLUSTER --namespace sequencer describe pods"
  }
  # The API would reload the file some time after the kubelet has replaced it.
  if [ -n "$password" ] && [ "$state" != none ]; then
    quietly kubectl rollout restart deployment/sequencer-api
    quietly kubectl rollout status deployment/sequencer-api --timeout "${READY_SECONDS}s"
  fi
}

wait_until_ready() {
  deadline=$(($(date +%s) + READY_SECONDS))
  until curl --fail --silent --noproxy '*' --max-time 5 --output /dev/null "${url}api/readyz"; do
    [ "$(date +%s)" -lt "$deadline" ] || fail "$url does not answer. To see why: kubectl --context k3d-$CLUSTER --namespace sequencer get pods"
    sleep 1
  done
}

print_next() {
  echo
  echo "Sequencer is ready at $url after $(($(date +%s) - begin)) s."
  if [ -n "$password" ]; then
    print_user
  else
    echo
    echo "  The password of admin was printed when the user was created. To set a new one: make k3d-up$named RESET_PASSWORD=1"
  fi
  cat <<END

  Sign in, open satp1 and start a script. Add users on the page Users.
  kubectl --context k3d-$CLUSTER --namespace sequencer get sequencers,sequencerruns
  k3d cluster stop $CLUSTER; k3d cluster start $CLUSTER   keeps all data
  make k3d-up$named   installs what has changed in this checkout
  make k3d-down$named   deletes the cluster with all data
END
}

need docker k3d kubectl helm curl git
need_engine
find_cluster
url=http://localhost:$PORT/
[ "$state" = running ] || check_port
build_images
case $state in
  none) create_cluster ;;
  stopped)
    say "starting the cluster $CLUSTER ..."
    quietly k3d cluster start "$CLUSTER" --timeout 180s || fail "the cluster $CLUSTER did not start. The reason is above."
    ;;
esac
# Only for this script: the current context of the user stays.
KUBECONFIG=$folder/kubeconfig
export KUBECONFIG
k3d kubeconfig get "$CLUSTER" >"$KUBECONFIG"
kubectl config set-context --current --namespace sequencer >/dev/null
kubectl get namespace sequencer >/dev/null 2>&1 || quietly kubectl create namespace sequencer
import_images
create_user
install_chart
wait_until_ready
print_next
