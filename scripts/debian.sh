# What the scripts that install a Debian package share; they source it after setting
#   what    names the package in what is said
#   target  the make target that installs it
#   without what goes on without it, said where it cannot be installed
# Where it cannot be, they say why and end well (the tests that need it are then skipped), except under
# CI=true, where they fail.

give_up() {
  echo "$what: $1; $without" >&2
  [ "${CI:-}" = "true" ] && exit 1
  exit 0
}

need_apt() {
  command -v apt-get >/dev/null || give_up "this machine has no apt-get, so it cannot be installed here"
}

need_root() {
  [ "$(id -u)" = 0 ] || give_up "installing it needs root (sudo make $target)"
}

codename() { (. /etc/os-release && echo "${VERSION_CODENAME:-}"); }

unknown_release() {
  give_up "this machine runs '$(. /etc/os-release && echo "${PRETTY_NAME:-an unknown release}")', and packages are known for Debian bookworm and trixie"
}

update() { apt-get update -qq >/dev/null || give_up "apt-get update failed${1:+ for $1}"; }

install_packages() { apt-get install -y -qq --no-install-recommends "$@" >/dev/null || give_up "apt-get install failed"; }
