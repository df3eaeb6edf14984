"""The drift report in a real browser: offline, light and dark, on a phone, by keyboard, readable by everybody."""

from pathlib import Path
from typing import Any

import pytest
from report_example import example, profiles

from platform_assets.quality.report.html import drift_report_html

pytestmark = pytest.mark.browser

SCHEMES = ("light", "dark")
WIDTHS = (360, 1100)
TEXT_CONTRAST, SHAPE_CONTRAST = 4.5, 3.0
SECTIONS = (
    "What changed?",
    "How much?",
    "Since when?",
    "Does it matter for the model?",
    "What to do?",
    "Every column, most changed first",
    "Column by column",
    "How these numbers are defined",
)

# Colours as the eye gets them: every layer behind an element blended, then the contrast ratio of WCAG 2.2.
CONTRASTS = """
const parse = c => { const n = c.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n };
const over = (top, under) => top.slice(0, 3).map((v, i) => v * top[3] + under[i] * (1 - top[3]));
const behind = e => { const layers = [];
  for (; e; e = e.parentElement) layers.push(parse(getComputedStyle(e).backgroundColor));
  return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255]) };
const luminance = c => { const l = c.map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
  return .2126 * l[0] + .7152 * l[1] + .0722 * l[2] };
const ratio = (a, b) => { const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
  return (x + .05) / (y + .05) };
const contrast = (e, colour) => { const ground = behind(e); return ratio(over(parse(colour), ground), ground) };
const found = [];
for (const e of document.body.querySelectorAll('*')) {
  const style = getComputedStyle(e), name = `${e.tagName}.${e.getAttribute('class')}`;
  if ([...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) && e.getClientRects().length)
    found.push(['text', `${name} ${e.textContent.slice(0, 30)}`, contrast(e, style.color)]);
  if (e.matches('svg .line, svg .now, svg .before, svg .dot, svg .tested') && style.stroke !== 'none')
    found.push(['shape', name, contrast(e.closest('.card'), style.stroke)]);
}
return found;
"""
OVERLAPS = """
const boxes = [...document.querySelectorAll('.x span, .y span')].map(e => [e, e.getBoundingClientRect()]);
return boxes.flatMap(([a, p]) => boxes.filter(([b, q]) => a !== b && a.parentElement === b.parentElement && p.width &&
  p.left < q.right - 1 && q.left < p.right - 1 && p.top < q.bottom - 1 && q.top < p.bottom - 1)
  .map(([b]) => a.textContent + ' over ' + b.textContent));
"""
SIDEWAYS = """
return [...document.body.querySelectorAll('*')].filter(e => e.getClientRects().length && !e.closest('svg') &&
  (e.getBoundingClientRect().right > innerWidth + 1 || e.getBoundingClientRect().left < -1)).map(e => e.outerHTML);
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's report as a file."""
    result, reference, current, about = example(profiles())
    page = drift_report_html(
        result, reference, current, title="Drift of returns", context={"Owner": "team:shop"}, about=about
    )
    file = tmp_path_factory.mktemp("report") / "drift.html"
    file.write_text(page, encoding="utf-8")
    return file


def show(browser: Any, report: Path, scheme: str, width: int, *, unfolded: bool = True) -> None:
    """Open the report as a person with this screen and preference would."""
    view = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", view)
    preference = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", preference)
    browser.get(report.as_uri())
    if unfolded:
        browser.execute_script("document.querySelectorAll('details').forEach(folded => folded.open = true)")


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_section_is_there_and_nothing_overflows_or_overlaps(
    browser: Any, report: Path, scheme: str, width: int
) -> None:
    show(browser, report, scheme, width)

    text = browser.execute_script("return document.body.innerText")
    assert [section for section in SECTIONS if section not in text] == []
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert browser.execute_script(SIDEWAYS) == []
    assert browser.execute_script(OVERLAPS) == []


@pytest.mark.parametrize("scheme", SCHEMES)
def test_text_and_lines_stand_out_from_what_is_behind_them(browser: Any, report: Path, scheme: str) -> None:
    show(browser, report, scheme, 1100)

    found = browser.execute_script(CONTRASTS)

    limits = {"text": TEXT_CONTRAST, "shape": SHAPE_CONTRAST}
    assert sum(kind == "text" for kind, _, _ in found) > 200
    assert sum(kind == "shape" for kind, _, _ in found) > 50
    assert [(name, round(ratio, 2)) for kind, name, ratio in found if ratio < limits[kind]] == []


def test_light_and_dark_are_different_pages(browser: Any, report: Path) -> None:
    grounds = []
    for scheme in SCHEMES:
        show(browser, report, scheme, 1100)
        grounds.append(browser.execute_script("return getComputedStyle(document.body).backgroundColor"))

    assert grounds == ["rgb(246, 247, 249)", "rgb(18, 22, 29)"]


def test_the_file_asks_for_nothing_else_and_nothing_goes_wrong(browser: Any, report: Path) -> None:
    browser.get_log("browser")
    show(browser, report, "light", 1100)

    loaded = browser.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)")

    assert loaded == []
    assert browser.get_log("browser") == []
    assert browser.execute_script("return document.scripts.length") == 0


def test_everything_is_reached_by_keyboard_and_a_link_unfolds_its_column(browser: Any, report: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    show(browser, report, "light", 1100, unfolded=False)
    browser.execute_script("document.body.focus()")
    reached = []
    stops = browser.execute_script("return document.querySelectorAll('a, summary').length")
    for _ in range(stops):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        reached.append(browser.execute_script("return document.activeElement.outerHTML.slice(0, 60)"))
        outline = browser.execute_script("return getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid", reached[-1]
    assert len(reached) == stops
    assert any(element.startswith("<summary") for element in reached)

    last = browser.execute_script("return [...document.querySelectorAll('a')].at(-1)")
    target = last.get_attribute("href").rpartition("#")[2]
    folded = "return document.getElementById(arguments[0]).closest('details').open"
    assert browser.execute_script(folded, target) is False
    last.send_keys(Keys.ENTER)
    assert browser.execute_script(folded, target) is True
