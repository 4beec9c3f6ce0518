import Link

/// What programs beside the daemon did with a study, for its audit trail.
extension Station {
    /// Members of a detail, and characters of each.
    private static let detailLimits = (members: 16, characters: 300)

    func noteAction(_ call: VarlinkCall) throws {
        let asked = try call.parameters(of: StudyInterface.NoteAction.self)
        guard hasDatabase(study: asked.study) else {
            throw StudyRefusal.noSuchStudy(asked.study)
        }
        guard asked.detail.count <= Self.detailLimits.members else {
            throw VarlinkError.invalidParameter(
                "detail", reason: "at most \(Self.detailLimits.members) members")
        }
        let detail = asked.detail.sorted { $0.key < $1.key }
        for (name, value) in detail {
            guard Self.isPlainName(name) else {
                throw StudyRefusal.invalidName(name, reason: Self.plainNames)
            }
            guard value.count <= Self.detailLimits.characters else {
                throw VarlinkError.invalidParameter(
                    "detail",
                    reason: "\(name): at most \(Self.detailLimits.characters) characters")
            }
        }
        note(
            asked.action.rawValue.split(separator: "_").joined(separator: " "),
            detail.map { ($0.key, JSONText.string($0.value)) }, study: asked.study,
            actor: call.actor)
        call.reply(StudyInterface.NoteAction.Reply())
    }

    /// Names that callers give to what they tell.
    static func isPlainName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.count <= 64
            && name.utf8.allSatisfy {
                $0 >= 0x61 && $0 <= 0x7A || $0 >= 0x30 && $0 <= 0x39 || $0 == 0x2D
            }
    }

    /// What they consist of, in words.
    static let plainNames = "small letters, digits and '-', at most 64"
}
