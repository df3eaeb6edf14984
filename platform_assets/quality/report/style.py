"""The look of a report. Blue and orange of Okabe and Ito stay apart for colour-blind eyes, light and dark.

Text has a contrast of at least 4.5 to 1 and every line of a plot of at least 3 to 1 (WCAG 2.2 AA); the browser test
computes them.
"""

LIGHT = {
    "page": "#f6f7f9",
    "card": "#fff",
    "ink": "#1b2330",
    "soft": "#566173",
    "line": "#dde2ea",
    "before": "#0072b2",
    "before-fill": "#0072b22e",
    "now": "#c2410c",
    "now-fill": "#e69f0040",
    "drift": "#a8320a",
    "drift-bg": "#fdeee6",
    "stable": "#00604a",
    "stable-bg": "#e5f4ef",
    "unknown": "#4a5160",
    "unknown-bg": "#eceff4",
    "link": "#0a5a94",
}
DARK = {
    "page": "#12161d",
    "card": "#1a202a",
    "ink": "#e8ecf3",
    "soft": "#a5b0c2",
    "line": "#343e4e",
    "before": "#56b4e9",
    "before-fill": "#56b4e933",
    "now": "#f5a545",
    "now-fill": "#f5a54533",
    "drift": "#ffb08a",
    "drift-bg": "#43241a",
    "stable": "#7fd8bd",
    "stable-bg": "#17352d",
    "unknown": "#c3cbd9",
    "unknown-bg": "#2a3240",
    "link": "#8cc8f2",
}


def _variables(colours: dict[str, str]) -> str:
    return f":root{{{';'.join(f'--{name}:{colour}' for name, colour in colours.items())}}}"


_PAGE = """
*{box-sizing:border-box}
html{scroll-padding-top:12px}
body{margin:0;background:var(--page);color:var(--ink);overflow-wrap:anywhere;
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:1040px;margin:0 auto;padding:24px 16px 64px}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 12px}h2{font-size:1.2rem;margin:36px 0 10px}
h3{font-size:1.05rem;margin:0;overflow-wrap:anywhere}
p{margin:6px 0}.soft,.note,figcaption{color:var(--soft);font-size:.875rem}
a{color:var(--link)}
a:focus-visible,summary:focus-visible{outline:3px solid var(--link);outline-offset:3px;border-radius:4px}
.banner{border-radius:12px;padding:14px 20px;border-left:8px solid}
.banner strong{font-size:1.25rem;display:block}.banner p{color:var(--ink)}
.drift{color:var(--drift);background:var(--drift-bg)}.stable{color:var(--stable);background:var(--stable-bg)}
.cannot_tell,.no_reference{color:var(--unknown);background:var(--unknown-bg)}
.chip{border-radius:99px;padding:1px 10px;font-size:.8125rem;font-weight:600;white-space:nowrap;display:inline-block}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:16px 18px;margin:12px 0}
.answers>div{display:grid;grid-template-columns:210px minmax(0,1fr);gap:0 18px;padding:10px 0;
border-top:1px solid var(--line)}
.answers>div:first-child{border-top:0;padding-top:0}.answers>div:last-child{padding-bottom:0}
.answers h2{font-size:1rem;margin:0}dd p,.answers p{margin:0}dd ul,.answers ul{margin:0;padding-left:1.1em}
li+li{margin-top:4px}
dl{display:flex;flex-wrap:wrap;gap:8px 28px;margin:14px 0}dt{color:var(--soft);font-size:.8125rem}dd{margin:0}
dl.told{display:block;margin:10px 0 16px}dl.told>div{display:grid;grid-template-columns:140px minmax(0,1fr);gap:0 14px;
padding:4px 0}dl.told dt{padding-top:2px}
dl.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:10px 18px;
margin:18px 0 4px;font-size:.9375rem;overflow-wrap:anywhere}
dl.terms{display:block}dl.terms dt{font-weight:600;color:var(--ink);margin-top:10px}
.head{display:flex;gap:10px;align-items:center;flex-wrap:wrap;margin-bottom:4px}
summary{cursor:pointer;display:flex;gap:10px;align-items:center;flex-wrap:wrap;list-style:none}
summary::-webkit-details-marker{display:none}
summary::before{content:"\\25b8";color:var(--soft)}details[open]>summary::before{content:"\\25be"}
summary .soft,.head .soft{margin-left:auto}
table{border-collapse:collapse;width:100%;font-size:.9375rem}
th,td{text-align:left;padding:7px 14px 7px 0;border-bottom:1px solid var(--line);vertical-align:middle}
tbody tr:last-child>*{border-bottom:0}
thead th{overflow-wrap:normal;color:var(--soft);font-weight:600;font-size:.8125rem}
tbody th{font-weight:400;overflow-wrap:anywhere}tbody th .chip{display:none}td{white-space:nowrap}
.size{white-space:nowrap}.size .soft{display:inline-block;width:44px;text-align:right}
.bar{display:inline-block;height:10px;border-radius:5px;background:var(--line);position:relative;width:120px}
.bar b{display:block;height:10px;border-radius:5px;background:var(--before)}.bar b.over{background:var(--now)}
.bar::after{content:"";position:absolute;left:50%;top:-3px;height:16px;border-left:2px solid var(--ink)}
"""
_PLOTS = """
.legend{display:flex;gap:6px 22px;font-size:.875rem;margin:10px 0 4px;flex-wrap:wrap}
.legend i{display:inline-block;width:22px;height:14px;border-radius:2px;border:2px solid;vertical-align:-2px;
margin-right:8px}
.legend .b{background:var(--before-fill);border:2px dashed var(--before)}
.legend .n{background:var(--now-fill);border-color:var(--now)}
.legend .t{width:14px;border-radius:50%;background:var(--now);border-color:var(--now)}
figure{margin:16px 0 0}figcaption{margin-bottom:6px}
svg{display:block;width:100%;overflow:visible}svg path,svg rect{vector-effect:non-scaling-stroke}
.chart{display:grid;grid-template-columns:54px minmax(0,1fr);gap:4px 8px;font-size:.8125rem;color:var(--soft)}
.y,.x,.plot{position:relative}.x{grid-column:2;height:20px}
.y span{position:absolute;right:0;transform:translateY(-50%);white-space:nowrap;line-height:1}
.x span{position:absolute;white-space:nowrap;text-align:center}
.over{position:absolute;bottom:0;padding:0 5px;font-size:.75rem;font-weight:600;white-space:nowrap;
text-shadow:0 0 3px var(--card),0 0 3px var(--card)}
.over.before{color:var(--link)}
.grid{fill:none;stroke:var(--line);stroke-width:1}
svg .before{fill:var(--before-fill);stroke:var(--before);stroke-width:1.5;stroke-dasharray:4 3}
svg .now{fill:var(--now-fill);stroke:var(--now);stroke-width:2}
svg .fill{stroke:none}svg .top{fill:none}
svg .median{fill:none;stroke-width:2}svg .median.before{stroke-dasharray:5 4}
.line{fill:none;stroke:var(--ink);stroke-width:2;stroke-linejoin:round}
.band{fill:var(--soft);fill-opacity:.3}.wide-band{fill:var(--soft);fill-opacity:.16}
.window{fill:var(--before-fill)}.tested{fill:none;stroke:var(--now);stroke-width:2}
.dot{fill:none;stroke:var(--now);stroke-width:10;stroke-linecap:round}
.rows{display:grid;grid-template-columns:minmax(48px,max-content) minmax(0,1fr) max-content;gap:0 10px;margin-top:8px}
.names{max-width:32vw}.names span,.numbers span{display:block;height:34px;font-size:.8125rem;overflow:hidden}
.names span{line-height:34px;text-overflow:ellipsis;white-space:nowrap;text-align:right}
.numbers span{line-height:14px;font-size:.75rem;padding-top:2px;color:var(--soft);text-align:right}
"""
_SMALL = """
@media (max-width:640px){main{padding:14px 10px 40px}.wide{display:none}.card{padding:14px 12px}.bar{width:84px}
.banner{padding:12px 14px}.answers>div,dl.told>div{grid-template-columns:minmax(0,1fr)}.answers h2{margin-bottom:4px}
tbody th .chip{display:block;width:max-content;margin:2px 0 0}th,td{padding-right:8px}
.chart{grid-template-columns:44px minmax(0,1fr)}dl.facts{grid-template-columns:1fr 1fr}}
@media print{.card{break-inside:avoid}}
"""

CSS = f"{_variables(LIGHT)}@media (prefers-color-scheme:dark){{{_variables(DARK)}}}{_PAGE}{_PLOTS}{_SMALL}"
