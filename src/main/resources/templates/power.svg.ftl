<#ftl output_format="XML">
<#import "figure.ftl" as f>
<@f.figure height=bottom + 54>
<style>
  .line { fill: none; stroke-width: 2 }
  .f0 { stroke: #0969da } .f1 { stroke: #bc4c00 } .f2 { stroke: #1a7f37 } .f3 { stroke: #8250df } .f4 { stroke: #bf3989 }
  circle.f0 { fill: #0969da } circle.f1 { fill: #bc4c00 } circle.f2 { fill: #1a7f37 } circle.f3 { fill: #8250df } circle.f4 { fill: #bf3989 }
  @media (prefers-color-scheme: dark) {
    .f0 { stroke: #4493f8 } .f1 { stroke: #db6d28 } .f2 { stroke: #3fb950 } .f3 { stroke: #ab7df8 } .f4 { stroke: #db61a2 }
    circle.f0 { fill: #4493f8 } circle.f1 { fill: #db6d28 } circle.f2 { fill: #3fb950 } circle.f3 { fill: #ab7df8 } circle.f4 { fill: #db61a2 }
  }
</style>
<#list shares as share>
<line class="axis" x1="70" y1="${share.y}" x2="520" y2="${share.y}"/>
<text class="label" x="62" y="${share.y}" dy="4" text-anchor="end">${share.text}</text>
</#list>
<#list lines as line>
<path class="line ${line.style}" d="${line.path}"/>
<#list line.marks as mark>
<circle class="${line.style}" cx="${mark.x}" cy="${mark.y}" r="3"><title>${mark.text}</title></circle>
</#list>
<path class="line ${line.style}" d="M540 ${line.y}h20"/>
<text x="566" y="${line.y + 4}">${line.name}</text>
</#list>
<text class="label" x="295" y="${bottom + 40}" text-anchor="middle">clusters compared (logarithmic)</text>
</@f.figure>
