<#ftl output_format="XML">
<#import "figure.ftl" as f>
<@f.figure height=bottom + 34>
<style>
  .length { stroke: #8250df; fill: #8250df } .chance { stroke: #59636e; fill: #59636e } .mined { stroke: #0969da; fill: #0969da }
  .wanted { stroke: #1a7f37; stroke-width: 3 } .range { stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    .length { stroke: #ab7df8; fill: #ab7df8 } .chance { stroke: #9198a1; fill: #9198a1 } .mined { stroke: #4493f8; fill: #4493f8 }
    .wanted { stroke: #3fb950 }
  }
</style>
<#list wanted as mark>
<line class="wanted" x1="${mark.x}" y1="${mark.top}" x2="${mark.x}" y2="${mark.bottom}"/>
</#list>
<#list lines as line>
<#if line.source?has_content>
<text x="16" y="${line.y + 4}">${line.source}</text>
</#if>
<text class="label" x="110" y="${line.y + 4}">${line.name}</text>
<line class="range ${line.style}" x1="${line.low}" y1="${line.y}" x2="${line.high}" y2="${line.y}"/>
<circle class="${line.style}" cx="${line.x}" cy="${line.y}" r="4"/>
<text class="label" x="704" y="${line.y + 4}" text-anchor="end">${line.text}</text>
</#list>
</@f.figure>
