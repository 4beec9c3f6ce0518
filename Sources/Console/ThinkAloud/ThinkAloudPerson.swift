/// Who does something with a replay.
struct ThinkAloudPerson: Hashable, Sendable {
    /// On whose behalf: `participant`, `researcher` or `console`.
    var by: String
    /// The account.
    var actor: String
    /// The page.
    var view: String?
}
