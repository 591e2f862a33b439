import Feeds
import History
import Journal
import Logging
import Storage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The `marketflow` program: its commands, and what runs them.
public enum MarketFlowProgram {
  static let declaration = Program(
    name: "marketflow", version: marketFlowVersion,
    summary: "order flow of listed options: labelled prints, sweeps, blocks, live and in replay",
    commands: [
      ServeCommand.declaration, ReplayCommand.declaration, VerifyCommand.declaration, RebuildCommand.declaration,
      ExportCommand.declaration, FetchCommand.declaration, CacheCommand.declaration, QueryCommand.declaration,
      CompactCommand.declaration, AlertsCommand.declaration, ReportCommand.declaration, SimulateCommand.declaration,
      BenchCommand.declaration, BenchSocketCommand.declaration, BenchPositioningCommand.declaration,
      DoctorCommand.declaration, ConfigCommand.declaration,
    ],
    examples: [
      Command.Example("marketflow serve", "the demo market at http://127.0.0.1:8000; no key needed"),
      Command.Example("marketflow serve --replay day.ndjson.gz --replay-speed 10", "a recorded day, ten times as fast"),
      Command.Example("marketflow replay day.ndjson.gz --json", "its totals and digest, without a server"),
    ])

  /// Runs the program with the words after its name.
  public static func run(_ words: [String]) -> ExitCode {
    // Not for people: how this program starts itself to answer SQL.
    if words == [QueryWorker.command] { return QueryWorker.run() == 0 ? .ok : .failure }
    do {
      switch try declaration.parse(words) {
      case .help(let text), .version(let text):
        print(text)
        return .ok
      case .run(let command): return try run(command)
      }
    } catch let error as UsageError {
      return fail("\(error)", .usage)
    } catch let error as SettingsError {
      return fail("\(error)", .configuration)
    } catch let error as ReplayFileError where error.kind == .damaged {
      return fail("\(error)", .damagedData)
    } catch let error as JournalError {
      return fail("\(error)", error.exitCode)
    } catch let error as HistoryError {
      return fail("\(error)", error.exitCode)
    } catch let error as ServerError {
      return fail("\(error)", .upstream)
    } catch let error as FrameSourceError {
      // A source that opened well and then cannot go on is damaged.
      return fail("\(error)", .damagedData)
    } catch {
      return fail("\(error)", .failure)
    }
  }

  private static func run(_ command: ParsedCommand) throws -> ExitCode {
    switch command.name {
    case ServeCommand.declaration.name: return try ServeCommand.run(command)
    case ReplayCommand.declaration.name: return try ReplayCommand.run(command)
    case VerifyCommand.declaration.name: return try VerifyCommand.run(command)
    case RebuildCommand.declaration.name: return try RebuildCommand.run(command)
    case ExportCommand.declaration.name: return try ExportCommand.run(command)
    case FetchCommand.declaration.name: return try FetchCommand.run(command)
    case CacheCommand.declaration.name: return try CacheCommand.run(command)
    case QueryCommand.declaration.name: return try QueryCommand.run(command)
    case SimulateCommand.declaration.name: return try SimulateCommand.run(command)
    case BenchCommand.declaration.name: return try BenchCommand.run(command)
    case BenchSocketCommand.declaration.name: return try BenchSocketCommand.run(command)
    case CompactCommand.declaration.name: return try CompactCommand.run(command)
    case BenchPositioningCommand.declaration.name: return try BenchPositioningCommand.run(command)
    case AlertsCommand.declaration.name: return try AlertsCommand.run(command)
    case ReportCommand.declaration.name: return try ReportCommand.run(command)
    case DoctorCommand.declaration.name: return try DoctorCommand.run(command)
    case ConfigCommand.declaration.name: return try ConfigCommand.run(command)
    default: preconditionFailure("command \(command.name) is declared and not run")
    }
  }

  private static func fail(_ message: String, _ code: ExitCode) -> ExitCode {
    printError("marketflow: \(message)")
    return code
  }
}

/// Messages for people go to standard error, so that standard output is data.
func printError(_ line: String, terminator: String = "\n") {
  let bytes = Array((line + terminator).utf8)
  _ = write(STDERR_FILENO, bytes, bytes.count)
}

extension JournalError {
  var exitCode: ExitCode {
    switch self {
    case .damaged, .unreadable, .instruments: .damagedData
    case .locked, .newerFormat, .foreign, .noDay, .file: .failure
    }
  }
}
