/// What programs beside the daemon do with a study, as its audit trail calls it with blanks.
public enum NotedAction: String, Codable, Hashable, Sendable {
    case export
    case exportCancel = "export_cancel"
    case exportDelete = "export_delete"
    /// Something of an export was handed out.
    case exportDownload = "export_download"
    /// A link was made that lets somebody in.
    case accessLink = "access_link"
}
