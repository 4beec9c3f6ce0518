/// The settings chosen for one measurement among those that a sensor offers.
struct PolarChoice: Hashable, Sendable {
    struct Problem: Error, Hashable, Sendable {
        var message: String
    }

    /// The entries of the start command.
    var parameters: [UInt8]
    var agreement: PolarAgreement

    /// Chooses what the profile wants. A parameter that the sensor does not offer is not sent; a
    /// value that it does not offer is a problem, since what is recorded must be what the profile
    /// says.
    static func choose(
        _ stream: PolarFraming.Stream, among offered: PolarSettings
    ) -> Result<PolarChoice, Problem> {
        var choice = PolarChoice(
            parameters: [], agreement: PolarAgreement(measurement: stream.measurement))
        let title = stream.measurement.title
        if let rates = offered.values[.rate], let wanted = stream.rate {
            let names = [wanted] + stream.alsoOfferedAs
            guard let rate = names.first(where: { rates.contains(UInt32(clamping: $0)) }) else {
                return .failure(Problem(message: refusal(title, "Hz", [wanted], rates)))
            }
            choice.parameters += PolarSettings.entry(.rate, UInt32(clamping: rate))
            choice.agreement.rate = UInt16(clamping: wanted)
        }
        if let resolutions = offered.values[.resolution], let highest = resolutions.max() {
            let wanted = stream.resolution.map { UInt32(clamping: $0) } ?? highest
            guard resolutions.contains(wanted) else {
                return .failure(
                    Problem(message: refusal(title, "bits", [Int(wanted)], resolutions)))
            }
            choice.parameters += PolarSettings.entry(.resolution, wanted)
            choice.agreement.resolution = UInt8(clamping: wanted)
        }
        if let ranges = offered.values[.range], let smallest = ranges.min() {
            let wanted = stream.range.map { UInt32(clamping: $0) } ?? smallest
            guard ranges.contains(wanted) else {
                return .failure(Problem(message: refusal(title, "as range", [Int(wanted)], ranges)))
            }
            choice.parameters += PolarSettings.entry(.range, wanted)
        }
        if let ranges = offered.values[.rangeMilli], let smallest = ranges.min() {
            let wanted =
                stream.range.map { UInt32(clamping: $0.multipliedReportingOverflow(by: 1000).0) }
                ?? smallest
            guard ranges.contains(wanted) else {
                return .failure(
                    Problem(message: refusal(title, "as range in 1/1000", [Int(wanted)], ranges)))
            }
            choice.parameters += PolarSettings.entry(.rangeMilli, wanted)
        }
        if let channels = offered.values[.channels], let most = channels.max() {
            choice.parameters += PolarSettings.entry(.channels, most)
        }
        return .success(choice)
    }

    private static func refusal(
        _ title: String, _ unit: String, _ wanted: [Int], _ offered: [UInt32]
    ) -> String {
        let list = offered.map(String.init).joined(separator: ", ")
        return "the sensor offers \(title) with \(list) \(unit), not with "
            + "\(wanted.map(String.init).joined(separator: ", ")): change the profile or the options"
    }
}
