"""Which engine runs a job: what was asked for, or by bytes and history, with the reason in words."""

from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from platform_assets.compute.engines import EmbeddedEngine, Engines
from platform_assets.compute.engines.choice import EarlierRun, Wanted, Work, choose_engine
from platform_assets.compute.engines.ladder import EngineName, Ladder, LadderNotUnderstood, Rung
from platform_assets.compute.errors import EngineNotKnown

AUTO = Wanted("auto", "as declared")
EVERYWHERE = Ladder.parse("embedded:2GB,15min,60%; spark:20GB; emr")
GB, MEMORY = 10**9, 16 * 10**9
ORDER: tuple[EngineName, ...] = get_args(EngineName)

# What hypothesis takes for slow is a machine that is busy with something else.
patiently = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
sizes = st.integers(0, 10**14)
runs = st.lists(
    st.builds(
        EarlierRun,
        st.sampled_from(ORDER),
        sizes,
        st.floats(0, 10**6),
        st.integers(0, 10**12),
        st.none() | st.integers(0, 10**12),
    ),
    max_size=4,
)
rungs = st.builds(
    Rung,
    st.just("embedded"),
    st.none() | sizes,
    st.none() | st.floats(0, 10**5),
    st.none() | st.floats(0.01, 1),
)


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    names = sorted(draw(st.sets(st.sampled_from(ORDER), min_size=1)), key=ORDER.index)
    limited = [Rung(name, *_limits(draw(rungs))) for name in names[:-1]]
    return Ladder((*limited, Rung(names[-1])))


def _limits(rung: Rung) -> tuple[Any, ...]:
    return rung.bytes, rung.seconds, rung.memory_share


@pytest.mark.parametrize(
    ("work", "earlier", "engine", "reason"),
    [
        (Work(0, 1), [], "embedded", "auto: 0 bytes in 1 file: embedded"),
        (
            Work(1_940_000_000, 40),
            [EarlierRun("embedded", 1_940_000_000, 12)],
            "embedded",
            "auto: 1.9 GB in 40 files, last run 12 s embedded: embedded",
        ),
        (
            Work(2_100_000_000, 40),
            [EarlierRun("embedded", 1_940_000_000, 12)],
            "spark",
            "auto: 2.1 GB in 40 files, last run 12 s embedded: spark (not embedded, as it takes up to 2.0 GB)",
        ),
        (
            Work(2 * GB, 4),
            [EarlierRun("spark", GB, 300), EarlierRun("embedded", GB, 600)],
            "spark",
            "auto: 2.0 GB in 4 files, last run 5 min spark: spark (not embedded, as 20 min are expected and it takes "
            "up to 15 min)",
        ),
        (
            Work(2 * GB, 4),
            [EarlierRun("embedded", GB, 60, GB, 6 * GB)],
            "spark",
            "auto: 2.0 GB in 4 files, last run 60 s embedded: spark (not embedded, as 11.0 GB of memory are expected "
            "and it takes up to 9.6 GB)",
        ),
        (
            # A run of a second says little of one with a thousand times the bytes.
            Work(2 * GB, 4),
            [EarlierRun("embedded", 2_000_000, 1.2, 400_000_000, 600_000_000)],
            "embedded",
            "auto: 2.0 GB in 4 files, last run 1 s embedded: embedded",
        ),
        (
            Work(30 * GB, 1200),
            [],
            "emr",
            "auto: 30.0 GB in 1,200 files: emr (not embedded, as it takes up to 2.0 GB; not spark, as it takes up to "
            "20.0 GB)",
        ),
    ],
)
def test_the_first_engine_that_nothing_speaks_against_is_chosen_and_the_reason_is_told(
    work: Work, earlier: list[EarlierRun], engine: str, reason: str
) -> None:
    choice = choose_engine(AUTO, EVERYWHERE, work, earlier, MEMORY)

    assert (choice.engine, choice.reason) == (engine, reason)


def test_work_that_cannot_leave_stays_and_says_why() -> None:
    choice = choose_engine(AUTO, EVERYWHERE, Work(30 * GB, 1), memory_bytes=MEMORY, stays="the lake is here")

    assert choice.engine == "spark"
    assert choice.reason.endswith("spark (not embedded, as it takes up to 2.0 GB; not emr, as the lake is here)")


def test_who_offers_a_cluster_alone_is_told_why_it_is_not_used() -> None:
    choice = choose_engine(AUTO, Ladder.parse("emr"), Work(5, 1), stays="the lake is here")

    assert choice.reason == "auto: 5 bytes in 1 file: embedded (not emr, as the lake is here)"


@patiently
@given(ladders(), runs, sizes, sizes, st.none() | st.integers(1, 10**12), st.none() | st.just("it stays"))
def test_more_bytes_never_choose_a_smaller_engine(
    ladder: Ladder, earlier: list[EarlierRun], one: int, other: int, memory: int | None, stays: str | None
) -> None:
    less, more = (
        choose_engine(AUTO, ladder, Work(count, 1), earlier, memory, stays).engine for count in sorted((one, other))
    )

    assert ORDER.index(less) <= ORDER.index(more)


@patiently
@given(ladders(), runs, sizes, st.none() | st.just("it stays"))
def test_a_cluster_is_never_chosen_unless_it_is_offered_and_the_work_may_leave(
    ladder: Ladder, earlier: list[EarlierRun], count: int, stays: str | None
) -> None:
    choice = choose_engine(AUTO, ladder, Work(count, 1), earlier, MEMORY, stays)

    offered = {rung.engine for rung in ladder.rungs}
    assert choice.engine in offered or (choice.engine == "embedded" and offered == {"emr"} and stays is not None)
    assert choice.engine != "emr" or stays is None
    if "not emr, as it stays" in choice.reason:
        assert "emr" in offered
        assert choice.engine == largest_here(ladder)


def largest_here(ladder: Ladder) -> str:
    """The engine that takes everything, for work that stays: the largest on this machine."""
    return next((rung.engine for rung in reversed(ladder.rungs) if rung.engine != "emr"), "embedded")


@patiently
@given(st.sampled_from(ORDER), ladders(), runs, sizes)
def test_what_was_asked_for_is_chosen_whatever_the_size(
    engine: EngineName, ladder: Ladder, earlier: list[EarlierRun], count: int
) -> None:
    choice = choose_engine(Wanted(engine, "as declared"), ladder, Work(count, 1), earlier, MEMORY)

    assert (choice.engine, choice.reason) == (engine, "as declared")


@patiently
@given(st.integers(1, 999), st.sampled_from(["MB", "GB", "TB"]), st.integers(1, 99), st.integers(1, 100))
def test_a_ladder_is_what_its_text_says(count: int, unit: str, minutes: int, percent: int) -> None:
    ladder = Ladder.parse(f" embedded: {count}{unit} ,{minutes}min,{percent}% ;emr")

    bytes_ = count * {"MB": 10**6, "GB": 10**9, "TB": 10**12}[unit]
    assert ladder.rungs == (Rung("embedded", bytes_, minutes * 60, percent / 100), Rung("emr"))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "'' is none of embedded, spark, emr"),
        ("embeded", "'embeded' is none of embedded, spark, emr"),
        ("emr; embedded:2GB", "in the order embedded, spark, emr"),
        ("embedded:1GB; embedded", "engines stand once each"),
        ("embedded; emr", "embedded has no limit, so that what follows is never chosen"),
        ("embedded:2GB", "embedded is the last, so that no limit of it has an effect"),
        ("embedded:2GB,3GB; emr", "embedded has two limits of the same kind"),
        ("embedded:2 parsecs; emr", "'2 parsecs' is no limit"),
        ("embedded:; emr", "'' is no limit"),
        ("embedded:0%; emr", "'0%' is no limit"),
        ("embedded:101%; emr", "'101%' is no limit"),
        ("embedded:-2GB; emr", "'-2GB' is no limit"),
    ],
)
def test_a_ladder_that_cannot_be_meant_is_refused_with_an_example(text: str, rule: str) -> None:
    with pytest.raises(LadderNotUnderstood) as error:
        Ladder.parse(text)

    assert rule in str(error.value)
    assert str(error.value).endswith("Write them as in 'embedded:2GB,15min,60%; spark:20GB; emr'.")


@patiently
@given(st.text(max_size=40))
def test_any_text_is_a_ladder_or_is_refused(text: str) -> None:
    try:
        understood = len(Ladder.parse(text).rungs) > 0
    except LadderNotUnderstood as error:
        understood = text in str(error)

    assert understood


@pytest.mark.parametrize(
    ("asked", "declared", "expected"),
    [
        ("spark", "embedded", Wanted("spark", "asked for by the run's tag platform/engine")),
        (None, "embedded", Wanted("embedded", "as declared")),
        (None, None, Wanted("auto", "the deployment's engine (PLATFORM_ENGINE)")),
    ],
)
def test_the_run_goes_before_the_declaration_and_that_before_the_deployment(
    asked: str | None, declared: Any, expected: Wanted
) -> None:
    assert Engines(lambda name: EmbeddedEngine(), "auto", asked).wanted(declared) == expected


def test_a_tag_that_names_no_engine_is_refused() -> None:
    with pytest.raises(EngineNotKnown) as error:
        Engines(lambda name: EmbeddedEngine(), asked="sparkle").wanted(None)

    assert str(error.value) == (
        "The tag platform/engine of the run says 'sparkle', which is no engine. Set it to one of: embedded, spark, "
        "emr, auto; or leave it out, for the declared one."
    )
