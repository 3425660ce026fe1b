// Colours are variables with a light and a dark set; layout is grids that wrap, so one sheet serves
// a phone and a wide screen. No fonts or pictures are fetched.
#include "brink/report/page_style.h"

namespace brink {

std::string_view page_style() {
  return R"css(
:root{color-scheme:light dark;--bg:#fbfaf7;--card:#fff;--ink:#1c1d21;--soft:#62656d;--line:#e3e1da;
--accent:#2457a8;--ok:#1d7a46;--warn:#a35a00;--bar:#e9e6de}
@media(prefers-color-scheme:dark){:root{--bg:#15171b;--card:#1e2127;--ink:#e9e8e4;--soft:#a2a6ae;
--line:#333842;--accent:#8fb6ff;--ok:#69cf95;--warn:#f0b266;--bar:#343943}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
main{max-width:72rem;margin:0 auto;padding:1.5rem 1rem 4rem}
h1{font-size:1.9rem;line-height:1.2;margin:.5rem 0 .6rem;letter-spacing:-.01em}
h2{font-size:1.25rem;margin:2.6rem 0 .4rem}
h3{font-size:1rem;margin:1.4rem 0 .4rem}
p{margin:.3rem 0 .9rem;max-width:46rem;color:var(--soft)}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(13rem,1fr));gap:.6rem;margin:1rem 0}
dl div{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.55rem .8rem}
dt{font-size:.78rem;color:var(--soft)}
dd{margin:0;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:.92rem;font-variant-numeric:tabular-nums}
th,td{padding:.35rem .9rem .35rem 0;text-align:right;border-bottom:1px solid var(--line);
white-space:nowrap}
th{font-weight:600;color:var(--soft)}
th:first-child,td:first-child{text-align:left}
.row{display:grid;grid-template-columns:minmax(0,1fr) repeat(4,minmax(0,2fr));gap:.9rem;background:var(--card);
border:1px solid var(--line);border-radius:.8rem;padding:.9rem;margin:.8rem 0}
@media(max-width:44rem){.row{grid-template-columns:repeat(2,minmax(0,1fr))}
.row>.original{grid-column:1/-1;display:grid;grid-template-columns:1fr 3fr;gap:.8rem}}
figure{margin:0;min-width:0}
img{display:block;width:100%;height:auto;image-rendering:pixelated;border:1px solid var(--line);
border-radius:.3rem;background:#fff}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:.3rem}
figcaption{font-size:.82rem;line-height:1.35;margin-top:.35rem;font-variant-numeric:tabular-nums}
figcaption b{font-size:.95rem}
.ok{color:var(--ok)}.warn{color:var(--warn)}.soft{color:var(--soft)}
.bar{height:.3rem;border-radius:.15rem;background:var(--bar);margin:.3rem 0;overflow:hidden}
.bar i{display:block;height:100%;background:var(--accent)}
.none{aspect-ratio:2;display:grid;place-items:center;border:1px dashed var(--line);
border-radius:.3rem;color:var(--soft);font-size:.85rem}
.units{display:grid;grid-template-columns:repeat(auto-fill,minmax(6.2rem,1fr));gap:.8rem}
footer{margin-top:3rem;font-size:.85rem;color:var(--soft)}
)css";
}

}  // namespace brink
