"""Answers of asset checks, as a materialisation within a test gives them."""

import dagster as dg


def answers(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    """Each check's answer, by its name."""
    return {check.check_name: check for check in result.get_asset_check_evaluations()}
