import Declarations

/// The conditions as they are written.
struct ConditionDeclaration: Decodable {
    struct Factor: Decodable {
        var name: String
        var levels: [String]
    }

    var factors: [Factor]
    var design: ConditionPlan.Design?
    var blocks: Int?
    var seed: UInt64?
    var dropouts: ConditionPlan.Dropouts?

    /// Cells at most: a Williams square of more takes more visits than people have patience.
    static let maximumCells = 64

    func check(_ report: inout DeclarationReport, chat: ChatDeclaration?) {
        report.require(blocks, in: 1...100, at: "conditions", "blocks")
        if factors.isEmpty {
            report.add(at: "conditions", "factors", message: "expected at least one factor")
        }
        var cells = 1
        for (index, factor) in factors.enumerated() {
            let place = ["conditions", "factors", "\(index)"]
            report.requireName(factor.name, at: place + ["name"])
            if factors[..<index].contains(where: { $0.name == factor.name }) {
                report.add(
                    at: place + ["name"], message: "'\(factor.name)' is the name of two factors")
            }
            if factor.levels.isEmpty {
                report.add(at: place + ["levels"], message: "expected at least one level")
            }
            cells = min(cells * max(factor.levels.count, 1), 1_000_000)
            checkLevels(factor, &report, at: place, chat: chat)
        }
        if cells > Self.maximumCells {
            report.add(
                at: "conditions", "factors",
                message: "expected at most \(Self.maximumCells) combinations of levels, found "
                    + "\(cells)")
        }
    }

    private func checkLevels(
        _ factor: Factor, _ report: inout DeclarationReport, at place: [String],
        chat: ChatDeclaration?
    ) {
        reportRepeated(factor.levels, &report, at: place + ["levels"]) { $0 }
        let isSwitch = factor.name == "suggestions" || factor.name == "emotions"
        if isSwitch || factor.name == "persona", chat == nil {
            report.add(
                at: place + ["name"],
                message: "expected the key chat, since \(factor.name) is a factor of the chat")
        }
        for (index, level) in factor.levels.enumerated() {
            let place = place + ["levels", "\(index)"]
            if isSwitch, level != "on", level != "off" {
                report.add(at: place, message: "expected on or off, found '\(level)'")
                continue
            }
            report.requireName(level, at: place)
            if factor.name == "suggestions", level == "on",
                chat?.suggestions?.source == SuggestionPlan.Source.none
            {
                report.add(
                    at: place, message: "there are none to show, since suggestions have no source")
            }
            if factor.name == "emotions", level == "on",
                chat?.emotions?.usualDisplay == EmotionPlan.Display.none
            {
                report.add(
                    at: place, message: "there are none to show, since emotions have no display")
            }
        }
    }

    var plan: ConditionPlan {
        ConditionPlan(
            factors: factors.map { .init(name: $0.name, levels: $0.levels) },
            design: design ?? .between, blocks: blocks ?? 1, seed: seed ?? 1,
            dropouts: dropouts ?? .replace)
    }
}
