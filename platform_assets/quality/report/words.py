"""The fixed sentences of a report: verdicts and what each measure means."""

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
MEASURES: dict[str, str] = {
    "Size of a change": "the largest of three effects, each divided by its declared limit: change of the distribution "
    "(PSI less what chance adds on average), of the share of missing values, and of the share of rows with values "
    "never seen before. A change counts only if chance does not explain it at these numbers of rows.",
    "PSI": "population stability index over the tenths of the reference (text: the most frequent values and the rest), "
    "natural logarithm; an empty bucket counts as half a row, at least 0.0001. Below 0.1 small, from 0.2 substantial.",
    "Jensen-Shannon": "distance over the same buckets, base 2: 0 is equal, 1 has nothing in common.",
    "Kolmogorov-Smirnov": "the largest difference between the two cumulated shares, 0 to 1.",
    "Wasserstein": "how far a row moved on average, in standard deviations of the reference.",
    "Missing": "share of rows that are null, not a number, or infinite.",
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
