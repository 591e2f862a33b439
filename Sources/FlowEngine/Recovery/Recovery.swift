import MarketModel

/// What is kept to fill gaps in the feed from the vendor's history.
struct Recovery {
  private struct MinuteKey: Hashable, BitwiseCopyable {
    var instrument: InstrumentID
    var minute: Timestamp
  }

  /// Numbers of the gaps that are looked into.
  private(set) var openGaps: [UInt32] = []
  /// Back-filled quotes, by instrument: they label back-filled prints and nothing else.
  private var books: [UInt32: QuoteBook] = [:]
  /// Minutes built again for back-filled prints, so that the next print need not, nor the next gap: to walk back for each of them
  /// past all that came since would cost the square of what is back-filled in a day.
  private var minutes: [MinuteKey: MinuteSums] = [:]
  private var builds: [UInt32: Build] = [:]
  /// Minutes of which a print was taken back since they were built.
  private var spoiled: Set<MinuteKey> = []
  /// The newest minute of an instrument that could not be built: nor can those before it. Else each print of a long gap would walk to the end
  /// of memory to find that out.
  private var lost: [UInt32: Timestamp] = [:]

  /// Which minutes of an instrument are in `minutes`: all from `first` to before `end` that had prints.
  private struct Build: BitwiseCopyable {
    var first: Timestamp
    var end: Timestamp
    /// Number of the newest print that is in.
    var newest: Int64
    /// The minute that was under way then: what came live since is of this minute or of a later one.
    var live: Timestamp
  }

  mutating func begin(_ gap: UInt32) {
    if !openGaps.contains(gap) { openGaps.append(gap) }
  }

  /// Quotes go with the last open gap.
  mutating func end(_ gap: UInt32) {
    openGaps.removeAll { $0 == gap }
    if openGaps.isEmpty { books = [:] }
  }

  /// Too many have been built: they are built again when they are needed.
  private mutating func forgetMinutes() {
    minutes = [:]
    builds = [:]
    spoiled = []
    lost = [:]
  }

  /// Takes in a back-filled quote. Without an open gap there is nothing it could label.
  mutating func update(_ quote: Quote) {
    if !openGaps.isEmpty { books[quote.instrument.rawValue, default: QuoteBook()].update(quote) }
  }

  func prevailing(at trade: Trade) -> (bid: Int64, ask: Int64, time: Timestamp) {
    books[trade.instrument.rawValue]?.prevailing(at: trade) ?? (0, 0, .none)
  }

  /// The minute of a back-filled print with all its prints.
  /// - Parameters:
  ///   - print: the contract's newest.
  ///   - live: the contract's minute under way.
  /// - Returns: nil when not all prints of the minute are remembered.
  mutating func minute(
    of print: RememberedPrint, _ instrument: InstrumentID, live: Timestamp, from prints: borrowing RememberedPrints
  ) -> MinuteSums? {
    if minutes.count > Limits.rebuiltMinutes { forgetMinutes() }
    let minute = print.time.minuteStart
    let key = MinuteKey(instrument: instrument, minute: minute)
    if !update(with: print, instrument, live: live, from: prints) {
      if let lost = lost[instrument.rawValue], minute <= lost { return nil }
      guard let built = prints.rebuild(from: minute, newest: print.number) else {
        lost[instrument.rawValue] = minute
        return nil
      }
      for sums in built { minutes[MinuteKey(instrument: instrument, minute: sums.minute)] = sums }
      builds[instrument.rawValue] = Build(
        first: minute, end: Timestamp(nanoseconds: .max), newest: print.number, live: live)
    } else if spoiled.contains(key) {
      guard let sums = prints.rebuild(minute: minute, newest: print.number) else { return nil }
      minutes[key] = sums
    }
    spoiled.remove(key)
    return minutes[key]
  }

  /// Adds what has come since; false when the minute of the print is not known.
  private mutating func update(
    with print: RememberedPrint, _ instrument: InstrumentID, live: Timestamp, from prints: borrowing RememberedPrints
  ) -> Bool {
    guard var build = builds[instrument.rawValue], print.time >= build.first, print.time < build.end else {
      return false
    }
    if let numbers = prints.numbers(after: build.newest, newest: print.number) {
      for number in numbers.reversed() {
        if let later = prints.find(number)?.pointee { add(later, to: instrument, of: build) }
      }
    } else {
      // Back-filled prints have all passed here; those in between that are not remembered any more came live.
      build.end = min(build.end, build.live)
      guard print.time < build.end else { return false }
      add(print, to: instrument, of: build)
    }
    build.newest = print.number
    build.live = live
    builds[instrument.rawValue] = build
    return true
  }

  private mutating func add(_ print: RememberedPrint, to instrument: InstrumentID, of build: Build) {
    guard print.time >= build.first, print.time < build.end, !print.isCancelled else { return }
    let minute = print.time.minuteStart
    minutes[MinuteKey(instrument: instrument, minute: minute), default: MinuteSums(minute: minute)].addLater(print)
  }

  /// A print of the minute was taken back: what was built has it in. The other minutes stay: their prints may not be remembered any more.
  mutating func forget(_ instrument: InstrumentID, _ minute: Timestamp) {
    let key = MinuteKey(instrument: instrument, minute: minute)
    if minutes[key] != nil { spoiled.insert(key) }
  }

  /// Dictionaries have no order of their own: sorted.
  func save(into snapshot: inout SnapshotBytes) {
    snapshot.add(openGaps)
    let books = books.sorted { $0.key < $1.key }
    snapshot.add(books.map(\.key))
    snapshot.add(books.map(\.value))
    let minutes = minutes.sorted { ($0.key.instrument, $0.key.minute) < ($1.key.instrument, $1.key.minute) }
    snapshot.add(minutes.map(\.key))
    snapshot.add(minutes.map(\.value))
    snapshot.add(spoiled.sorted { ($0.instrument, $0.minute) < ($1.instrument, $1.minute) })
    let builds = builds.sorted { $0.key < $1.key }
    snapshot.add(builds.map(\.key))
    snapshot.add(builds.map(\.value))
    let lost = lost.sorted { $0.key < $1.key }
    snapshot.add(lost.map(\.key))
    snapshot.add(lost.map(\.value))
  }

  mutating func restore(_ reader: inout SnapshotReader) throws(SnapshotError) {
    openGaps = try reader.readArray()
    for (instrument, book) in zip(try reader.readArray(of: UInt32.self), try reader.readArray(of: QuoteBook.self)) {
      books[instrument] = book
    }
    for (key, minute) in zip(try reader.readArray(of: MinuteKey.self), try reader.readArray(of: MinuteSums.self)) {
      minutes[key] = minute
    }
    spoiled = Set(try reader.readArray(of: MinuteKey.self))
    for (instrument, build) in zip(try reader.readArray(of: UInt32.self), try reader.readArray(of: Build.self)) {
      builds[instrument] = build
    }
    for (instrument, minute) in zip(try reader.readArray(of: UInt32.self), try reader.readArray(of: Timestamp.self)) {
      lost[instrument] = minute
    }
  }

  func add(to digest: inout StateDigest) {
    for gap in openGaps { digest.add(UInt64(gap)) }
    // A dictionary has no order of its own.
    for key in books.keys.sorted() {
      guard let book = books[key] else { continue }
      digest.add(UInt64(key))
      digest.add(book.bid)
      digest.add(book.ask)
      digest.add(book.time.nanoseconds)
      digest.add(book.previousBid)
      digest.add(book.previousAsk)
      digest.add(book.previousTime.nanoseconds)
    }
  }
}
