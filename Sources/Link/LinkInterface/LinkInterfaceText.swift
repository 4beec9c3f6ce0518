// Written by Protocols/interfaces/embed.sh from io.attune.Link.varlink.

extension LinkInterface {
    /// The interface's description in Varlink's own language.
    public static let text = #"""
        # For programs that bring something into a session: a chat, a stimulus program, a bridge to other
        # devices. A client registers under a name that it keeps, numbers what it sends from 1, keeps it
        # on its own disk, and sends it again until it is acknowledged. An acknowledgement comes after the
        # data is durable, so nothing is lost and nothing is doubled, whoever is killed.
        #
        # Times ending in _ns are nanoseconds of the client's declared clock: the station's
        # CLOCK_MONOTONIC, or a clock of its own that is mapped by round trips (Exchange, ReportClock).
        interface io.attune.Link

        # What the operator tells the participant; the id counts the session's messages from 1.
        type LinkMessage (id: int, text: string)

        # What a client needs to know of its session. visit counts the participant's visits from 1, where the
        # study has some. condition is the level of each factor; consent the participant's last answer to each
        # tier that has one; paused the reason of a pause, null while the session goes on; alarms the ids of
        # the session's alarms that wait for acknowledgement, oldest first; message the operator's latest one.
        type LinkSession (
            id: string,
            study: string,
            participant: string,
            kind: string,
            state: (recording, stopping, stopped, finishing, finished, interrupted, aborted, withdrawn),
            pilot: bool,
            protocol: ?string,
            phase: ?string,
            started_ns: int,
            visit: ?int,
            condition: [string]string,
            consent: [string]bool,
            paused: ?string,
            alarms: []string,
            message: ?LinkMessage
        )

        # One channel of a stream of samples; physical value = stored value * scale + offset.
        type LinkChannel (
            name: string,
            unit: string,
            type: (i16, i32, i64, f32, f64),
            scale: float,
            offset: float
        )

        # A stream that the client brings: a signal at a rate, events (no rate, no channels), or audio: one
        # channel of type i16 at a whole rate_hz from 8000 to 192000 with a counter as its clock, which is kept
        # as FLAC and needs the consent to audio; a client that brings audio brings no signals beside it. The
        # clock says what sample times are derived from: counter (the client numbers all samples, rate carries
        # the time), arrival (batches have times, samples are regular), stamped (each has its time). silence_limit_ms
        # is after how long without a sample of a signal the station raises an alarm; null for 2 s, or two samples of
        # a slow rate.
        type LinkStream (
            name: string,
            kind: (signal, events, audio),
            rate_hz: ?float,
            clock: (counter, arrival, stamped),
            silence_limit_ms: ?int,
            channels: []LinkChannel
        )

        # One event. The bound is the 95% bound of its time. Two kinds have tables of their own in the
        # session file, and their payloads these fields:
        #   turn        number: ?int (left out: the next one), author: string (participant or client),
        #               text: string, composed_from_ns: ?int (first key), sent_ns: int, shown_ns: ?int
        #   draft_edit  draft: int (which turn of its author, from 1), position: int, deleted: int, inserted: int
        #               (user-perceived characters), class: string (letter, digit, space, punctuation,
        #               emoji, paste, delete, other), text: ?string (only with consent)
        # Any other kind is kept as it is. These are also acted upon, and refused (ItemRefused) where they lack
        # what they need:
        #   focus       focused: bool. Whether the client's window has the focus. The participant's keyboard is
        #               read only while it does, unless the station's settings say otherwise; what was said
        #               counts until the connection ends, and has to be said anew on the next one.
        #   consent     tier: string, granted: bool. The participant's answer to a tier of consent. It is kept with
        #               the study, and obeyed at once; LinkSession.consent has it when this is acknowledged.
        #   turn_shown  number: int (which turn), shown_ns: int (first paint), last_ns: ?int (last paint, of one
        #               that came in parts). Becomes the turn's shown_ns unless that is known already.
        #   alarm       code: string, text: string (what to do), severity: notice, warning (the default) or
        #               urgent, needs_acknowledgement: ?bool (by default, what is urgent does). Stands in the
        #               station's status, and until it is acknowledged in LinkSession.alarms.
        #   invitation  action: string (made, revoked), actor: string (whose doing it was). Stands in the session's
        #               audit trail, with the client's name behind the actor's.
        #   fitting     check: string (microphone, model), state: string (green, amber, red), detail: ?string.
        #               What only the client can try while the sensors are fitted; the last one of a check counts.
        # What the participant has not agreed to is acknowledged and not kept: turns, draft edits or their text,
        # samples, and other kinds that hold the same.
        # A payload's members whose names end in _ns are moments of the client's clock, as time_ns is: of a
        # client with a clock of its own they are put on the station's, and what it said is kept as
        # NAME_client_ns. A duration belongs into another unit (_ms).
        type LinkEvent (
            sequence: int,
            time_ns: int,
            bound_ns: ?int,
            stream: ?string,
            kind: string,
            payload: object
        )

        # One round trip between client and station: sent and received by the client on its clock,
        # received and sent by the station on CLOCK_MONOTONIC.
        type ClockObservation (
            client_sent_ns: int,
            received_ns: int,
            sent_ns: int,
            client_received_ns: int
        )

        # What a stream's own clock said (a device's, or another machine's), so that it can be aligned anew
        # later: in nanoseconds of that clock, with the station's time when it was asked, where it was, and
        # when the answer came.
        type DeviceReading (
            device_ns: int,
            sent_ns: ?int,
            arrival_ns: int
        )

        # Joins a session under a stable name. acknowledged is the last sequence of this client in this
        # session that is durable; the client sends all after it. A client on the station's clock gives
        # the boot id of its machine, so that another machine's clock is not mistaken for it. Calling
        # again with the same streams is fine.
        method Register(
            session: string,
            client: string,
            title: string,
            clock: (station, own),
            boot_id: ?string,
            streams: []LinkStream
        ) -> (client: string, session: LinkSession, acknowledged: int)

        # Brings events, in the order of their sequences; answers when they are durable. What was sent
        # before is left out and acknowledged again.
        method SendEvents(session: string, client: string, events: []LinkEvent) -> (acknowledged: int)

        # Brings samples of one stream as one numbered item; answers when they are durable. data is base64
        # of little-endian values in the channels' types, sample by sample. stamps_ns is for streams with
        # stamped clocks, one a sample; first_index is the client's own number of the first sample.
        # missing says how many samples went missing right before these, where the client knows it exactly;
        # interruption, why an unknown number may have gone missing there: a number of the device's was
        # skipped (counter), it was away (disconnect), or a buffer was full (overflow). readings are of the
        # stream's own clock; an item may hold them alone, with count 0 and no data.
        method SendSamples(
            session: string,
            client: string,
            stream: string,
            sequence: int,
            first_time_ns: int,
            first_index: ?int,
            stamps_ns: ?[]int,
            count: int,
            data: string,
            missing: ?int,
            interruption: ?(counter, disconnect, overflow),
            readings: ?[]DeviceReading
        ) -> (acknowledged: int)

        # Reads the station's clock, for a client with a clock of its own; answers at once. Best on a
        # connection that does nothing else.
        method Exchange(client_ns: int) -> (received_ns: int, sent_ns: int)

        # Hands in round trips, from which the station maps the client's clock: all of them, in order, best
        # eight in a row 64 ms apart, every 2 s in the first half minute and every 30 s from then on. A client
        # with a clock of its own is refused events and samples (ItemRefused) before its first one. Where its
        # clock jumps or begins anew, the next round trips show it; report some before sending what came after.
        method ReportClock(session: string, client: string, observations: []ClockObservation) -> (
            accepted: int
        )

        # Tells the state of a session now and at each change; needs more. Ends after its last state.
        method WatchSession(session: string) -> (session: LinkSession)

        # There is no such session, or it is over.
        error NoSuchSession (session: string)

        # The session does not take anything in its state.
        error InvalidState (state: string, expected: []string)

        # Call Register first, on each new connection.
        error NotRegistered (client: string)

        # Another connection is registered under this name.
        error ClientBusy (client: string)

        # The stream was not registered.
        error NoSuchStream (stream: string)

        # A name of this kind is not allowed; the reason says what is.
        error InvalidName (name: string, reason: string)

        # A sequence was left out: send from the expected one on.
        error SequenceGap (expected: int)

        # The item cannot be stored as it is; the reason says why.
        error ItemRefused (sequence: int, reason: string)

        # The file could not be written; send it again later.
        error StorageFailed (reason: string)

        # The caller has too few rights: watch needs the group attune, control attune-operators.
        error NotPermitted (needed: string, has: string)

        """#
}
