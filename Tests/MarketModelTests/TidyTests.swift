import Foundation
import Testing

/// Rules of the house that the compiler does not know.
@Suite struct TidyTests {
  struct Source: Sendable {
    var path: String
    var lines: [Substring]
  }

  static func sources(under folder: String) throws -> [Source] {
    let root = Checkout.root.appending(path: folder)
    let paths = try FileManager.default.subpathsOfDirectory(atPath: root.path).sorted()
    return try paths.filter { name in ["swift", "cpp", "c", "h"].contains { name.hasSuffix("." + $0) } }.map { path in
      let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
      return Source(path: "\(folder)/\(path)", lines: text.split(separator: "\n", omittingEmptySubsequences: false))
    }
  }

  /// Lines whose code (comments left out) matches.
  static func offences(_ pattern: some RegexComponent, in sources: [Source], comments: Bool = false) -> [String] {
    sources.flatMap { source in
      source.lines.enumerated().compactMap { number, line in
        let code = comments ? line : line.split(separator: "//", maxSplits: 1, omittingEmptySubsequences: false)[0]
        return code.firstMatch(of: pattern) == nil ? nil : "\(source.path):\(number + 1): \(line)"
      }
    }
  }

  @Test(arguments: ["Sources/MarketModel", "Sources/FlowEngine", "Sources/OptionMath", "Sources/Positioning"])
  func pureTargetsDoWithoutFoundation(_ folder: String) throws {
    let sources = try Self.sources(under: folder)
    #expect(!sources.isEmpty)
    #expect(Self.offences(/import +Foundation/, in: sources) == [])
  }

  /// Answers of the core follow from its events alone.
  @Test(arguments: ["Sources/FlowEngine", "Sources/OptionMath", "Sources/Positioning"])
  func coreHasNoClockNoChanceNoIO(_ folder: String) throws {
    let clock = /\b(ContinuousClock|SuspendingClock|clock_gettime|gettimeofday|mach_absolute_time|Date\(\))/
    let chance = /\b(SystemRandomNumberGenerator|arc4random|getrandom|\.random\(|\.shuffled?\(|\.randomElement\()/
    // Calls of the free functions; `.print(…)` and `case print(…)` are the engine's own words.
    let io = /(^|[^.\w\s]|^\s+|[^e\s]\s)(print|debugPrint|fopen|fwrite|open|write|read|socket|getenv)\(|\bFileManager\b/
    let sources = try Self.sources(under: folder)
    #expect(Self.offences(clock, in: sources) == [])
    #expect(Self.offences(chance, in: sources) == [])
    #expect(Self.offences(io, in: sources) == [])
  }

  @Test func nothingIsLeftForLater() throws {
    #expect(Self.offences(/\b(TODO|FIXME|XXX|HACK)\b/, in: try Self.sources(under: "Sources"), comments: true) == [])
  }

  @Test(arguments: ["Sources", "Tests"])
  func filesStayShort(_ folder: String) throws {
    let long = try Self.sources(under: folder).filter { $0.lines.count > 500 }.map { "\($0.path): \($0.lines.count)" }
    #expect(long == [])
  }
}
