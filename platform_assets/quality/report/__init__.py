"""Drift as people see it: one HTML file, and for the Dagster UI a picture in Markdown."""

from platform_assets.quality.report.html import drift_report_html
from platform_assets.quality.report.markdown import drift_report_markdown
from platform_assets.quality.report.picture import drift_picture_svg

__all__ = ["drift_picture_svg", "drift_report_html", "drift_report_markdown"]
