/// One row of a review file's annotations: the whole state of an annotation after somebody's action.
///
/// Of the rows of one annotation the one with the largest id counts. The fields of the state can be
/// read from it directly: `annotation.code`.
@dynamicMemberLookup
public struct Annotation: Hashable, Sendable {
    /// Counts up through the whole file. The largest of all is the review's version, which measures name.
    public var id: Int64
    /// Nanoseconds since 1970-01-01 UTC.
    public var madeRealtime: Int64
    public var softwareVersion: String
    /// Who did it.
    public var actor: String
    public var state: AnnotationChange

    public init(
        id: Int64, madeRealtime: Int64, softwareVersion: String, actor: String,
        state: AnnotationChange
    ) {
        self.id = id
        self.madeRealtime = madeRealtime
        self.softwareVersion = softwareVersion
        self.actor = actor
        self.state = state
    }

    public subscript<Value>(dynamicMember path: KeyPath<AnnotationChange, Value>) -> Value {
        state[keyPath: path]
    }
}
