/// The version of these programs, as sessions, alignments and status name it.
public enum SoftwareVersion {
    public static let current = "0.1.0"
}
