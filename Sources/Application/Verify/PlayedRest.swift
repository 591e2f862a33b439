import FlowEngine
import MarketModel
import Storage

/// What a day that is played gives out beside prints, as a store keeps it: by keys of which the newest row wins.
struct PlayedRest {
  struct Report {
    var time: Timestamp
    var contracts: Int64
  }

  struct ReportKey: Hashable {
    var contract: SymbolText
    var day: MarketDate
  }

  private struct BarKey: Hashable {
    var instrument: InstrumentID
    var minute: Timestamp
  }

  private let instruments: InstrumentTable
  private var bars: [BarKey: MinuteBar] = [:]
  private(set) var openInterest: [ReportKey: Report] = [:]
  private(set) var incidents: Set<FeedIncident> = []

  /// - Parameter instruments: the table the outputs' ids come from.
  init(instruments: InstrumentTable) { self.instruments = instruments }

  mutating func add(_ output: FlowOutput) {
    switch output {
    case .minuteBar(let bar): bars[BarKey(instrument: bar.instrument, minute: bar.minute)] = bar
    case .openInterest(let report):
      let key = ReportKey(contract: instruments[report.instrument].symbol, day: marketDay(of: report.time))
      openInterest[key] = Report(time: report.time, contracts: report.contracts)
    case .incident(let incident) where incident.time != .none:
      var incident = incident
      // Not part of what names it.
      incident.from = .none
      incidents.insert(incident)
    case .incident, .print, .cancellation, .sessionReset, .digest, .detection, .detectionLeg: break
    }
  }

  var barSums: BarSums {
    var sums = BarSums()
    for bar in bars.values {
      sums.bars += 1
      sums.trades += bar.trades
      sums.volume += bar.volume
      sums.premiumMicros += bar.premiumMicros
      sums.buyVolume += bar.buyVolume
      sums.sellVolume += bar.sellVolume
    }
    return sums
  }
}
