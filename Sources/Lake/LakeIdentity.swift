extension LakeFolder {
  /// What tells this lake from every other one, wherever its folder is moved: 32 hexadecimal digits, by chance, in the hidden
  /// folder. Print ids cannot, because they are the same in every new store.
  /// - Throws: `.file`, also when what is there is no such thing.
  func identity() throws(LakeError) -> String {
    let path = "\(work)/lake-id"
    if let found = try DiskFolder.lines(path).first {
      guard found.utf8.count == 32, found.allSatisfy(\.isHexDigit) else {
        throw .file(
          path: path, doing: "used",
          words: "it says \(found), 32 hexadecimal digits wanted; put back the file as it was, or remove it and name "
            + "another prefix for the bucket")
      }
      return String(found)
    }
    let digits = (0..<32).map { _ in String(Int.random(in: 0..<16), radix: 16) }.joined()
    try DiskFolder.write(Array("\(digits)\n".utf8), to: path)
    return digits
  }
}
