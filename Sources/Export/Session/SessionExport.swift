import Link
import SessionStore
import StudyProtocol
import Timebase

/// One session while it is exported: what every format shares of it. Whatever may not leave the file is
/// held back here, so that no format can forget it.
///
/// Used by one thread at a time.
final class SessionExport {
    let entry: DatasetSession
    let reader: SessionReader
    let session: SessionRow
    /// nil where the session has none, or one that cannot be read.
    let plan: StudyPlan?
    /// How the session is called in all files.
    let key: SessionKey
    let selection: ExportSelection
    let consent: SessionConsent
    let clock: UTCClock
    /// Streams that are exported, by id; those of kinds that may not leave the file are not among them.
    let streams: [StreamDescription]
    let phases: [Phase]
    /// What can be selected in this session, exported or not: names of its streams, and of the phases that it
    /// or its protocol has.
    let selectable: (streams: [String], phases: [String])
    /// The selected phases' time; nil where everything is exported.
    let stretches: [Range<Instant>]?
    /// What people and things are called.
    let names: ExportNames

    init(
        _ entry: DatasetSession, _ study: StudyContext, _ selection: ExportSelection,
        alignment: AlignmentChoice
    ) throws(ExportError) {
        self.entry = entry
        self.selection = selection
        let pseudonyms = study.pseudonyms
        names = ExportNames(pseudonyms, entry, study.codes)
        let choice = entry.pin.map(\.alignmentChoice) ?? alignment
        let path = entry.path
        let reader = try fromStore { () throws(SessionStoreError) in
            try SessionReader.open(at: path, alignment: choice)
        }
        self.reader = reader
        let session = try fromStore(reader.session)
        self.session = session
        let text = session.description.protocolText
        plan = text.isEmpty ? nil : try? StudyPlan.read(text, file: "protocol")
        key = SessionKey(entry, pseudonyms)
        let consent = try SessionConsent(
            answers: Self.ownAnswers(reader, session)
                + SessionConsent.answers(of: session, file: entry.path),
            session: session.description.identifier, protocolText: text)
        self.consent = consent
        clock = UTCClock(
            session.description, try fromStore(reader.timeTriples),
            shift: pseudonyms?.dateShift(of: entry.participant, study: entry.study) ?? 0)
        let all = try fromStore(reader.streams)
        streams = all.filter { stream in
            guard selection.takes(stream: stream.name) else { return false }
            guard let data = Self.data(of: stream) else { return true }
            return consent.shows(data) && !selection.leftOut.contains(data)
        }
        let phases = try fromStore(reader.phases)
        self.phases = phases
        selectable = (all.map(\.name), phases.map(\.name) + (plan?.phases ?? []).map(\.name))
        let end = session.stopped ?? Instant(nanoseconds: .max)
        stretches =
            selection.phases.isEmpty
            ? nil
            : phases.filter { selection.phases.contains($0.name) }.map {
                $0.started..<max($0.started, $0.ended ?? end)
            }
    }

    /// What the session's file itself tells of consent, in order: a copy of it may be far from the study's
    /// database, which has the same answers and later ones.
    private static func ownAnswers(
        _ reader: SessionReader, _ row: SessionRow
    ) throws(ExportError) -> [Consent] {
        let description = row.description
        var answers: [(time: Instant, tier: String, isGranted: Bool)] = []
        for entry in try fromStore(reader.audit) where entry.action == "consent" {
            guard case .object(let members)? = (try? JSONValue(parsing: entry.detail))?["answers"]
            else { continue }
            for (tier, value) in members {
                if case .bool(let isGranted) = value {
                    answers.append((entry.time, tier, isGranted))
                }
            }
        }
        let events = try fromStore { () throws(SessionStoreError) in
            try reader.events(of: ["consent"])
        }
        for event in events {
            let payload = try? JSONValue(parsing: event.payload)
            guard let tier = payload?["tier"]?.string,
                case .bool(let isGranted)? = payload?["granted"]
            else { continue }
            answers.append((event.time, tier, isGranted))
        }
        return answers.enumerated()
            .sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
            .map { _, answer in
                Consent(
                    participant: description.participant, tier: answer.tier,
                    isGranted: answer.isGranted, realtime: description.startedRealtime,
                    session: description.identifier)
            }
    }

    /// Whether data of a kind may be exported.
    func shows(_ data: ConsentTier.Data) -> Bool {
        consent.shows(data) && !selection.leftOut.contains(data)
    }

    /// Whether something that happened at a moment is exported.
    func takes(_ time: Instant) -> Bool {
        guard let stretches else { return true }
        return stretches.contains { $0.contains(time) }
    }

    /// Whether something that lasted is exported: any part of it lies in a selected phase.
    func takes(from: Instant, to: Instant) -> Bool {
        guard let stretches else { return true }
        return stretches.contains { $0.lowerBound <= to && from < $0.upperBound }
    }

    /// The samples of a stream that are exported, as ranges of their ordinals, in order.
    func ranges(of stream: Int64) throws(ExportError) -> [Range<Int64>] {
        let count = try fromStore { () throws(SessionStoreError) in
            try reader.sampleCount(of: stream)
        }
        guard let stretches else { return count > 0 ? [0..<count] : [] }
        var ranges: [Range<Int64>] = []
        for stretch in stretches.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            let (from, to) = try fromStore { () throws(SessionStoreError) in
                (
                    try reader.index(atOrAfter: stretch.lowerBound, in: stream) ?? count,
                    try reader.index(atOrAfter: stretch.upperBound, in: stream) ?? count
                )
            }
            // Phases may overlap by a clock's uncertainty; no sample is exported twice.
            let start = max(from, ranges.last?.upperBound ?? 0)
            if start < to { ranges.append(start..<to) }
        }
        return ranges
    }

    /// Kinds of data that are held back since the participant does not agree to them any more.
    var withheld: [String] { consent.refused.map(\.rawValue).sorted() }

    /// Nanoseconds since the session's start.
    func sinceStart(_ time: Instant) -> Int64 { time - session.description.started }

    /// What a stream holds, in the words of consent; nil for what needs none.
    private static func data(of stream: StreamDescription) -> ConsentTier.Data? {
        switch stream.kind {
        case "signal": .signals
        case StreamDescription.audioKind: .audio
        case "keys": .keys
        case "pointer": .pointer
        case "chat", "client": nil
        default: stream.channels.isEmpty ? nil : .signals
        }
    }
}

/// How a session and its participant are called in an export.
struct SessionKey: Hashable, Sendable {
    /// The code, or a pseudonym.
    var participant: String
    /// The participant and eight letters or digits of the session's identifier: unique, and without a date.
    /// It names files and folders, so it has letters, digits, `-` and `_` alone, whatever the code has in a
    /// file that other programs made.
    var session: String

    init(_ entry: DatasetSession, _ pseudonyms: Pseudonyms?) {
        if let pseudonyms {
            participant = pseudonyms.participant(entry.participant, study: entry.study)
            session = participant + "_" + pseudonyms.session(entry.identifier)
        } else {
            participant = entry.participant
            let letters = entry.identifier.lowercased().filter {
                $0.isASCII && ($0.isLetter || $0.isNumber)
            }
            session = Self.fileName(participant) + "_" + letters.prefix(8)
        }
    }

    /// Of a code as the programs give them the code itself.
    private static func fileName(_ code: String) -> String {
        var name = ""
        for character in code {
            let isPlain =
                character.isLetter || character.isNumber || character == "-" || character == "_"
            let next = isPlain ? String(character) : "-"
            // A name has at most 255 bytes, endings and what stands beside it included.
            if name.utf8.count + next.utf8.count > 160 { break }
            name += next
        }
        return name
    }
}

extension SessionPin {
    var alignmentChoice: AlignmentChoice { alignment == 0 ? .recorded : .number(alignment) }
}
