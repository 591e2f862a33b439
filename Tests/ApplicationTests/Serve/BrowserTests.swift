import FoundationEssentials
import Synchronization
import Testing

@testable import Application

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct BrowserTests {
  /// The server blocks the signals that end it; what it starts must not inherit that.
  @Test func whatIsStartedGetsItsSignals() async throws {
    var blocked = sigset_t()
    var before = sigset_t()
    sigemptyset(&blocked)
    sigaddset(&blocked, SIGTERM)
    pthread_sigmask(SIG_BLOCK, &blocked, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    // A shell that ends itself by the signal, or with 7 when the signal does not reach it.
    let status = await withCheckedContinuation { continuation in
      let failure = Browser.start(["sh", "-c", "kill -TERM $$; exit 7"]) { continuation.resume(returning: $0) }
      #expect(failure == 0)
    }
    #expect(status & 0x7F == SIGTERM)
  }

  @Test func whatDoesNotExistIsSaid() {
    #expect(Browser.start(["/no/such/program"]) == ENOENT)
  }
}
