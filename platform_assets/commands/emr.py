"""``platform emr``: what clusters need before they start, and those that run."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

from platform_assets.commands.emr_plan import plan, prices
from platform_assets.commands.shown import print_json, print_rows, told

if TYPE_CHECKING:
    from platform_assets.compute.emr.aws import Aws
    from platform_assets.compute.emr.settings import EmrSettings

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def _told(command: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """A command that says in a sentence what AWS or the settings of EMR do not allow."""

    @told
    @functools.wraps(command)
    def wrapped(*arguments: Arguments.args, **named: Arguments.kwargs) -> Result:
        from botocore.exceptions import BotoCoreError, ClientError

        from platform_assets.compute.emr.errors import EmrSettingsWrong, PackagingFailed

        try:
            return command(*arguments, **named)
        except (EmrSettingsWrong, PackagingFailed) as error:
            raise click.ClickException(str(error)) from error
        except (BotoCoreError, ClientError) as error:
            raise click.ClickException(
                f"AWS does not do it: {error}. Look at the credentials and what they may do (infra/emr-policy.json)."
            ) from error

    return wrapped


@click.group()
def emr() -> None:
    """Clusters of Amazon EMR, as the file says that PLATFORM_EMR names; see docs/guides/aws.md."""


@emr.command()
@_told
def package() -> None:
    """Send code and dependencies to S3, each once a version; run it after each change of the lock file."""
    from platform_assets.compute.emr.environment_archive import EnvironmentSpec
    from platform_assets.compute.emr.packages import send_code, send_environment

    settings, aws, _ = _cluster_settings()
    built = settings.environment == "built" and send_environment(aws.s3, settings, EnvironmentSpec.of(settings))
    packages = send_code(aws.s3, settings)
    if packages.environment is not None:
        click.echo(f"dependencies, {'built now' if built else 'there already'}: {packages.environment}")
    click.echo(f"code: {packages.code}")


@emr.command(name="list")
@_json
@_told
def list_running(as_json: bool) -> None:
    """List the clusters of this deployment that run."""
    from platform_assets.compute.emr.reaper import running

    settings, aws, deployment = _cluster_settings()
    rows = [vars(each) for each in running(aws, settings, deployment)]
    if as_json:
        print_json(rows)
    else:
        print_rows(f"{len(rows)} clusters of '{deployment}' run.", rows)


@emr.command()
@_json
@_told
def reap(as_json: bool) -> None:
    """End clusters whose run has ended or whose watcher has gone silent; a schedule does it, too."""
    import dagster as dg

    from platform_assets.automation.emr_reaper import life_in
    from platform_assets.compute.emr.reaper import reap as end_orphans

    settings, aws, deployment = _cluster_settings()
    with dg.DagsterInstance.get() as instance:
        rows = [vars(each) for each in end_orphans(aws, settings, deployment, life_in(instance))]
    if as_json:
        print_json(rows)
    else:
        print_rows(f"{len(rows)} clusters were ended.", rows)


def _cluster_settings() -> tuple[EmrSettings, Aws, str]:
    from platform_assets.compute.emr.aws import Aws
    from platform_assets.settings import load_emr, load_settings

    settings = load_emr()
    if settings is None:
        raise click.ClickException(
            "This deployment has no clusters: PLATFORM_EMR is not set. Let it name a file as docs/guides/aws.md says."
        )
    return settings, Aws(settings.region), load_settings().deployment


emr.add_command(plan)
emr.add_command(prices)
