import Testing

@testable import Application

/// A program with one of everything.
let sampleProgram = Program(
  name: "marketflow", version: "1.2.3", summary: "order flow",
  commands: [
    Command(
      "serve", summary: "show the market in a browser", discussion: "Starts everything.",
      options: [
        CommandOption(
          "port", short: "p", .value(.integer(0...65_535)), help: "port to listen on", default: "8000",
          environment: "MARKETFLOW_PORT"),
        CommandOption("open", .flag, help: "open the browser"),
        CommandOption("provider", .value(.choice(["demo", "polygon"])), help: "where data come from"),
        CommandOption("symbol", .repeated(.text(placeholder: "SYMBOL")), help: "an underlying"),
        CommandOption("intensity", .value(.number(0.5...10)), help: "how busy"),
        CommandOption("storage", .value(.boolean), help: "keep prints"),
      ],
      examples: [Command.Example("marketflow serve --port 9000", "on another port")]),
    Command(
      "replay", summary: "play a file", arguments: [CommandArgument("FILE", help: "recorded frames")],
      options: [CommandOption("speed", .value(.numberOrWord(0.01...100, ["max"])), help: "the pace"), .json]),
    Command(
      "tail", summary: "follow",
      arguments: [CommandArgument("SYMBOLS", .text(placeholder: "S"), .any, help: "underlyings")]),
  ])

@Suite struct CommandParserTests {
  private func parse(_ words: String...) throws -> ParsedCommand {
    guard case .run(let command) = try sampleProgram.parse(words) else { throw Missing() }
    return command
  }

  private struct Missing: Error {}

  private func message(_ words: String...) -> String? {
    do {
      _ = try sampleProgram.parse(words)
      return nil
    } catch {
      return error.message
    }
  }

  @Test func valuesComeWithASpaceOrAnEqualsSign() throws {
    #expect(try parse("serve", "--port", "9000").integer("port") == 9000)
    #expect(try parse("serve", "--port=9000").integer("port") == 9000)
    #expect(try parse("serve", "-p", "9000").integer("port") == 9000)
    #expect(try parse("serve", "--symbol=A=B").text("symbol") == "A=B")
  }

  @Test func whatIsNotGivenIsNil() throws {
    let command = try parse("serve")
    #expect(command.integer("port") == nil)
    #expect(!command.flag("open"))
    #expect(command.texts("symbol").isEmpty)
  }

  @Test func theLastValueCountsAndRepeatedOnesAllDo() throws {
    let command = try parse("serve", "--port", "1", "--symbol", "SPY", "--port", "2", "--symbol", "QQQ", "--open")
    #expect(command.integer("port") == 2)
    #expect(command.texts("symbol") == ["SPY", "QQQ"])
    #expect(command.flag("open"))
  }

  @Test func typedValues() throws {
    let command = try parse("serve", "--intensity", "2.5", "--storage", "off", "--provider", "polygon")
    #expect(command.number("intensity") == 2.5)
    #expect(command.boolean("storage") == false)
    #expect(command.text("provider") == "polygon")
    #expect(try parse("replay", "f", "--speed", "max").text("speed") == "max")
    #expect(try parse("replay", "f", "--speed", "10").number("speed") == 10)
  }

  @Test func positionalArguments() throws {
    #expect(try parse("replay", "tape.ndjson", "--json").argument("FILE") == "tape.ndjson")
    #expect(try parse("replay", "--", "--odd-name").argument("FILE") == "--odd-name")
    #expect(try parse("replay", "-").argument("FILE") == "-")
    #expect(try parse("tail").allArguments("SYMBOLS").isEmpty)
    #expect(try parse("tail", "SPY", "QQQ").allArguments("SYMBOLS") == ["SPY", "QQQ"])
  }

  @Test func mistakesNameFlagValueAndWish() {
    #expect(message("serve", "--port", "http") == #"--port is "http", wanted a whole number from 0 to 65535"#)
    #expect(message("serve", "--port=70000") == #"--port is "70000", wanted a whole number from 0 to 65535"#)
    #expect(message("serve", "--port") == "--port needs a value: --port N")
    #expect(message("serve", "--port", "--open") == "--port needs a value: --port N")
    #expect(message("serve", "--port=") == "--port is empty, wanted a whole number from 0 to 65535")
    #expect(message("serve", "--open=yes") == "--open takes no value, and yes was given")
    #expect(message("serve", "--intensity", "nan") == #"--intensity is "nan", wanted a number from 0.5 to 10"#)
    #expect(message("serve", "--storage", "maybe") == #"--storage is "maybe", wanted on or off"#)
    #expect(message("replay", "f", "--speed", "fast") == #"--speed is "fast", wanted max or a number from 0.01 to 100"#)
    #expect(message("serve", "extra") == #"unexpected argument "extra": serve takes no arguments"#)
    #expect(message("replay") == "replay needs FILE: recorded frames")
    #expect(message("replay", "a", "b") == #"unexpected argument "b": replay takes 1"#)
  }

  @Test func nearMissesAreSuggested() {
    #expect(message("serve", "--prot", "1") == "unknown option --prot; did you mean --port?")
    #expect(message("serve", "--symbols", "SPY") == "unknown option --symbols; did you mean --symbol?")
    #expect(message("sevre") == "unknown command sevre; did you mean serve?")
    #expect(
      message("serve", "--provider", "polygno")
        == #"--provider is "polygno", wanted demo or polygon; did you mean polygon?"#)
    #expect(message("serve", "--zzzzzzz") == "unknown option --zzzzzzz of serve")
    #expect(message("serve", "--speed", "1") == "unknown option --speed of serve; it belongs to replay")
    #expect(message("xyzzy") == "unknown command xyzzy")
    #expect(
      message("--port", "1") == "option --port stands before the command; wanted one of serve, replay or tail first")
  }

  @Test func helpWinsOverMistakes() throws {
    guard case .help(let text) = try sampleProgram.parse(["serve", "--prot", "--help"]) else {
      Issue.record("wanted help")
      return
    }
    #expect(text.hasPrefix("marketflow serve: show the market in a browser\n"))
    #expect(text.contains("  -p, --port N"))
    #expect(text.contains("port to listen on (default 8000; env MARKETFLOW_PORT)"))
    #expect(text.contains("marketflow serve --port 9000  on another port"))
    guard case .run = try sampleProgram.parse(["replay", "--", "--help"]) else {
      Issue.record("after -- everything is an argument")
      return
    }
  }

  @Test func helpOfTheProgramNamesEveryCommandAndExitCode() throws {
    for words in [[], ["--help"], ["-h"], ["help"]] {
      guard case .help(let text) = try sampleProgram.parse(words) else {
        Issue.record("wanted help for \(words)")
        continue
      }
      for command in sampleProgram.commands { #expect(text.contains("\(command.name) ")) }
      for code in ExitCode.allCases {
        let number = "\(code.rawValue)"
        let space = String(repeating: " ", count: 3 - number.count)
        #expect(text.contains("  \(number)\(space)  \(code.meaning)\n"))
      }
      #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
    }
    guard case .help(let text) = try sampleProgram.parse(["help", "replay"]) else {
      Issue.record("wanted help")
      return
    }
    #expect(text.contains("Usage:\n  marketflow replay [OPTIONS] FILE\n"))
  }

  @Test func version() throws {
    guard case .version(let text) = try sampleProgram.parse(["--version"]) else {
      Issue.record("wanted the version")
      return
    }
    #expect(text == "marketflow 1.2.3")
  }

  @Test func exitCodesAreTheDocumentedOnes() {
    #expect(ExitCode.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 130])
    #expect(ExitCode.usage.rawValue == 2 && ExitCode.configuration.rawValue == 3 && ExitCode.damagedData.rawValue == 5)
  }
}

@Suite struct NearMissTests {
  @Test(arguments: [
    ("prot", "port", 1), ("port", "port", 0), ("", "abc", 3), ("kitten", "sitting", 3), ("ab", "ba", 1), ("abc", "", 3),
  ]) func distances(a: String, b: String, wanted: Int) {
    #expect(NearMiss.distance(Array(a.utf8), Array(b.utf8)) == wanted)
  }

  @Test func farWordsAreNotSuggested() {
    #expect(NearMiss.closest(to: "banana", among: ["port", "host"]) == nil)
    #expect(NearMiss.closest(to: "", among: ["a"]) == nil)
    #expect(NearMiss.closest(to: "PORT", among: ["host", "port"]) == "port")
  }
}
