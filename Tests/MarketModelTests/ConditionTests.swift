import MarketModel
import Testing

@Suite struct ConditionTests {
  @Test func optionMasksFollowTheTable() {
    func mask(_ belongs: (OptionCondition) -> Bool) -> ConditionSet {
      ConditionSet(vendorIDs: OptionCondition.all.filter(belongs).map(\.id))
    }
    #expect(ConditionSet.cancel == mask { $0.cancels != nil })
    #expect(ConditionSet.late == mask { $0.traits.contains(.late) })
    #expect(ConditionSet.intermarketSweep == mask { $0.traits.contains(.intermarketSweep) })
    #expect(ConditionSet.multiLeg == mask { $0.traits.contains(.multiLeg) })
    #expect(ConditionSet.stockTied == mask { $0.traits.contains(.stockTied) })
    #expect(ConditionSet.cross == mask { $0.traits.contains(.cross) })
    #expect(ConditionSet.floor == mask { $0.traits.contains(.floor) })
    #expect(ConditionSet.auction == mask { $0.traits.contains(.auction) })
    #expect(ConditionSet.offMarket == mask { $0.traits.contains(.offMarket) })
    #expect(ConditionSet.extendedHours == mask { $0.traits.contains(.extendedHours) })
    #expect(ConditionSet.noVolume == mask { !$0.updates.contains(.volume) })
    #expect(ConditionSet.noHighLow == mask { !$0.updates.contains(.highLow) })
    #expect(ConditionSet.noOpenClose == mask { !$0.updates.contains(.openClose) })
    #expect(ConditionSet.noSide == mask { $0.side == .none })
    #expect(ConditionSet.weakSide == mask { $0.side == .weak })
  }

  @Test func equityMasksFollowTheTable() {
    func mask(_ belongs: (EquityCondition) -> Bool) -> ConditionSet {
      ConditionSet(vendorIDs: EquityCondition.all.filter(belongs).map(\.id))
    }
    #expect(ConditionSet.equityIntermarketSweep == mask { $0.traits.contains(.intermarketSweep) })
    #expect(ConditionSet.equityCross == mask { $0.traits.contains(.cross) })
    #expect(ConditionSet.equityAuction == mask { $0.traits.contains(.auction) })
    #expect(ConditionSet.equityLate == mask { $0.traits.contains(.late) })
    #expect(ConditionSet.equityExtendedHours == mask { $0.traits.contains(.extendedHours) })
    #expect(ConditionSet.equityOffMarket == mask { $0.traits.contains(.offMarket) })
    #expect(ConditionSet.equityOddLot == mask { $0.traits.contains(.oddLot) })
    #expect(ConditionSet.equitySummary == mask { $0.traits.contains(.summary) })
    #expect(ConditionSet.equityNoVolume == mask { !$0.updates.contains(.volume) })
    #expect(ConditionSet.equityNoHighLow == mask { !$0.updates.contains(.highLow) })
    #expect(ConditionSet.equityNoOpenClose == mask { !$0.updates.contains(.openClose) })
    #expect(ConditionSet.equityNoSide == mask { $0.side == .none })
    #expect(ConditionSet.equityWeakSide == mask { $0.side == .weak })
  }

  /// The groups as they are written down in the vendor's and the field's documents, independent of the table.
  @Test func groupsByTheBook() {
    #expect(ConditionSet.cancel.optionIDs == [201, 203, 205, 207])
    #expect(ConditionSet.late.optionIDs == [202, 204, 206, 208])
    #expect(ConditionSet.intermarketSweep.optionIDs == [219, 228, 230])
    #expect(ConditionSet.multiLeg.optionIDs == [232, 233, 234, 235, 236, 238, 239, 246])
    #expect(ConditionSet.stockTied.optionIDs == [237, 240, 241, 242, 243, 244, 245])
    #expect(ConditionSet.cross.optionIDs == [229, 230, 234, 241])
    #expect(ConditionSet.floor.optionIDs == [231, 235, 239, 242, 245, 246])
    #expect(ConditionSet.offMarket.optionIDs == [246, 247])
    #expect(ConditionSet.noVolume.optionIDs == Array(201...207))
    #expect(ConditionSet.weakSide.optionIDs == [210, 227, 228, 231])
    #expect(ConditionSet.extendedHours.optionIDs == [248])
  }

  @Test func cancellationsSayWhichPrint() {
    let kinds = OptionCondition.all.compactMap { row in row.cancels.map { (row.id, $0) } }
    #expect(kinds.map(\.0) == [201, 203, 205, 207])
    #expect(kinds.map(\.1) == [.any, .last, .first, .only])
  }

  @Test func optionIDsFollowTheLetters() {
    for row in OptionCondition.all {
      let letter = Int(row.letter.asciiValue ?? 0)
      #expect(row.id == (letter < 97 ? 201 + letter - 65 : 227 + letter - 97))
    }
    #expect(OptionCondition.all.map(\.id) == OptionCondition.all.map(\.id).sorted())
    #expect(EquityCondition.all.map(\.id) == EquityCondition.all.map(\.id).sorted())
    #expect(Set(EquityCondition.all.map(\.id)).count == EquityCondition.all.count)
  }

  @Test func setsFromIDs() {
    let set = ConditionSet(vendorIDs: [233, 201, 262])
    #expect(set.optionIDs == [201, 233, 262])
    #expect(set.ids(of: .option) == [201, 233, 262])
    #expect(set.names(of: .option) == ["Canceled", "Multi Leg Auction", "condition 262"])
    #expect(!set.contains(.unlisted))
    let equity = ConditionSet(vendorIDs: [37, 14, 0, 62, 42])
    #expect(equity.equityIDs == [0, 14, 37, 42, 62])
    #expect(
      equity.names(of: .equity) == [
        "Regular Sale", "Intermarket Sweep", "Odd Lot Trade", "condition 42", "Financial Status - Bankrupt",
      ])
  }

  @Test(arguments: [-1, 63, 200, 263, Int64.max, .min])
  func otherIDsAreUnlisted(_ id: Int64) {
    #expect(ConditionSet(vendorID: id) == .unlisted)
    #expect(ConditionSet(vendorID: id).optionIDs.isEmpty)
    #expect(ConditionSet(vendorID: id).equityIDs.isEmpty)
  }

  @Test func everyListedIDHasItsOwnBit() {
    for id in 201...262 { #expect(ConditionSet(vendorID: Int64(id)).optionIDs == [id]) }
    for id in 0...62 { #expect(ConditionSet(vendorID: Int64(id)).equityIDs == [id]) }
  }
}
