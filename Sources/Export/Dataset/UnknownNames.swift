/// Names of a selection that nothing has: most often they were mistyped, and an export without what somebody
/// wanted looks like one of people who did nothing.
struct UnknownNames {
    private let dataset: Dataset
    private let options: ExportOptions
    private let streams: Set<String>
    private let phases: Set<String>

    /// - Parameter selectable: what each session has.
    init(
        _ dataset: Dataset, _ options: ExportOptions,
        _ selectable: [(streams: [String], phases: [String])]
    ) {
        self.dataset = dataset
        self.options = options
        streams = Set(selectable.flatMap(\.streams))
        phases = Set(selectable.flatMap(\.phases))
    }

    /// Adds a note for those names.
    /// - Throws: `nothing` where all names of a kind are such.
    func tell(_ notes: ExportNotes) throws(ExportError) {
        let selection = options.selection
        try tell(
            "stream", selection.streams.count,
            selection.streams.filter { word in
                !streams.contains { ExportSelection.matches($0, word) }
            }, among: streams, notes)
        try tell(
            "phase", selection.phases.count, selection.phases.subtracting(phases).sorted(),
            among: phases, notes)
        let people = Set(
            dataset.sessions.map(\.participant) + dataset.excluded.map(\.participant)
                + dataset.studies.values.flatMap { $0.roster.map(\.participant.code) })
        let nobody = selection.participants.subtracting(people).sorted()
        if nobody.isEmpty { return }
        // A code does not belong into what is given away, and the manifest has the notes.
        notes.add(
            options.pseudonyms == nil
                ? "there is no participant \(nobody.joined(separator: ", "))"
                : "\(nobody.count) of the participants that were asked for are not there")
    }

    private func tell(
        _ what: String, _ wanted: Int, _ missing: [String], among known: Set<String>,
        _ notes: ExportNotes
    ) throws(ExportError) {
        if missing.isEmpty { return }
        let words =
            "no session has a \(what) "
            + missing.map { "'\($0)'" }.joined(separator: " or ")
            + "; there are \(known.isEmpty ? "none" : known.sorted().joined(separator: ", "))"
        guard missing.count < wanted else {
            throw ExportError(code: .nothing, message: "\(words); nothing was written")
        }
        notes.add(words)
    }
}
