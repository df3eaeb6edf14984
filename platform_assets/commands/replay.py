"""``platform replay``: the demo's year through the sensors, or a product's history under other retraining policies."""

from __future__ import annotations

import sys

import click
from rich.console import Console

from platform_assets.commands.backtest import backtest
from platform_assets.commands.demo import replay_the_demo
from platform_assets.commands.shown import told
from platform_assets.settings import load_settings

DEFAULT_POLICIES = "never,monthly,drift,decay,as_declared"
# Of what nobody looks at in a terminal.
WIDE = 150


@click.command()
@click.argument("product", required=False)
@click.option(
    "--policies",
    metavar="LIST",
    help=f"With PRODUCT: retraining policies to compare, by default {DEFAULT_POLICIES}.",
)
@click.option("--model", metavar="NAME", help="With PRODUCT: which of its models, if it has several.")
@click.option("--until", metavar="YYYY-MM", help="Last month; by default the whole year, or all there is.")
@click.option("--fresh", is_flag=True, help="Without PRODUCT: delete what earlier replays left first.")
@told
def replay(product: str | None, policies: str | None, model: str | None, until: str | None, fresh: bool) -> None:
    """Replay history: as the demo, or under other retraining policies.

    \b
      platform replay                                   the demo
      platform replay flight_delay                      its history under five policies
      platform replay flight_delay --policies never,drift:psi=0.1,drift:psi=0.3

    Without PRODUCT: deliver the real flights of 2013 month by month; the platform's sensors do the rest.

    With PRODUCT: which retraining policy would have been worth it? Runs the history in the lake under each policy by
    the rules of production, sharing all work, and writes nothing of production. Prints quality, cost of errors,
    retrainings and compute, and writes a report. If the demo's history is missing, it is replayed first.

    \b
    A policy is one reason to retrain, or several joined by '+', each with settings after colons:
      never                   the first model for ever
      monthly                 every month; schedule:every=N every N months
      drift                   when a drift begins; :psi=0.1 :min_share_of_columns=0.3 :min_columns=3
      decay                   when AUC falls below the champion's validation; :auc=0.05
      rate_of_change          when a rule declared 'on_breach: retrain' is broken
      as_declared             the model's own 'retraining'
      a name                  declared under the model's 'backtest: {policies: {name: drift:psi=0.3+decay}}'
    What is not set is as declared. All but never, monthly and as_declared take :cool_down=N.
    """
    console = Console(width=None if sys.stdout.isatty() else WIDE)
    settings = load_settings()
    if product is None:
        _only_with_product({"--policies": policies, "--model": model})
        replay_the_demo(settings, until, fresh, console)
        return
    if fresh:
        raise click.BadParameter(
            "it deletes the history that policies are run on. Run 'platform replay --fresh' before.",
            param_hint="--fresh",
        )
    backtest(settings, product, model, policies or DEFAULT_POLICIES, until, console)


def _only_with_product(options: dict[str, str | None]) -> None:
    given = next((name for name, value in options.items() if value is not None), None)
    if given:
        raise click.BadParameter("name the product, as in: platform replay flight_delay.", param_hint=given)
