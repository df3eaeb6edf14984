"""The cost table: records folded into it, storage accrued, budgets judged, and the monthly report."""
