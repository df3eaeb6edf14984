"""Materialise every delivery of some datasets as Dagster runs: ``python personal_runs.py DECLARATIONS.json``.

The file holds ``{"datasets": [declaration, ...], "runs": [[dataset, partition], ...]}``. Prints one line of JSON a run:
dataset, partition, whether it succeeded, and the words of the failure. DAGSTER_HOME, PLATFORM_DATA and keys come from
the environment, as in a deployment.
"""

import json
import sys
from pathlib import Path

import dagster as dg

from platform_assets.components.dataset import dataset_asset
from platform_assets.components.resources import WorkspaceResource
from platform_assets.pipeline import Product
from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.settings import load_settings, prepare_process


def main() -> None:
    prepare_process()
    asked = json.loads(Path(sys.argv[1]).read_text())
    datasets = {each["name"]: DatasetDeclaration.model_validate(each) for each in asked["datasets"]}
    product = Product("house", "house", datasets, {}, {})
    resources = {"workspace": WorkspaceResource.from_settings(load_settings())}
    assets = [dataset_asset(product, declaration) for declaration in datasets.values()]
    job = dg.Definitions(assets=assets, resources=resources).resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.get() as instance:
        for dataset, partition in asked["runs"]:
            result = job.execute_in_process(
                instance=instance,
                asset_selection=[dg.AssetKey(dataset)],
                partition_key=partition,
                raise_on_error=False,
            )
            failed = [event for event in result.all_events if event.event_type == dg.DagsterEventType.STEP_FAILURE]
            words = failed[0].step_failure_data.error_display_string if failed else ""
            told = failed[0].step_failure_data.user_failure_data.description if failed else ""
            checks = [c.asset_check_key.name for c in result.get_asset_check_evaluations() if not c.passed]
            line = {"dataset": dataset, "partition": partition, "success": result.success, "told": told}
            print("RUN " + json.dumps({**line, "failed checks": checks, "error": words[:2000]}), flush=True)


if __name__ == "__main__":
    main()
