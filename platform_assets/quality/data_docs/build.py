"""The results as Great Expectations' own objects, rendered by its own site builder, whoever answered them."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from platform_assets.quality.contract import Expectation
from platform_assets.quality.data_docs.offline import front_page, make_readable
from platform_assets.quality.expectations.errors import ExpectationError
from platform_assets.quality.expectations.naming import is_custom
from platform_assets.quality.expectations.stored import StoredResults

INDEX = "index.html"
FILTERED = "all.html"
SITE = "data_docs"


def data_docs_page(reports: Path, product: str) -> Path:
    """Where the first page of a product's site lies, once it was built."""
    return reports / product / SITE / INDEX


def build_data_docs(index: Path, results: Sequence[StoredResults], declared: Iterable[Expectation] = ()) -> None:
    """Build the site of `index`, its first page, anew. Takes seconds, mostly to import Great Expectations.

    Args:
        results: one page each, under the suite of its table.
        declared: expectations of your own are imported from here, as only they know how to describe themselves.
    """
    import great_expectations as gx

    folder = index.parent
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    _import_custom(declared)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    for name in list(context.get_site_names()):
        context.delete_data_docs_site(name)
    context.add_data_docs_site(SITE, _site(folder))
    for table in sorted({stored.table for stored in results}):
        _add_table(context, [stored for stored in results if stored.table == table])
    context.build_data_docs(site_names=[SITE])
    index.rename(folder / FILTERED)
    make_readable(folder)
    index.write_text(front_page(results, _pages(folder), FILTERED), encoding="utf-8")


def _pages(folder: Path) -> dict[tuple[str, str], str]:
    """Address of each result's page by table and partition: the suite's name, the run's name, its time, the batch."""
    found = [page.relative_to(folder) for page in folder.glob("validations/**/*.html")]
    return {(".".join(page.parts[1:-3]), page.stem): page.as_posix() for page in found}


def _site(folder: Path) -> dict[str, Any]:
    return {
        "class_name": "SiteBuilder",
        "show_how_to_buttons": False,
        "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder)},
        "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
    }


def _import_custom(declared: Iterable[Expectation]) -> None:
    from platform_assets.quality.expectations.resolving import expectation_class

    for each in declared:
        if is_custom(each.type):
            try:
                expectation_class(each.type)
            except ExpectationError:
                logging.getLogger(__name__).warning("%s is shown without words of its own", each.type)


def _add_table(context: Any, partitions: Sequence[StoredResults]) -> None:
    from great_expectations import ExpectationSuite
    from great_expectations.core import RunIdentifier
    from great_expectations.core.expectation_validation_result import expectationSuiteValidationResultSchema
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    table = partitions[0].table
    newest = max(partitions, key=lambda stored: stored.judged_at)
    context.suites.add(
        ExpectationSuite(name=table, expectations=[each["expectation_config"] for each in newest.results])
    )
    for stored in partitions:
        key = ValidationResultIdentifier(
            expectation_suite_identifier=ExpectationSuiteIdentifier(table),
            run_id=RunIdentifier(run_name=stored.partition, run_time=stored.judged_at),
            batch_identifier=stored.partition,
        )
        result = expectationSuiteValidationResultSchema.load(_suite_result(stored, key.run_id.to_json_dict()))
        context.validation_results_store.set(key, result)


def _suite_result(stored: StoredResults, run_id: dict[str, Any]) -> dict[str, Any]:
    import great_expectations as gx

    held = sum(each["success"] for each in stored.results)
    total = len(stored.results)
    return {
        "success": held == total,
        "suite_name": stored.table,
        "results": stored.results,
        "suite_parameters": {},
        "statistics": {
            "evaluated_expectations": total,
            "successful_expectations": held,
            "unsuccessful_expectations": total - held,
            "success_percent": held / total * 100,
        },
        "meta": {
            "great_expectations_version": gx.__version__,
            "run_id": run_id,
            "expectation_suite_name": stored.table,
            "batch_spec": {"data_asset_name": stored.table},
            "active_batch_definition": {
                "datasource_name": "platform",
                "data_connector_name": "published" if stored.published else "refused",
                "data_asset_name": stored.table,
                "batch_identifiers": {"partition": stored.partition, "run": stored.run_id},
            },
        },
    }
