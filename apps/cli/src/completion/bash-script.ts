import type { CommandNode } from '../command-line/command-tree.js';
import { shellTables } from './shell-tables.js';

/** The completion for bash, 3.2 and newer. */
export function bashScript(root: CommandNode): string {
  return `# bash completion for kvtwin: eval "$(kvtwin completion bash)"
${shellTables(root, (word) => word)}

# The words of the line so far, without the last one, tell the command and how many arguments it has.
_kvtwin_locate() {
  local word skip='' rest=''
  _kvtwin_path=''
  _kvtwin_index=0
  for word in "$@"; do
    if [ -n "$skip" ]; then skip=''; continue; fi
    if [ "$word" = '--' ]; then rest=1; continue; fi
    if [ -z "$rest" ] && [ "\${word#-}" != "$word" ]; then
      case "$word" in *=*) continue ;; esac
      [ "$(_kvtwin_option_value "$_kvtwin_path" "$word")" = switch ] || skip=1
      continue
    fi
    if [ "$_kvtwin_index" = 0 ] && _kvtwin_commands "$_kvtwin_path" | grep -qx -- "$word"; then
      _kvtwin_path="\${_kvtwin_path:+$_kvtwin_path }$word"
    else
      _kvtwin_index=$((_kvtwin_index + 1))
    fi
  done
}

# kvtwin is asked only where it alone knows.
_kvtwin_words_of() {
  case "$2" in
    'words '*) printf '%s\\n' \${2#words } ;;
    profile) "$1" completion values profiles 2>/dev/null ;;
    job) "$1" completion values jobs 2>/dev/null ;;
  esac
}

_kvtwin_reply() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do COMPREPLY+=("$line"); done
}

_kvtwin_offer() {
  case "$2" in
    file) compopt -o filenames 2>/dev/null; _kvtwin_reply < <(compgen -f -- "$3") ;;
    folder) compopt -o filenames 2>/dev/null; _kvtwin_reply < <(compgen -d -- "$3") ;;
    *) _kvtwin_reply < <(compgen -W "$(_kvtwin_words_of "$1" "$2")" -- "$3") ;;
  esac
}

_kvtwin() {
  local line="\${COMP_LINE:0:COMP_POINT}" cur='' option source _kvtwin_path _kvtwin_index
  local -a words
  COMPREPLY=()
  read -ra words <<< "$line"
  case "$line" in
    *[[:space:]]) ;;
    *) cur="\${words[\${#words[@]}-1]}"; unset "words[\${#words[@]}-1]" ;;
  esac
  _kvtwin_locate "\${words[@]:1}"
  case "$cur" in
    --*=*) _kvtwin_offer "$1" "$(_kvtwin_option_value "$_kvtwin_path" "\${cur%%=*}")" "\${cur#*=}"; return ;;
  esac
  option="\${words[\${#words[@]}-1]}"
  if [ "\${option#-}" != "$option" ] && [ "$option" != '--' ]; then
    source="$(_kvtwin_option_value "$_kvtwin_path" "$option")"
    case "$source$option" in
      switch*|*=*) ;;
      *) _kvtwin_offer "$1" "$source" "$cur"; return ;;
    esac
  fi
  case "$cur" in
    -*) _kvtwin_reply < <(compgen -W "$(_kvtwin_options "$_kvtwin_path")" -- "$cur"); return ;;
  esac
  if [ "$_kvtwin_index" = 0 ] && [ -n "$(_kvtwin_commands "$_kvtwin_path")" ]; then
    _kvtwin_reply < <(compgen -W "$(_kvtwin_commands "$_kvtwin_path")" -- "$cur")
  else
    _kvtwin_offer "$1" "$(_kvtwin_argument "$_kvtwin_path" "$_kvtwin_index")" "$cur"
  fi
}

complete -F _kvtwin kvtwin
`;
}
