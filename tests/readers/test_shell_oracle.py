"""The shell reader against shfmt: the same simple commands, of the same words, at the same offsets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from prelaunch.readers.shell import parse

SHFMT = os.path.join(os.path.dirname(sys.executable), "shfmt")

# Scripts, divided by lines of `%%`. shfmt has no recovery and refuses some of what bash takes; those are in
# test_shell.py. So are escaped backticks in backticks: there shfmt counts the offset of a word's end one too high.
SCRIPTS = r"""
docker build -t app .
%%
#!/usr/bin/env bash
set -euo pipefail
docker buildx build --platform linux/amd64,linux/arm64 --push -t "registry.example/app:${TAG:-latest}" .
%%
docker build \
  --build-arg VERSION="$(git describe --tags)" \
  -t "$IMAGE:$TAG" \
  -f build/Dockerfile \
  .
docker push "$IMAGE:$TAG"
%%
DOCKER_BUILDKIT=1 DOCKER_DEFAULT_PLATFORM=linux/amd64 docker build . 2>&1 | tee build.log
%%
docker build >log --platform linux/amd64 .
docker build - <<EOF 2>/dev/null
FROM scratch
LABEL a=$(date +%s) b=`hostname`
EOF
%%
cat <<'EOF' > Dockerfile
RUN docker build $(nothing)
EOF
%%
docker build -t x - <<-'END' && echo built
	FROM alpine
	RUN echo "unbalanced
	END
echo done
%%
cat <<A <<B; echo between
$(one)
A
$(two)
B
%%
build() {
  local tag=$1 platform
  shift
  docker build -t "$tag" "$@"
}
build app --no-cache
%%
function push_all { for tag in "$@"; do docker push "$tag"; done; }
%%
function name-with-dash () ( cd sub && docker build . )
%%
for arch in amd64 arm64; do
  docker build --platform "linux/${arch}" -t "app-$arch" . || exit 1
done
%%
for f in *.yaml ./**/*.{yml,json}; do kubectl apply -f "$f"; done
%%
for ((i = 0; i < $(nproc); i++)); do echo "$i"; done
%%
for arg; do echo "$arg"; done
%%
for arg
do
  case "$arg" in
    -h|--help) usage; exit 0 ;;
    --platform=*) platform="${arg#*=}" ;;
    (--push) push=1 ;;
    -*) echo "unknown: $arg" >&2; exit 2 ;;
    *) files+=("$arg")
  esac
done
%%
case "$(uname -m)" in
  x86_64 | amd64) arch=amd64 ;;
  aarch64) arch=arm64 ;&
  "arm v7") echo fall ;;&
  [0-9]*) ;;
esac
%%
x=$(case "$a" in (b) echo c ;; d) echo e ;; esac)
%%
while IFS= read -r line; do
  echo "$line"
done < <(docker images --format '{{.Repository}}')
%%
while :; do sleep 1; done &
wait $!
%%
until docker info >/dev/null 2>&1; do sleep 1; done
%%
if ! command -v docker &>/dev/null; then
  echo "no docker" >&2
  exit 1
elif [ -z "${CI:-}" ] && [[ $OSTYPE == darwin* ]]; then
  docker build .
else
  docker buildx build .
fi
%%
if [ "$a" = b ]; then echo c; fi; echo d
%%
[[ -n "$PUSH" && ( $x =~ ^v[0-9]+(\.[0-9]+)*$ || $y < z ) ]] && args+=(--push)
%%
[[ $a == "b c" ]] || { echo no; exit 1; }
%%
(( count > 3 )) && echo many; ((count++))
let "x = 1 + 2"
%%
echo $((1 + (2 * $(wc -l < file)) << 1)) $[3 + 4]
%%
echo $( (cd a; ls) ) $(( (1) ))
%%
args=(
  --platform linux/amd64   # the cluster
  -t "app:${TAG}"
  $(test -n "$NOCACHE" && echo --no-cache)
)
args+=(--push)
docker buildx build "${args[@]}" .
%%
declare -A ports=([web]=80 ["api"]=8080)
declare -r x="a b" y
export PATH="$HOME/bin:$PATH" DOCKER_HOST
readonly z=$(date)
typeset -i n=3
local q
%%
a[0]=x a[$i]="y" b[${#b[@]}]=z
%%
echo "${a[@]}" "${#a[@]}" "${a[*]:1:2}" "${!a[@]}" "${!name}"
%%
echo ${x:-${y:-$(z)}} ${x:+--tag "$x"} "${x:?not set}" ${x%%/*} "${x//\//-}" ${x^^} ${x,,} ${x@Q}
%%
echo "${x:-"a b"}" "${x:-'a'}" ${x:-'a b'} "${x#'}'}" "a}b"
%%
echo 'single $(no) `no`' "double $(yes "nested \"$x\"")" $'ansi \' $(no)' $"locale $(yes)"
%%
echo a\ b \$c \"d \' "\$e \`f\` \"g\"" \\
%%
x=`docker inspect --format '{{.Id}}' app`; echo `echo one` "`echo two`"
%%
a && b || c && ! d; ! e | f
%%
time docker build .
time -p make
%%
a | b |& c 2>&1 | d &
%%
{ a; b; } > out 2>&1
(a; b) | (c && d)
%%
{ a
}
%%
exec 3>&1 4<file 5<>both {fd}>auto >&- 2>|force
exec >>append &>all
%%
a <<< "here $(b)" c
%%
diff <(sort a) <(sort "b" | uniq) > >(tee log)
%%
tee >(gzip > x.gz) < in
%%
coproc docker events
%%
echo a#b # c; d
#e
f	# tab
%%
a;b;c
d&
e&f
%%
echo if then else fi for while do done case esac { } function time
%%
echo a \
  b\
c \
  "d"\
  e
%%
echo "a \
b" 'c \
d'
%%
eval "docker build $opts ."
bash -c 'docker build -t "$0" .' app
ssh host "cd /srv && docker compose up -d"
%%
sudo -E env FOO=bar docker build .
find . -name '*.Dockerfile' -exec docker build -f {} . \;
%%
xargs -n1 -I{} docker push {} < images.txt
%%
trap 'rm -rf "$tmp"; docker rm -f app' EXIT INT
%%
cat << EOF | docker build -f - .
FROM $base
RUN echo "\$HOME" '$(inner "$x")' \`no\`
EOF
%%
f() { cat <<EOF
$1
EOF
}
f x
%%
x=$(cat <<EOF
a ) b " ' `c`
EOF
)
echo "$x"
%%
if a; then cat <<EOF
in if
EOF
fi
%%
cat <<EOF "$(echo x
echo y)"
body
EOF
%%
while read -r a b; do docker tag "$a" "$b"; done <<EOF
a b
EOF
%%
select x in a b; do echo "$x"; break; done
%%
rm -rf !(keep|"me too") @(a|b).txt ?(x) *(y) +(z)
%%
echo {a,b}{1..3} ~/x ~user *.[ch] [!a]* ?
%%
git commit -m "it's" -m 'say "hi"' && git push
%%
test -f a -a -f b || [ ! -e c ]
%%
if (a); then (b); fi
while (c) do (d) done
%%
f() if a; then b; fi
g() for x in y; do z; done
h() [[ -n x ]]
%%
set -- "$@" -x; shift 2; . ./env.sh; source "$(dirname "$0")/lib.sh"
%%
printf '%s\n' "é ü 日本" | grep -F "ü" # ö
docker build -t "naïve:$x" .
%%
A=1; B="$A" C='d e' F=$'g' H=
I=$(j)K"l"
%%
docker run --rm -v "$PWD":/src -w /src -e A="$A" -e B=${B} img:"$tag" sh -c "make && $cmd"
%%
aws ecr get-login-password --region "$R" | docker login --username AWS --password-stdin "$ACC.dkr.ecr.$R.amazonaws.com"
%%
kubectl get pods -o jsonpath='{.items[*].metadata.name}' | tr ' ' '\n' | while read p; do kubectl logs $p; done
%%
curl -fsSL https://example.invalid/i.sh?a=b\&c=d | sh -s -- --yes
%%
echo $$ $! $? $# $- $* $@ $0 ${10} "$1" $_ $ "$"
%%
cd "$(dirname "${BASH_SOURCE[0]}")" || exit
%%
: "${TAG:=$(git rev-parse --short HEAD)}" "${REG:=docker.io/$USER}"
%%
x="a"'b'$c"$(d)"`e`f
%%
[ "$x" ] && {
  a
} || {
  b
}
%%
if a; then
  if b; then c; else d; fi
  case e in f) if g; then h; fi ;; esac
fi > log
%%
docker() { command docker "$@"; }; unset -f docker
%%
alias d=docker
! a
%%
echo ok; exit 0
""".strip("\n").split("\n%%\n")


def commands_of_shfmt(script: str) -> list[tuple[tuple[int, int], ...]]:
    """The word spans of each simple command, or the assignment spans of one without words, in order."""
    data = script.encode()
    run = subprocess.run([SHFMT, "--to-json", "-ln", "bash"], input=data, capture_output=True, check=True)
    found: list[tuple[tuple[int, int], ...]] = []

    def span(node: dict[str, Any]) -> tuple[int, int]:
        start, stop = (len(data[: node[end]["Offset"]].decode()) for end in ("Pos", "End"))
        return start, stop

    def walk(node: Any) -> None:  # noqa: ANN401
        if isinstance(node, list):
            for item in node:
                walk(item)
        elif isinstance(node, dict):
            if node.get("Type") == "CallExpr":
                found.append(tuple(span(item) for item in node.get("Args") or node["Assigns"]))
            elif node.get("Type") == "DeclClause":
                found.append((span(node["Variant"]), *(span(item) for item in node.get("Args", []))))
            elif node.get("Type") == "LetClause":
                # To shfmt `let` is syntax; to bash, and here, it is a command whose words are those spans.
                found.append(((span(node)[0], span(node)[0] + 3), *(span(item) for item in node["Exprs"])))
            for item in node.values():
                walk(item)

    walk(json.loads(run.stdout))
    return sorted(found)


def commands_of_ours(script: str) -> list[tuple[tuple[int, int], ...]]:
    # shfmt has a clause of its own for `[[ ]]`
    found = [command for command in parse(script) if not command.words or command.words[0].text != "[["]
    spans = [tuple((item.start, item.stop) for item in command.words or command.assignments) for command in found]
    return sorted(span for span in spans if span)


def test_the_table_is_not_small() -> None:
    assert len(SCRIPTS) >= 80


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.split("\n")[0][:40])
def test_the_commands_are_those_of_shfmt(script: str) -> None:
    def shown(commands: list[tuple[tuple[int, int], ...]]) -> list[list[tuple[int, str]]]:
        return [[(start, script[start:stop]) for start, stop in command] for command in commands]

    assert shown(commands_of_ours(script)) == shown(commands_of_shfmt(script))


@pytest.mark.parametrize("script", SCRIPTS[:30:3], ids=lambda script: script.split("\n")[0][:40])
def test_carriage_returns_change_no_word(script: str) -> None:
    def texts(text: str) -> list[list[str | None]]:
        return [[word.text for word in command.words] for command in parse(text)]

    assert texts(script.replace("\n", "\r\n")) == texts(script)
