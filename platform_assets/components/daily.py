"""An asset of the platform itself that is made anew every day."""

import dagster as dg


def made_daily(asset: dg.AssetsDefinition, job_name: str, cron_schedule: str, about: str) -> dg.Definitions:
    """An asset with the job that makes it and its schedule, which runs unless somebody stops it."""
    job = dg.define_asset_job(job_name, selection=dg.AssetSelection.assets(asset.key), description=about)
    schedule = dg.ScheduleDefinition(
        name=f"{asset.key.to_python_identifier()}_daily",
        job=job,
        cron_schedule=cron_schedule,
        description=about,
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    return dg.Definitions(assets=[asset], jobs=[job], schedules=[schedule])
