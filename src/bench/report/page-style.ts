/** The style of the page and of chart files: light, dark, narrow and on paper. */

/** Colours by role; every one has a contrast of at least 4.5 on the ground, those of bars at least 3. */
const light = `--ground:#ffffff;--ink:#1b1f24;--faint:#57606a;--line:#d0d7de;--panel:#f6f8fa;--method:#1f6feb;--peer:#8a6100`;
const dark = `--ground:#0f1318;--ink:#e6edf3;--faint:#9da7b1;--line:#30363d;--panel:#171c23;--method:#6cb0ff;--peer:#dfae4b`;

const colours = `:root{color-scheme:light dark;${light}}
@media (prefers-color-scheme:dark){:root{${dark}}}`;

const chartText = `font-family:system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;font-variant-numeric:tabular-nums`;

/** For a chart in a file of its own. */
export const chartFileStyle: string = `${colours.replaceAll(":root", "svg")}
svg{background:var(--ground);color:var(--ink);${chartText}}
@media print{svg{${light}}}`;

export const pageStyle: string = `${colours}
*{box-sizing:border-box}
body{margin:0 auto;max-width:68rem;padding:1.5rem 1.25rem 4rem;background:var(--ground);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
h1{font-size:1.7rem;line-height:1.2;margin:0 0 .5rem}
h2{font-size:1.3rem;margin:3rem 0 .25rem;padding-top:1rem;border-top:1px solid var(--line)}
h3{font-size:1.05rem;margin:1.75rem 0 .25rem}
h4{font-size:1rem;margin:1rem 0 .1rem}
p,ul{margin:.4rem 0}
.finding{font-size:1.15rem}
ul{padding-left:1.2rem}
li{margin:.3rem 0}
a{color:var(--method)}
.faint,figcaption{color:var(--faint)}
figcaption{font-size:.9rem;margin-bottom:.4rem}
figure{margin:0 0 1rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.95rem}
th,td{padding:.4rem .7rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
th{color:var(--faint);font-weight:600}
.words{text-align:left}
tbody th{color:var(--ink)}
code,pre{font:.85rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
pre{background:var(--panel);padding:.6rem .8rem;border-radius:6px;overflow-x:auto;margin:.3rem 0}
svg{display:block;max-width:100%;height:auto;${chartText}}
svg text{white-space:pre}
.narrow{display:none}
.legend{white-space:nowrap}
.key{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin:0 .35em 0 .9em}
.key.method{background:var(--method)}
.key.peer{background:var(--peer)}
.warning{border-left:4px solid var(--peer);padding:.2rem .8rem;background:var(--panel)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.2rem;margin:.5rem 0}
dt{color:var(--faint)}
dd{margin:0;overflow-wrap:anywhere}
@media (max-width:46rem){body{padding:1rem .9rem 3rem}.wide{display:none}.narrow{display:block}dl{grid-template-columns:1fr;gap:0}dd{margin-bottom:.5rem}}
@media print{:root{${light}}body{max-width:none;padding:0}figure,tr{break-inside:avoid}h2,h3{break-after:avoid}pre{white-space:pre-wrap}.wide{display:block}.narrow{display:none}}`;
