/// A type of Varlink's interface language.
public indirect enum InterfaceType: Hashable, Sendable {
    case bool, int, float, string, object
    case optional(InterfaceType)
    case array(InterfaceType)
    case dictionary(InterfaceType)
    case structure([Field])
    case enumeration([String])
    case named(String)

    /// A field of a structure.
    public struct Field: Hashable, Sendable {
        public let name: String
        public let type: InterfaceType
    }
}
