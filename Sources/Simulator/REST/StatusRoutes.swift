import JSONText
import MarketModel
import Transport

/// `/v1/marketstatus`: the played market's clock and calendar.
struct StatusRoutes {
  static func now(_ time: Timestamp) -> HTTPResponse {
    let phase = TradingCalendar.phase(at: time)
    let word =
      switch phase {
      case .closed: "closed"
      case .regular: "open"
      case .preMarket, .postMarket: "extended-hours"
      }
    var json = JSONWriter()
    json.object { json in
      json.field("afterHours", phase == .postMarket)
      json.field("currencies") { json in
        json.field("crypto", "open")
        json.field("fx", "open")
      }
      json.field("earlyHours", phase == .preMarket)
      json.field("exchanges") { json in for name in ["nasdaq", "nyse", "otc"] { json.field(name, word) } }
      json.field("market", word)
      json.field("serverTime", localText(time))
    }
    return RESTEnvelope.plain(json)
  }

  /// The days of the coming year on which the market closes or closes early; a bare array.
  static func upcoming(after time: Timestamp) -> HTTPResponse {
    let today = NewYorkTime(time).date
    var json = JSONWriter()
    json.array { json in
      for ahead in 0..<365 {
        let day = today.adding(days: ahead)
        for exchange in ["NYSE", "NASDAQ"] { write(day, exchange, &json) }
      }
    }
    return RESTEnvelope.plain(json)
  }

  private static func write(_ day: MarketDate, _ exchange: String, _ json: inout JSONWriter) {
    if let holiday = MarketHoliday.on(day) {
      json.object { json in
        json.field("date", day.description)
        json.field("exchange", exchange)
        json.field("name", holiday.rawValue)
        json.field("status", "closed")
      }
    } else if let session = TradingCalendar.session(on: day), session.isHalfDay {
      json.object { json in
        json.field("close", session.close.rfc3339)
        json.field("date", day.description)
        json.field("exchange", exchange)
        json.field("name", "Early close")
        json.field("open", session.open.rfc3339)
        json.field("status", "early-close")
      }
    }
  }

  /// `2025-12-16T09:30:00-05:00`: New York's clock with its distance from UTC.
  private static func localText(_ time: Timestamp) -> String {
    let local = NewYorkTime(time)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let second = local.secondOfDay
    let clock = "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
    return "\(local.date)T\(clock)-\(two(-local.offsetSeconds / 3600)):00"
  }
}
