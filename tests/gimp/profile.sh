# SPDX-License-Identifier: GPL-3.0-or-later
#
# Sourced by the tests that start GIMP: a throw-away profile with our plug-in
# and only what the tests need of GIMP's own.
#   make_profile FOLDER PLUGIN [GIMP-PLUG-IN...]
#   run_console PROFILE LOG SCRIPT [ARGUMENT-OF-ENV...]    within FSE_SECONDS (400)

# GIMP and each call of the plug-in begin with tables of many megabytes: half of
# that time goes where the memory comes in large pages.
export GLIBC_TUNABLES=glibc.malloc.hugetlb=1

make_profile () {
  local profile=$1 plugin=$2 system name
  system=$(pkg-config --variable=gimplibdir gimp-2.0)/plug-ins
  shift 2
  # Without "gradients" GIMP complains when it ends.
  mkdir -p "$profile"/{gradients,tmp,plug-ins/few-shot-edit}
  cp "$plugin" "$profile/plug-ins/few-shot-edit/few-shot-edit"
  for name in script-fu "$@"; do
    ln -s "$system/$name" "$profile/plug-ins/"
  done
  # shellcheck disable=SC2016
  printf '%s\n' '(plug-in-path "${gimp_dir}/plug-ins")' '(check-updates no)' \
    '(temp-path "${gimp_dir}/tmp")' '(swap-path "${gimp_dir}/tmp")' >"$profile/gimprc"
}

run_console () {
  local profile=$1 log=$2 script=$3
  shift 3
  # The exit code says nothing: it is 0 even when the script failed.
  env "$@" GIMP2_DIRECTORY="$profile" GEGL_USE_OPENCL=no \
    timeout "${FSE_SECONDS:-400}" gimp-console-2.10 -i -d -f -c -s -b "(load \"$script\")" -b '(gimp-quit 1)' \
    </dev/null >"$log" 2>&1
}

# Runs the test itself, which is called with these arguments, once more on a
# display that nobody sees with a session bus, and ends with its code; within, it
# comes back with FSE_WORK made and standard output as it should be.
#   on_a_display "$@"
on_a_display () {
  local tool code
  if [ -z "${FSE_INSIDE:-}" ]; then
    for tool in gimp-console-2.10 pkg-config xvfb-run xauth dbus-run-session; do
      command -v $tool >/dev/null || { echo "1..0 # SKIP there is no $tool"; exit 77; }
    done
    /usr/bin/python3 -c 'import pyatspi' 2>/dev/null || { echo '1..0 # SKIP there is no pyatspi'; exit 77; }
    # The accessibility bus writes on our standard output as well: ours goes through a file.
    FSE_INSIDE=$(mktemp)
    export FSE_INSIDE
    xvfb-run -a -s '-screen 0 1280x1024x24' dbus-run-session -- "$0" "$@" >/dev/null 2>&1
    code=$?
    cat "$FSE_INSIDE"
    rm -f "$FSE_INSIDE"
    exit $code
  fi
  exec >"$FSE_INSIDE"
  FSE_WORK=$(mktemp -d)
  trap 'rm -rf "$FSE_WORK"' EXIT
  export FSE_TESTS FSE_WORK
  unset NO_AT_BRIDGE WAYLAND_DISPLAY
  export LC_ALL=C.UTF-8 LANGUAGE=en
}
