import DeviceProfiles

/// Carries a conversation out against a made-up device: what was written or read goes to `answer`,
/// which gives what the device then sends. With nothing to send, waiting ends in a timeout.
struct Interview {
    /// What the device does with what it is told.
    enum Answer {
        /// It sends these, each as one piece with the characteristic it comes from.
        case sends([(bytes: [UInt8], characteristic: Int)])
        case value([UInt8])
        case refuses(String)

        static var nothing: Answer { .sends([]) }
        static func says(_ bytes: [UInt8], from characteristic: Int = 0) -> Answer {
            .sends([(bytes, characteristic)])
        }
    }

    private(set) var written: [[UInt8]] = []
    private(set) var settings: [UInt8]?
    private(set) var leftover: [UInt8] = []
    private(set) var failure: String?
    /// Actions taken, to show that a conversation comes to an end.
    private(set) var steps = 0

    /// Runs to the end, at most `limit` steps.
    init(
        _ conversation: any DeviceConversation, limit: Int = 2000,
        waiting: [(bytes: [UInt8], characteristic: Int)] = [],
        _ answer: ([UInt8]) -> Answer
    ) {
        var conversation = conversation
        var queue = waiting
        var event = ConversationEvent.begun
        while steps < limit {
            steps += 1
            switch conversation.next(event) {
            case .write(let bytes, _):
                written.append(bytes)
                switch answer(bytes) {
                case .sends(let pieces):
                    queue += pieces
                    event = .done
                case .value(let bytes): event = .value(bytes)
                case .refuses(let reason): event = .refused(reason)
                }
            case .read:
                written.append([])
                switch answer([]) {
                case .value(let bytes): event = .value(bytes)
                case .refuses(let reason): event = .refused(reason)
                case .sends: event = .timedOut
                }
            case .wait: event = .done
            case .receive:
                if queue.isEmpty {
                    event = .timedOut
                } else {
                    let piece = queue.removeFirst()
                    event = .received(piece.bytes, characteristic: piece.characteristic)
                }
            case .finished(let settings, let leftover):
                self.settings = settings
                self.leftover = leftover
                return
            case .failed(let reason):
                failure = reason
                return
            }
        }
    }
}
