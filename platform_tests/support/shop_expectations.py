"""Expectations of a user's own, as a product's folder would hold them."""

from great_expectations.compatibility.pyspark import functions as F
from great_expectations.execution_engine import SparkDFExecutionEngine
from great_expectations.expectations import UnexpectedRowsExpectation
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.metrics import ColumnMapMetricProvider, column_condition_partial


class ColumnValuesWholeEuros(ColumnMapMetricProvider):
    condition_metric_name = "column_values.whole_euros"

    @column_condition_partial(engine=SparkDFExecutionEngine)
    def _spark(cls, column, **kwargs):
        return column == F.floor(column)


class ExpectColumnValuesToBeWholeEuros(ColumnMapExpectation):
    """A price without cents."""

    map_metric = "column_values.whole_euros"


class ExpectTeaToBeCheap(UnexpectedRowsExpectation):
    """No tea above ten euros."""

    unexpected_rows_query: str = "SELECT * FROM {batch} WHERE kind = 'tea' AND price > 10"


class NoExpectation:
    """A class, but no expectation."""
