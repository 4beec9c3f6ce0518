import Declarations

/// A coding scheme as it is written.
struct SchemeDeclaration: CheckedDeclaration {
    struct Group: Decodable {
        var name: String
        var title: String?
        var exclusive: Bool?
    }

    struct Modifier: Decodable {
        var name: String
        var title: String?
        var kind: Review.Modifier.Kind
        var choices: [String]?
        var minimum: Double?
        var maximum: Double?
        var unit: String?
        var required: Bool?
    }

    struct Code: Decodable {
        var code: String
        var title: String
        var kind: Review.Code.Kind
        var definition: String?
        var examples: [String]?
        var key: String?
        var colour: Int?
        var group: String?
        var parent: String?
        var modifiers: [Modifier]?
    }

    var name: String
    var version: String
    var title: String
    var language: String?
    var description: String?
    var layer: String?
    var groups: [Group]?
    var codes: [Code]?
    /// What raters are asked, and what they can point out (`RatingForm`).
    var ratings: [RatingItem]?
    var flags: [FlagCode]?

    var form: RatingForm { RatingForm(ratings: ratings ?? [], flags: flags ?? []) }

    /// Keys that playback and coding need for themselves, beside those with Ctrl.
    static let taken = Set<Character>("0cefghijklmnopstz")
    private static let mostCodes = 200

    func check(_ report: inout DeclarationReport) {
        report.requireName(name, at: "name")
        report.requireName(version, at: "version")
        report.requireName(layer, at: "layer")
        let codes = codes ?? []
        if codes.isEmpty, form.ratings.isEmpty, form.flags.isEmpty {
            report.add(at: "codes", message: "expected at least one code, rating or flag")
        }
        form.check(&report)
        if codes.count > Self.mostCodes {
            report.add(
                at: "codes",
                message: "expected at most \(Self.mostCodes) codes, found \(codes.count)")
        }
        for (index, group) in (groups ?? []).enumerated() {
            report.requireName(group.name, at: "groups", "\(index)", "name")
            if (groups ?? [])[..<index].contains(where: { $0.name == group.name }) {
                report.add(
                    at: "groups", "\(index)", "name",
                    message: "'\(group.name)' is the name of two groups")
            }
        }
        for (index, code) in codes.enumerated() {
            check(code, at: ["codes", "\(index)"], before: codes[..<index], &report)
        }
    }

    private func check(
        _ code: Code, at place: [String], before: ArraySlice<Code>,
        _ report: inout DeclarationReport
    ) {
        report.requireName(code.code, at: place + ["code"])
        report.require(code.colour, in: 1...8, at: place + ["colour"])
        if before.contains(where: { $0.code == code.code }) {
            report.add(
                at: place + ["code"], message: "'\(code.code)' is the name of two codes")
        }
        if let key = code.key { check(key, at: place + ["key"], before: before, &report) }
        if let name = code.group, !(groups ?? []).contains(where: { $0.name == name }) {
            report.add(at: place + ["group"], message: "there is no group '\(name)'")
        }
        checkParent(of: code, at: place, &report)
        for (index, modifier) in (code.modifiers ?? []).enumerated() {
            let place = place + ["modifiers", "\(index)"]
            if (code.modifiers ?? [])[..<index].contains(where: { $0.name == modifier.name }) {
                report.add(
                    at: place + ["name"],
                    message: "'\(modifier.name)' is the name of two modifiers")
            }
            check(modifier, at: place, &report)
        }
    }

    private func check(
        _ key: String, at place: [String], before: ArraySlice<Code>,
        _ report: inout DeclarationReport
    ) {
        guard let character = key.first, key.count == 1,
            character.isASCII && (character.isNumber || character.isLetter && character.isLowercase)
        else {
            report.add(
                at: place, message: "expected one digit or one small letter, found '\(key)'")
            return
        }
        if Self.taken.contains(character) {
            report.add(at: place, message: "the key '\(key)' is one of playback's own")
        }
        if let other = before.first(where: { $0.key == key }) {
            report.add(at: place, message: "the code '\(other.code)' has the key '\(key)' already")
        }
    }

    private func checkParent(
        of code: Code, at place: [String], _ report: inout DeclarationReport
    ) {
        guard let name = code.parent else { return }
        let codes = codes ?? []
        guard let parent = codes.first(where: { $0.code == name }) else {
            return report.add(at: place + ["parent"], message: "there is no code '\(name)'")
        }
        if parent.kind != .interval {
            report.add(
                at: place + ["parent"],
                message: "expected an interval, but '\(name)' is a \(parent.kind.rawValue)")
        }
        if code.kind == .artefact {
            report.add(at: place + ["parent"], message: "an artefact lies in no other code")
        }
        var seen: Set<String> = [code.code]
        var next: String? = name
        while let ancestor = next {
            guard seen.insert(ancestor).inserted else {
                return report.add(
                    at: place + ["parent"], message: "'\(code.code)' would lie within itself")
            }
            next = codes.first { $0.code == ancestor }?.parent
        }
    }

    private func check(
        _ modifier: Modifier, at place: [String], _ report: inout DeclarationReport
    ) {
        report.requireName(modifier.name, at: place + ["name"])
        switch modifier.kind {
        case .choice:
            if (modifier.choices ?? []).count < 2 {
                report.add(at: place + ["choices"], message: "expected at least two choices")
            }
            if Set(modifier.choices ?? []).count != (modifier.choices ?? []).count {
                report.add(at: place + ["choices"], message: "a choice is there twice")
            }
        case .number, .text:
            if modifier.choices != nil {
                report.add(
                    at: place + ["choices"],
                    message: "a \(modifier.kind.rawValue) has no choices")
            }
        }
        if modifier.kind != .number {
            for (key, value) in [
                ("minimum", modifier.minimum != nil), ("maximum", modifier.maximum != nil),
                ("unit", modifier.unit != nil),
            ] where value {
                report.add(
                    at: place + [key], message: "only a number has a \(key)")
            }
        }
        if let minimum = modifier.minimum, let maximum = modifier.maximum, minimum >= maximum {
            report.add(
                at: place + ["maximum"],
                message: "expected more than the minimum \(minimum), found \(maximum)")
        }
    }
}
