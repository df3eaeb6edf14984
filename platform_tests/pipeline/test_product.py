"""A product's folder is read and checked without Dagster; what does not fit together is told with the remedy.

Mistakes that Dagster's commands tell too are tested with the components.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from platform_assets.pipeline import Product, load_product
from platform_assets.pipeline.product import DEFS_FOLDER, DeclarationError, all_products

Refusal = Callable[[str, str], str]


@pytest.fixture
def refusal(tmp_path: Path) -> Refusal:
    """What loading says after a text of defs.yaml was replaced at its first place."""

    def said(old: str, new: str) -> str:
        folder = tmp_path / "defs"
        shutil.copytree(DEFS_FOLDER / "flight_delay", folder / "flight_delay")
        file = folder / "flight_delay" / "defs.yaml"
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(DeclarationError) as error:
            load_product("flight_delay", folder)
        message = str(error.value)
        assert message.startswith("flight_delay/defs.yaml: ")
        return message.removeprefix("flight_delay/defs.yaml: ")

    return said


def test_the_product_knows_its_declarations_tables_and_functions(product: Product) -> None:
    assert list(product.datasets) == ["flights", "weather", "planes", "airports", "airlines"]
    assert (list(product.feature_sets), list(product.models)) == (["flight_features"], ["flight_delay"])
    assert product.table("flights") == "flight_delay.flights"
    assert product.function("features.flight_labels") == "platform_assets.defs.flight_delay.features:flight_labels"
    assert product.readable("weather") is product.datasets["weather"]
    assert product.readable("flight_features") is product.feature_sets["flight_features"]
    assert all_products() == [product]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "keys: [time_hour, carrier, flight, origin]",
            "keys: [time_hours, carrier, flight, origin]",
            "flights.keys: 'time_hours' is not one of the columns. Did you mean 'time_hour'? "
            "Declare it under columns or correct it.",
        ),
        (
            "{dataset: weather, lookback_days: 1,",
            "{dataset: wether, lookback_days: 1,",
            "flight_features.inputs: there is no dataset 'wether'. Did you mean 'weather'? "
            "Declare it, or choose one of: flights, weather, planes, airports, airlines.",
        ),
        (
            "{faa: dest}",
            "{fa: dest}",
            "flight_features.inputs.airports.matched_on: there is no column of airports 'fa'. Did you mean 'faa'? ",
        ),
        (
            "{faa: dest}",
            "{faa: destination}",
            "flight_features.inputs.airports.matched_on: there is no column of flight_features 'destination'. ",
        ),
        (
            "{tailnum: flights.tailnum}",
            "{tailnum: flights.tail_number}",
            "flight_features.inputs.planes.matched_on: there is no column of flights 'tail_number'. ",
        ),
        (
            "{tailnum: flights.tailnum}",
            "{tailnum: airports.faa}",
            "flight_features.inputs.planes.matched_on: there is no input before it 'airports'. ",
        ),
        (
            "time_hour: time_hour - 2 hours}",
            "time_hour: two hours before}",
            "flight_features.inputs.1.matched_on: matched_on: 'two hours before' names no value. ",
        ),
        (
            "label: {dataset: flights,",
            "label: {dataset: departures,",
            "flight_delay.label.dataset: there is no dataset 'departures'. "
            "Declare it, or choose one of: flights, weather, planes, airports, airlines.",
        ),
        (
            "computed_from: [flights.dest]",
            "computed_from: [flight.dest]",
            "flight_features.columns.dest.computed_from: there is no input 'flight'. Did you mean 'flights'? "
            "Declare it, or choose one of: flights, weather, planes, airports.",
        ),
        (
            "computed_from: [flights.dest]",
            "computed_from: [airlines.name]",
            "flight_features.columns.dest.computed_from: there is no input 'airlines'. ",
        ),
        (
            "computed_from: [flights.dest]",
            "computed_from: [flights.destination]",
            "flight_features.columns.dest.computed_from: there is no column of flights 'destination'. "
            "Declare it, or choose one of: year, month, day, ",
        ),
        (
            "computed_from: [flights.dest]",
            "computed_from: [dest]",
            "flight_features.columns.dest.computed_from: 'dest' does not say whose column it is. "
            "Write dataset.column, as in flights.dest.",
        ),
        (
            "computed_from: [flights.dest]",
            "computed_form: [flights.dest]",
            "flight_features.columns.dest.computed_form: there is no such field. Did you mean 'computed_from'? "
            "Correct its name, or remove it.",
        ),
        (
            "type: int, nullable: false, minimum: 2012",
            "type: int, computed_from: [flights.day], nullable: false, minimum: 2012",
            "flights.columns.year.computed_from: there is no such field.",
        ),
        (
            "metric: probability.mean",
            "metric: probabilty.mean",
            "flight_delay_predictions.rate_of_change.mean_probability.metric: there is no column 'probabilty'. "
            "Declare it, or choose one of: time_hour, carrier, flight, origin, probability, ",
        ),
        (
            "metric: dep_time.missing_share",
            "metric: dep_time.missing_shares",
            "flights.rate_of_change.cancelled_share.metric: 'dep_time.missing_shares': there is no metric "
            "'missing_shares'. Did you mean 'missing_share'? ",
        ),
        (
            "computed_from: [flights.arr_delay], delay",
            "computed_from: [weather.temp], delay",
            "flight_delay.label.computed_from: there is no input 'weather'. Declare it, or choose one of: flights.",
        ),
        (
            "computed_from: [flights.arr_delay], delay",
            "computed_from: [flights.arr_delays], delay",
            "flight_delay.label.computed_from: there is no column of flights 'arr_delays'. "
            "Did you mean 'arr_delay'? Declare it, or choose one of: ",
        ),
        (
            "  owner: team:flight-operations\n",
            "",
            "flights.owner: this field is required. Add it.",
        ),
        (
            "freshness_days: 40",
            "freshness_days: soon",
            "flights.freshness_days: Input should be a valid number, unable to parse string as a number, not 'soon'. "
            "Correct the value.",
        ),
        (
            "type: int, nullable: false, minimum: 2012",
            "type: integer, nullable: false, minimum: 2012",
            "flights.columns.year.type: Input should be 'int', 'long', 'double', 'string', 'boolean', 'date' or "
            "'timestamp', not 'integer'. Correct the value.",
        ),
        (
            "minimum: 1, maximum: 2400",
            "minmum: 1, maximum: 2400",
            "flights.columns.dep_time.minmum: there is no such field. Did you mean 'minimum'? "
            "Correct its name, or remove it.",
        ),
        (
            "  name: weather\n",
            "  name: flights\n",
            "'flights' is declared twice. Rename or remove one of them.",
        ),
        (
            "type: platform_assets.components.Dataset",
            "type: platform_assets.components.Datset",
            "type: there is no component type 'platform_assets.components.Datset'. "
            "Did you mean 'platform_assets.components.Dataset'?",
        ),
        (
            "type: platform_assets.components.Dataset\n",
            "- flights\n---\ntype: platform_assets.components.Dataset\n",
            "document 1 has no fields. Begin it with 'type:' and 'attributes:'.",
        ),
    ],
)
def test_a_mistake_names_field_rule_and_remedy(refusal: Refusal, old: str, new: str, message: str) -> None:
    assert refusal(old, new).startswith(message)


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [
        ("features", "  seed: 13", "  features: [hour, destt]\n  seed: 13"),
        ("baseline.segments", "segments: [origin, carrier, hour]", "segments: [origin, carrier, destt]"),
        ("monitored_columns", "  seed: 13", "  monitored_columns: [destt]\n  seed: 13"),
        ("monitoring.segments", "segments: [origin, carrier], minimum", "segments: [origin, destt], minimum"),
    ],
)
def test_a_model_can_only_name_columns_of_its_feature_set(refusal: Refusal, field: str, old: str, new: str) -> None:
    said = refusal(old, new)

    assert said.startswith(
        f"flight_delay.{field}: there is no column of flight_features 'destt'. Did you mean 'dest'? "
        "Declare it, or choose one of: time_hour, carrier, "
    )


def test_components_of_others_are_left_to_dagster(tmp_path: Path) -> None:
    shutil.copytree(DEFS_FOLDER / "flight_delay", tmp_path / "flight_delay")
    with (tmp_path / "flight_delay" / "defs.yaml").open("a") as file:
        file.write("\n---\ntype: someone.else.Component\nattributes: {}\n")

    assert next(iter(load_product("flight_delay", tmp_path).datasets)) == "flights"


def test_a_budget_of_what_does_not_exist_is_told(refusal: Refusal) -> None:
    said = refusal("usd_a_month: 50", "usd_a_month: 50\n  asset: fligths")

    assert said.startswith("product.asset: there is no asset 'fligths'. Did you mean 'flights'? Declare it, or choose")
    assert said.endswith("flight_delay_drift_report.")


def test_a_budget_for_an_owner_who_owns_nothing_is_told(refusal: Refusal) -> None:
    said = refusal("usd_a_month: 50", "usd_a_month: 50\n  for_owner: team:nobody")

    assert said.startswith("product.for_owner: there is no owner 'team:nobody'.")
