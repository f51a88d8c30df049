#!/bin/sh
# `make k3d-down`: deletes the cluster of `make k3d-up`. CLUSTER is its name: sequencer.
set -eu
cd "$(dirname "$0")/.."
self=k3d-down
. k3d/common.sh

need docker k3d
need_engine
if [ -z "$(containers)" ]; then
  say "there is no cluster $CLUSTER. Nothing was deleted."
  exit
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
say "deleting the cluster $CLUSTER: its nodes $(nodes | tr '\n' ' ')and their volumes, with all runs, users and settings ..."
quietly within 300 k3d cluster delete "$CLUSTER" || fail "the cluster $CLUSTER was not deleted. The reason is above."
say "deleted. The images named sequencer-*:k3d* stay in Docker, for the next make k3d-up."
