-- A row is a stream of a session: its samples, counted one by one, beside what the recording says of them, and what
-- is missing. A folder of samples is called as the stream's file in the CSV export (a name in small letters, without
-- what no file should have in its name). first_ns and last_ns are since the session's start.
WITH counted AS (
    SELECT study, session, stream, COUNT(*) AS samples, MIN(t_ns) AS first_ns, MAX(t_ns) AS last_ns
    FROM samples
    GROUP BY study, session, stream
), missing AS (
    SELECT study, session, stream, COUNT(*) AS gaps, SUM(lost) AS lost
    FROM gaps
    GROUP BY study, session, stream
)
SELECT s.study, s.participant, s.session, s.stream,
    COALESCE(c.samples, 0) AS samples, s.samples AS recorded, c.first_ns, c.last_ns,
    COALESCE(m.gaps, 0) AS gaps, COALESCE(m.lost, 0) AS lost
FROM streams AS s
LEFT JOIN counted AS c ON c.study = s.study AND c.session = s.session
    AND s.file = CONCAT('samples_', c.stream, '.csv')
LEFT JOIN missing AS m ON m.study = s.study AND m.session = s.session AND m.stream = s.stream
ORDER BY s.study, s.session, s.stream
