/// What a push or pull did, for programs and people.
public struct StudyOutcome: Encodable, Sendable {
    /// A session of which something was sent or brought.
    public struct Moved: Encodable, Sendable {
        public var study: String
        public var session: String
        public var participant: String
        /// Its file, below the study's folder.
        public var file: String
        /// What of it: `session`, `review`, `report`.
        public var parts: [String]
        /// Bytes that went over the line now; pieces that were there already are not among them.
        public var bytes: Int64
    }

    /// A session that stays as it is, and why.
    public struct Left: Encodable, Sendable {
        public var study: String
        /// Its id; nil for a file that is no session.
        public var session: String?
        public var participant: String?
        public var why: String
    }

    public var place: String
    public var station: String
    /// Sessions that were sent or brought.
    public var moved: [Moved] = []
    /// Sessions that are the same here and there already.
    public var present = 0
    /// Sessions that record, or are not in their final form.
    public var open: [Left] = []
    /// Sessions that were withdrawn, and are not sent or brought.
    public var withdrawn: [Left] = []
    /// Sessions and files that were removed from the place.
    public var removed: [Left] = []
    /// What somebody has to look at.
    public var problems: [Left] = []
    /// What is to be known beside that.
    public var remarks: [String] = []
    /// Why not all of it could be done: the place does not answer, or does not let; nil where all was done.
    public var cutOff: String?

    public var bytes: Int64 { moved.reduce(0) { $0 + $1.bytes } }

    init(place: String, station: String) {
        self.place = place
        self.station = station
    }

    /// Adds what was done of another study.
    public mutating func add(_ other: StudyOutcome) {
        moved += other.moved
        present += other.present
        open += other.open
        withdrawn += other.withdrawn
        removed += other.removed
        problems += other.problems
        for remark in other.remarks where !remarks.contains(remark) { remarks.append(remark) }
        cutOff = cutOff ?? other.cutOff
    }
}
