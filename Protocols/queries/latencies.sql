-- A row is a stay in a phase: medians of the participant's latencies, how many messages, how long.
-- first_key_ms: from the message that is answered standing on the screen to the first key.
-- send_ms: from the first key to sending. reply_ms: from sending to the other side's message on the screen.
WITH ordered AS (
    SELECT study, participant, session, author, characters, t_ns, began_ns,
        COALESCE(shown_ns, t_ns) AS seen_ns,
        LAG(author) OVER (PARTITION BY study, session ORDER BY t_ns, turn) AS before_author,
        LAG(t_ns) OVER (PARTITION BY study, session ORDER BY t_ns, turn) AS before_ns,
        LAG(COALESCE(shown_ns, t_ns)) OVER (PARTITION BY study, session ORDER BY t_ns, turn) AS before_seen_ns
    FROM turns
), timed AS (
    SELECT study, participant, session, author, characters, t_ns,
        CASE WHEN author = 'participant' AND before_author <> 'participant'
            THEN (began_ns - before_seen_ns) / 1e6 END AS first_key_ms,
        CASE WHEN author = 'participant' THEN (t_ns - began_ns) / 1e6 END AS send_ms,
        CASE WHEN author <> 'participant' AND before_author = 'participant'
            THEN (seen_ns - before_ns) / 1e6 END AS reply_ms
    FROM ordered
)
SELECT p.study, p.participant, p.session, p.phase, p.stay,
    MEDIAN(t.first_key_ms) AS first_key_ms,
    MEDIAN(t.send_ms) AS send_ms,
    MEDIAN(t.reply_ms) AS reply_ms,
    COUNT(CASE WHEN t.author = 'participant' THEN 1 END) AS messages,
    COALESCE(SUM(CASE WHEN t.author = 'participant' THEN t.characters END), 0) AS chars
FROM phases AS p
LEFT JOIN timed AS t
    ON t.study = p.study AND t.session = p.session AND t.t_ns >= p.t_ns AND t.t_ns < p.end_ns
GROUP BY p.study, p.participant, p.session, p.phase, p.stay
ORDER BY p.study, p.session, p.phase, p.stay
