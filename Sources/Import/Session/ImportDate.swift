/// Dates of options: see Protocols/formats/import.md.
public enum ImportDate {
    /// A date of ISO 8601 in nanoseconds since 1970 UTC; nil for what is none.
    public static func nanoseconds(_ text: String) -> Int64? { ISOTime.nanoseconds(text) }
}
