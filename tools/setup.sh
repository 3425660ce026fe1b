# Sourced by ./quickstart and ./runtests: Debian packages and builds. Both do nothing when there is
# nothing to do, so a second run neither installs nor rebuilds.

say() { printf '%s\n' "$*"; }
fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# need_packages FILE: installs what FILE lists, one package a line, and this machine lacks.
need_packages() {
  local -a wanted missing=()
  local package log=build/packages.log
  mapfile -t wanted < <(grep -v -E '^(#|$)' "$1")
  command -v dpkg-query >/dev/null ||
    fail "This is not a Debian system: install the counterparts of the packages in $1, then run cmake --preset release."
  for package in "${wanted[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
      missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  local -a root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      fail "These packages are missing; as root: apt-get install ${missing[*]}"
    root=(sudo)
  fi
  say "Installing ${#missing[@]} Debian packages ..."
  mkdir -p build
  { "${root[@]}" apt-get update -q &&
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -q -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 ||
    { tail -n 15 "$log" >&2 && fail "Installing packages failed; all of it is in $log"; }
}

# configure PRESET: makes build/PRESET, once.
configure() {
  local preset=$1 log=build/$1.log
  mkdir -p build
  [ ! -f "build/$preset/build.ninja" ] || return 0
  say "Configuring build/$preset ..."
  cmake --preset "$preset" >"$log" 2>&1 ||
    { tail -n 15 "$log" >&2 && fail "Configuring failed; all of it is in $log"; }
}

# every_tenth: of ninja's lines "[17/60] ..." those that begin another tenth, as a share and seconds.
every_tenth() {
  local line last=0 start=$SECONDS
  while IFS= read -r line; do
    [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]] || continue
    local tenth=$((10 * BASH_REMATCH[1] / BASH_REMATCH[2]))
    [ "$tenth" -gt "$last" ] || continue
    last=$tenth
    say "  ${tenth}0 % after $((SECONDS - start)) s"
  done
}

# build PRESET [TARGET]: configures build/PRESET once and brings TARGET (all) up to date.
build() {
  local preset=$1 target=${2:-all} log=build/$1.log
  configure "$preset"
  local note=""
  [ -e "build/$preset/brink" ] || note=" (a few minutes the first time)"
  say "Building build/$preset$note ..."
  if [ -t 1 ]; then
    cmake --build --preset "$preset" --target "$target" || fail "The build failed."
  else
    cmake --build --preset "$preset" --target "$target" 2>&1 | tee "$log" | every_tenth ||
      { grep -A 12 -m 3 -E 'error|FAILED' "$log" >&2; fail "The build failed; all of it is in $log"; }
  fi
}
