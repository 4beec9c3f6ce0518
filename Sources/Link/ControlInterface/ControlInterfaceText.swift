// Written by Protocols/interfaces/embed.sh from io.attune.Control.varlink.

extension ControlInterface {
    /// The interface's description in Varlink's own language.
    public static let text = #"""
        # Runs the sessions of a station: start, phases, marks, stop, status, and what is being recorded,
        # live. Methods that only look need the right to watch, the others the right to control.
        #
        # Times ending in _ns are nanoseconds of CLOCK_MONOTONIC of the station, those ending in _utc_ns
        # nanoseconds since 1970-01-01 UTC. A parameter named session takes a session's id, any prefix of
        # it that only one session has, or the empty string for the only session that is recording.
        interface io.attune.Control

        # One session. The file is the path of its session file on the station; duration_ms runs from its
        # start to now, or to its stop; phases are those that StartPhase takes now; paused is
        # the reason of a pause, null while the session goes on. started_ns, phase_began_ns and
        # paused_since_ns are on this boot's clock, and null for sessions that do not record any more.
        # backed_up_utc_ns is when its copy at the backup place was read back, null where there is none;
        # backup_waits says in words what of it has still to be copied.
        type SessionInfo (
            id: string,
            study: string,
            participant: string,
            kind: string,
            state: (recording, stopping, stopped, finishing, finished, interrupted, aborted, withdrawn),
            pilot: bool,
            protocol: ?string,
            parent: ?string,
            phase: ?string,
            phases: []string,
            started_utc_ns: int,
            duration_ms: int,
            file: string,
            devices: []string,
            clients: []string,
            samples: int,
            events: int,
            gaps: int,
            lost: int,
            file_bytes: int,
            outcome: ?string,
            reason: ?string,
            paused: ?string,
            started_ns: ?int,
            phase_began_ns: ?int,
            paused_since_ns: ?int,
            backed_up_utc_ns: ?int,
            backup_waits: ?string
        )

        # One stream of a session. The rate is what was measured; bound_ms is the largest 95% bound of its
        # times; lost counts the samples that are known to be missing.
        type StreamInfo (
            id: int,
            name: string,
            kind: string,
            source: string,
            clock: string,
            channels: []string,
            units: []string,
            samples: int,
            events: int,
            gaps: int,
            lost: int,
            nominal_rate_hz: ?float,
            rate_hz: ?float,
            bound_ms: ?float,
            last_sample_age_ms: ?int
        )

        # One device that the station knows by its settings or has found. The node is the path it is
        # opened by, the identity what it is recognised by again (serial number or address). The transport is
        # serial, bluetooth, keyboard or pointer. nominal_rate_hz is the sum of its streams' rates, null where one
        # of them has none; rate_hz is what came in the last seconds. gaps, lost (samples known to be missing)
        # and bound_ms (the largest 95% bound of its streams' times) are of the session that it records for.
        # rssi_dbm is how strongly a Bluetooth device was heard last: BlueZ tells it while it searches, and
        # nothing more once the device is connected.
        type DeviceInfo (
            name: string,
            profile: string,
            node: string,
            identity: string,
            state: (absent, opening, starting, streaming, silent, failed, unbound, paused),
            reason: string,
            session: ?string,
            streams: []string,
            samples: int,
            last_sample_age_ms: ?int,
            rate_hz: ?float,
            faults: int,
            why: ?string,
            battery_percent: ?int,
            transport: ?string,
            nominal_rate_hz: ?float,
            gaps: int,
            lost: int,
            bound_ms: ?float,
            rssi_dbm: ?int
        )

        # One ring between a reading thread and the store; capacity and used are bytes.
        type RingInfo (
            name: string,
            capacity: int,
            used: int,
            overflowed_records: int,
            overflowed_bytes: int
        )

        # How long something took, counted into fixed classes since the daemon began: counts[i] is how often it took
        # at most bounds_ms[i] and more than the bound before, the last count how often longer than all bounds;
        # sum_ms is all of it together.
        type DurationCounts (
            bounds_ms: []float,
            counts: []int,
            sum_ms: float
        )

        # How writing goes: free bytes where the sessions are, commits since the daemon began, how long the last ones
        # took and how long all of them did, and by how much the sessions that record grow, over the last minutes
        # (null before anything can be said).
        type StorageInfo (
            free_bytes: int,
            commits: int,
            commit_ms_median: float,
            commit_ms_worst: float,
            last_commit_age_ms: ?int,
            bytes_per_second: ?float,
            commit_durations: ?DurationCounts
        )

        # How the machine's wall clock is, since the daemon began. synchronised is whether the kernel counts it as
        # kept right by a time service, null where that is not told; error_bound_ms the kernel's bound of its
        # error. steps counts how often it was set, last_step_ms by how much last. Sleeps of the machine count
        # by themselves, since nothing is recorded in them. inhibits_sleep tells whether sleep is held off now.
        # offset_ms is what the kernel still has to take out of the clock for a time service that steers it so.
        type ClockHealth (
            synchronised: ?bool,
            error_bound_ms: ?float,
            steps: int,
            last_step_ms: ?float,
            last_step_ns: ?int,
            sleeps: int,
            slept_ms: int,
            inhibits_sleep: bool,
            offset_ms: ?float
        )

        # Something a person should look at, since when, and in words what to do. The id is unique among the
        # alarms of its session, or of the station. Those that need acknowledgement stay until somebody says to
        # have seen them (AcknowledgeAlarm), even when their session has ended or the daemon was started anew.
        type Alarm (
            id: string,
            code: string,
            text: string,
            severity: (notice, warning, urgent),
            since_ns: int,
            session: ?string,
            device: ?string,
            needs_acknowledgement: bool,
            acknowledged: bool
        )

        # What one check of the fitting found, and in words what to do. source is the channel (stream.channel)
        # or the device that it looked at, null for what concerns the whole station; required says whether the
        # protocol asks for it. Checks: contact, leads-off, flat-line, clipping, eda-response, settle, battery,
        # microphone, model, disk; and electrode-site, hand and room-temperature where the protocol asks for
        # them, amber until they are noted (NoteFitting).
        type FittingCheck (
            check: string,
            source: ?string,
            state: (green, amber, red),
            text: string,
            required: bool
        )

        # The backup place of the settings: how many finished sessions wait for copies, when the last copy was read
        # back, and in words what stands in the way of all of them.
        type BackupInfo (
            place: string,
            waiting: int,
            verified_utc_ns: ?int,
            problem: ?string
        )

        # What streams of one name and source gave in all sessions since the daemon began; never less than it was
        # before. A session that goes on after a restart counts from there. Names of linked clients' sources and streams
        # have 'withheld' where they hold the code of a participant.
        type StreamTotals (
            source: string,
            stream: string,
            kind: string,
            samples: int,
            events: int,
            gaps: int,
            lost: int
        )

        # Programs at the link: clients that are registered for sessions that record, and how many of them are
        # connected; their events and pieces that are taken and not durable yet; and pieces of live streams that
        # subscribers were too slow for, since the daemon began.
        type LinkInfo (
            clients: int,
            connected: int,
            waiting: int,
            missed: int
        )

        # The whole station. backup is null where the settings name no backup place.
        type Status (
            version: string,
            station: string,
            boot_id: string,
            uptime_ms: int,
            data: string,
            runtime: string,
            sessions: []SessionInfo,
            devices: []DeviceInfo,
            rings: []RingInfo,
            storage: StorageInfo,
            alarms: []Alarm,
            connections: int,
            subscribers: int,
            clock: ClockHealth,
            backup: ?BackupInfo,
            started_utc_ns: ?int,
            streams: ?[]StreamTotals,
            link: ?LinkInfo
        )

        # The station's three clocks at one moment; uncertainty_ns is the largest error of the pairing.
        type ClockReading (
            monotonic_ns: int,
            boottime_ns: int,
            realtime_utc_ns: int,
            uncertainty_ns: int
        )

        # A piece of a stream as it came. For samples: the ordinal of the first one, their number, the
        # time of the first and the distance to the next (0 where each has a time of its own and only one
        # is sent), the 95% bound of these times, and the physical values as base64 of little-endian
        # doubles, sample by sample, each with all its channels. For events: time_ns and event. missed
        # counts the pieces of this stream that were dropped before this one because the subscriber was
        # slow. arrival_ns is when the bytes that made the piece reached the station.
        type StreamItem (
            stream: string,
            kind: (samples, event),
            first_index: int,
            count: int,
            time_ns: int,
            period_ns: float,
            bound_ns: int,
            channels: []string,
            values: string,
            event: ?object,
            missed: int,
            arrival_ns: ?int
        )

        # A phase of a session's protocol. duration_ms is how long it should take, null where people decide;
        # advance is who ends it (participant, operator or duration). entered counts how often the session was
        # in it; is_next says whether going there now keeps to the protocol.
        type PhaseInfo (
            name: string,
            title: string,
            kind: string,
            duration_ms: ?int,
            advance: string,
            optional: bool,
            entered: int,
            is_next: bool
        )

        # Where a session stands in its protocol. phase_began_ns is the beginning of the current phase. checks
        # and asks are those of the fitting phase that counts now, notes what was noted (NoteFitting).
        type ProcedureInfo (
            title: ?string,
            phases: []PhaseInfo,
            phase: ?string,
            phase_began_ns: ?int,
            checks: []string,
            asks: []string,
            notes: [string]string
        )

        # What a new alignment changed in a stream. Bounds are the largest 95% bound of its times before and
        # now; largest_shift_ms is by how much a time changed at most; resets counts where the device's clock
        # began anew, faults the device times that were wrong and not used. With a refusal, in words, the
        # new times could not be right and the stream keeps those that it had.
        type AlignedStreamInfo (
            name: string,
            samples: int,
            segments: int,
            gaps: int,
            lost: int,
            resets: int,
            faults: int,
            old_bound_ms: ?float,
            new_bound_ms: ?float,
            largest_shift_ms: float,
            refusal: ?string
        )

        # A session's times, estimated anew. The number is that of the row set in the review file, previous
        # the one that readers took before (null: that of the session file itself).
        type AlignmentInfo (
            session: string,
            file: string,
            review: string,
            number: int,
            previous: ?int,
            method: string,
            streams: []AlignedStreamInfo
        )

        # The state of the station.
        method GetStatus() -> (status: Status)

        # All devices, also those of no session.
        method ListDevices() -> (devices: []DeviceInfo)

        # The sessions of a study, or of all, newest first.
        method ListSessions(study: ?string) -> (sessions: []SessionInfo)

        # One session and its streams.
        method GetSession(session: string) -> (session: SessionInfo, streams: []StreamInfo)

        # Where a session that records stands in its protocol; without a protocol there are no phases.
        method GetProcedure(session: string) -> (session: SessionInfo, procedure: ProcedureInfo)

        # Starts recording. Devices are given by name; without them all that are not in use are taken.
        # The kind is chat unless said otherwise; a commentary names its parent.
        #
        # Here and below, actor is the person for whom the caller acts, as a console with users of its own knows
        # them; it goes into the record beside the caller's own user, up to 100 characters of it.
        method StartSession(
            study: string,
            participant: string,
            protocol: ?string,
            devices: ?[]string,
            kind: ?string,
            pilot: ?bool,
            parent: ?string,
            actor: ?string
        ) -> (session: SessionInfo)

        # Goes to a phase of the session's protocol. Leaving a fitting phase whose required checks are not
        # green for a later phase, or passing over it, needs a reason (NotReady without one); any reason is kept
        # with what departs from the protocol.
        method StartPhase(session: string, phase: string, reason: ?string, actor: ?string) -> (
            session: SessionInfo
        )

        # Looks at the session's sensors, its disk and what its clients reported, as the protocol's fitting
        # phase asks; without one, at everything, and nothing is required.
        method CheckFitting(session: string) -> (checks: []FittingCheck)

        # Notes how the sensors were fitted, as the protocol's fitting phase asks (electrode-site, hand,
        # room-temperature), or under another name. What was noted before under a name is replaced; all that is
        # noted now is the answer.
        method NoteFitting(session: string, notes: [string]string, actor: ?string) -> (
            session: SessionInfo,
            notes: [string]string
        )

        # Pauses a session: its clients are told, sensors go on. InvalidState where it is paused already.
        method PauseSession(session: string, reason: string, actor: ?string) -> (session: SessionInfo)

        # Ends a pause. InvalidState where the session is not paused.
        method ResumeSession(session: string, reason: ?string, actor: ?string) -> (session: SessionInfo)

        # Tells the participant something: the session's clients show it. At most 2000 characters.
        method SendMessage(session: string, text: string, actor: ?string) -> (session: SessionInfo)

        # Says that somebody has seen an alarm; answers when that is durable. An empty session means the only one
        # that records; alarms of a session that has ended are acknowledged by its id. The station's own alarms,
        # which end by themselves, are acknowledged by their code until they are raised anew.
        method AcknowledgeAlarm(session: string, alarm: string, note: ?string, actor: ?string) -> (
            alarm: Alarm
        )

        # Puts a mark on this moment, or on the earlier one that is given, with the bound of its error: what was
        # typed or pressed a while ago is marked where that began. Answers when it is durable. A moment before
        # the session's start, or in the future by more than its bound and a second, is refused.
        method Mark(
            session: string,
            label: string,
            detail: ?object,
            time_ns: ?int,
            bound_ns: ?int,
            actor: ?string
        ) -> (
            session: SessionInfo,
            time_ns: int
        )

        # Stops recording; answers when everything is durable. The outcome is completed unless said
        # otherwise (aborted, withdrawn or failed, which need a reason). Finishing the file goes on by itself.
        method StopSession(session: string, outcome: ?string, reason: ?string, actor: ?string) -> (
            session: SessionInfo
        )

        # Estimates a finished session's times anew and adds them to the review file beside it; readers take
        # them from then on. Answers when they are durable.
        method Align(session: string, reason: ?string) -> (alignment: AlignmentInfo)

        # Adds what a researcher says of a turn's emotion to the review file beside a finished session; what
        # was scored stays as it was. At least one of category (one of the seven), valence and arousal (-1 to
        # 1) is given. Answers when it is durable, with the correction's number.
        method CorrectEmotion(
            session: string,
            turn: int,
            category: ?string,
            valence: ?float,
            arousal: ?float,
            note: ?string
        ) -> (id: int, review: string)

        # Reads the station's clocks.
        method GetClock() -> (clock: ClockReading)

        # Follows a session live; needs more. Without streams all are followed; events are sent unless
        # declined. Ends when the session stops.
        method Subscribe(session: string, streams: ?[]string, events: ?bool) -> (item: StreamItem)

        # There is no session of this id, or the prefix fits several, or the empty one fits none.
        error NoSuchSession (session: string)

        # There is no device of this name.
        error NoSuchDevice (device: string)

        # There is no stream of this name in the session.
        error NoSuchStream (stream: string)

        # The session's protocol has no such phase, or not now; those allowed are listed.
        error NoSuchPhase (phase: string, allowed: []string)

        # The session has no such alarm; those that wait for acknowledgement are listed.
        error NoSuchAlarm (alarm: string, waiting: []string)

        # The fitting is not done: the required checks that are not green, and in words what is wrong with them.
        error NotReady (checks: []string, reason: string)

        # The device records for another session.
        error DeviceBusy (device: string, session: string)

        # The participant is in a session that is recording.
        error AlreadyRecording (session: string)

        # The session is in a state in which this cannot be done.
        error InvalidState (state: string, expected: []string)

        # A name of this kind is not allowed; the reason says what is.
        error InvalidName (name: string, reason: string)

        # The file could not be written.
        error StorageFailed (reason: string)

        # The caller has too few rights: watch needs the group attune, control attune-operators.
        error NotPermitted (needed: string, has: string)

        """#
}
