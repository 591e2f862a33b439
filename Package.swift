// swift-tools-version: 6.2
import PackageDescription

// libduckdb has no Debian package: scripts/setup puts it into .deps/lib, DUCKDB_LIB_DIR names another place.
let duckdbDirectories = [Context.environment["DUCKDB_LIB_DIR"], Context.packageDirectory + "/.deps/lib"].compactMap {
  $0
}
let duckdbFlags =
  duckdbDirectories.flatMap { ["-L\($0)", "-Xlinker", "-rpath", "-Xlinker", $0] }
  + ["-Xlinker", "-rpath", "-Xlinker", "$ORIGIN/../lib"]

let swiftSettings: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  // Release builds specialise our generics across targets only with this flag: 88 to 69 instructions an event.
  .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

func target(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: swiftSettings)
}

let package = Package(
  name: "marketflow",
  platforms: [.macOS(.v15)],
  products: [.executable(name: "marketflow", targets: ["marketflow"])],
  targets: [
    // System libraries.
    .target(
      name: "CSimdJSON",
      cxxSettings: [.treatAllWarnings(as: .error), .define("NDEBUG", .when(configuration: .release))],
      linkerSettings: [.linkedLibrary("simdjson")]),
    .target(
      name: "CDuckDB",
      cSettings: [.treatAllWarnings(as: .error)],
      linkerSettings: [.unsafeFlags(duckdbFlags), .linkedLibrary("duckdb")]),
    .target(name: "CThreads", cSettings: [.treatAllWarnings(as: .error)]),
    .target(name: "CFolders", cSettings: [.treatAllWarnings(as: .error)]),
    .systemLibrary(
      name: "CWebSockets", pkgConfig: "libwebsockets",
      providers: [.apt(["libwebsockets-dev", "libcap-dev"]), .brew(["libwebsockets"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
    .systemLibrary(
      name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),

    // The house, lowest room first.
    target("MarketModel"),
    target("Clocks"),
    target("Rings", ["CThreads"]),
    target("JSONText"),
    target("Logging", ["JSONText", "Clocks"]),
    target("Files", ["CFolders"]),
    target("Processes"),
    target("OptionMath", ["MarketModel"]),
    target("Positioning", ["MarketModel", "OptionMath"]),
    target("FlowEngine", ["MarketModel", "OptionMath"]),
    target("Transport", ["CWebSockets", "Logging", "Rings"]),
    target(
      "Feeds",
      [
        "MarketModel", "OptionMath", "JSONText", "Transport", "Rings", "Logging", "Clocks", "CSimdJSON", "CZlib",
        "CZstd",
      ]),
    target("Simulator", ["MarketModel", "OptionMath", "Feeds", "Transport", "Rings", "JSONText", "Logging", "Clocks"]),
    target(
      "Storage", ["MarketModel", "FlowEngine", "Rings", "Processes", "Logging", "Clocks", "JSONText", "CDuckDB"]),
    target("Journal", ["MarketModel", "Rings", "Files", "Logging", "Clocks", "CZstd"]),
    target("Lake", ["MarketModel", "Storage", "Rings", "Files", "Logging", "Clocks", "JSONText"]),
    target("History", ["MarketModel", "Journal", "Feeds", "Files", "Logging", "Clocks", "JSONText", "CZstd"]),
    target(
      "Alerting",
      [
        "MarketModel", "FlowEngine", "Positioning", "Storage", "Rings", "Files", "Processes", "Logging", "Clocks",
        "JSONText", "CCurl", "CCrypto",
      ]),
    target(
      "Server",
      [
        "MarketModel", "FlowEngine", "Positioning", "Storage", "Alerting", "Transport", "Rings", "Files", "JSONText",
        "Logging", "Clocks", "CZlib",
      ]),
    target(
      "Application",
      [
        "MarketModel", "OptionMath", "Positioning", "FlowEngine", "Feeds", "Simulator", "Storage", "Journal", "Lake",
        "History", "Alerting", "Transport", "Server", "Rings", "Files", "Processes", "JSONText", "Logging", "Clocks",
      ]),
    .executableTarget(name: "marketflow", dependencies: ["Application"], swiftSettings: swiftSettings),

    // Tests.
    tests("MarketModelTests", ["MarketModel"], exclude: ["Oracles"]),
    tests("RingsTests", ["Rings"]),
    tests("FilesTests", ["Files"]),
    tests("OptionMathTests", ["OptionMath", "MarketModel"], exclude: ["Oracles"]),
    tests("PositioningTests", ["Positioning", "OptionMath", "MarketModel"], exclude: ["Oracles"]),
    tests("FlowEngineTests", ["FlowEngine", "OptionMath", "MarketModel"]),
    tests(
      "FeedsTests", ["Feeds", "Transport", "Rings", "Logging", "MarketModel", "FlowEngine"],
      exclude: ["RESTPeers", "SessionPeers"]),
    tests(
      "SimulatorTests",
      ["Simulator", "Feeds", "Transport", "Rings", "Logging", "MarketModel", "OptionMath", "JSONText"],
      exclude: ["Peers"]),
    tests("JournalTests", ["Journal", "MarketModel", "Rings", "Logging", "CZstd"]),
    tests(
      "HistoryTests",
      ["History", "Feeds", "Simulator", "FlowEngine", "Transport", "Rings", "Logging", "MarketModel", "CZlib"]),
    tests("StorageTests", ["Storage", "FlowEngine", "MarketModel", "CDuckDB"]),
    tests(
      "LakeTests", ["Lake", "Storage", "FlowEngine", "MarketModel", "Logging", "Clocks"], exclude: ["Peers"]),
    tests(
      "AlertingTests",
      ["Alerting", "Positioning", "Storage", "FlowEngine", "MarketModel", "Rings", "Logging", "Clocks", "JSONText"],
      exclude: ["Peers"]),
    tests("TransportTests", ["Transport", "Logging"], exclude: ["Peers"]),
    tests(
      "ServerTests",
      ["Server", "Alerting", "Transport", "Storage", "FlowEngine", "Positioning", "MarketModel", "JSONText", "CZlib"]),
    tests(
      "ApplicationTests",
      [
        "Application", "FlowEngine", "Feeds", "Simulator", "Storage", "Journal", "Lake", "History", "Server", "Rings",
        "Clocks", "MarketModel", "OptionMath", "Positioning", "JSONText", "Logging", "Alerting",
      ]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
