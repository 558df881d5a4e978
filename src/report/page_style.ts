/**
 * How the page looks. The colours of kinds are those of Okabe and Ito, which people with any kind of colour vision tell
 * apart, darker or lighter where they would be too close to the ground.
 */
export const PAGE_STYLE: string = `
:root{color-scheme:light dark;--ground:#fff;--card:#f6f7f9;--ink:#16191d;--soft:#565e68;--line:#d9dde2;--ok:#0072b2;--retried:#d18f00;--failed:#c84a00;--running:#0072b2;--waiting:#d18f00;--paused:#cc79a7;--good:#00734f;--bad:#b03a00;--focus:#0072b2}
@media screen and (prefers-color-scheme:dark){:root{--ground:#14171b;--card:#1d2126;--ink:#eceff2;--soft:#a5aeb8;--line:#343a42;--ok:#56b4e9;--retried:#e69f00;--failed:#e8682a;--running:#56b4e9;--waiting:#e69f00;--paused:#cc79a7;--good:#3ccfa0;--bad:#ff9a66;--focus:#56b4e9}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;-webkit-text-size-adjust:100%}
main{max-width:1120px;margin:0 auto;padding:clamp(16px,4vw,48px) clamp(16px,4vw,40px) 64px}
h1{font-size:clamp(1.5rem,4vw,2.1rem);line-height:1.2;margin:0;overflow-wrap:anywhere}
h1 small{font-size:.55em;font-weight:500;color:var(--soft);white-space:nowrap}
h2{font-size:1.15rem;margin:0;line-height:1.3}
p{margin:.25rem 0 0}
figcaption p,section>p,.when,footer{color:var(--soft);font-size:.9rem}
.outcome{font-size:clamp(1.05rem,2.6vw,1.3rem);font-weight:600;margin-top:.5rem}
.good{color:var(--good)}.bad{color:var(--bad)}
.share{display:block;width:100%;margin:.75rem 0 .5rem;border-radius:6px}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(10.5rem,100%),1fr));gap:12px;margin:1.25rem 0 0}
.figures div{background:var(--card);border-radius:10px;padding:12px 16px;display:flex;flex-direction:column}
dt{order:1;font-size:.9rem}
dd{display:contents}
dd b{font-size:1.6rem;line-height:1.2;font-weight:650;font-variant-numeric:tabular-nums}
dd span{order:2;color:var(--soft);font-size:.85rem}
figure,section{margin:2.75rem 0 0;break-inside:avoid}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;margin:.75rem 0 0;padding:0;font-size:.9rem}
.legend li{display:flex;align-items:center;gap:.45rem}
.key{width:14px;height:14px;flex:none}
.plot{padding:0 4px 0 3.6rem;margin-top:.75rem}
.chart{display:block;width:100%;overflow:visible}
text{fill:var(--soft);font-size:12.5px;font-variant-numeric:tabular-nums}
.y,.last,.end{text-anchor:end}.x{text-anchor:middle}.first{text-anchor:start}.last{text-anchor:end}
.note{fill:var(--ink);font-weight:550;paint-order:stroke;stroke:var(--ground);stroke-width:5px;stroke-linejoin:round}
.grid{stroke:var(--line);shape-rendering:crispEdges}
.mark{stroke:var(--ink);stroke-width:1.25;stroke-dasharray:3 3}
.break{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:2 4}
.ok{fill:var(--ok)}.retried{fill:var(--retried)}.failed{fill:var(--failed)}.running{fill:var(--running)}.waiting{fill:var(--waiting)}.rest{fill:var(--line)}
.paused{fill:var(--paused);fill-opacity:.35}
details{margin-top:.5rem}
summary{cursor:pointer;color:var(--soft);font-size:.9rem;padding:.2rem 0;width:fit-content}
summary:hover{color:var(--ink)}
:focus-visible{outline:2px solid var(--focus);outline-offset:3px;border-radius:4px}
.scroll{overflow-x:auto;margin-top:.5rem}
details .scroll{max-height:24rem;overflow:auto}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums;min-width:min(100%,28rem)}
.bars{width:100%}
th,td{text-align:left;padding:.35rem .9rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top;font-weight:400}
thead th{color:var(--soft);font-size:.85rem;white-space:nowrap}
td:last-child{padding-right:0}
td.bar{width:35%;min-width:5rem;vertical-align:middle;border-bottom:1px solid var(--line)}
td.bar svg{display:block;width:100%}
code,pre{font:.92em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
pre{background:var(--card);border-radius:10px;padding:12px 16px;overflow-x:auto;margin:.75rem 0 0}
footer{margin-top:3rem;border-top:1px solid var(--line);padding-top:.75rem}
@media (max-width:640px){.minor{display:none}.plot{padding-left:3rem}td.bar{display:none}th code{display:block;font-size:.75rem}th,td{padding-right:.7rem}}
@media print{@page{margin:1.5cm}:root{color-scheme:light}body{font-size:11pt}main{max-width:none;padding:0}.scroll,details .scroll{overflow:visible;max-height:none}details:not([open]){display:none}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}pre{white-space:pre-wrap}}
`.trim();
