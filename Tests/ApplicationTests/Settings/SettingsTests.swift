import FoundationEssentials
import Logging
import MarketModel
import Server
import Testing

@testable import Application

private let program = Program(
  name: "marketflow", version: "0", summary: "",
  commands: [
    Command("serve", summary: "", options: SettingKey.options(SettingKey.allCases)),
    Command("doctor", summary: ""),
  ])

/// Settings from words, variables and a file.
private func settings(
  _ words: [String] = [], _ environment: [String: String] = [:], file: String? = nil
) throws -> Settings {
  guard case .run(let command) = try program.parse(["serve"] + words) else { preconditionFailure("no command") }
  return try Settings(
    command: command, environment: environment,
    file: file.map { text throws(SettingsError) in try DotEnv(file: ".env", text: text) })
}

private func problems(
  _ words: [String] = [], _ environment: [String: String] = [:], file: String? = nil
) throws -> [String] {
  do {
    _ = try settings(words, environment, file: file)
    return []
  } catch let error as SettingsError {
    return error.problems
  }
}

@Suite struct SettingsTests {
  @Test func defaultsNeedNothing() throws {
    let settings = try settings()
    #expect(settings.source == .demo && settings.demoMode)
    #expect(settings.host == "127.0.0.1" && settings.port == 8000)
    #expect(settings.dataDirectory == "data" && settings.isStorageEnabled)
    #expect(settings.logLevel == .info && settings.logFormat == .text)
    #expect(settings.symbols == ["SPY", "QQQ", "AAPL", "NVDA", "TSLA"])
    #expect(settings.demoSeed == 1 && settings.demoIntensity == 1 && settings.replaySpeed == .times(1))
    #expect(settings.polygonKey == nil)
    #expect(settings.entries.allSatisfy { $0.origin == .standard })
  }

  @Test func flagsOverEnvironmentOverFileOverDefaults() throws {
    let file = "MARKETFLOW_PORT=1\nMARKETFLOW_HOST=file\nMARKETFLOW_LOG_LEVEL=debug"
    let environment = ["MARKETFLOW_PORT": "2", "MARKETFLOW_HOST": "environment"]
    let settings = try settings(["--port", "3"], environment, file: file)
    #expect(settings.port == 3 && settings.host == "environment" && settings.logLevel == .debug)
    let origins = Dictionary(uniqueKeysWithValues: settings.entries.map { ($0.name, $0.origin) })
    #expect(origins["port"] == .flag("port"))
    #expect(origins["host"] == .environment("MARKETFLOW_HOST"))
    #expect(origins["log_level"] == .file(".env", line: 3, name: "MARKETFLOW_LOG_LEVEL"))
    #expect(origins["data_directory"] == .standard)
  }

  @Test func namesThatPeopleAlreadyUse() throws {
    let settings = try settings(
      [],
      [
        "PROVIDER": "polygon", "MASSIVE_API_KEY": "k", "OPTION_FLOW_POLYGON_STREAM_SYMBOLS": #"["spy", "BRK.B","SPY"]"#,
      ])
    #expect(settings.source == .polygon(key: Secret("k")))
    #expect(settings.symbols == ["SPY", "BRK.B"])
    #expect(
      try problems([], ["REPLAY_MODE": "true"]).first?.hasPrefix("replay_mode is on from environment (REPLAY_MODE)")
        == true)
  }

  @Test func ourNameComesBeforeAnAliasAndTheEnvironmentBeforeTheFile() throws {
    #expect(try settings([], ["POLYGON_API_KEY": "a", "MARKETFLOW_POLYGON_KEY": "b"]).polygonKey == Secret("b"))
    #expect(try settings([], ["POLYGON_API_KEY": "a"], file: "MARKETFLOW_POLYGON_KEY=b").polygonKey == Secret("a"))
    #expect(try settings([], ["POLYGON_API_KEY": ""], file: "POLYGON_API_KEY=b").polygonKey == Secret("b"))
  }

  @Test func withoutDemoModeAMissingKeyIsAClearError() throws {
    let wanted =
      "polygon_key is not set, and without demo mode (demo_mode is off from environment (OPTION_FLOW_DEMO_MODE)) a key is "
      + "needed: set MARKETFLOW_POLYGON_KEY, POLYGON_API_KEY or MASSIVE_API_KEY in the environment or in .env, or switch demo mode on "
      + "with --demo-mode on"
    #expect(try problems([], ["OPTION_FLOW_DEMO_MODE": "false"]) == [wanted])
    #expect(try problems(["--provider", "polygon"]).first?.contains("(provider is polygon from --provider)") == true)
    #expect(try settings(["--demo-mode", "off"], ["POLYGON_API_KEY": "k"]).source == .polygon(key: Secret("k")))
    #expect(try settings([], ["PROVIDER": "polygon", "OPTION_FLOW_DEMO_MODE": "true"]).source == .demo)
    #expect(
      try problems(["--provider", "demo", "--demo-mode", "off"]).first?.hasPrefix(
        "demo_mode is off from --demo-mode and provider is demo") == true)
  }

  @Test func aLiveFeedHasItsPlaces() throws {
    let key = ["POLYGON_API_KEY": "k"]
    func live(_ words: [String]) throws -> LiveSettings { try settings(["--provider", "polygon"] + words, key).live }
    #expect(try live([]).socketBase == "wss://socket.massive.com")
    #expect(try live([]).restBase == "https://api.massive.com")
    #expect(try live(["--brand", "polygon", "--feed", "delayed"]).socketBase == "wss://delayed.polygon.io")
    #expect(try live(["--endpoint", "http://127.0.0.1:8765/"]).socketBase == "ws://127.0.0.1:8765")
    #expect(try live(["--endpoint", "https://proxy:8"]).socketBase == "wss://proxy:8")
    #expect(try live(["--endpoint", "https://proxy:8"]).restBase == "https://proxy:8")
    #expect(
      try live(["--default-spots", #"{"spy": 600, "QQQ":510.25}"#]).defaultSpots
        == ["SPY": Price(micros: 600_000_000), "QQQ": Price(micros: 510_250_000)])
    #expect(try settings(["--provider", "massive"], key).source == .polygon(key: Secret("k")))
  }

  @Test(arguments: ["127.0.0.1:8765", "ftp://x", "http://", "http://a/b", "http://user@host"])
  func aWrongEndpointIsExplained(_ text: String) throws {
    #expect(try problems(["--endpoint", text]).first?.contains("wanted http://host:port") == true)
  }

  @Test(arguments: ["600", "{}", #"{"SPY"}"#, #"{"SPY":-1}"#, #"{"SPY":600,"QQQ":"x"}"#])
  func wrongDefaultSpotsAreExplained(_ text: String) throws {
    #expect(try problems(["--default-spots", text]).first?.contains("wanted prices by underlying") == true)
  }

  @Test func aSimulatorOfThisMachineNeedsNoKey() throws {
    let words = ["--provider", "polygon", "--endpoint", "http://127.0.0.1:8765"]
    #expect(try settings(words).source == .polygon(key: Secret("simulated")))
    #expect(
      try problems(["--provider", "polygon", "--endpoint", "http://10.0.0.1:1"]).first?.contains("a key is") == true)
  }

  @Test func aReplayFileWins() throws {
    let settings = try settings(["--replay", "tape.ndjson", "--replay-speed", "max"], ["PROVIDER": "polygon"])
    #expect(settings.source == .replay(path: "tape.ndjson") && !settings.demoMode)
    #expect(settings.replaySpeed == .maximum)
    #expect(try replaySpeed("10") == .times(10))
  }

  private func replaySpeed(_ text: String) throws -> ReplaySpeed {
    try settings(["--replay", "t", "--replay-speed", text]).replaySpeed
  }

  @Test func everyProblemIsSaidAtOnceWithItsOrigin() throws {
    let found = try problems(
      [], ["MARKETFLOW_PORT": "http", "MARKETFLOW_SYMBOLS": "[SPY]"], file: "\nMARKETFLOW_LOG_LEVEL=inof")
    #expect(
      found == [
        #"port is "http" (from environment (MARKETFLOW_PORT)), wanted a whole number from 0 to 65535"#,
        #"log_level is "inof" (from .env:2 (MARKETFLOW_LOG_LEVEL)), wanted debug, info, warning, error or critical; did you mean info?"#,
        #"symbols is [SPY] (from environment (MARKETFLOW_SYMBOLS)), SPY is no JSON string, wanted a JSON array as ["SPY","QQQ"]"#,
      ])
  }

  @Test(arguments: ["[", "[]", "[\"\"]", "[\"A\",]", "A B,", "[\"SP\u{0}Y\"]", "\"", "[\"é\"]"]) func badSymbols(
    text: String
  ) throws {
    #expect(try problems(["--symbols", text]).count == 1)
  }

  @Test(arguments: [("SPY,qqq", ["SPY", "QQQ"]), (#"["I:SPX"]"#, ["I:SPX"]), ("spy", ["SPY"])]) func goodSymbols(
    text: String, wanted: [String]
  ) throws {
    #expect(try settings(["--replay", "tape", "--symbols", text]).symbols == wanted)
  }

  @Test func theDemoMarketKnowsItsSymbols() throws {
    #expect(try settings(["--symbols", "qqq,SPY"]).symbols == ["QQQ", "SPY"])
    #expect(
      try problems([], ["OPTION_FLOW_POLYGON_STREAM_SYMBOLS": #"["SPY","MSFT","AMD"]"#]) == [
        "symbols name MSFT, AMD from environment (OPTION_FLOW_POLYGON_STREAM_SYMBOLS), which are not part of the demo "
          + "market: choose from SPY, QQQ, AAPL, NVDA and TSLA, or leave symbols out"
      ])
  }

  @Test func theFolderOfThePageIsASetting() throws {
    #expect(try settings().webDirectory == nil)
    #expect(try settings([], ["MARKETFLOW_WEB_DIRECTORY": "/a"]).webDirectory == "/a")
    #expect(try settings(["--web-dir", "/b"], ["MARKETFLOW_WEB_DIRECTORY": "/a"]).webDirectory == "/b")
  }

  @Test func namesOfTheServerAreASetting() throws {
    #expect(try settings().names == nil)
    #expect(
      try settings([], ["MARKETFLOW_NAMES": "localhost, Desk.lan,[FE80::1]"]).names == [
        "localhost", "desk.lan", "[fe80::1]",
      ])
    #expect(try settings(["--names", "b"], ["MARKETFLOW_NAMES": "a"]).names == ["b"])
    for wrong in ["http://desk.lan", "desk.lan:8000", "a,", "fe80::1", "[]", "ä"] {
      let problem = try #require(try problems(["--names", wrong]).first)
      #expect(problem.hasPrefix("names is \"\(wrong)\" (from --names)") && problem.contains("as localhost,desk.lan"))
    }
  }

  @Test func storageIsSwitchedOffByItsFlagAndItsVariable() throws {
    #expect(try !settings(["--no-store"]).isStorageEnabled)
    #expect(try !settings([], ["MARKETFLOW_STORAGE": "no"]).isStorageEnabled)
  }

  @Test func secretsAreMaskedInEveryReport() throws {
    let settings = try settings([], ["POLYGON_API_KEY": "hunter2"])
    var dumped = ""
    dump(settings, to: &dumped)
    for shown in [settings.table(), settings.json(), dumped, "\(settings)"] { #expect(!shown.contains("hunter2")) }
    #expect(settings.table().contains("polygon_key            ***"))
    #expect(settings.json().contains(#""polygon_key":{"value":"***","origin":"environment (POLYGON_API_KEY)""#))
  }

  @Test func reportsNameEverySettingWithItsOrigin() throws {
    let settings = try settings(["--port", "9"])
    for key in SettingKey.allCases {
      #expect(settings.table().contains("\(key.name) "))
      #expect(settings.json().contains("\"\(key.name)\":{"))
    }
    #expect(settings.table().split(separator: "\n").contains { $0.hasPrefix("port ") && $0.hasSuffix("--port") })
    #expect(settings.json().contains(#""replay_file":{"value":null"#))
  }

  @Test func mistypedVariablesAreWarnedAbout() throws {
    let settings = try settings(
      [], ["MARKETFLOW_PROT": "1", "MARKETFLOW_SOMETHING_ELSE_ENTIRELY": "1"], file: "MARKETFLOW_HSOT=x")
    #expect(
      settings.warnings == [
        "MARKETFLOW_HSOT (from .env) is no setting; did you mean MARKETFLOW_HOST?",
        "MARKETFLOW_PROT (from environment) is no setting; did you mean MARKETFLOW_PORT?",
      ])
  }

  @Test func aCommandWithoutTheOptionsReadsTheOtherPlaces() throws {
    guard case .run(let command) = try program.parse(["doctor"]) else { preconditionFailure("no command") }
    #expect(try Settings(command: command, environment: ["MARKETFLOW_PORT": "7"], file: nil).port == 7)
  }

  @Test func everyDefaultPassesItsOwnCheck() {
    for key in SettingKey.allCases {
      if let standard = key.standard { #expect(key.type.complaint(about: standard) == nil, "\(key.name)") }
    }
    #expect(SettingKey.polygonKey.option == nil)
  }

  @Test func theFileIsOptionalAndItsMistakesAreNot() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "marketflow-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: ".env").path
    #expect(try DotEnv.ifPresent(at: path) == nil)
    try "A=1".write(toFile: path, atomically: true, encoding: .utf8)
    #expect(try DotEnv.ifPresent(at: path)?.assignments["A"]?.value == "1")
    try Data([0x41, 0x3D, 0xFF]).write(to: URL(filePath: path))
    #expect(throws: SettingsError.self) { try DotEnv.ifPresent(at: path) }
  }
}
