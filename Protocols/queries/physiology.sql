-- A row is a phase of the study: heart and skin in it over all sessions that have the measure.
SELECT study, phase,
    COUNT(hr) AS hr_n, AVG(hr) AS hr, STDDEV_SAMP(hr) AS hr_sd,
    COUNT(rmssd) AS rmssd_n, AVG(rmssd) AS rmssd, STDDEV_SAMP(rmssd) AS rmssd_sd,
    COUNT(scl) AS scl_n, AVG(scl) AS scl, STDDEV_SAMP(scl) AS scl_sd,
    SUM(scr_n) AS scr_n
FROM phases
GROUP BY study, phase
ORDER BY study, phase
