<#ftl output_format="XML">
<#import "figure.ftl" as f>
<@f.figure height=bottom + 34>
<style>
  .lost { stroke: #cf222e; fill: #cf222e } .gained { stroke: #1a7f37; fill: #1a7f37 } .even { stroke: #59636e; fill: #59636e }
  .hollow { fill: #ffffff; stroke-width: 2 } .range { stroke-width: 2 } .zero { stroke: #59636e } .margin { stroke: #bc4c00; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    .lost { stroke: #f85149; fill: #f85149 } .gained { stroke: #3fb950; fill: #3fb950 } .even { stroke: #9198a1; fill: #9198a1 }
    .hollow { fill: #0d1117 } .zero { stroke: #9198a1 } .margin { stroke: #db6d28 }
  }
</style>
<text class="label" x="300" y="58">worse</text>
<text class="label" x="560" y="58" text-anchor="end">better</text>
<line class="zero" x1="${zero}" y1="44" x2="${zero}" y2="${bottom}"/>
<#list lines as line>
<text class="label" x="16" y="${line.y + 4}">${line.name}</text>
<#if line.margin?has_content>
<line class="margin" x1="${line.margin}" y1="${line.y - 8}" x2="${line.margin}" y2="${line.y + 8}"/>
</#if>
<line class="range ${line.style}" x1="${line.low}" y1="${line.y}" x2="${line.high}" y2="${line.y}"/>
<circle class="${line.style}<#if !line.judged> hollow</#if>" cx="${line.x}" cy="${line.y}" r="4.5"/>
<text class="label" x="704" y="${line.y + 4}" text-anchor="end">${line.text}</text>
</#list>
</@f.figure>
