import type { CommandNode } from '../command-line/command-tree.js';
import { shellTables } from './shell-tables.js';

/** The completion for zsh: as a file `_kvtwin` in a folder of `$fpath`, or by `source`. */
export function zshScript(root: CommandNode): string {
  // What stands behind the colon is the description.
  const form = (word: string, description: string): string => `${word}:${description.replaceAll('\n', ' ')}`;
  return `#compdef kvtwin
# zsh completion for kvtwin: source <(kvtwin completion zsh)
${shellTables(root, form)}

_kvtwin_offer() {
  local -a names
  case "$1" in
    'words '*) names=(\${=1#words }); compadd -a names ;;
    profile) names=(\${(f)"$(_call_program profiles kvtwin completion values profiles 2>/dev/null)"}); compadd -a names ;;
    job) names=(\${(f)"$(_call_program jobs kvtwin completion values jobs 2>/dev/null)"}); compadd -a names ;;
    file) _files ;;
    folder) _files -/ ;;
  esac
}

_kvtwin() {
  local path_='' word option source skip='' rest=''
  local -i index=0 at
  local -a below offered
  for ((at = 2; at < CURRENT; at++)); do
    word="\${words[at]}"
    if [[ -n "$skip" ]]; then skip=''; continue; fi
    if [[ "$word" == '--' ]]; then rest=1; continue; fi
    if [[ -z "$rest" && "$word" == -* ]]; then
      [[ "$word" == *=* || "$(_kvtwin_option_value "$path_" "$word")" == switch ]] || skip=1
      continue
    fi
    below=(\${(f)"$(_kvtwin_commands "$path_")"})
    if (( index == 0 )) && (( \${below[(I)$word:*]} )); then
      path_="\${path_:+$path_ }$word"
    else
      index+=1
    fi
  done
  word="\${words[CURRENT]}"
  if [[ -n "$skip" ]]; then
    _kvtwin_offer "$(_kvtwin_option_value "$path_" "\${words[CURRENT-1]}")"
    return
  fi
  if [[ "$word" == --*=* ]]; then
    source="$(_kvtwin_option_value "$path_" "\${word%%=*}")"
    compset -P '*='
    _kvtwin_offer "$source"
    return
  fi
  if [[ -z "$rest" && "$word" == -* ]]; then
    offered=(\${(f)"$(_kvtwin_options "$path_")"})
    _describe -o option offered
    return
  fi
  below=(\${(f)"$(_kvtwin_commands "$path_")"})
  if (( index == 0 && \${#below} > 0 )); then
    _describe command below
  else
    _kvtwin_offer "$(_kvtwin_argument "$path_" "$index")"
  fi
}

if [[ "\${funcstack[1]}" == _kvtwin ]]; then _kvtwin "$@"; else compdef _kvtwin kvtwin; fi
`;
}
