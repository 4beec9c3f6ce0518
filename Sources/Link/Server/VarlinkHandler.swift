/// Answers calls. All of it runs on the server's thread, within `VarlinkServer.process()`.
public protocol VarlinkHandler: AnyObject {
    /// A call has come, its rights, name and parameters checked. Answer it now, or keep it and
    /// answer later on the same thread; dropping it unanswered sends an error.
    func handle(_ call: VarlinkCall)
    /// A connection is gone: forget its subscriptions. Calls of it that are still kept do nothing.
    func connectionClosed(_ connection: ConnectionID)
}
