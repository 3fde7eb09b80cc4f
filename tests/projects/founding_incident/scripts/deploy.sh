#!/usr/bin/env bash
# Build, push and roll out from a laptop.
set -euo pipefail

registry="${REGISTRY:-registry.example.com/vault}"
tag="$(git rev-parse --short HEAD)"
image="$registry/api:$tag"

docker build -t "$image" .
docker push "$image"
kubectl set image deployment/vault "api=$image"
