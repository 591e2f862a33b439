extension String {
  /// The text, or its beginning with an ellipsis, in at most so many UTF-16 units: what the receivers call characters is never
  /// more than that. Cuts between characters as people see them.
  /// - Parameters:
  ///   - ending: stands for what is missing.
  ///   - spelling: how a character is written, which is what counts.
  func cut(to units: Int, ending: String = "…", spelling: (Character) -> String = { String($0) }) -> String {
    var whole = ""
    /// As much as leaves room for the ending.
    var beginning = ""
    var count = 0
    let room = units - ending.utf16.count
    for character in self {
      let written = spelling(character)
      count += written.utf16.count
      guard count <= units else { return room < 0 ? "" : beginning + ending }
      whole += written
      if count <= room { beginning = whole }
    }
    return whole
  }

  /// Without what would end a header or a line.
  var singleLine: String { String(map { $0.isNewline || $0 == "\0" ? " " : $0 }) }
}
