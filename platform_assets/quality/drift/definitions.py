"""What every number of a result means: public tools give one name to figures that differ by a factor of two."""

from platform_assets.quality.drift import (
    categories,
    chi_square,
    hellinger,
    jensen_shannon,
    kolmogorov_smirnov,
    missing_share,
    psi,
    wasserstein,
)

#: Definition of each measure, by the field of a column's result that holds it.
DEFINITIONS: dict[str, str] = {
    "psi": psi.DEFINITION,
    "psi_noise": "Population stability index that chance exceeds with the accepted probability, divided by the number "
    "of compared columns, at these numbers of rows if nothing changed: (1/n + 1/m) * quantile of chi2(buckets - 1).",
    "js": jensen_shannon.DEFINITION,
    "hellinger": hellinger.DEFINITION,
    "chi_square": chi_square.DEFINITION,
    "cramers_v": chi_square.CRAMERS_V_DEFINITION,
    "ks": kolmogorov_smirnov.DEFINITION,
    "wasserstein": wasserstein.DEFINITION,
    "moved_share": "Share of rows that would have to change their bucket for both windows to match: half the sum of "
    "|p - q| over the buckets of PSI. From 0 to 1.",
    "missing_share": missing_share.DEFINITION,
    "new_values_share": categories.NEW_DEFINITION,
    "vanished_values_share": categories.VANISHED_DEFINITION,
    "joined_share": "Share of the rows of both windows, weighted alike, whose texts were joined into buckets of many "
    "values, by the cap on the number of categories: text measures can be too small by what changed among them.",
    "effect": "The largest of three effects, each divided by its declared limit: PSI less what chance adds on average, "
    "change of the missing share, and share of new values less that of unseen rare values. 1 is the limit.",
    "importance": "Weight of the column in the verdict on the data: as declared, or 1; 0 only shows a column.",
    "errors": "Largest possible distance of a measure from its exact value on all rows; 0 while the profile is exact, "
    "none if there is no bound. For PSI and its kin the exact value is that of the exact deciles or of all values.",
}
