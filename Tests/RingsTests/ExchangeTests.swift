import Rings
import Synchronization
import Testing

private final class Page: @unchecked Sendable {
  static let living = Atomic<Int>(0)
  var numbers: [Int] = []
  init() { Page.living.add(1, ordering: .relaxed) }
  deinit { Page.living.subtract(1, ordering: .relaxed) }
}

// One test after the other: they count living pages.
@Suite(.serialized) struct ExchangeTests {
  @Test func lendsOneObjectAtATime() {
    let exchange = Exchange<Page>()
    let page = Page()
    #expect(exchange.take() == nil)
    exchange.answer { _ in Issue.record("nothing was asked for") }
    #expect(exchange.request(page))
    #expect(!exchange.request(page))
    #expect(exchange.take() == nil)
    exchange.answer { $0.numbers.append(1) }
    // Filled, and not taken yet: still lent.
    #expect(!exchange.request(page))
    exchange.answer { _ in Issue.record("answered already") }
    #expect(exchange.take() === page)
    #expect(page.numbers == [1])
    #expect(exchange.request(page))
  }

  @Test func keepsAndReleasesWhatIsUnderWay() {
    let before = Page.living.load(ordering: .relaxed)
    do {
      let unanswered = Exchange<Page>()
      #expect(unanswered.request(Page()))
      let untaken = Exchange<Page>()
      #expect(untaken.request(Page()))
      untaken.answer { $0.numbers = [1, 2, 3] }
      #expect(Page.living.load(ordering: .relaxed) == before + 2)
    }
    #expect(Page.living.load(ordering: .relaxed) == before)
  }

  @Test func twoThreadsSeeWholePages() {
    let exchange = Exchange<Page>()
    let rounds = 2_000
    let done = Atomic<Bool>(false)
    onTwoThreads {
      var filled = 0
      while !done.load(ordering: .acquiring) {
        exchange.answer {
          filled += 1
          $0.numbers = Array(repeating: filled, count: 64)
        }
      }
    } _: {
      var page = Page()
      var wrong = 0
      for round in 1...rounds {
        if !exchange.request(page) { wrong += 1 }
        var answer: Page?
        while answer == nil { answer = exchange.take() }
        guard let answer else { continue }
        if answer.numbers != Array(repeating: round, count: 64) { wrong += 1 }
        page = answer
      }
      done.store(true, ordering: .releasing)
      #expect(wrong == 0)
    }
  }
}
