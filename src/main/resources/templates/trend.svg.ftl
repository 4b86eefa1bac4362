<#ftl output_format="XML">
<#import "figure.ftl" as f>
<@f.figure height=bottom + 34>
<style>
  .spread { stroke: #0969da; stroke-opacity: .35 } .dot { fill: #0969da } .level { stroke: #1f2328; stroke-width: 2; fill: none }
  .change { stroke: #bc4c00; stroke-width: 1.5 } .break { stroke: #8250df; stroke-dasharray: 4 4 }
  @media (prefers-color-scheme: dark) {
    .spread { stroke: #4493f8 } .dot { fill: #4493f8 } .level { stroke: #e6edf3 } .change { stroke: #db6d28 } .break { stroke: #ab7df8 }
  }
</style>
<#list yTicks as tick>
<line class="axis" x1="80" y1="${tick.y}" x2="700" y2="${tick.y}"/>
<text class="label" x="72" y="${tick.y}" dy="4" text-anchor="end">${tick.text}</text>
</#list>
<#list breaks as each>
<line class="break" x1="${each.x}" y1="44" x2="${each.x}" y2="${bottom}"/>
<text class="label" x="${each.x}" y="${bottom - 6}" dx="4">${each.text}</text>
</#list>
<#list changes as each>
<line class="change" x1="${each.x}" y1="44" x2="${each.x}" y2="${bottom}"><title>${each.text}</title></line>
<text class="label" x="${each.x}" y="40" text-anchor="middle">${each.number}</text>
</#list>
<#list marks as mark>
<line class="spread" x1="${mark.x}" y1="${mark.low}" x2="${mark.x}" y2="${mark.high}"/>
<circle class="dot" cx="${mark.x}" cy="${mark.y}" r="${radius}"><title>${mark.text}</title></circle>
</#list>
<#list steps as step>
<path class="level" d="${step}"/>
</#list>
</@f.figure>
