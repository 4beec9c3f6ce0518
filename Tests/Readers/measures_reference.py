#!/usr/bin/env python3
"""Compute with NeuroKit2 what Tests/MeasuresTests compares the measures with.

    measures_reference.py FOLDER

Writes columns of little-endian doubles into FOLDER, NAME.f64 each: signals, and what NeuroKit2 makes of them.
The ECG is a real one, 22 s at 1 kHz from a BITalino, out of pyHRV's wheel (BSD licence); the pulse wave is
HeartPy's (see fetch_heartpy.py). Longer ones, skin conductance and respiration are NeuroKit2's simulations.
"""

import hashlib
import pathlib
import sys
import warnings

import numpy as np

import fetch_heartpy

warnings.simplefilter("ignore")
import neurokit2 as nk  # noqa: E402

PYHRV = "pyhrv==0.5.0"
ECG = "pyhrv/files/SampleECG.txt"
ECG_DIGEST = "49159790819cb55cdb31422c7e6f792644122c2e80fa1c2da339b1dcdf1cd657"


class Folder:
    def __init__(self, path):
        self.path = pathlib.Path(path)

    def put(self, name, values):
        np.asarray(values, dtype="<f8").tofile(self.path / f"{name}.f64")


def real_ecg():
    path = fetch_heartpy.unpack(PYHRV, [ECG], fetch_heartpy.cache("pyhrv"))[0]
    if hashlib.sha256(path.read_bytes()).hexdigest() != ECG_DIGEST:
        raise ValueError(f"{path} is not the file of {PYHRV}")
    return np.loadtxt(path, comments="#")[:, 5]


def heart(folder):
    """Cleaning and R peaks of the real ECG at three rates, and measures of long and of faulty beats."""
    ecg = real_ecg()
    at_130 = np.interp(np.arange(0, len(ecg) - 1, 1000 / 130), np.arange(len(ecg)), ecg)
    for rate, values in [(1000, ecg), (250, ecg[::4]), (130, at_130)]:
        cleaned = nk.ecg_clean(values, sampling_rate=rate)
        folder.put(f"ecg_{rate}", values)
        folder.put(f"ecg_{rate}_clean", cleaned)
        folder.put(f"ecg_{rate}_peaks", nk.ecg_findpeaks(cleaned, sampling_rate=rate)["ECG_R_Peaks"])

    values = nk.ecg_simulate(duration=150, sampling_rate=250, heart_rate=71, noise=0.05, random_state=3)
    cleaned = nk.ecg_clean(values, sampling_rate=250)
    folder.put("made", values)
    folder.put("made_peaks", nk.ecg_findpeaks(cleaned, sampling_rate=250)["ECG_R_Peaks"])

    pulse = np.loadtxt(fetch_heartpy.fetch(fetch_heartpy.cache("heartpy"))[1], delimiter=",",
                       skiprows=1, usecols=1)[:12000]
    cleaned = nk.ppg_clean(pulse, sampling_rate=100)
    folder.put("ppg", pulse)
    folder.put("ppg_clean", cleaned)
    folder.put("ppg_peaks", nk.ppg_findpeaks(cleaned, sampling_rate=100)["PPG_Peaks"])

    random = np.random.default_rng(11)
    count = 420
    beats = np.arange(count)
    lengths = (820 + 40 * np.sin(2 * np.pi * beats / 5.1) + 30 * np.sin(2 * np.pi * beats / 13)
               + random.normal(0, 12, count))
    peaks = np.round(1000 + np.cumsum(lengths)).astype(int)
    folder.put("beats", peaks)
    measures(folder, "beats", peaks)
    minute = peaks[peaks < peaks[0] + 61000]
    folder.put("minute", minute)
    measures(folder, "minute", minute)

    # Beats that are missing, too many, too early, and shifted; far from each other and near.
    faulty = list(peaks)
    for place in (40, 120, 122, 300):
        faulty[place] += 260
    for place in sorted((77, 200, 201, 350), reverse=True):
        del faulty[place]
    for place in (30, 160, 260):
        faulty.append(faulty[place] + 290)
    faulty = np.array(sorted(faulty))
    folder.put("faulty", faulty)
    # An even number of samples lets midpoints be whole ones more often; NeuroKit2 cuts the rest off.
    found, corrected = nk.signal_fixpeaks(faulty, sampling_rate=1000, method="Kubios", iterative=False)
    for name in ("ectopic", "missed", "extra", "longshort"):
        folder.put(f"faulty_{name}", found[name])
    folder.put("faulty_once", corrected)
    _, corrected = nk.signal_fixpeaks(faulty, sampling_rate=1000, method="Kubios", iterative=True)
    folder.put("faulty_corrected", corrected)

    # What NeuroKit2 says of beats with a gap of 40 s between them, given as beats.
    gap = np.concatenate((peaks[:200], peaks[250:]))
    folder.put("gap", gap)
    folder.put("gap_rmssd", nk.hrv_time(gap, sampling_rate=1000)["HRV_RMSSD"])


def measures(folder, name, peaks):
    time = nk.hrv_time(peaks, sampling_rate=1000).iloc[0]
    power = nk.hrv_frequency(peaks, sampling_rate=1000, normalize=False, silent=True).iloc[0]
    scaled = nk.hrv_frequency(peaks, sampling_rate=1000, silent=True).iloc[0]
    rate = nk.signal_rate(peaks, sampling_rate=1000, desired_length=peaks[-1] + 1)
    folder.put(f"{name}_measures", [
        time["HRV_MeanNN"], time["HRV_SDNN"], time["HRV_RMSSD"], time["HRV_pNN50"],
        np.mean(rate[peaks[0]:]), power["HRV_LF"], power["HRV_HF"], scaled["HRV_HF"]])


def skin(folder):
    """Cleaning, parts and responses of skin conductance, and what one artefact does to their number."""
    for rate, seconds in [(4, 300), (10, 300), (250, 60)]:
        values = nk.eda_simulate(duration=seconds, sampling_rate=rate, scr_number=8, drift=-0.01,
                                 noise=0.01, random_state=5)
        cleaned = nk.eda_clean(values, sampling_rate=rate)
        parts = nk.eda_phasic(cleaned, sampling_rate=rate)
        phasic = parts["EDA_Phasic"].values
        _, info = nk.eda_peaks(phasic, sampling_rate=rate, amplitude_min=0.1)
        name = f"eda_{rate}"
        folder.put(name, values)
        folder.put(f"{name}_clean", cleaned)
        folder.put(f"{name}_tonic", parts["EDA_Tonic"])
        folder.put(f"{name}_phasic", phasic)
        folder.put(f"{name}_peaks", info["SCR_Peaks"])
        folder.put(f"{name}_amplitudes", info["SCR_Amplitude"])
        if rate == 10:
            values = values.copy()
            values[1500:1512] += 25
            phasic = nk.eda_phasic(nk.eda_clean(values, sampling_rate=rate), sampling_rate=rate)
            folder.put("artefact", values)
            folder.put("artefact_peaks",
                       nk.eda_peaks(phasic["EDA_Phasic"].values, sampling_rate=rate)[1]["SCR_Peaks"])


def breath(folder):
    values = nk.rsp_simulate(duration=120, sampling_rate=50, respiratory_rate=14, noise=0.02,
                             random_state=2)
    cleaned = nk.rsp_clean(values, sampling_rate=50)
    info = nk.rsp_findpeaks(cleaned, sampling_rate=50)
    folder.put("rsp", values)
    folder.put("rsp_clean", cleaned)
    folder.put("rsp_peaks", info["RSP_Peaks"])
    folder.put("rsp_troughs", info["RSP_Troughs"])


def main():
    folder = Folder(sys.argv[1])
    heart(folder)
    skin(folder)
    breath(folder)


if __name__ == "__main__":
    main()
