import Glibc

/// Puts a stream on the station's clock when all of it is there.
///
/// **What is fitted.** A sample's time on the device's clock is its index times the period, or what the
/// device said. Transport delays are a constant plus something that is never negative, so that the
/// clock's course lies along the least late arrivals, not through their middle (`EnvelopeFit`). Its
/// rate may lie 200 ppm (or what the profile says) from the nominal one.
///
/// **Gaps.** Nothing is stretched or bridged: what the index shows as lost moves the clock by exactly
/// that, what device times show by whole samples; where neither is there, a loss is found in arrivals
/// that stay late (`LossFinder`), and counted in whole samples where they can be told apart. Turns of a counter are
/// missing where its numbers skip among what came late together.
///
/// **What cannot be known.** The constant part of the delay leaves no trace in the data: the model's
/// typical delay is taken off, and its uncertainty, taken as normal, is in the bound. So the bound is
/// the root of the sum of squares of the estimate's own 95% bound and the delay's.
///
/// **Order.** Readings that came behind later ones are put where their index belongs, and named; the
/// result is in the order in which they came.
///
/// Where samples keep to no rate and carry no times of their own, arrivals are all there is: they
/// are given back, less the typical delay.
public struct Aligner: Sendable {
    /// Name and version of this estimator, as it stands in clock segments.
    public static let method = "envelope/3"

    public let model: ClockModel

    public init(_ model: ClockModel) { self.model = model }

    /// Aligns the readings of one stream. A pure function; takes some hundred nanoseconds a reading.
    public func align(_ readings: ClockReadings) -> Alignment {
        guard let order = ReadingOrder(readings) else {
            var run = AlignmentRun(model, readings)
            return run.result()
        }
        var run = AlignmentRun(model, order.apply(readings))
        return order.revert(run.result())
    }
}
