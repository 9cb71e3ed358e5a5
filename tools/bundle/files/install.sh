#!/bin/sh
# segcheck を閉域網の Linux に導入します。通信は行いません。/ Installs segcheck on a Linux machine without any network.
#   ./install.sh [導入先 / FOLDER] [pip のオプション / options for pip ...]      省略時 / default: /opt/segcheck
# 別の Python を使うとき / another interpreter:  PYTHON=/path/to/python@VERSION@ ./install.sh
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
target=${1:-/opt/segcheck}
[ $# -eq 0 ] || shift
python=${PYTHON:-python@VERSION@}

fail() { # JAPANESE ENGLISH
  printf 'install.sh: %s\n            %s\n' "$1" "$2" >&2
  exit 2
}

"$python" -c 'import sys; raise SystemExit(sys.version_info[:2] != (@MAJOR@, @MINOR@))' 2>/dev/null ||
  fail "Python @VERSION@ が要ります ($python)。PYTHON で指定してください。" "Python @VERSION@ is needed ($python); name it by PYTHON."
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
  fail "Python の venv が要ります (Debian 系では python@VERSION@-venv)。" "Python's venv is needed (python@VERSION@-venv on Debian)."
[ ! -e "$target" ] || [ -z "$(ls -A -- "$target")" ] ||
  fail "$target は空ではありません。上書きしません。" "$target is not empty; nothing is overwritten."
(cd -- "$here" && sha256sum --check --quiet --strict SHA256SUMS) ||
  fail "照合できないファイルがあります。導入しません。" "A file does not match SHA256SUMS; nothing was installed."

"$python" -m venv -- "$target"
"$target/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --isolated \
  --no-index --find-links "$here/wheels" --only-binary :all: --require-hashes "$@" -r "$here/requirements.lock"
"$target/bin/segcheck" --version
printf '%s\n' "導入しました / installed: $target/bin/segcheck"
