import SystemCalls

/// What the kernel is asked for when an input device is opened, so that a test can refuse it.
protocol InputKernel: Sendable {
    /// Puts the events' time on CLOCK_MONOTONIC (EVIOCSCLOCKID).
    func setMonotonicClock(_ descriptor: Int32) throws(SystemError)
    /// Lets through what the mask says, and nothing else of its type (EVIOCSMASK).
    func setMask(_ descriptor: Int32, _ mask: InputMask) throws(SystemError)
    /// Asks the device what it is.
    func identify(_ descriptor: Int32) throws(SystemError) -> InputIdentification
    /// Throws away what is queued.
    func discardQueued(_ descriptor: Int32) throws(SystemError)
}
