// What a shell runs on Tab: each script asks `logflow __complete WORD… CURRENT` and shows what comes back (complete.ts).

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

/** How to have it from now on, one line each. */
export const INSTALL: Record<Shell, string[]> = {
  bash: ['source <(logflow completion bash)    # this shell; the same line in ~/.bashrc for every new one'],
  zsh: ['source <(logflow completion zsh)     # this shell; after compinit in ~/.zshrc for every new one'],
  fish: [
    'logflow completion fish | source     # this shell',
    'logflow completion fish > ~/.config/fish/completions/logflow.fish',
  ],
}

/**
 * bash 3.2 and later. readline cuts words at the characters of COMP_WORDBREAKS, of which `=` and `:` stand in ours: they
 * are joined again where no space was between them, and what readline has kept is taken off the replies.
 */
const BASH = `# bash completion for logflow
_logflow() {
  local line="\${COMP_LINE:0:COMP_POINT}" words=() n=-1 i gap word reply then=space current kept
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    gap="\${line%%[![:space:]]*}"
    line="\${line#"$gap"}"
    if ((i == COMP_CWORD)); then word="$line"; fi
    if ((n < 0)) || [[ -n "$gap" || ( $i -eq $COMP_CWORD && -z "$line" && "\${COMP_LINE:COMP_POINT-1:1}" == " " ) ]]; then
      n=$((n + 1))
      words[n]="$word"
    else
      words[n]="\${words[n]}$word"
    fi
    line="\${line#"$word"}"
  done
  current="\${words[n]}"
  COMPREPLY=()
  while IFS= read -r reply; do
    case "$reply" in
      :*) then="\${reply#:}" ;;
      *) COMPREPLY+=("\${reply%%$'\\t'*}") ;;
    esac
  done < <("\${words[0]}" __complete bash "\${words[@]:1}" 2>/dev/null)
  case "$then" in
    nospace) compopt -o nospace 2>/dev/null ;;
    files | folders)
      compopt -o filenames 2>/dev/null
      kept="\${current##*[=:]}"
      if [[ "$then" == files ]]; then set -- -f; else set -- -d; fi
      while IFS= read -r reply; do COMPREPLY+=("$reply"); done < <(compgen "$1" -- "$kept")
      return
      ;;
  esac
  case "$current" in
    [\\'\\"]*) ;;
    *[=:]*)
      kept="\${current%"\${current##*[=:]}"}"
      for i in "\${!COMPREPLY[@]}"; do COMPREPLY[i]="\${COMPREPLY[i]#"$kept"}"; done
      ;;
  esac
}
complete -F _logflow logflow
`

const ZSH = `#compdef logflow
# zsh completion for logflow
_logflow() {
  local -a replies values shown
  local reply then=space
  replies=("\${(@f)$("\${words[1]}" __complete zsh "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  for reply in "\${replies[@]}"; do
    if [[ "$reply" == :* ]]; then
      then="\${reply#:}"
    else
      values+=("\${reply%%$'\\t'*}")
      if [[ "$reply" == *$'\\t'* ]]; then
        shown+=("\${reply%%$'\\t'*}  -- \${reply#*$'\\t'}")
      else
        shown+=("$reply")
      fi
    fi
  done
  case "$then" in
    files) _files; return ;;
    folders) _files -/; return ;;
    nospace) compadd -l -S '' -d shown -- "\${values[@]}" ;;
    *) compadd -l -d shown -- "\${values[@]}" ;;
  esac
}
if [[ "\${funcstack[1]}" == _logflow ]]; then
  _logflow "$@"
else
  compdef _logflow logflow
fi
`

const FISH = `# fish completion for logflow
function __logflow_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l replies ($words[1] __complete fish $words[2..-1] "$current" 2>/dev/null)
    set -l then $replies[-1]
    set -e replies[-1]
    switch "$then"
        case :files
            __fish_complete_path (string replace -r '^--[^=]*=' '' -- "$current")
        case :folders
            __fish_complete_directories (string replace -r '^--[^=]*=' '' -- "$current") ''
        case '*'
            printf '%s\\n' $replies
    end
end
complete -c logflow -f -a '(__logflow_complete)'
`

export const SCRIPTS: Record<Shell, string> = {bash: BASH, zsh: ZSH, fish: FISH}
