"""Drift as people see it: one HTML file, a plot and Markdown for the Dagster UI."""

from platform_assets.quality.report.html import drift_report_html
from platform_assets.quality.report.markdown import drift_report_markdown
from platform_assets.quality.report.plot import drift_plot_png

__all__ = ["drift_plot_png", "drift_report_html", "drift_report_markdown"]
