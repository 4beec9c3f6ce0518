import Link
import Timebase

/// What is told of the station: all from what the daemon said last. A pure value.
///
/// Labels are names of devices, streams, rings and states, and a session's id where two sessions may have
/// streams of one name; never codes of participants, and nothing that anybody wrote.
struct StationMetrics {
    let known: StationKnowledge
    let now: Instant

    /// What the daemon said longer ago counts as its being away: it is asked each two seconds at least.
    static let patience: Int64 = 6_000_000_000

    init(_ known: StationKnowledge, now: Instant) {
        self.known = known
        self.now = now
    }

    /// Nanoseconds since the daemon answered; nil where it never did.
    private var age: Int64? { known.daemon.answeredNs.map { max(0, now.nanoseconds - $0) } }

    private var isUp: Bool {
        known.daemon.trouble == nil && known.status != nil
            && (age.map { $0 <= Self.patience } ?? false)
    }

    var families: [MetricFamily] {
        let reach = [
            MetricFamily(
                "attune_up", .gauge, "Whether the recording daemon answers.",
                [MetricSample(isUp)]),
            MetricFamily(
                "attune_status_age_seconds", .gauge, "Time since the daemon last answered.",
                age.map { Double($0) / 1e9 }),
            MetricFamily(
                "attune_chat_up", .gauge, "Whether the chat's server answers.",
                [MetricSample(known.chat.trouble == nil && known.chat.answeredNs != nil)]),
        ]
        guard isUp, let status = known.status else { return reach }
        return reach + program(status) + sessions(status) + devices(status) + streams(status)
            + rings(status) + storage(status.storage) + clock(status.clock) + alarms(status)
            + backup(status.backup) + link(status)
    }

    private func program(_ status: Status) -> [MetricFamily] {
        [
            MetricFamily(
                "attune_build", .info, "The recording daemon.",
                [MetricSample(.integer(1), ["version": status.version])]),
            MetricFamily(
                "attune_start_time_seconds", .gauge,
                "When the daemon began, in seconds since 1970-01-01 UTC.",
                status.startedUtcNs.map { Double($0) / 1e9 }),
        ]
    }

    private func sessions(_ status: Status) -> [MetricFamily] {
        [
            MetricFamily(
                "attune_sessions", .gauge, "Sessions that the daemon has in hand, by state.",
                [SessionState.recording, .stopping].map { state in
                    let count = status.sessions.count { $0.state == state }
                    return MetricSample(.integer(Int64(count)), ["state": state.rawValue])
                }),
            MetricFamily(
                "attune_sessions_paused", .gauge, "Sessions that record and are paused.",
                Int64(status.sessions.count { $0.paused != nil })),
        ]
    }

    // MARK: - Devices and streams

    private func devices(_ status: Status) -> [MetricFamily] {
        func family(
            _ name: String, _ kind: MetricFamily.Kind, _ help: String,
            _ value: (DeviceInfo) -> MetricSample.Value?
        ) -> MetricFamily {
            MetricFamily(
                "attune_device_\(name)", kind, help,
                status.devices.compactMap { device in
                    value(device).map { MetricSample($0, ["device": device.name]) }
                })
        }
        return [
            MetricFamily(
                "attune_device_state", .gauge, "1 for the state in which a device is.",
                status.devices.flatMap { device in
                    DeviceState.allCases.map {
                        MetricSample(
                            device.state == $0, ["device": device.name, "state": $0.rawValue])
                    }
                }),
            family("recording", .gauge, "Whether a session records the device.") {
                .integer($0.session == nil ? 0 : 1)
            },
            family("samples", .counter, "Samples of all streams that came from a device.") {
                .integer($0.samples)
            },
            family("faults", .counter, "Frames of a device that were damaged.") {
                .integer(Int64($0.faults))
            },
            family("rate_hertz", .gauge, "Samples that came in each of the last seconds.") {
                $0.rateHz.map { .number($0) }
            },
            family("nominal_rate_hertz", .gauge, "Samples that should come in a second.") {
                $0.nominalRateHz.map { .number($0) }
            },
            family("last_sample_age_seconds", .gauge, "Time since a device's last sample.") {
                $0.lastSampleAgeMs.map { .number(Double($0) / 1000) }
            },
            family("battery_ratio", .gauge, "Charge of a device's battery, 0 to 1.") {
                $0.batteryPercent.map { .number(Double($0) / 100) }
            },
            family("rssi_dbm", .gauge, "How strongly a Bluetooth device was heard last.") {
                $0.rssiDbm.map { .integer(Int64($0)) }
            },
        ]
    }

    private func streams(_ status: Status) -> [MetricFamily] {
        func total(
            _ name: String, _ help: String, _ value: (StreamTotals) -> Int64
        ) -> MetricFamily {
            MetricFamily(
                "attune_stream_\(name)", .counter, help,
                (status.streams ?? []).map {
                    MetricSample(.integer(value($0)), ["source": $0.source, "stream": $0.stream])
                })
        }
        // Gauges are of one session's stream, and its source and name are told as the totals have them.
        let told = Set((status.streams ?? []).map { [$0.source, $0.stream] })
        func gauge(
            _ name: String, _ help: String, _ value: (StreamInfo) -> Double?
        ) -> MetricFamily {
            let samples = known.sessions.sorted { $0.key < $1.key }.flatMap { session, details in
                details.streams.compactMap { stream -> MetricSample? in
                    guard told.contains([stream.source, stream.name]), let value = value(stream)
                    else { return nil }
                    return MetricSample(
                        .number(value),
                        ["session": session, "source": stream.source, "stream": stream.name])
                }
            }
            return MetricFamily("attune_stream_\(name)", .gauge, help, samples)
        }
        return [
            total("samples", "Samples of a stream that sessions took.", \.samples),
            total("events", "Events of a stream that sessions took.", \.events),
            total("gaps", "Gaps of a stream.", \.gaps),
            total("lost_samples", "Samples of a stream that are known to be missing.", \.lost),
            gauge("last_sample_age_seconds", "Time since a stream's last sample arrived.") {
                $0.lastSampleAgeMs.map { Double($0) / 1000 }
            },
            gauge("time_bound_seconds", "The largest 95% bound of a stream's times.") {
                $0.boundMs.map { $0 / 1000 }
            },
        ]
    }

    // MARK: - What carries them

    private func rings(_ status: Status) -> [MetricFamily] {
        func family(
            _ name: String, _ kind: MetricFamily.Kind, _ help: String, _ value: (RingInfo) -> Int64
        ) -> MetricFamily {
            MetricFamily(
                "attune_ring_\(name)", kind, help,
                status.rings.map { MetricSample(.integer(value($0)), ["ring": $0.name]) })
        }
        return [
            family("capacity_bytes", .gauge, "Room of a ring.", \.capacity),
            family("used_bytes", .gauge, "What waits in a ring to be stored.", \.used),
            family(
                "dropped_records", .counter, "Records that did not fit into a ring.",
                \.overflowedRecords),
            family(
                "dropped_bytes", .counter, "Bytes of records that did not fit into a ring.",
                \.overflowedBytes),
        ]
    }

    private func storage(_ storage: StorageInfo) -> [MetricFamily] {
        [
            MetricFamily(
                "attune_storage_free_bytes", .gauge, "Room on the disk of the sessions.",
                storage.freeBytes),
            MetricFamily(
                "attune_storage_growth_bytes_per_second", .gauge,
                "How fast the sessions that record grow, over the last minutes.",
                storage.bytesPerSecond),
            MetricFamily(
                "attune_commit_duration_seconds", .histogram,
                "Time that a commit of all sessions took.",
                storage.commitDurations.flatMap { MetricHistogram($0) }
                    .map { [MetricSample(.histogram($0))] } ?? []),
            MetricFamily(
                "attune_last_commit_age_seconds", .gauge, "Time since the last commit ended.",
                storage.lastCommitAgeMs.map { Double($0) / 1000 }),
        ]
    }

    private func clock(_ clock: ClockHealth) -> [MetricFamily] {
        [
            MetricFamily(
                "attune_clock_synchronised", .gauge,
                "Whether a time service keeps the wall clock; absent where nobody tells.",
                clock.synchronised.map { $0 ? 1 : 0 }),
            MetricFamily(
                "attune_clock_error_bound_seconds", .gauge,
                "The kernel's bound of the wall clock's error.",
                clock.errorBoundMs.map { $0 / 1000 }),
            MetricFamily(
                "attune_clock_offset_seconds", .gauge,
                "What the kernel still has to take out of the wall clock.",
                clock.offsetMs.map { $0 / 1000 }),
            MetricFamily(
                "attune_clock_steps", .counter, "How often the wall clock was set.",
                Int64(clock.steps)),
            MetricFamily(
                "attune_clock_last_step_seconds", .gauge, "By how much it was set last.",
                clock.lastStepMs.map { $0 / 1000 }),
            MetricFamily(
                "attune_sleeps", .counter, "How often the machine slept.", Int64(clock.sleeps)),
            MetricFamily(
                "attune_slept_seconds", .counter, "How long the machine slept.",
                Double(clock.sleptMs) / 1000),
            MetricFamily(
                "attune_sleep_held_off", .gauge, "Whether sleep is held off.",
                [MetricSample(clock.inhibitsSleep)]),
        ]
    }

    private func backup(_ backup: BackupInfo?) -> [MetricFamily] {
        guard let backup else { return [] }
        return [
            MetricFamily(
                "attune_backup_waiting_sessions", .gauge, "Finished sessions without a copy.",
                Int64(backup.waiting)),
            MetricFamily(
                "attune_backup_failing", .gauge,
                "Whether something stands in the way of all copies.",
                [MetricSample(backup.problem != nil)]),
            MetricFamily(
                "attune_backup_last_verified_timestamp_seconds", .gauge,
                "When a copy was last read back, in seconds since 1970-01-01 UTC.",
                backup.verifiedUtcNs.map { Double($0) / 1e9 }),
        ]
    }

    private func link(_ status: Status) -> [MetricFamily] {
        let own = [
            MetricFamily(
                "attune_link_connections", .gauge, "Connections to the daemon's socket.",
                Int64(status.connections)),
            MetricFamily(
                "attune_link_subscribers", .gauge, "Programs that follow sessions live.",
                Int64(status.subscribers)),
        ]
        guard let link = status.link else { return own }
        return own + [
            MetricFamily(
                "attune_link_clients", .gauge, "Linked clients of sessions that record.",
                [
                    MetricSample(.integer(Int64(link.connected)), ["state": "connected"]),
                    MetricSample(
                        .integer(Int64(link.clients &- link.connected)), ["state": "away"]),
                ]),
            MetricFamily(
                "attune_link_waiting_events", .gauge,
                "What linked clients sent that is not durable yet.", link.waiting),
            MetricFamily(
                "attune_link_missed_pieces", .counter,
                "Live pieces that subscribers were too slow for.", link.missed),
        ]
    }
}
