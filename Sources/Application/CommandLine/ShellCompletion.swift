extension Program {
  /// A bash script that completes commands, options and their words: `source <(marketflow completion)`. zsh reads it after `bashcompinit`.
  public func bashCompletion() -> String {
    var cases = ""
    for command in commands {
      let words = (command.options.map { "--\($0.name)" } + ["--help"]).joined(separator: " ")
      cases += "    \(command.name)) words=\"\(words)\" ;;\n"
    }
    var values = ""
    for command in commands {
      for option in command.options {
        guard case .choice(let words)? = option.valueType else { continue }
        let list = words.joined(separator: " ")
        values +=
          "    \"\(command.name) --\(option.name)\") COMPREPLY=($(compgen -W \"\(list)\" -- \"$current\")); return ;;\n"
      }
    }
    let names = commands.map(\.name).joined(separator: " ")
    return """
      _\(name)() {
        local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} words=""
        if [ "$COMP_CWORD" -eq 1 ]; then
          COMPREPLY=($(compgen -W "\(names) help --help --version" -- "$current"))
          return
        fi
        case "${COMP_WORDS[1]} $previous" in
      \(values)  esac
        case "${COMP_WORDS[1]}" in
      \(cases)  esac
        if [[ $current == -* ]]; then COMPREPLY=($(compgen -W "$words" -- "$current")); fi
      }
      complete -o default -F _\(name) \(name)

      """
  }
}
