"""The look of a report. Blue and orange of Okabe and Ito stay apart for colour-blind eyes, light and dark."""

LIGHT = {
    "page": "#f6f7f9",
    "card": "#fff",
    "ink": "#1b2330",
    "soft": "#566173",
    "line": "#dde2ea",
    "before": "#0072b2",
    "before-fill": "#0072b255",
    "now": "#c2410c",
    "now-fill": "#e69f0059",
    "drift": "#a8320a",
    "drift-bg": "#fdeee6",
    "stable": "#00604a",
    "stable-bg": "#e5f4ef",
    "unknown": "#4a5160",
    "unknown-bg": "#eceff4",
}

CSS = (
    f":root{{{';'.join(f'--{name}:{colour}' for name, colour in LIGHT.items())}}}"
    + """
@media (prefers-color-scheme:dark){:root{--page:#12161d;--card:#1a202a;--ink:#e8ecf3;--soft:#a5b0c2;--line:#313a49;
--before:#56b4e9;--before-fill:#56b4e955;--now:#f5a545;--now-fill:#f5a54540;--drift:#ffb08a;--drift-bg:#43241a;
--stable:#7fd8bd;--stable-bg:#17352d;--unknown:#c3cbd9;--unknown-bg:#2a3240}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1000px;margin:0 auto;padding:24px 16px 64px}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 12px}h2{font-size:1.2rem;margin:36px 0 10px}
h3{font-size:1.05rem;margin:0;overflow-wrap:anywhere}
p{margin:6px 0}.soft,.note,figcaption{color:var(--soft);font-size:.875rem}
.banner{border-radius:12px;padding:16px 20px;border-left:8px solid}
.banner strong{font-size:1.25rem;display:block}
.drift{color:var(--drift);background:var(--drift-bg)}.stable{color:var(--stable);background:var(--stable-bg)}
.cannot_tell,.no_reference{color:var(--unknown);background:var(--unknown-bg)}
.banner p{color:var(--ink)}
.chip{border-radius:99px;padding:1px 10px;font-size:.8125rem;font-weight:600;white-space:nowrap;
display:inline-block}
dl{display:flex;flex-wrap:wrap;gap:8px 28px;margin:14px 0}dt{color:var(--soft);font-size:.8125rem}dd{margin:0}
.card,details.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:16px 18px;
margin:12px 0}
.head{display:flex;gap:10px;align-items:center;flex-wrap:wrap;margin-bottom:4px}
summary{cursor:pointer;display:flex;gap:10px;align-items:center;flex-wrap:wrap}
summary::before{content:"\\25b8";color:var(--soft)}details[open]>summary::before{content:"\\25be"}
summary .soft{margin-left:auto}
.legend{display:flex;gap:18px;font-size:.875rem;margin:10px 0 4px;flex-wrap:wrap}
.legend i{display:inline-block;width:14px;height:14px;border-radius:3px;border:2px solid;vertical-align:-2px;
margin-right:6px}
.legend .b{background:var(--before-fill);border-color:var(--before)}
.legend .n{background:var(--now-fill);border-color:var(--now)}
svg{display:block;width:100%}
svg path,svg polyline{vector-effect:non-scaling-stroke}
.area{border-bottom:1px solid var(--soft)}
.area .before{fill:var(--before-fill);stroke:var(--before);stroke-width:1.5}
.area .now{fill:var(--now-fill);stroke:var(--now);stroke-width:2}
.area .median{fill:none;stroke-width:2;stroke-dasharray:5 4}
.rects .before{fill:var(--before)}.rects .now{fill:var(--now)}
.axis{display:flex;justify-content:space-between;color:var(--soft);font-size:.8125rem;margin-top:2px}
.top{color:var(--soft);font-size:.8125rem}
.rows{display:grid;grid-template-columns:minmax(48px,max-content) 1fr max-content;gap:0 10px;margin-top:8px}
.names{max-width:34vw}.names span,.numbers span{display:block;height:30px;font-size:.8125rem;overflow:hidden}
.names span{line-height:30px;text-overflow:ellipsis;white-space:nowrap;text-align:right}
.numbers span{line-height:13px;font-size:.75rem;padding-top:2px;color:var(--soft);text-align:right}
.timeline{margin:14px 0 0}.line{fill:none;stroke:var(--before);stroke-width:2}
.dot{stroke:var(--now);stroke-width:9;stroke-linecap:round}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:8px 18px;margin:14px 0 4px;
font-size:.9375rem}
.facts span{display:block;color:var(--soft);font-size:.8125rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9375rem}
th,td{text-align:left;padding:7px 10px 7px 0;border-bottom:1px solid var(--line);vertical-align:middle}
th{color:var(--soft);font-weight:600;font-size:.8125rem}td:first-child{overflow-wrap:anywhere}
td a{color:inherit}
.bar{display:block;height:10px;border-radius:5px;background:var(--line);position:relative;min-width:90px}
.bar b{display:block;height:10px;border-radius:5px;background:var(--before)}.bar b.over{background:var(--now)}
.bar::after{content:"";position:absolute;left:50%;top:-3px;height:16px;border-left:2px solid var(--ink)}
@media (max-width:640px){main{padding:14px 10px 40px}.wide{display:none}.card{padding:14px 12px}.bar{min-width:64px}
.facts{grid-template-columns:1fr 1fr}}
@media print{.card{break-inside:avoid}}
"""
)
