"""The sentences of a report: each kind of finding asks for its own next step."""

import pytest
from report_example import TESTED, example, profiles

from platform_assets.quality.drift.compare import compare_profiles
from platform_assets.quality.drift.result import ColumnDrift, DriftResult, SchemaChange
from platform_assets.quality.drift.thresholds import DriftThresholds
from platform_assets.quality.report.advice import column_advice, report_advice
from platform_assets.quality.report.answers import answers_of, since_words, use_words
from platform_assets.quality.report.context import NOTHING_KNOWN, Origin, ReportContext
from platform_assets.quality.report.history import Since

ORIGIN = Origin("orders/2024-01.csv", ("phone", "country", "shop", "till"), "team:shop")


@pytest.fixture(scope="module")
def told():
    return example(profiles())


def column(name="phone", verdict="drift", **found) -> ColumnDrift:
    told = {"current_rows": 1000, "current_missing_share": 0.1, "reference_missing_share": 0.1, **found}
    return ColumnDrift(column=name, kind="numeric", verdict=verdict, message="It changed.", **told)


def result_of(*columns: ColumnDrift, verdict="drift", **schema) -> DriftResult:
    return DriftResult(
        verdict=verdict,
        summary="",
        columns=list(columns),
        schema_change=SchemaChange(**schema),
        reference_rows=1000,
        current_rows=1000,
        thresholds=DriftThresholds().model_dump(),
    )


MISSING = {"current_missing_share": 0.4}
FEWER = {"reference_missing_share": 0.4}
NEW = {"new_values_share": 0.2, "new_values": ["Bergen"]}
MOVED = {"psi": 0.9}


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            MISSING,
            ["More values are missing (10 % to 40 %)", "ask team:shop", "orders/2024-01.csv (phone, country, shop"],
        ),
        (FEWER, ["Fewer values are missing (40 % to 10 %)", "-9999", "ask team:shop"]),
        (NEW, ["New categories ('Bergen')", "trained again", "ask team:shop", "deliver it again"]),
        (MOVED, ["If the world changed", "train again", "A drift trains.", "it is a fault: ask team:shop"]),
        (MISSING | NEW | MOVED, ["More values are missing", "New categories", "If the world changed"]),
    ],
)
def test_each_finding_has_its_own_next_step(found, words):
    drifted = column(**found)
    about = ReportContext(origins={"phone": (ORIGIN,)}, policy="A drift trains.", used=frozenset(["phone"]))

    advice = " ".join(column_advice(drifted, result_of(drifted), about))

    assert [word for word in words if word not in advice] == []


def test_a_column_that_the_model_does_not_use_asks_for_no_training():
    drifted = column(**MOVED)
    about = ReportContext(used=frozenset(["other"]))

    assert "needs no training" in column_advice(drifted, result_of(drifted), about)[0]
    assert "no training is needed" in report_advice(result_of(drifted), about)[0]


@pytest.mark.parametrize(
    ("verdict", "words"),
    [("cannot_tell", "Wait for more rows"), ("no_reference", "once the reference has a profile")],
)
def test_what_is_not_known_is_waited_for(verdict, words):
    unknown = column(verdict=verdict)

    assert words in column_advice(unknown, result_of(unknown, verdict=verdict), NOTHING_KNOWN)[0]
    assert any("not a pass" in step for step in report_advice(result_of(unknown, verdict=verdict), NOTHING_KNOWN))


def test_nothing_has_to_be_done_where_nothing_changed():
    same = column(verdict="stable")

    assert column_advice(same, result_of(same, verdict="stable"), NOTHING_KNOWN) == []
    assert report_advice(result_of(same, verdict="stable"), NOTHING_KNOWN) == ["Nothing has to be done."]
    assert [answer.question for answer in answers_of(result_of(same, verdict="stable"), NOTHING_KNOWN)] == [
        "What to do?"
    ]


def test_the_most_urgent_step_comes_first():
    shape = result_of(column("a", **MOVED), column("b", **MISSING), removed=["gone"])

    first, second, third = report_advice(shape, NOTHING_KNOWN)

    assert first.startswith("The table changed shape (gone)")
    assert second.startswith("More values are missing in b: ask the owner of the data")
    assert third.startswith("The whole distribution moved in a")


def test_the_answers_tell_the_story_of_the_example(told):
    result, _, _, about = told
    answers = {answer.question: " ".join(answer.sentences) for answer in answers_of(result, about)}

    assert "More values are missing: phone" in answers["What changed?"]
    assert "amount: " in answers["How much?"]
    assert "times the limit" in answers["How much?"]
    assert f"Since {TESTED}: " in answers["Since when?"]
    assert "returns uses" in answers["Does it matter for the model?"]
    assert "predictions moved as well" in answers["Does it matter for the model?"]
    assert "team:shop" in answers["What to do?"]


def test_predictions_that_stayed_are_told_too(told):
    _, reference, _, about = told
    still = profiles()["2023-10"]
    result = compare_profiles(reference, still, columns=["amount", "score"])

    answers = {answer.question: " ".join(answer.sentences) for answer in answers_of(result, about)}

    assert "predictions did not move clearly" in answers["Does it matter for the model?"]


def test_importance_is_told_where_it_was_measured():
    heavy, light = (column(name, importance=i, **MOVED) for name, i in (("a", 3.0), ("b", 1.0)))
    result = result_of(heavy, light)
    about = ReportContext(used=frozenset("ab"), model="returns")

    assert use_words(heavy, result, about) == "yes, 75 % of the importance"
    assert use_words(light, result_of(light), about) == "yes"
    matters = next(answer for answer in answers_of(result, about) if "matter" in answer.question)
    assert matters.sentences == [
        "Of the 2 changed columns, returns uses all of them, with 100 % of the importance: a, b."
    ]


@pytest.mark.parametrize(
    ("since", "words"),
    [
        (Since("2024-01", 1, "stable"), "in 2024-01 for the first time; the partition before was within the limits"),
        (
            Since("2023-11", 3, "reference"),
            "for 3 partitions, since 2023-11; everything before belongs to the reference",
        ),
        (Since("2023-11", 3, "look_back"), "perhaps for longer"),
    ],
)
def test_since_when_is_a_sentence(since, words):
    assert words in since_words(since)


def test_nothing_follows_by_itself_while_the_data_as_a_whole_is_stable():
    drifted = column(**MOVED)
    about = ReportContext(policy="A drift trains.", used=frozenset(["phone"]))

    alone, whole = (" ".join(report_advice(result_of(drifted, verdict=v), about)) for v in ("stable", "drift"))

    assert "nothing follows by itself" in alone
    assert "A drift trains." not in alone
    assert "A drift trains." in whole


def test_labels_are_told_apart_from_what_the_model_uses():
    label, feature = column("label: late", **MOVED), column("amount", **MOVED)
    result = result_of(label, feature)
    about = ReportContext(used=frozenset(["amount"]), labels=frozenset(["label: late"]), model="returns")

    matters = next(answer for answer in answers_of(result, about) if "matter" in answer.question)

    assert matters.sentences == [
        "returns uses the changed column: amount.",
        "What it has to predict changed as well (label: late).",
    ]
    assert use_words(label, result, about) == "label"
    assert "train again" in column_advice(label, result, about)[0]
    assert "label" not in " ".join(report_advice(result, about))
