import Export
import SessionStore
import StudyProtocol

/// What the form of a study's exports offers.
struct ExportChoices: Encodable, Sendable {
    struct Format: Encodable, Sendable {
        var name: String
        var title: String
        /// Who reads it, in words.
        var readers: String
    }

    struct Kind: Encodable, Sendable {
        var name: String
        var title: String
    }

    /// A tier of consent with the kinds of data that it covers where no protocol says otherwise.
    struct Tier: Encodable, Sendable {
        var name: String
        var title: String
        var kinds: [Kind]
    }

    var study: String
    /// How many sessions the study has.
    var sessions: Int
    var formats: [Format]
    var tiers: [Tier]
    var participants: [String]
    /// Of the newest sessions, in the order in which they were first seen.
    var phases: [String]
    var streams: [String]

    /// How many sessions are opened to see which phases and streams there are.
    private static let most = 12

    /// Reads what there is of a study. A session that cannot be read hides no other.
    init(_ study: String, _ shelf: SessionShelf) async throws {
        let listed = try await shelf.list(study: study)
        self.study = study
        sessions = listed.count
        participants = Set(listed.map(\.participant)).sorted()
        formats = ExportFormat.allCases.map {
            Format(name: $0.rawValue, title: $0.title, readers: $0.readers)
        }
        tiers = ConsentTier.Name.allCases.map { tier in
            Tier(
                name: tier.rawValue, title: tier.words,
                kinds: ConsentRule.usualData(of: tier).map {
                    Kind(name: $0.rawValue, title: $0.words)
                })
        }
        phases = []
        streams = []
        for session in listed.filter({ $0.state != .withdrawn }).prefix(Self.most) {
            guard
                let names = try? await shelf.open(session.id).read({ reader in
                    (try reader.phases().map(\.name), try reader.streams().map(\.name))
                })
            else { continue }
            phases += names.0.filter { !phases.contains($0) }
            streams += names.1.filter { !streams.contains($0) }
        }
    }
}

extension ExportFormat {
    fileprivate var title: String {
        switch self {
        case .csv: "CSV (.csv)"
        case .bids: "BIDS 1.11"
        case .parquet: "Parquet (.parquet)"
        case .spss: "SPSS (.sav, packed .zsav)"
        case .stata: "Stata (.dta)"
        case .sas: "SAS (.xpt)"
        case .r: "R (.csv with a script)"
        case .wav: "Sound (.wav)"
        case .xdf: "XDF (.xdf)"
        case .edf: "EDF+ and BDF+ (.edf, .bdf)"
        case .matlab: "MATLAB (.mat)"
        }
    }

    fileprivate var readers: String {
        switch self {
        case .csv:
            "Tidy tables with a codebook. Everything reads them: spreadsheets, jamovi, JASP, Python, R."
        case .bids:
            "A dataset of behaviour and physiology for archives such as OpenNeuro, and for MNE."
        case .parquet:
            "Large tables for DuckDB, Spark, Polars, pandas. Needs DuckDB's own program on the station."
        case .spss: "SPSS Statistics, PSPP and jamovi, with labels of variables and values."
        case .stata: "Stata 14 and newer, with labels."
        case .sas: "SAS, as transport files of versions 5 and 8, with a script for labels."
        case .r: "R: a script builds labelled data frames out of the tables."
        case .wav: "What was said in think-alouds, for any player and for Praat, ELAN and Audacity."
        case .xdf: "All signals and markers on one clock: EEGLAB, MNE, pyxdf, MoBILAB."
        case .edf: "Signals on an even grid with annotations: EDFbrowser, EEGLAB, MNE, Polyman."
        case .matlab: "MATLAB and Octave, and SciPy."
        }
    }
}

extension ConsentTier.Name {
    fileprivate var words: String {
        switch self {
        case .conversation: "The conversation"
        case .sensors: "Signals of sensors"
        case .keyTiming: "When keys were pressed"
        case .keyContent: "Which keys were pressed"
        case .draftText: "The text of drafts"
        case .audio: "Sound of think-alouds"
        case .modelEndpoint: "What language models were asked"
        }
    }
}

extension ConsentTier.Data {
    fileprivate var words: String {
        switch self {
        case .turns: "Messages"
        case .signals: "Signals"
        case .keys: "Keys, by their classes"
        case .keyContent: "Which keys"
        case .pointer: "The pointer's moves"
        case .draftEdits: "How drafts were edited"
        case .draftText: "The text of drafts"
        case .audio: "Sound"
        case .modelRequests: "Requests to language models"
        }
    }
}
