"""The fixed sentences of a report: verdicts, and the names of measures."""

from platform_assets.quality.drift.result import Verdict

HEADLINES: dict[Verdict, str] = {
    "drift": "▲ Drift",
    "stable": "● Stable",
    "cannot_tell": "? Cannot tell",
    "no_reference": "○ No reference",
}
VERDICTS: dict[Verdict, str] = {
    "drift": "▲ drift",
    "stable": "● stable",
    "cannot_tell": "? cannot tell",
    "no_reference": "○ no reference",
}
#: What readers call the fields of a column's result.
NAMES: dict[str, str] = {
    "effect": "Size of a change",
    "psi": "PSI",
    "psi_noise": "PSI by chance",
    "js": "Jensen-Shannon",
    "ks": "Kolmogorov-Smirnov",
    "wasserstein": "Wasserstein",
    "chi_square": "Chi-square",
    "cramers_v": "Cramer's V",
    "missing_share": "Missing",
    "new_values_share": "New values",
    "vanished_values_share": "Vanished values",
    "moved_share": "Rows that moved",
}
