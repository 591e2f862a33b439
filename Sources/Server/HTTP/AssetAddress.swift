/// Where a file of the page stands for browsers that keep it: `/assets/<hash>/main.js`, with one hash over all files, so that
/// modules which name each other by relative paths stay below the same one.
struct AssetAddress: Equatable {
  var hash: String
  /// The file's path below the page's folder, with a slash before it.
  var path: String

  private static let prefix = "/assets/"

  init(hash: String, path: String) {
    self.hash = hash
    self.path = path
  }

  /// Nil for a path of another form.
  init?(_ text: String) {
    guard text.hasPrefix(AssetAddress.prefix) else { return nil }
    let rest = text.dropFirst(AssetAddress.prefix.count)
    let hash = rest.prefix(16)
    guard hash.utf8.count == 16, hash.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
    else { return nil }
    let path = rest.dropFirst(16)
    guard path.hasPrefix("/") else { return nil }
    self.init(hash: String(hash), path: String(path))
  }

  var text: String { AssetAddress.prefix + hash + path }

  /// A page with these addresses in the place of plain ones.
  /// - Parameter isAsset: whether an absolute path is one of the page's files; all others, such as `/health`, stay.
  static func rewrite(_ html: [UInt8], hash: String, isAsset: (String) -> Bool) -> [UInt8] {
    let opening = Array("=\"/".utf8)
    var result: [UInt8] = []
    result.reserveCapacity(html.count + 4096)
    var index = 0
    while index < html.count {
      guard html[index...].starts(with: opening),
        let end = html[(index + 2)...].firstIndex(of: UInt8(ascii: "\""))
      else {
        result.append(html[index])
        index += 1
        continue
      }
      let path = String(decoding: html[(index + 2)..<end], as: UTF8.self)
      result += opening.dropLast()
      result += isAsset(path) ? AssetAddress(hash: hash, path: path).text.utf8 : path.utf8
      index = end
    }
    return result
  }
}
