"""Data Docs: Great Expectations' own site, built on demand from the stored results of all partitions."""

from platform_assets.quality.data_docs.build import build_data_docs, data_docs_page

__all__ = ["build_data_docs", "data_docs_page"]
