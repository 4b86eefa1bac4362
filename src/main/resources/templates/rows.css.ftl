<#ftl output_format="undefined">
:root {
  color-scheme: light dark;
  --page: #ffffff; --raised: #f6f8fa; --text: #1f2328; --quiet: #59636e; --line: #d1d9e0; --accent: #0969da; --chosen: #ddf4ff;
  --pass: #1a7f37; --pass-soft: #dafbe1; --fail: #cf222e; --fail-soft: #ffe2e0; --open: #9a6700; --open-soft: #fff1c2;
  --route: #8250df; --mask: #1a7f37; --model: #0969da; --gate: #bc4c00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d1117; --raised: #151b23; --text: #e6edf3; --quiet: #9198a1; --line: #3d444d; --accent: #4493f8; --chosen: #12294a;
    --pass: #3fb950; --pass-soft: #14391f; --fail: #f85149; --fail-soft: #4a1c1f; --open: #d29922; --open-soft: #3f3112;
    --route: #ab7df8; --mask: #3fb950; --model: #4493f8; --gate: #db6d28;
  }
}
* { box-sizing: border-box }
html, body { height: 100%; margin: 0 }
body { display: flex; flex-direction: column; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif }
h1, h2, h3, p { margin: 0 }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
header { padding: 14px 20px 12px; border-bottom: 1px solid var(--line); background: var(--raised) }
h1 { font-size: 18px; overflow-wrap: anywhere }
.about, .count, .keys, .quiet { color: var(--quiet); font-size: 13px }
.badge { display: inline-block; padding: 0 8px; border-radius: 10px; border: 1px solid currentColor; font-size: 12px; font-weight: 600; line-height: 19px; color: var(--quiet); white-space: nowrap }
[data-outcome=PASS], [data-outcome=IDENTICAL], [data-outcome=right] { color: var(--pass) }
[data-outcome=FAIL], [data-outcome=INVALID], [data-outcome=wrong], [data-outcome=ERROR] { color: var(--fail) }
[data-outcome=UNKNOWN], [data-outcome=INCONCLUSIVE] { color: var(--open) }
form { display: flex; flex-wrap: wrap; gap: 8px 12px; margin-top: 10px }
label { display: flex; flex-direction: column; font-size: 12px; color: var(--quiet); min-width: 0 }
label span::first-letter { text-transform: uppercase }
label span { display: block }
.search { flex: 1 1 240px }
input, select, button { font: inherit; font-size: 14px; color: var(--text); background: var(--page); border: 1px solid var(--line); border-radius: 6px; padding: 5px 8px; min-width: 0 }
select { max-width: 230px }
button { cursor: pointer }
button:disabled { opacity: .4; cursor: default }
main { flex: 1; min-height: 0; display: grid; grid-template-columns: minmax(320px, 2fr) minmax(0, 3fr) }
.rows { min-height: 0; min-width: 0; display: flex; flex-direction: column; border-right: 1px solid var(--line) }
.count { white-space: nowrap; padding: 6px 20px; border-bottom: 1px solid var(--line); display: flex; gap: 10px; align-items: center }
.count button { padding: 0 8px; font-size: 12px }
.top { display: flex; gap: 20px; align-items: baseline }
.keys { margin-left: auto; white-space: nowrap }
kbd { font: 11px ui-monospace, monospace; border: 1px solid var(--line); border-radius: 4px; padding: 1px 4px; margin: 0 1px 0 6px }
#list { flex: 1; overflow-y: auto; position: relative; contain: strict }
#list:focus-visible { outline-offset: -2px }
#space { position: relative }
.item { position: absolute; left: 0; right: 0; height: 60px; padding: 8px 20px; border-bottom: 1px solid var(--line); cursor: pointer; overflow: hidden }
.item[aria-selected=true] { background: var(--chosen); box-shadow: inset 3px 0 var(--accent) }
.item .first { display: flex; gap: 8px; align-items: center; font-size: 13px }
.item .first b { font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 40px }
.item .first .id { margin-left: auto; color: var(--quiet); font-size: 12px; white-space: nowrap }
.item .first .quiet { white-space: nowrap }
.item .second { color: var(--quiet); font-size: 13px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
article { overflow-y: auto; padding: 18px 24px 40px; min-width: 0 }
article:focus, h2:focus { outline: none }
.empty { color: var(--quiet); padding: 40px 0; text-align: center }
.bar { display: flex; gap: 6px; align-items: center; margin-bottom: 10px }
.bar .grow { flex: 1 }
h2 { font-size: 17px; overflow-wrap: anywhere; display: flex; gap: 10px; align-items: center; flex-wrap: wrap }
h3 { font-size: 13px; text-transform: uppercase; letter-spacing: .04em; color: var(--quiet); margin: 22px 0 6px; display: flex; gap: 10px; align-items: center }
h3 .badge { text-transform: none; letter-spacing: 0 }
.ways { display: flex; flex-wrap: wrap; gap: 6px; margin: 10px 0 }
.ways button { font-size: 12px; padding: 2px 8px }
.ways button[aria-current=true] { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 14px; margin: 8px 0 0; font-size: 14px }
dt { color: var(--quiet) } dd { margin: 0; overflow-wrap: anywhere }
pre { font: 13px/1.55 ui-monospace, SFMono-Regular, Menlo, monospace; white-space: pre-wrap; overflow-wrap: anywhere; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: 10px 12px; margin: 0; max-height: 420px; overflow-y: auto }
mark { color: inherit; border-radius: 3px; background: var(--open-soft); box-shadow: inset 0 -2px var(--open); cursor: pointer }
mark.pass { background: var(--pass-soft); box-shadow: inset 0 -2px var(--pass) }
mark.fail { background: var(--fail-soft); box-shadow: inset 0 -2px var(--fail) }
mark.active { outline: 2px solid var(--accent) }
.wide { overflow-x: auto }
table { border-collapse: collapse; font-size: 13px; width: 100% }
th, td { text-align: left; padding: 4px 10px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top }
th { color: var(--quiet); font-weight: 500 }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums }
.meter { position: relative; height: 10px; border-radius: 5px; background: var(--line); overflow: hidden; display: flex; margin: 6px 0 }
.meter i { display: block; height: 100%; background: var(--accent) }
.meter i.route { background: var(--route) } .meter i.mask { background: var(--mask) } .meter i.model { background: var(--model) } .meter i.gate { background: var(--gate) }
.meter i.forced { background: var(--mask) }
.meter b { position: absolute; top: 0; bottom: 0; width: 2px; background: var(--text) }
.key { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 5px; background: var(--accent) }
.key.forced, .key.mask { background: var(--mask) } .key.route { background: var(--route) } .key.model { background: var(--model) } .key.gate { background: var(--gate) }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; font-size: 13px; color: var(--quiet) }
ul.checks { list-style: none; margin: 0; padding: 0 }
ul.checks li { border-bottom: 1px solid var(--line) }
ul.checks button { all: unset; box-sizing: border-box; display: block; width: 100%; padding: 7px 4px; cursor: pointer }
ul.checks button:focus-visible { outline: 2px solid var(--accent) }
ul.checks .active { background: var(--chosen) }
ul.checks .reason { color: var(--quiet); font-size: 13px; overflow-wrap: anywhere; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 4; overflow: hidden }
ul.checks .active .reason { -webkit-line-clamp: none }
ul.checks .told { display: flex; gap: 8px; align-items: center; flex-wrap: wrap; font-size: 14px }
details { border-bottom: 1px solid var(--line); padding: 6px 0; font-size: 13px }
summary { cursor: pointer }
details pre { margin-top: 6px }
.wrong { color: var(--fail) } .right { color: var(--pass) }
noscript p { padding: 20px }
@media (max-width: 820px) {
  header { padding: 10px 14px }
  form label { flex: 1 1 40% }
  select { max-width: none }
  .keys, .item .first .id { display: none }
  main { display: block; position: relative }
  .rows { height: 100%; border: 0 }
  .count, .item { padding-left: 14px; padding-right: 14px }
  article { display: none; position: fixed; inset: 0; background: var(--page); padding: 12px 16px 40px; z-index: 1 }
  .open article { display: block }
}
@media (min-width: 821px) { .back { display: none } }
