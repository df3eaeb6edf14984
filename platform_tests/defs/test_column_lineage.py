"""Declared column lineage does not lie: a value changes with every column that it names, and with no other.

Every feature and label is computed on real rows of a month, and again after some columns of the inputs were changed.
A changed column keeps its type and its range: each row gets another of the values that occur in it. Nothing has to be
held back for rows to exist: a key is changed as well, but so that it stays unique, and each row of the result is
followed to the row that it is about, whatever its key is now. So the keys of a feature set must each come from one
column, and all from one input.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pytest

from platform_assets.compute.engines import EmbeddedEngine
from platform_assets.compute.run import load_function
from platform_assets.lake.schema import arrow_schema
from platform_assets.pipeline import Product
from platform_assets.pipeline.product import MonitoredModelDeclaration, all_products
from platform_assets.quality.dataset import DatasetDeclaration
from platform_assets.quality.lineage import ColumnReference, lineage_of

Tables = dict[str, pa.Table]
Named = frozenset[ColumnReference]

# July and August have 31 days each, so that a date stays one whatever becomes of its month and day.
MONTH, ROWS, TWINS = "2013-08", 1500, 40


@dataclass(frozen=True)
class Derivation:
    """A function, its inputs, and which of their columns each of its own columns names (``keys`` only identify)."""

    name: str
    function: str
    inputs: tuple[DatasetDeclaration, ...]
    keys: dict[str, ColumnReference]
    columns: dict[str, Named]

    @property
    def followed(self) -> DatasetDeclaration:
        """The input whose rows the rows of the result are about."""
        (table,) = {reference.table for reference in self.keys.values()}
        return next(declared for declared in self.inputs if declared.name == table)

    def all_but(self, named: Named) -> Named:
        every = {ColumnReference(table.name, column.name) for table in self.inputs for column in table.columns}
        return frozenset(every - named)


def derivations() -> list[Derivation]:
    """The feature sets and labels of every product."""
    products = all_products()
    features = [of_feature_set(product, name) for product in products for name in product.feature_sets]
    return [*features, *(of_label(product, model) for product in products for model in product.models.values())]


def of_feature_set(product: Product, name: str) -> Derivation:
    declared = product.feature_sets[name]
    lineage = lineage_of(declared)
    keys = {}
    for key in declared.keys:
        sources = lineage.get(key, [])
        assert len(sources) == 1, f"{product.name}.{name}.{key}: name the one column that this key comes from."
        keys[key] = sources[0]
    inputs = tuple(product.datasets[source.dataset] for source in declared.inputs)
    columns = {column.name: frozenset(lineage.get(column.name, ())) for column in declared.columns}
    return Derivation(f"{product.name}.{name}", product.function(declared.function), inputs, keys, columns)


def of_label(product: Product, model: MonitoredModelDeclaration) -> Derivation:
    label = model.label
    named = frozenset(map(ColumnReference.parse, label.computed_from))
    keys = of_feature_set(product, model.feature_set).keys
    inputs = (product.datasets[label.dataset],)
    name = f"{product.name}.{model.name}.label"
    return Derivation(name, product.function(label.function), inputs, keys, {label.column: named})


@pytest.fixture(scope="module")
def delivered(deliver_some: Callable[..., list[Path]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    landing = tmp_path_factory.mktemp("landing")
    deliver_some(landing, MONTH, rows=ROWS)
    return landing


@pytest.fixture(scope="module", params=derivations(), ids=lambda derivation: derivation.name)
def experiment(request: pytest.FixtureRequest, delivered: Path, embedded: EmbeddedEngine) -> "Experiment":
    derivation: Derivation = request.param
    tables = {declared.name: read(delivered, declared) for declared in derivation.inputs}
    name, keys = derivation.followed.name, derivation.followed.keys
    return Experiment(derivation, tables | {name: with_twins(tables[name], keys)}, embedded.session)


def read(landing: Path, declared: DatasetDeclaration) -> pa.Table:
    """A delivered file under its contract."""
    file = landing / declared.landing_file(MONTH)
    assert file.is_file(), f"'{declared.name}' has no rows to test with. Let deliver_some() in conftest.py deliver it."
    types = {field.name: field.type for field in arrow_schema(declared.table("test").columns)}
    null = [declared.arrival.null_values]
    convert = pa.csv.ConvertOptions(column_types=types, null_values=null, strings_can_be_null=True)
    return pa.csv.read_csv(file, convert_options=convert)


def with_twins(table: pa.Table, keys: list[str]) -> pa.Table:
    """Adds rows that differ from others in one key only, so that it shows if a key decides between equals."""
    some = table.take(np.random.default_rng(7).choice(table.num_rows, TWINS, replace=False))
    all_rows = pa.concat_tables([table, *(changed(some, key, keys) for key in keys)])
    return all_rows.filter(pa.array(~all_rows.select(keys).to_pandas().duplicated()))


def changed(table: pa.Table, column: str, keys: list[str]) -> pa.Table:
    """Gives every row another value of the column, drawn from those that occur in it.

    Rows that share all other keys have their values exchanged one to one, so a changed key identifies rows as before.
    """
    values = with_another(pc.unique(table[column]))
    others = [key for key in keys if key != column]
    if column not in keys:
        group = np.arange(table.num_rows)
    elif others:
        group = table.select(others).to_pandas().groupby(others).ngroup().to_numpy()
    else:
        group = np.zeros(table.num_rows, dtype=int)
    turn = np.random.default_rng(list(column.encode())).integers(1, len(values), group.max() + 1)
    codes = (pc.index_in(table[column], values).to_numpy() + turn[group]) % len(values)
    return table.set_column(table.column_names.index(column), column, values.take(pa.array(codes)))


def with_another(values: pa.Array) -> pa.Array:
    """The values, and one more if there is but one."""
    if len(values) > 1:
        return values
    only: Any = values[0].as_py()
    if isinstance(only, dt.date):
        another: Any = only + dt.timedelta(days=1)
    else:
        another = f"{only}'" if isinstance(only, str) else not only if isinstance(only, bool) else only + 1
    return pa.array([only, another], values.type)


@dataclass
class Experiment:
    """Computes a derivation on tables of which some columns were changed."""

    derivation: Derivation
    tables: Tables
    session: Any

    @cached_property
    def unchanged(self) -> pd.DataFrame:
        return self.computed(self.derivation.columns)

    def computed(self, columns: Iterable[str], changes: Iterable[ColumnReference] = ()) -> pd.DataFrame:
        """Values of the columns, one row per row of the followed table, in its order."""
        tables, keys = dict(self.tables), self.derivation.keys
        for table, column in sorted(changes):
            declared = next(each for each in self.derivation.inputs if each.name == table)
            tables[table] = changed(tables[table], column, declared.keys)
        frames = {name: self.session.createDataFrame(table) for name, table in tables.items()}
        wanted = list(dict.fromkeys([*keys, *columns]))
        rows = load_function(self.derivation.function)(**frames).select(*wanted).toArrow().to_pandas()
        about = tables[self.derivation.followed.name].select([key.column for key in keys.values()]).to_pandas()
        found = rows.set_index(list(keys), drop=False).reindex(pd.MultiIndex.from_frame(about))
        return found[list(columns)].reset_index(drop=True)

    def changing(self, columns: Iterable[str], changes: Iterable[ColumnReference]) -> set[str]:
        """Those of the columns in which some row has another value after the changes."""
        before, after = self.unchanged[list(columns)], self.computed(columns, changes)
        differs = (before != after) & ~(before.isna() & after.isna())
        return set(differs.columns[differs.any()])


def batches(columns: dict[str, Named]) -> list[Named]:
    """All columns that are named, in groups that can be changed together: nothing names two of a group."""
    found: list[set[ColumnReference]] = []
    for reference in sorted(frozenset().union(*columns.values())):
        naming = [named for named in columns.values() if reference in named]
        free = (batch for batch in found if not any(batch & named for named in naming))
        batch = next(free, None)
        if batch is None:
            found.append({reference})
        else:
            batch.add(reference)
    return [frozenset(batch) for batch in found]


def unnamed(experiment: Experiment, columns: dict[str, Named]) -> list[str]:
    """Influences that are not named: all other columns of all inputs are changed at once."""
    problems = []
    for named in dict.fromkeys(columns.values()):
        others = experiment.derivation.all_but(named)
        for column in experiment.changing([name for name in columns if columns[name] == named], others):
            alone = [".".join(each) for each in sorted(others) if experiment.changing([column], [each])]
            problems.append(f"'{column}' changes with {', '.join(alone) or 'others together'}: add it to computed_from")
    return problems


def idle(experiment: Experiment, columns: dict[str, Named]) -> list[str]:
    """Columns that are named but have no influence: each is changed alone, as far as a column that names it can see."""
    problems = []
    for batch in batches(columns):
        expected = {column for column, named in columns.items() if batch & named}
        for column in sorted(expected - experiment.changing(columns, batch)):
            (name,) = (".".join(each) for each in batch & columns[column])
            problems.append(f"'{column}' does not change with {name}: remove it from computed_from")
    return problems


def test_the_rows_have_values_in_every_column(experiment: Experiment) -> None:
    assert experiment.unchanged.notna().any().all()


def test_a_value_does_not_change_with_columns_that_it_does_not_name(experiment: Experiment) -> None:
    assert not unnamed(experiment, experiment.derivation.columns)


def test_a_value_changes_with_every_column_that_it_names(experiment: Experiment) -> None:
    assert not idle(experiment, experiment.derivation.columns)


@pytest.mark.parametrize("experiment", derivations()[-1:], indirect=True, ids=lambda derivation: derivation.name)
def test_a_lie_is_found(experiment: Experiment) -> None:
    for column, named in experiment.derivation.columns.items():
        truth, lie = sorted(named)[-1], sorted(experiment.derivation.all_but(named))[0]
        assert f"'{column}' changes with {'.'.join(truth)}:" in unnamed(experiment, {column: named - {truth}})[0]
        assert f"'{column}' does not change with {'.'.join(lie)}:" in idle(experiment, {column: frozenset({lie})})[0]
