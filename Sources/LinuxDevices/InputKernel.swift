import SystemCalls

/// What the kernel is asked for when an input device is opened, so that a test can refuse it.
protocol InputKernel: Sendable {
    /// Puts the events' time on CLOCK_MONOTONIC (EVIOCSCLOCKID).
    func setMonotonicClock(_ descriptor: Int32) throws(SystemError)
    /// Lets through what the mask says, and nothing else of its type (EVIOCSMASK).
    func setMask(_ descriptor: Int32, _ mask: InputMask) throws(SystemError)
    /// Asks the device what it is.
    func identify(_ descriptor: Int32) throws(SystemError) -> InputIdentification
    /// Asks the device for its name and identity, and leaves alone what is queued.
    func name(_ descriptor: Int32) throws(SystemError) -> (name: String, identity: String)
    /// Throws away what is queued.
    func discardQueued(_ descriptor: Int32) throws(SystemError)
}
