/// The conditions of a study, and how participants come to them.
public struct ConditionPlan: Hashable, Sendable {
    /// Something that differs between participants or visits.
    public struct Factor: Hashable, Sendable, Codable {
        /// `suggestions`, `emotions` and `persona` act upon the chat; any other is recorded.
        public var name: String
        public var levels: [String]

        public init(name: String, levels: [String]) {
            self.name = name
            self.levels = levels
        }
    }

    public enum Design: String, Hashable, Sendable, Codable, CaseIterable {
        /// A participant stays in one cell.
        case between
        /// A participant passes through all cells, one a visit.
        case within
    }

    /// What becomes of the place of a participant who drops out.
    public enum Dropouts: String, Hashable, Sendable, Codable, CaseIterable {
        /// The next participant gets it, so that each block is full in the end.
        case replace
        /// It stays taken.
        case keep
    }

    public var factors: [Factor]
    public var design: Design
    /// How often each cell (within: each sequence) comes in a block.
    public var blocks: Int
    public var seed: UInt64
    public var dropouts: Dropouts

    public init(
        factors: [Factor], design: Design = .between, blocks: Int = 1, seed: UInt64 = 1,
        dropouts: Dropouts = .replace
    ) {
        self.factors = factors
        self.design = design
        self.blocks = blocks
        self.seed = seed
        self.dropouts = dropouts
    }

    /// All combinations of levels, the last factor changing fastest.
    public var cells: [[String: String]] {
        factors.reduce([[:]]) { cells, factor in
            cells.flatMap { cell in
                factor.levels.map { level in cell.merging([factor.name: level]) { $1 } }
            }
        }
    }

    /// Visits in which a participant passes through different cells.
    public var visits: Int { design == .within ? cells.count : 1 }

    /// The factor of that name.
    public func factor(named name: String) -> Factor? { factors.first { $0.name == name } }
}
