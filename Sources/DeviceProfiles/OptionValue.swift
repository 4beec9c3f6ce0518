/// A value that a station's settings give to an option of a profile.
public enum OptionValue: Hashable, Sendable {
    case number(Double)
    case text(String)
    case list([OptionValue])
    case map([String: OptionValue])
}
