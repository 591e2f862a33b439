import Processes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A worker, from its start to its end; it ends with this object at the latest.
final class WorkerProcess {
  let pipe: WorkerPipe
  private var child: pid_t = 0
  private var waitStatus: Int32?

  /// What a worker needs of the environment: where libraries are, and what sanitizers are told. No key, no address.
  private static let passedOn = ["LD_LIBRARY_PATH", "LD_PRELOAD", "ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"]

  init(_ executable: String) throws(SQLError) {
    guard let sockets = SocketPair() else {
      throw .process("cannot be spoken to: \(String(cString: strerror(errno)))")
    }
    pipe = WorkerPipe(descriptor: sockets.ours)
    // One arena: each further one would take address space that counts. A group of its own: Ctrl-C is for the process that asked,
    // which ends this one.
    let status = ChildProcess.start(
      [executable, QueryWorker.command],
      environment: ["MALLOC_ARENA_MAX=1"] + ChildProcess.variables(WorkerProcess.passedOn),
      streams: ChildProcess.Streams(input: sockets.theirs), isGroup: true, &child)
    close(sockets.theirs)
    guard status == 0 else {
      child = 0
      throw .process("cannot be started: \(String(cString: strerror(status)))")
    }
  }

  deinit {
    close(pipe.descriptor)
    guard child != 0, waitStatus == nil else { return }
    kill(child, SIGKILL)
    _ = wait()
  }

  private func wait() -> Int32 {
    let status = ChildProcess.wait(child)
    waitStatus = status
    return status
  }

  /// After the pipe broke: why the process is gone.
  func reasonOfDeath(_ question: SQLQuestion) -> SQLError {
    kill(child, SIGKILL)
    let status = wait()
    let signal = status & 0x7F
    switch signal {
    // What a failed allocation ends in, in Swift, in C++ and in libraries that do not look.
    case SIGABRT, SIGILL, SIGTRAP, SIGSEGV, SIGBUS: return .tooMuchMemory(megabytes: question.memoryLimitMegabytes)
    case SIGXFSZ:
      return .refused(
        "the Parquet file would be longer than \(question.byteLimit) bytes, the limit; ask for fewer rows")
    case 0: return .process("ended with status \(status >> 8 & 0xFF)")
    default: return .process("died of signal \(signal)")
    }
  }
}
