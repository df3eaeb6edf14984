"""The look of a card: that of the reports, and what cards alone have."""

from platform_assets.quality.report.style import CSS, LIGHT

_CARD = """
.banner.champion{color:var(--stable);background:var(--stable-bg)}
.banner.challenger,.banner.candidate,.banner.former{color:var(--unknown);background:var(--unknown-bg)}
.banner.refused{color:var(--drift);background:var(--drift-bg)}
.scroll{overflow-x:auto}.scroll+.scroll{margin-top:18px}.scroll th,.scroll td{overflow-wrap:normal}
th.number,td.number{text-align:right;padding-right:14px}td{white-space:normal}
td.number{white-space:nowrap}.calibration{max-width:520px}.card>h2{margin:0 0 8px}
"""
_PLOT = """
.calibration text{{font:13px system-ui,sans-serif;fill:{soft}}}.calibration .end{{text-anchor:end}}
.calibration .middle{{text-anchor:middle}}.calibration .lines{{stroke:{line};fill:none}}
.calibration .diagonal{{stroke:{soft};stroke-width:1.5;stroke-dasharray:5 4;fill:none}}
.calibration .interval{{stroke:{before};stroke-width:2;fill:none}}.calibration .point{{fill:{before};stroke:none}}
"""

PAGE_CSS = CSS + _CARD + _PLOT.format_map({name: f"var(--{name})" for name in LIGHT})
#: For an image, which is not told whether the page around it is light or dark.
IMAGE_CSS = _PLOT.format_map(LIGHT)
IMAGE_BACKGROUND = LIGHT["card"]
