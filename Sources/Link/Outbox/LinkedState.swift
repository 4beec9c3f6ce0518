/// How a linked client stands with the daemon.
public enum LinkedState: Hashable, Sendable {
    /// Not connected, and why; tried again by itself.
    case waiting(String)
    /// Connected, and asked to be registered.
    case registering
    /// Everything goes through.
    case linked(LinkSession)
    /// The daemon does not want what this client has, and trying again would not help: what is in
    /// the outbox stays there.
    case refused(LinkRefusal)
}
