import DeviceProfiles
import SessionStore
import Timebase

/// A stream as it will stand in the session, with its clock's model.
struct StreamPlan: Sendable {
    var description: StreamDescription
    var model: ClockModel

    /// The streams of a device, in the order of its profile's.
    static func device(
        _ profile: DeviceProfile, name: String, identity: String, firstID: Int64
    ) -> [StreamPlan] {
        profile.streams.enumerated().map { index, stream in
            StreamPlan(
                description: StreamDescription(
                    id: firstID + Int64(index),
                    name: profile.streams.count == 1 ? name : "\(name).\(stream.name)",
                    kind: stream.kind, source: name, profileName: profile.name,
                    profileVersion: profile.version, profileText: profile.text,
                    deviceIdentity: JSONText.object([("identity", JSONText.string(identity))]),
                    nominalRate: stream.rate, clock: stream.clock,
                    gapTolerance: stream.gapTolerance, typicalDelay: stream.typicalDelay,
                    delayUncertainty: stream.delayUncertainty,
                    rateTolerancePPM: stream.rateTolerancePPM,
                    counterModulus: stream.counterModulus.map(Int64.init),
                    channels: stream.channels.map(\.stored)),
                model: stream.model)
        }
    }

    /// The streams of a keyboard (keystrokes) or a pointer (buttons, and motion as samples).
    static func input(
        _ profile: DeviceProfile, isPointer: Bool, name: String, identity: String, firstID: Int64
    ) -> [StreamPlan] {
        let uncertainty = profile.streams.first?.delayUncertainty ?? 8_000_000
        let delay = profile.streams.first?.typicalDelay ?? 0
        func plan(
            _ offset: Int64, _ name: String, _ kind: String, _ channels: [ChannelDescription]
        ) -> StreamPlan {
            StreamPlan(
                description: StreamDescription(
                    id: firstID + offset, name: name, kind: kind, source: name,
                    profileName: profile.name, profileVersion: profile.version,
                    profileText: profile.text,
                    deviceIdentity: JSONText.object([("identity", JSONText.string(identity))]),
                    clock: .stamped, typicalDelay: delay, delayUncertainty: uncertainty,
                    channels: channels),
                model: ClockModel(
                    kind: .stamped, period: 0, typicalDelay: delay, delayUncertainty: uncertainty))
        }
        guard isPointer else { return [plan(0, name, "keys", [])] }
        return [
            plan(0, "\(name).buttons", "keys", []),
            plan(
                1, "\(name).motion", "pointer",
                [
                    ChannelDescription(name: "dx", label: "Motion to the right", unit: "count"),
                    ChannelDescription(name: "dy", label: "Motion downwards", unit: "count"),
                    ChannelDescription(name: "wheel_x", label: "Wheel to the right", unit: "count"),
                    ChannelDescription(name: "wheel_y", label: "Wheel away", unit: "count"),
                ]),
        ]
    }
}

extension ChannelProfile {
    /// The channel as a session file keeps it.
    var stored: ChannelDescription {
        ChannelDescription(
            name: name, label: label, unit: unit, scale: scale, offset: offset,
            conversion: conversion?.description, minimum: minimum, maximum: maximum,
            storage: isReal ? .real : .integer)
    }
}

extension StreamProfile {
    /// What the clock knows before the first sample.
    var model: ClockModel {
        ClockModel(
            kind: clock, period: rate.map { $0 > 0 ? 1e9 / $0 : 0 } ?? 0,
            tolerancePPM: rateTolerancePPM, modulus: counterModulus.map(Int64.init),
            typicalDelay: typicalDelay, delayUncertainty: delayUncertainty,
            gapTolerance: gapTolerance)
    }
}
