from platform_assets.compute.prices.bundled import bundled_prices
from platform_assets.compute.spot.need import ClusterNeed
from platform_assets.compute.spot.plan import plan_fleets
from platform_assets.compute.spot.rendering import plan_markdown


def test_markdown_has_a_row_for_each_fleet_and_an_item_for_each_reason() -> None:
    plan = plan_fleets(ClusterNeed(cores=32, memory_gib_per_core=3), bundled_prices())
    lines = plan_markdown(plan).splitlines()
    rows = [line for line in lines if line.startswith("|")]
    assert [row.split(" | ")[0].strip("| ") for row in rows] == ["fleet", "---", "primary", "core", "task"]
    assert len({row.count(" | ") for row in rows}) == 1
    assert [line[2:] for line in lines if line.startswith("- ")] == list(plan.reasons)
