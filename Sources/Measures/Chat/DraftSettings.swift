/// How the writing of a draft is cut into bursts.
public struct DraftSettings: Hashable, Sendable {
    /// From how many nanoseconds between two edits on it is a pause. Two seconds are the convention of
    /// writing research: long enough that it is not the time between two keys (Kaufer, D. S., Hayes,
    /// J. R., and Flower, L., 1986, Composing written sentences, Research in the Teaching of English 20,
    /// 121–140; Wengelin, Å., 2006, Examining pauses in writing, in Computer key-stroke logging and
    /// writing, Elsevier).
    public var pause: Int64

    public init(pause: Int64 = 2_000_000_000) { self.pause = pause }
}
