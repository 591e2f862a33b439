import CZlib
import Foundation
import Synchronization
import Testing

@testable import Server

@Suite struct StaticFilesTests {
  private let directory: String
  private static let script = String(repeating: "export const answer = 42;\n", count: 40)
  private static let index = """
    <link href="/styles/a.css"><script src="/scripts/app.js"></script><img src="/mark.svg">
    <a href="/health">health</a> <a href="/index.html">home</a> <a href="https://example.org/scripts/app.js">x</a>
    """

  init() throws {
    directory = NSTemporaryDirectory() + "server-tests-" + UUID().uuidString
    let manager = FileManager.default
    for folder in ["scripts", "styles"] {
      try manager.createDirectory(atPath: directory + "/" + folder, withIntermediateDirectories: true)
    }
    for (name, text) in [
      ("index.html", StaticFilesTests.index), ("scripts/app.js", StaticFilesTests.script), (".secret", "x"),
      ("data.bin", "\0"), ("styles/a.css", "p{}"), ("mark.svg", "<svg/>"),
    ] {
      try write(name, text)
    }
    try Data("outside".utf8).write(to: URL(fileURLWithPath: directory + "-outside.txt"))
  }

  private func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: directory + "/" + name))
  }

  private func remove() throws {
    try FileManager.default.removeItem(atPath: directory)
    try FileManager.default.removeItem(atPath: directory + "-outside.txt")
  }

  /// The hash in the page's addresses, all of which have the same.
  private func hash(_ router: Router) throws -> String {
    let page = String(decoding: router.get("/").body, as: UTF8.self)
    let hashes = Set(page.matches(of: /\/assets\/([0-9a-f]{16})\//).map { String($0.1) })
    #expect(hashes.count == 1)
    return try #require(hashes.first)
  }

  @Test func servesWithTypeAndTag() throws {
    defer { #expect(throws: Never.self) { try remove() } }
    let router = Fixture().router(files: StaticFiles(directory: directory))
    let page = router.get("/")
    #expect(page.status == 200)
    #expect(page.contentType == "text/html; charset=utf-8")
    #expect(page.header("Cache-Control") == "no-cache")
    #expect(router.get("/scripts/app.js").contentType == "text/javascript; charset=utf-8")
    #expect(router.get("/scripts/app.js").header("Cache-Control") == "no-cache")
    #expect(router.get("/data.bin").contentType == "application/octet-stream")
    let tag = try #require(page.header("ETag"))
    let unchanged = router.get("/index.html", headers: ["if-none-match": "\"other\", W/\(tag)"])
    #expect(unchanged.status == 304)
    #expect(unchanged.body.isEmpty)
    #expect(router.get("/", headers: ["if-none-match": "\"other\""]).status == 200)
    #expect(router.answerNow(APIRequest(method: "POST", path: "/")).status == 405)
  }

  @Test(arguments: [
    "/../server-tests", "/.secret", "/scripts/", "/scripts", "//index.html", "/scripts/../index.html", "/index.html/",
    "/assets/", "/assets/0123456789abcdef", "/assets/0123456789abcdef/", "/assets/0123456789abcdef/index.html",
    "/assets/0123456789abcdef/.secret", "/assets/0123456789abcdef/../data.bin", "/assets/0123456789ABCDEF/data.bin",
    "/assets/0123456789abcdef//data.bin", "/assets/../data.bin",
  ])
  func servesNothingElse(path: String) throws {
    defer { #expect(throws: Never.self) { try remove() } }
    let router = Fixture().router(files: StaticFiles(directory: directory))
    #expect(router.get(path).status == 404)
    let outside = "/../" + directory.split(separator: "/").last! + "-outside.txt"
    #expect(router.get(outside).status == 404)
    #expect(router.get("/assets/0123456789abcdef" + outside).status == 404)
  }

  @Test func servesAChangedFileAnew() throws {
    defer { #expect(throws: Never.self) { try remove() } }
    let router = Fixture().router(files: StaticFiles(directory: directory))
    let before = router.get("/scripts/app.js")
    try write("scripts/app.js", "let changed = true")
    let after = router.get("/scripts/app.js")
    #expect(after.body == Array("let changed = true".utf8))
    #expect(after.header("ETag") != before.header("ETag"))
  }

  @Test func aMissingDirectoryHasNoFiles() { #expect(StaticFiles(directory: directory + "/nowhere").count == 0) }

  // MARK: Addresses with a hash

  @Test func thePageNamesItsFilesByTheirHashAndNothingElse() throws {
    defer { #expect(throws: Never.self) { try remove() } }
    let router = Fixture().router(files: StaticFiles(directory: directory))
    let assets = "/assets/\(try hash(router))"
    #expect(
      String(decoding: router.get("/").body, as: UTF8.self) == """
        <link href="\(assets)/styles/a.css"><script src="\(assets)/scripts/app.js"></script><img src="\(assets)/mark.svg">
        <a href="/health">health</a> <a href="/index.html">home</a> <a href="https://example.org/scripts/app.js">x</a>
        """)
  }

  @Test func whatStandsBelowTheHashIsKeptForEver() throws {
    defer { #expect(throws: Never.self) { try remove() } }
    let router = Fixture().router(files: StaticFiles(directory: directory))
    let file = router.get("/assets/\(try hash(router))/scripts/app.js")
    #expect(file.status == 200)
    #expect(file.body == Array(StaticFilesTests.script.utf8))
    #expect(file.header("Cache-Control") == "public, max-age=31536000, immutable")
    #expect(router.answerNow(APIRequest(method: "POST", path: "/assets/\(try hash(router))/mark.svg")).status == 405)
  }

  @Test func aChangedFileChangesTheHashWithoutARestart() throws {
    defer { #expect(throws: Never.self) { try remove() } }
    let router = Fixture().router(files: StaticFiles(directory: directory))
    let (before, tag) = (try hash(router), router.get("/").header("ETag"))
    #expect(try hash(router) == before)
    try write("styles/a.css", "p{color:red}")
    // The file comes first: what is new must not be kept under the old hash.
    let early = router.get("/assets/\(before)/styles/a.css")
    #expect(early.body == Array("p{color:red}".utf8))
    #expect(early.header("Cache-Control") == "no-cache")
    let after = try hash(router)
    #expect(after != before)
    #expect(router.get("/").header("ETag") != tag)
    // A page that is still open finds what it has to load yet.
    let late = router.get("/assets/\(before)/scripts/app.js")
    #expect(late.status == 200)
    #expect(late.header("Cache-Control") == "no-cache")
    #expect(router.get("/assets/\(after)/styles/a.css").header("Cache-Control")?.contains("immutable") == true)
  }

  @Test func aNewFileIsFoundWithThePageAndARemovedOneIsGone() throws {
    defer { #expect(throws: Never.self) { try remove() } }
    let clock = Clock()
    let router = Fixture().router(files: StaticFiles(directory: directory) { clock.next(seconds: 1) })
    let before = try hash(router)
    try write("scripts/new.js", "1")
    #expect(try hash(router) != before)
    #expect(router.get("/scripts/new.js").status == 200)
    try FileManager.default.removeItem(atPath: directory + "/scripts/new.js")
    #expect(try hash(router) == before)
    #expect(router.get("/scripts/new.js").status == 404)
  }

  private final class Clock: Sendable {
    private let nanoseconds = Atomic<Int64>(0)
    /// Later by so much each time it is read.
    func next(seconds: Double) -> Int64 {
      nanoseconds.add(Int64(seconds * 1e9), ordering: .relaxed).newValue
    }
  }

  @Test func whoAsksOftenDoesNotMakeTheFolderBeReadEachTime() throws {
    defer { #expect(throws: Never.self) { try remove() } }
    let clock = Clock()
    let router = Fixture().router(files: StaticFiles(directory: directory) { clock.next(seconds: 0.25) })
    let before = try hash(router)
    try write("scripts/new.js", "1")
    #expect(try hash(router) == before)
    #expect(router.get("/scripts/new.js").status == 404)
    // The page itself is as it is on disk, whoever has not looked for others.
    try write("index.html", StaticFilesTests.index + "<p>")
    #expect(String(decoding: router.get("/").body, as: UTF8.self).hasSuffix("<p>"))
    // A second has passed.
    #expect(router.answerNow(APIRequest(method: "HEAD", path: "/")).status == 200)
    #expect(router.get("/scripts/new.js").status == 200)
  }

  @Test func equalContentHasAnEqualHash() throws {
    defer { #expect(throws: Never.self) { try remove() } }
    let before = try hash(Fixture().router(files: StaticFiles(directory: directory)))
    try write("styles/a.css", "p{}")
    #expect(try hash(Fixture().router(files: StaticFiles(directory: directory))) == before)
  }

  // MARK: Compressed

  @Test(arguments: ["gzip, deflate, br", "GZIP;q=0.5", "*", "br, *;q=0.1"])
  func textIsPackedForWhoTakesIt(accepted: String) throws {
    defer { #expect(throws: Never.self) { try remove() } }
    let router = Fixture().router(files: StaticFiles(directory: directory))
    let plain = router.get("/scripts/app.js")
    let packed = router.get("/scripts/app.js", headers: ["accept-encoding": accepted])
    #expect(packed.header("Content-Encoding") == "gzip")
    #expect(packed.header("Vary") == "Accept-Encoding")
    #expect(packed.contentType == plain.contentType)
    #expect(packed.body.count < plain.body.count)
    #expect(try inflated(packed.body) == plain.body)
    let tag = try #require(packed.header("ETag"))
    #expect(tag != plain.header("ETag"))
    let unchanged = router.get("/scripts/app.js", headers: ["accept-encoding": accepted, "if-none-match": tag])
    #expect(unchanged.status == 304)
    #expect(unchanged.header("Content-Encoding") == nil)
  }

  @Test(arguments: [nil, "br, deflate", "gzip;q=0", "gzip; q=0.0, *", "*;q=0", ""])
  func textIsPlainForWhoDoesNot(accepted: String?) throws {
    defer { #expect(throws: Never.self) { try remove() } }
    let router = Fixture().router(files: StaticFiles(directory: directory))
    let answer = router.get("/scripts/app.js", headers: accepted.map { ["accept-encoding": $0] } ?? [:])
    #expect(answer.header("Content-Encoding") == nil)
    #expect(answer.header("Vary") == "Accept-Encoding")
    #expect(answer.body == Array(StaticFilesTests.script.utf8))
  }

  @Test func whatWouldGrowIsNotPacked() throws {
    defer { #expect(throws: Never.self) { try remove() } }
    let router = Fixture().router(files: StaticFiles(directory: directory))
    for path in ["/data.bin", "/styles/a.css"] {
      let answer = router.get(path, headers: ["accept-encoding": "gzip"])
      #expect(answer.header("Content-Encoding") == nil)
      #expect(answer.header("Vary") == nil)
    }
  }

  @Test func thePageIsPackedAsItIsSent() throws {
    defer { #expect(throws: Never.self) { try remove() } }
    let router = Fixture().router(files: StaticFiles(directory: directory))
    let packed = router.get("/", headers: ["accept-encoding": "gzip"])
    #expect(packed.header("Content-Encoding") == "gzip")
    #expect(try inflated(packed.body) == router.get("/").body)
  }

  /// Unpacks with zlib's own reader, which checks the sum at the end.
  private func inflated(_ packed: [UInt8]) throws -> [UInt8] {
    var stream = z_stream()
    #expect(inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK)
    defer { inflateEnd(&stream) }
    var packed = packed
    var room = [UInt8](repeating: 0, count: 1 << 16)
    let status = packed.withUnsafeMutableBufferPointer { input in
      room.withUnsafeMutableBufferPointer { output in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(output.count)
        return inflate(&stream, Z_FINISH)
      }
    }
    #expect(status == Z_STREAM_END)
    return Array(room.prefix(room.count - Int(stream.avail_out)))
  }
}
